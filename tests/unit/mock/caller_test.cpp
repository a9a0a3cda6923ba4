#include "mock-smev/caller.hpp"

#include <gtest/gtest.h>

namespace smev::mock {
namespace {

TEST(Caller, is_named_by_the_common_name_of_its_certificate) {
  EXPECT_EQ(common_name("CN=MOCK01"), "MOCK01");
  EXPECT_EQ(common_name("O=Ведомство,CN=MOCK01,C=RU"), "MOCK01");
  EXPECT_EQ(common_name("CN=A\\, B\\+C,O=x"), "A, B+C");
  EXPECT_EQ(common_name("O=x+CN=MOCK01"), "MOCK01");
}

TEST(Caller, without_a_common_name_has_no_name) {
  EXPECT_EQ(common_name(""), "");
  EXPECT_EQ(common_name("O=CN"), "");
  EXPECT_EQ(common_name("O=x\\,CN=y"), "");
}

}  // namespace
}  // namespace smev::mock
