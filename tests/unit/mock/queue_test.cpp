#include "mock-smev/queue.hpp"

#include <gtest/gtest.h>

namespace smev::mock {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{};
constexpr Duration kPause = 15min;

QueuedMessage message(const std::string& id, const std::string& recipient = "A",
                      const std::string& node = {}) {
  QueuedMessage made;
  made.id = id;
  made.recipient = recipient;
  made.node_id = node;
  return made;
}

std::string taken(Queue& queue, TimePoint now, const std::string& node = {}) {
  const auto delivery = queue.take("A", node, now);
  return delivery ? delivery->message.id : "";
}

TEST(Queue, gives_the_oldest_first_and_each_once) {
  Queue queue(kPause);
  queue.push(message("1"), kStart);
  queue.push(message("2"), kStart);
  EXPECT_EQ(taken(queue, kStart), "1");
  EXPECT_EQ(taken(queue, kStart), "2");
  EXPECT_EQ(taken(queue, kStart), "");
  EXPECT_EQ(queue.size(), 2u);
}

TEST(Queue, shows_a_message_from_its_moment_on) {
  Queue queue(kPause);
  queue.push(message("1"), kStart + 1s);
  EXPECT_EQ(taken(queue, kStart + 1s - 1us), "");
  EXPECT_EQ(taken(queue, kStart + 1s), "1");
}

TEST(Queue, does_not_let_a_late_message_hold_up_another) {
  Queue queue(kPause);
  queue.push(message("late"), kStart + 1h);
  queue.push(message("ready"), kStart);
  EXPECT_EQ(taken(queue, kStart), "ready");
}

TEST(Queue, gives_a_message_again_exactly_after_the_pause) {
  Queue queue(kPause);
  queue.push(message("1"), kStart);
  EXPECT_EQ(queue.take("A", {}, kStart)->number, 1);
  EXPECT_FALSE(queue.take("A", {}, kStart + kPause - 1us));
  const auto again = queue.take("A", {}, kStart + kPause);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->number, 2);
}

TEST(Queue, forgets_what_was_acknowledged) {
  Queue queue(kPause);
  queue.push(message("1"), kStart);
  EXPECT_FALSE(queue.acknowledge("A", "1")) << "nobody has received it yet";
  EXPECT_FALSE(queue.awaits("A", "1"));
  EXPECT_EQ(taken(queue, kStart), "1");
  EXPECT_TRUE(queue.awaits("A", "1"));
  EXPECT_TRUE(queue.acknowledge("A", "1"));
  EXPECT_FALSE(queue.acknowledge("A", "1"));
  EXPECT_EQ(taken(queue, kStart + kPause), "");
  EXPECT_EQ(queue.size(), 0u);
}

TEST(Queue, belongs_to_its_recipient) {
  Queue queue(kPause);
  queue.push(message("1", "B"), kStart);
  EXPECT_EQ(taken(queue, kStart), "");
  ASSERT_TRUE(queue.take("B", {}, kStart));
  EXPECT_FALSE(queue.acknowledge("A", "1"));
  EXPECT_TRUE(queue.acknowledge("B", "1"));
}

TEST(Queue, gives_a_node_its_own_and_everything_to_who_names_none) {
  Queue queue(kPause);
  queue.push(message("1", "A", "east"), kStart);
  queue.push(message("2", "A", "west"), kStart);
  EXPECT_EQ(taken(queue, kStart, "west"), "2");
  EXPECT_EQ(taken(queue, kStart, "north"), "");
  EXPECT_EQ(taken(queue, kStart), "1");
}

}  // namespace
}  // namespace smev::mock
