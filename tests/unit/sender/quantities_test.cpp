#include "sdk/sender/quantities.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "smev/sender/options.hpp"

namespace smev {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, knows_each_unit) {
  EXPECT_EQ(parse_duration("250ms"), Duration(250ms));
  EXPECT_EQ(parse_duration("5s"), Duration(5s));
  EXPECT_EQ(parse_duration("15m"), Duration(15min));
  EXPECT_EQ(parse_duration("36h"), Duration(36h));
  EXPECT_EQ(parse_duration("3d"), Duration(72h));
  EXPECT_EQ(parse_duration("0s"), Duration(0));
}

TEST(ParseDuration, takes_nothing_but_a_whole_number_and_its_unit) {
  for (const char* text : {"", "5", "s", "5 s", " 5s", "5s ", "+5s", "-5s", "1.5h", "5S", "5sec",
                           "1h30m", "0x5s", "5us"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(ParseDuration, refuses_what_does_not_fit) {
  constexpr auto kMost = std::numeric_limits<Duration::rep>::max();
  EXPECT_EQ(parse_duration(std::to_string(kMost / 1000) + "ms"), Duration(kMost / 1000 * 1000));
  EXPECT_EQ(parse_duration(std::to_string(kMost / 1000 + 1) + "ms"), std::nullopt);
  EXPECT_EQ(parse_duration("18446744073709551616s"), std::nullopt);
}

TEST(DurationText, is_the_shortest_exact_spelling) {
  EXPECT_EQ(duration_text(36h), "36h");
  EXPECT_EQ(duration_text(48h), "2d");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
  EXPECT_EQ(duration_text(Duration(0)), "0ms");
}

TEST(ParseSize, knows_each_unit) {
  EXPECT_EQ(parse_size("100B"), 100u);
  EXPECT_EQ(parse_size("512KiB"), 512u << 10);
  EXPECT_EQ(parse_size("50MiB"), 50u << 20);
  EXPECT_EQ(parse_size("1GiB"), 1u << 30);
}

TEST(ParseSize, takes_nothing_but_a_whole_number_and_its_unit) {
  for (const char* text : {"", "50", "50MB", "50 MiB", "-1B", "1.5GiB", "50mib"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_size("17179869183GiB"), std::size_t{17179869183} << 30);
  EXPECT_EQ(parse_size("17179869184GiB"), std::nullopt);
}

TEST(SizeText, is_the_shortest_exact_spelling) {
  EXPECT_EQ(size_text(50u << 20), "50MiB");
  EXPECT_EQ(size_text(1500), "1500B");
  EXPECT_EQ(size_text(0), "0B");
}

}  // namespace
}  // namespace smev
