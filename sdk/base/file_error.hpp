#pragma once
// Why a file could not be used, for whoever has to mend it.

#include <string>
#include <string_view>

namespace smev {

/// Russian, as the end of a sentence; empty when the number is none of the usual ones.
std::string_view file_cause(int error_number);
/// «Не удалось прочитать файл: нет прав».
std::string unreadable_text(int error_number);
/// «Не удалось записать файл: на диске нет места».
std::string unwritable_text(int error_number);

}  // namespace smev
