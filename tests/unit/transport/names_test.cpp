#include <gtest/gtest.h>

#include "smev/transport/transport.hpp"

namespace smev {
namespace {

TEST(TransportNames, are_stable) {
  using Outcome = Transmission::Outcome;
  EXPECT_EQ(name(Outcome::accepted), "accepted");
  EXPECT_EQ(name(Outcome::duplicate), "duplicate");
  EXPECT_EQ(name(Outcome::refused), "refused");
  EXPECT_EQ(name(Outcome::not_sent), "not_sent");
  EXPECT_EQ(name(Outcome::in_doubt), "in_doubt");
  using Kind = IncomingMessage::Kind;
  EXPECT_EQ(name(Kind::content), "content");
  EXPECT_EQ(name(Kind::rejected), "rejected");
  EXPECT_EQ(name(Kind::status), "status");
  EXPECT_EQ(name(Kind::async_status), "async_status");
  EXPECT_EQ(name(Kind::unreadable), "unreadable");
}

}  // namespace
}  // namespace smev
