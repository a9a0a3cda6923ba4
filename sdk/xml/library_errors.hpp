#pragma once
// libxml2 reports errors to a handler that is set per thread. While a LibraryErrors lives, this
// thread's reports are collected in it and nothing is printed.

#include <string>

struct _xmlError;

namespace smev::xml {

class LibraryErrors {
 public:
  LibraryErrors();
  ~LibraryErrors();
  LibraryErrors(const LibraryErrors&) = delete;
  LibraryErrors& operator=(const LibraryErrors&) = delete;

  /// "line 3: Opening and ending tag mismatch"; empty while nothing went wrong. Warnings are left
  /// out.
  [[nodiscard]] const std::string& first() const { return first_; }

  /// For parser contexts, which have a handler of their own.
  void collect(const _xmlError* error);

 private:
  std::string first_;
  void* previous_context_;
  void (*previous_handler_)(void*, _xmlError*);
};

/// A message of libxml2 without its trailing newline.
std::string message_of(const _xmlError* error);

}  // namespace smev::xml
