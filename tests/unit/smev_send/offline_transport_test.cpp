#include "smev-send/offline_transport.hpp"

#include <gtest/gtest.h>

namespace smev::cli {
namespace {

TEST(OfflineTransport, refuses_every_call) {
  const auto transport = offline_transport();
  EXPECT_FALSE(transport->prepare({}));
  EXPECT_FALSE(transport->receive({}));
  EXPECT_FALSE(transport->acknowledge("id", true));
  int answers = 0;
  transport->transmit(std::vector<PreparedMessage>(2), [&](const Uuid&, const Transmission& told) {
    EXPECT_EQ(told.outcome, Transmission::Outcome::not_sent);
    EXPECT_TRUE(told.error.has_value());
    ++answers;
  });
  EXPECT_EQ(answers, 2);
}

}  // namespace
}  // namespace smev::cli
