#pragma once
// Runs a program of the system and takes what it prints.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace smev::testing_support {

struct Ran {
  int code = -1;
  std::string output;  ///< standard output and error
};

inline Ran run(const std::string& command) {
  Ran out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> piece{};
  for (std::size_t n = 0; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    out.output.append(piece.data(), n);
  }
  const int status = pclose(pipe);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

inline bool has_openssl_program() {
  return run("openssl dgst -engine gost -md_gost12_256 /dev/null").code == 0;
}

}  // namespace smev::testing_support

#define SMEV_NEED_OPENSSL_PROGRAM()                    \
  if (!::smev::testing_support::has_openssl_program()) \
  GTEST_SKIP() << "the openssl program with the GOST engine is not installed"
