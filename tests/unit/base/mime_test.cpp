#include "sdk/base/mime.hpp"

#include <gtest/gtest.h>

namespace smev {
namespace {

TEST(AllowedMime, follows_the_pattern_of_the_schema) {
  for (const char* mime : {"application/pdf", "text/plain", "image/svg+xml", "audio/x.y-z",
                           "video/mp4", "application/vnd.ms-excel"}) {
    EXPECT_TRUE(is_allowed_mime(mime)) << mime;
  }
  for (const char* mime :
       {"", "application", "application/", "font/woff", "Application/pdf", "application/pdf; q=1",
        "application/a/b", "application/я", "text/a b"}) {
    EXPECT_FALSE(is_allowed_mime(mime)) << mime;
  }
}

}  // namespace
}  // namespace smev
