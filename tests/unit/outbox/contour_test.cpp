#include <gtest/gtest.h>

#include "smev/outbox/outbox.hpp"

namespace smev {
namespace {

TEST(Contour, names_read_back) {
  EXPECT_EQ(name(Contour::test), "test");
  EXPECT_EQ(name(Contour::production), "production");
  EXPECT_EQ(contour("test"), Contour::test);
  EXPECT_EQ(contour("production"), Contour::production);
  EXPECT_EQ(contour("prod"), std::nullopt);
  EXPECT_EQ(contour(""), std::nullopt);
}

}  // namespace
}  // namespace smev
