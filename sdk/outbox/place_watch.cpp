#include "sdk/outbox/place_watch.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "sdk/outbox/errors.hpp"

namespace smev::outbox {

Result<PlaceWatch> PlaceWatch::over(std::string path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(system_error(errno, "stat", path));
  PlaceWatch watch;
  watch.path_ = std::move(path);
  watch.device_ = status.st_dev;
  watch.inode_ = status.st_ino;
  return watch;
}

Result<PlaceWatch> PlaceWatch::over(int descriptor, std::string path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return fail(system_error(errno, "stat", path));
  PlaceWatch watch;
  watch.path_ = std::move(path);
  watch.device_ = status.st_dev;
  watch.inode_ = status.st_ino;
  return watch;
}

Result<void> PlaceWatch::check() const {
  if (path_.empty()) return {};
  struct stat status {};
  const bool there = ::stat(path_.c_str(), &status) == 0;
  if (there && status.st_dev == device_ && status.st_ino == inode_) return {};
  if (!there && errno != ENOENT) return fail(system_error(errno, "stat", path_));
  Error error =
      local_error(ErrorCode::store, path_ + (there ? " is another file now" : " was taken away"),
                  Retry::after_fix);
  error.text = "Файл базы исходящих " + path_ + (there ? " подменён" : " удалён") +
               " под работающей программой: сохранять в него нельзя. Остановите все программы с "
               "этой базой, верните файл на место или восстановите из резервной копии и запустите "
               "снова.";
  return fail(std::move(error));
}

}  // namespace smev::outbox
