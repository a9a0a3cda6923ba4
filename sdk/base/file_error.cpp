#include "sdk/base/file_error.hpp"

#include <cerrno>

namespace smev {
namespace {

std::string with_cause(std::string text, int error_number) {
  const std::string_view cause = file_cause(error_number);
  if (!cause.empty()) text.append(": ").append(cause);
  return text;
}

}  // namespace

std::string_view file_cause(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "такого файла или каталога нет";
    case EACCES:
    case EPERM:
      return "нет прав";
    case EISDIR:
      return "это каталог";
    case ENOTDIR:
      return "часть пути — не каталог";
    case EROFS:
      return "файловая система доступна только для чтения";
    case ENOSPC:
    case EDQUOT:
      return "на диске нет места";
    case ENAMETOOLONG:
      return "имя слишком длинное";
    case EMFILE:
    case ENFILE:
      return "открыто слишком много файлов";
    case EIO:
      return "ошибка диска";
    default:
      return {};
  }
}

std::string unreadable_text(int error_number) {
  return with_cause("Не удалось прочитать файл", error_number);
}

std::string unwritable_text(int error_number) {
  return with_cause("Не удалось записать файл", error_number);
}

}  // namespace smev
