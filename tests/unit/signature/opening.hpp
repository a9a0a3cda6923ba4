#pragma once
// What the tests of all kinds of keys share.

#include <gtest/gtest.h>

#include <string>

#include "smev/signature/key.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::testing_support {

/// A variable of the environment for the length of a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

inline Result<std::shared_ptr<Signer>> open_now(const KeyOptions& options) {
  return open_signer(options, days_from_now(0));
}

/// The error of a key that must not open.
inline Error refusal(const KeyOptions& options) {
  const auto signer = open_now(options);
  EXPECT_FALSE(signer);
  return signer ? Error{} : signer.error();
}

/// Opens, signs, and has the signature verified.
inline void expect_signs(const KeyOptions& options) {
  const auto signer = open_now(options);
  ASSERT_TRUE(signer) << signer.error().describe();
  const auto value = (*signer)->sign("octets");
  ASSERT_TRUE(value) << value.error().describe();
  EXPECT_EQ(
      keys()
          .verifier->verify((*signer)->certificate().der, (*signer)->algorithm(), "octets", *value)
          .value(),
      true);
}

}  // namespace smev::testing_support
