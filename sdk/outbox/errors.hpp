#pragma once
// The errors of this floor, each with a text that tells the operator what to do.

#include <functional>
#include <string>
#include <string_view>

#include "smev/base/error.hpp"
#include "smev/base/result.hpp"
#include "smev/outbox/states.hpp"

namespace smev::outbox {

/// What an operator is told when the disk of the outbox is full.
extern const char* const kDiskFullText;

/// The file system's end, a quota's, or that of the size a file may have (ulimit -f).
bool is_disk_full(int error_number);
/// A system call failed; a full disk gets a text of its own.
Error system_error(int error_number, std::string_view what, const std::string& path);
/// The database refused: `code` is SQLite's extended result code, `detail` has no values of rows.
Error sqlite_error(int code, int error_number, std::string detail);
/// The store holds what this program never writes.
Error damaged(std::string detail);
/// Whether an error of this floor says that what is stored is not what was written.
bool is_damage(const Error& error);
Error not_found(std::string detail);
Error stale_lease(std::string detail);
Error illegal_move(std::string detail);
/// The caller broke the contract of the interface.
Error misuse(std::string detail);
/// What a check of the caller's, or a library, throws inside of `work` is an error too: a store
/// must not be left half way.
Result<void> without_throwing(const std::function<Result<void>()>& work);

}  // namespace smev::outbox
