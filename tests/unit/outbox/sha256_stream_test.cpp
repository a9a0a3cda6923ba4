#include "sdk/outbox/sha256_stream.hpp"

#include <gtest/gtest.h>

#include "sdk/base/bytes.hpp"

namespace smev::outbox {
namespace {

TEST(Sha256Stream, gives_the_digest_of_all_its_pieces) {
  Sha256Stream stream;
  EXPECT_EQ(*Sha256Stream().hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  stream.add("ab");
  stream.add("");
  stream.add("c");
  EXPECT_EQ(*stream.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Stream, gives_it_once) {
  Sha256Stream stream;
  ASSERT_TRUE(stream.hex());
  EXPECT_FALSE(stream.hex());
}

}  // namespace
}  // namespace smev::outbox
