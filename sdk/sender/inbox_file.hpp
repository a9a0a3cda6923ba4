#pragma once
// A result file that the inbox names, opened once inside the one folder that such files may be
// taken from. Whoever may write in that folder may put a link there at any moment: what is read is
// what was opened, and is never looked for by its name again.
//
// Links on the way are followed only where they are relative and stay inside.

#include <string>

#include "sdk/outbox/file_handle.hpp"
#include "smev/base/result.hpp"

namespace smev {

class InboxFile {
 public:
  /// A relative `path` begins in `folder`. The error's text is for whoever named the file; `store`
  /// is no fault of theirs.
  static Result<InboxFile> open(const std::string& folder, const std::string& path);
  /// The same where the kernel cannot keep a path inside a folder (before 5.6, or forbidden): the
  /// place of what was opened is looked at before anything is read of it.
  static Result<InboxFile> open_and_look(const std::string& folder, const std::string& path);

  /// Names the open file itself, in this process, while this object lives.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] const std::string& given() const { return given_; }

 private:
  InboxFile(outbox::FileHandle handle, std::string given)
      : handle_(std::move(handle)), given_(std::move(given)) {}
  static Result<InboxFile> for_reading(outbox::FileHandle place, const std::string& given);

  outbox::FileHandle handle_;
  std::string given_;
};

}  // namespace smev
