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
constexpr char kM1Digest512[] =
    "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
    "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48";
// GOST R 34.11-94 with the parameters of CryptoPro (RFC 5831 §7.3.3).
constexpr char kText94[] = "This is message, length=32 bytes";
constexpr char kDigest94[] = "2cefc2f7b7bdc514e18ea57fa74ff357e7fa17d652c75f69cb1be7893ede48eb";

constexpr auto k256 = SignatureAlgorithm::gost2012_256;

TEST(Digest, gives_the_published_values) {
  EXPECT_EQ(hex_encode(*digest(k256, kM1)), kM1Digest);
  EXPECT_EQ(hex_encode(*digest(k256, "")), kEmptyDigest);
  EXPECT_EQ(hex_encode(*digest(SignatureAlgorithm::gost2012_512, kM1)), kM1Digest512);
  EXPECT_EQ(hex_encode(*digest(SignatureAlgorithm::gost2001, kText94)), kDigest94);
}

TEST(Digest, of_a_file_equals_that_of_its_octets) {
  testing_support::Folder folder;
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 300'000u}) {
    const std::string octets(size, 'x');
    EXPECT_EQ(*digest_file(k256, folder.write("file", octets)), *digest(k256, octets)) << size;
  }
}

TEST(Digest, says_that_a_file_cannot_be_read) {
  testing_support::Folder folder;
  for (const std::string& path : {folder / "absent", folder / "."}) {
    const auto value = digest_file(k256, path);
    ASSERT_FALSE(value) << path;
    EXPECT_EQ(value.error().code, ErrorCode::io);
  }
}

}  // namespace
}  // namespace smev::signature
