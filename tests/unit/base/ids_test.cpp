#include "smev/base/ids.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace smev {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

constexpr int kSequences = 1 << 14;

class HandClock final : public Clock {
 public:
  explicit HandClock(TimePoint moment) : moment_(moment) {}
  TimePoint now() const override { return moment_; }
  std::chrono::steady_clock::time_point steady() const override { return {}; }
  void set(TimePoint moment) { moment_ = moment; }
  void move(Duration distance) { moment_ += distance; }

 private:
  TimePoint moment_;
};

TimePoint some_moment() {
  return TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 4 / 16}} + hours{7} +
         microseconds{379123};
}

std::string sequence_of(const Uuid& id) { return id.text().substr(19, 4); }
std::string node_of(const Uuid& id) { return id.text().substr(24); }

TEST(Uuid, lower_case_form_is_read_and_kept) {
  const std::string text = "c59b1a60-3962-11f1-9c4b-0b6d2a7f91e3";
  const Uuid id = Uuid::parse(text).value();
  EXPECT_EQ(id.text(), text);
  EXPECT_FALSE(id.empty());
  EXPECT_EQ(id.version(), 1);
}

TEST(Uuid, anything_but_the_lower_case_form_is_refused) {
  for (const char* text :
       {"", "C59B1A60-3962-11F1-9C4B-0B6D2A7F91E3", "c59b1a60-3962-11f1-9c4b-0b6d2a7f91eA",
        "c59b1a60-3962-11f1-9c4b-0b6d2a7f91e", "c59b1a60-3962-11f1-9c4b-0b6d2a7f91e33",
        "c59b1a60396211f19c4b0b6d2a7f91e3", "{c59b1a60-3962-11f1-9c4b-0b6d2a7f91e3}",
        "c59b1a6-03962-11f1-9c4b-0b6d2a7f91e3", "c59b1a60-3962-11f1-9c4b-0b6d2a7f91eg",
        "c59b1a60-3962-11f1-9c4b 0b6d2a7f91e3", "c59b1a60-3962-11f1-9c4b-0b6d2a7f91e3 ",
        "urn:uuid:c59b1a60-3962-11f1-9c4b-0b6d2a7f91e3", "c59b1a60-3962-11f1-9c4b-0b6d2a7f9-e3"}) {
    const Result<Uuid> id = Uuid::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ErrorCode::validation);
  }
}

TEST(Uuid, empty_one_has_neither_version_nor_time) {
  const Uuid id;
  EXPECT_TRUE(id.empty());
  EXPECT_EQ(id.version(), 0);
  EXPECT_EQ(id.time(), std::nullopt);
}

TEST(Uuid, time_is_read_from_version_1_only) {
  EXPECT_EQ(Uuid::parse("00000000-0000-4000-8000-000000000000").value().time(), std::nullopt);
  EXPECT_EQ(Uuid::parse("00000000-0000-4000-8000-000000000000").value().version(), 4);
  // RFC 4122: tick 0 is 1582-10-15, and 1970 is tick 0x01b21dd213814000.
  EXPECT_EQ(Uuid::parse("00000000-0000-1000-8000-000000000000").value().time(),
            TimePoint{std::chrono::sys_days{std::chrono::year{1582} / 10 / 15}});
  EXPECT_EQ(Uuid::parse("13814000-1dd2-11b2-8000-000000000000").value().time(), TimePoint{});
  EXPECT_EQ(Uuid::parse("13814009-1dd2-11b2-8000-000000000000").value().time(), TimePoint{});
  EXPECT_EQ(Uuid::parse("1381400a-1dd2-11b2-8000-000000000000").value().time(),
            TimePoint{microseconds{1}});
  EXPECT_EQ(Uuid::parse("13813fff-1dd2-11b2-8000-000000000000").value().time(),
            TimePoint{microseconds{-1}});
}

TEST(TimeBasedIds, have_version_1_the_variant_of_the_rfc_and_a_multicast_node) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 100; ++i) {
    const Uuid id = time_based_ids(clock)->next();
    EXPECT_TRUE(std::regex_match(id.text(), form)) << id.text();
    EXPECT_EQ(std::stoi(node_of(id).substr(0, 2), nullptr, 16) & 1, 1) << id.text();
    EXPECT_EQ(Uuid::parse(id.text()).value(), id);
  }
}

TEST(TimeBasedIds, carry_the_time_of_the_clock) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const auto ids = time_based_ids(clock);
  EXPECT_EQ(ids->next().time(), clock->now());
  clock->move(hours{30 * 24});
  EXPECT_EQ(ids->next().time(), clock->now());
}

TEST(TimeBasedIds, keep_one_node_per_source_and_another_in_the_next_source) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const auto one = time_based_ids(clock);
  const auto other = time_based_ids(clock);
  EXPECT_EQ(node_of(one->next()), node_of(one->next()));
  EXPECT_NE(node_of(one->next()), node_of(other->next()));
}

TEST(TimeBasedIds, never_repeat_while_the_clock_stands_still) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const auto ids = time_based_ids(clock);
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(ids->next()).second);
  // 1000 ticks of 100 ns ahead of the clock; the clock catches up without a repetition.
  for (int i = 0; i < 200; ++i) {
    clock->move(microseconds{1});
    EXPECT_TRUE(seen.insert(ids->next()).second);
  }
}

TEST(TimeBasedIds, change_the_sequence_when_the_clock_steps_back) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const auto ids = time_based_ids(clock);
  const Uuid before = ids->next();
  clock->move(-seconds{1});
  const Uuid after = ids->next();
  EXPECT_NE(sequence_of(before), sequence_of(after));
  EXPECT_EQ(after.time(), clock->now());
  clock->move(seconds{1});
  EXPECT_EQ(sequence_of(ids->next()), sequence_of(after));
}

TEST(TimeBasedIds, never_repeat_although_every_sequence_has_been_used) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const auto ids = time_based_ids(clock);
  std::set<Uuid> seen;
  for (int i = 0; i < 3 * kSequences; ++i) {
    clock->set(some_moment() + microseconds{1});
    ASSERT_TRUE(seen.insert(ids->next()).second) << i;
    clock->set(some_moment());
    ASSERT_TRUE(seen.insert(ids->next()).second) << i;
  }
}

TEST(TimeBasedIds, are_unlike_across_threads) {
  const auto ids = time_based_ids(system_clock());
  std::mutex mutex;
  std::set<Uuid> seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      std::vector<Uuid> own;
      for (int n = 0; n < 2000; ++n) own.push_back(ids->next());
      const std::lock_guard lock(mutex);
      seen.insert(own.begin(), own.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 8000U);
}

TEST(TimeBasedIds, clock_beyond_the_form_is_clamped) {
  const auto clock = std::make_shared<HandClock>(TimePoint::min());
  EXPECT_EQ(time_based_ids(clock)->next().text().substr(0, 18), "00000000-0000-1000");
  clock->set(TimePoint::max());
  EXPECT_EQ(time_based_ids(clock)->next().version(), 1);
  EXPECT_EQ(time_based_ids(clock)->next().text().substr(9, 9), "ffff-1fff");
}

TEST(SeededIds, same_seed_and_clock_replay_the_same_ids) {
  const auto clock = std::make_shared<HandClock>(some_moment());
  const auto one = seeded_ids(clock, 42);
  const auto same = seeded_ids(clock, 42);
  const auto other = seeded_ids(clock, 43);
  for (int i = 0; i < 10; ++i) {
    const Uuid id = one->next();
    EXPECT_EQ(id, same->next());
    EXPECT_NE(node_of(id), node_of(other->next()));
    clock->move(seconds{1});
  }
}

}  // namespace
}  // namespace smev
