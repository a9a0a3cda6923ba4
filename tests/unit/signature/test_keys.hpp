#pragma once
// Keys and certificates made at run time, in a folder that goes with the object.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "sdk/signature/issuing.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::testing_support {

inline TimePoint days_from_now(int days) {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) +
         std::chrono::hours(24 * days);
}

class Folder {
 public:
  Folder() {
    std::string pattern = ::testing::TempDir() + "/smev-signature-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Only the owner may read it, as a key's file must be.
  std::string write(const std::string& name, const std::string& octets) const {
    std::ofstream(path_ / name, std::ios::binary) << octets;
    std::filesystem::permissions(
        path_ / name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return *this / name;
  }

 private:
  std::filesystem::path path_;
};

/// An authority, and a signer with a certificate of it.
class TestKeys {
 public:
  TestKeys() {
    authority = *signature::make_authority("Тестовый УЦ", days_from_now(-10), days_from_now(10));
    issued = *signature::issue(authority, "Тестовая ИС", days_from_now(-1), days_from_now(1));
    if (!signature::write_issued(authority, authority_key_path, authority_path) ||
        !signature::write_issued(issued, key_path, certificate_path)) {
      std::abort();
    }
    signer = *pem_signer(key_path, certificate_path, days_from_now(0));
    verifier = *pinned_verifier({authority_path});
  }

  Folder folder;
  std::string authority_key_path = folder / "authority.key.pem";
  std::string authority_path = folder / "authority.pem";
  std::string key_path = folder / "key.pem";
  std::string certificate_path = folder / "certificate.pem";
  signature::Issued authority;
  signature::Issued issued;
  std::shared_ptr<Signer> signer;
  std::shared_ptr<Verifier> verifier;
};

/// SMEV_TEST_SEED repeats a run; without it every run is another, and says which.
inline std::uint32_t seed() {
  const char* set = std::getenv("SMEV_TEST_SEED");
  const std::uint32_t chosen = set != nullptr
                                   ? static_cast<std::uint32_t>(std::strtoul(set, nullptr, 10))
                                   : std::random_device()();
  std::printf("seed %u (SMEV_TEST_SEED repeats)\n", chosen);
  return chosen;
}

/// Made once for a test program: keys cost some milliseconds.
inline TestKeys& keys() {
  static TestKeys made;
  return made;
}

}  // namespace smev::testing_support
