#include "sdk/sender/certificate_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "smev/testing/manual_clock.hpp"
#include "smev/testing/scripted_transport.hpp"

namespace smev {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kDay = 24h;

/// Keeps what is said of certificates: "warning 30".
class CertificateLog final : public Logger {
 public:
  void write(LogLevel level, std::string_view event, std::string_view text,
             const std::vector<LogField>& fields) override {
    if (event != "certificate.expires") return;
    EXPECT_EQ(level, LogLevel::warning);
    EXPECT_FALSE(text.empty());
    const std::lock_guard lock(mutex_);
    for (const LogField& field : fields) {
      if (field.name == "days") days_.push_back(field.value);
      if (field.name == "serial") {
        EXPECT_EQ(field.value, "0A");
      }
    }
  }
  std::vector<std::string> days() const {
    const std::lock_guard lock(mutex_);
    return days_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> days_;
};

class SomeSigner final : public Signer {
 public:
  explicit SomeSigner(TimePoint not_after) {
    certificate_.subject = "CN=Петрова";
    certificate_.serial = "0A";
    certificate_.not_after = not_after;
  }
  SignatureAlgorithm algorithm() const override { return SignatureAlgorithm::gost2012_256; }
  const Certificate& certificate() const override { return certificate_; }
  int concurrency() const override { return 1; }
  Result<std::string> sign(std::string_view) override { return std::string(64, 's'); }

 private:
  Certificate certificate_;
};

class CertificateWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    parts.options.clock = clock;
    parts.options.logger = log;
  }
  void valid_for(Duration left) {
    parts.options.signer = std::make_shared<SomeSigner>(clock->now() + left);
  }

  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<CertificateLog> log = std::make_shared<CertificateLog>();
  SenderParts parts;
};

TEST_F(CertificateWatchTest, warns_once_at_30_14_and_3_days_and_when_it_has_run_out) {
  valid_for(31 * kDay);
  CertificateWatch watch(parts);
  for (int day = 0; day < 40; ++day) {
    watch.look();
    watch.look();
    clock->advance(kDay);
  }
  EXPECT_THAT(log->days(), ElementsAre("30", "14", "3", "-1"));
  EXPECT_EQ(watch.days_left(), -9);
}

TEST_F(CertificateWatchTest, warns_only_of_the_last_threshold_when_it_looks_late) {
  valid_for(2 * kDay);
  CertificateWatch watch(parts);
  watch.look();
  EXPECT_THAT(log->days(), ElementsAre("2"));
}

TEST_F(CertificateWatchTest, does_not_warn_again_when_the_clock_is_set_back_and_forth) {
  valid_for(30 * kDay);
  CertificateWatch watch(parts);
  watch.look();
  clock->set(clock->now() - kDay);
  watch.look();
  clock->set(clock->now() + kDay);
  watch.look();
  EXPECT_THAT(log->days(), ElementsAre("30"));
}

TEST_F(CertificateWatchTest, has_nothing_to_say_without_a_key) {
  CertificateWatch watch(parts);
  watch.look();
  EXPECT_EQ(watch.days_left(), std::nullopt);
  EXPECT_THAT(log->days(), IsEmpty());
}

TEST_F(CertificateWatchTest, is_kept_by_the_sender_when_it_opens_and_while_it_works) {
  SenderOptions options;
  options.mnemonic = "TEST01";
  options.profile.inn = "0012345673";
  options.outbox_path = ":memory:";
  options.clock = clock;
  options.logger = log;
  options.signer = std::make_shared<SomeSigner>(clock->now() + 14 * kDay);
  options.transport = std::make_shared<testing::ScriptedTransport>(
      [](const PreparedMessage&) { return Transmission{}; });
  auto sender = Sender::open(options);
  ASSERT_TRUE(sender) << sender.error().describe();
  EXPECT_THAT(log->days(), ElementsAre("14"));
  EXPECT_EQ(sender->certificate_days_left(), 14);
  clock->advance(12 * kDay);
  ASSERT_TRUE(sender->drain(0s));
  EXPECT_THAT(log->days(), ElementsAre("14", "2"));
  EXPECT_EQ(sender->certificate_days_left(), 2);
}

}  // namespace
}  // namespace smev
