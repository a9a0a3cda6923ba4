#pragma once
// Faulty records as they came, in a file of the same form: to be corrected and submitted again.

#include <string>

#include "smev-send/update_source.hpp"

namespace smev::cli {

class ErrorsFile {
 public:
  /// Without a path nothing is written. The file is made at once, so that it is known to be
  /// writable, and for its owner alone, also when it was there: records hold personal data. `input`
  /// may not be the same file.
  static Result<ErrorsFile> create(const std::string& path, const std::string& input);
  ErrorsFile(ErrorsFile&& other) noexcept;
  ErrorsFile& operator=(ErrorsFile&&) = delete;
  ~ErrorsFile();

  Result<void> add(const std::string& text, const UpdateSource& source);
  /// What ends the form, once the input is at its end or broke off.
  Result<void> finish(const UpdateSource& source);

 private:
  ErrorsFile(std::string path, int descriptor);
  Result<void> make_private_and_empty();
  Result<void> write(std::string_view octets);

  std::string path_;
  int descriptor_ = -1;
  bool begun_ = false;
};

}  // namespace smev::cli
