#include "sdk/signature/digest.hpp"

#include <gtest/gtest.h>

#include "sdk/base/bytes.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

// RFC 6986, example 1, octets in the order in which libraries give them.
constexpr char kM1[] = "012345678901234567890123456789012345678901234567890123456789012";
constexpr char kM1Digest[] = "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500";
constexpr char kEmptyDigest[] = "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb";

TEST(Digest, gives_the_published_values) {
  EXPECT_EQ(hex_encode(*streebog256(kM1)), kM1Digest);
  EXPECT_EQ(hex_encode(*streebog256("")), kEmptyDigest);
}

TEST(Digest, of_a_file_equals_that_of_its_octets) {
  testing_support::Folder folder;
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 300'000u}) {
    const std::string octets(size, 'x');
    EXPECT_EQ(*streebog256_file(folder.write("file", octets)), *streebog256(octets)) << size;
  }
}

TEST(Digest, says_that_a_file_cannot_be_read) {
  testing_support::Folder folder;
  for (const std::string& path : {folder / "absent", folder / "."}) {
    const auto digest = streebog256_file(path);
    ASSERT_FALSE(digest) << path;
    EXPECT_EQ(digest.error().code, ErrorCode::io);
  }
}

}  // namespace
}  // namespace smev::signature
