#include "sdk/base/bytes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace smev {
namespace {

TEST(Base64, vectors_of_rfc_4648_go_both_ways) {
  const std::vector<std::pair<std::string, std::string>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"},
                                                                    {"\xFB\xFF\xBE", "+/++"},
                                                                    {std::string(3, '\0'), "AAAA"}};
  for (const auto& [octets, text] : vectors) {
    EXPECT_EQ(base64_encode(octets), text);
    EXPECT_EQ(base64_decode(text).value(), octets);
  }
}

TEST(Base64, every_octet_at_every_length_round_trips) {
  std::string octets;
  for (int i = 0; i < 512; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(octets)).value(), octets) << i;
    octets += static_cast<char>(i);
  }
}

TEST(Base64, output_has_no_line_breaks) {
  EXPECT_EQ(base64_encode(std::string(1000, 'x')).find_first_of("\r\n"), std::string::npos);
}

TEST(Base64, white_space_is_skipped_anywhere) {
  EXPECT_EQ(base64_decode(" Zm\r\n9v\tYg = = \n").value(), "foob");
  EXPECT_EQ(base64_decode(" \n").value(), "");
}

TEST(Base64, what_is_no_base64_is_refused) {
  for (const char* text : {"Z",    "Z===",  "A===",     "Z=g=",     "=Zg=",  "Zm=8",
                           "Zg",   "Zg=",   "Zg===",    "Zm8",      "Zm8==", "=",
                           "====", "Zm9v=", "Zm9v====", "Zg==Zg==", "Zm9*",  "Zm9-",
                           "Zm9_", "Zh==",  "Zm9=",     "Zm9v\x80", "Я==="}) {
    const Result<std::string> octets = base64_decode(text);
    ASSERT_FALSE(octets) << text;
    EXPECT_EQ(octets.error().code, ErrorCode::bad_xml);
  }
  EXPECT_FALSE(base64_decode(std::string_view("Zm9v\0", 5)));
}

TEST(Hex, is_lower_case_two_digits_per_octet) {
  EXPECT_EQ(hex_encode(""), "");
  EXPECT_EQ(hex_encode(std::string_view("\x00\x0F\xA0\xFF", 4)), "000fa0ff");
}

TEST(Sha256, vectors_of_fips_180) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Random, octets_have_the_length_asked_for_and_differ) {
  EXPECT_EQ(random_octets(0), "");
  EXPECT_EQ(random_octets(1).size(), 1U);
  EXPECT_EQ(random_octets(33).size(), 33U);
  EXPECT_NE(random_octets(16), random_octets(16));
  EXPECT_NE(random_number(), random_number());
}

}  // namespace
}  // namespace smev
