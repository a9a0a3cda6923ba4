#pragma once
// The same for files that a program writes by system calls: what was written and not synced, made
// and its directory not synced, is forgotten when the power goes. The program is linked with
// `--wrap` for the calls named in crash_files.cpp, and only `root` and what lies below is looked
// after.
//
// One at a time; used by one thread at a time.

#include <memory>
#include <string>
#include <vector>

#include "tests/support/power.hpp"

namespace smev::testing {

class CrashFiles {
 public:
  CrashFiles(Power& power, std::string root);
  ~CrashFiles();
  CrashFiles(const CrashFiles&) = delete;
  CrashFiles& operator=(const CrashFiles&) = delete;

  /// The files become what the cut has left of them. Turn the power on yourself.
  void restart(Survival survival, std::uint64_t seed);
  /// A test of tests: syncs of files, or of directories, do nothing.
  void lie_about_file_syncs(bool lies);
  void lie_about_directory_syncs(bool lies);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace smev::testing
