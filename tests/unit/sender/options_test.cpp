#include "smev/sender/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace smev {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

SenderOptions usable() {
  SenderOptions options;
  options.mnemonic = "MOCK01";
  options.profile.inn = "1234567894";
  options.outbox_path = "/var/lib/smev/outbox.db";
  options.key.key = "/etc/smev/key.pem";
  options.key.certificate = "/etc/smev/certificate.pem";
  options.trust.trusted = {"/etc/smev/smev.pem"};
  options.soap.url = "http://127.0.0.1:7500/smev/v1.2/ws";
  options.file_store.url = "ftp://127.0.0.1:7521";
  return options;
}

std::vector<std::string> faults_of(const SenderOptions& options) {
  std::vector<std::string> faults;
  for (const FieldFault& fault : options.validate()) {
    EXPECT_FALSE(fault.text.empty()) << fault.field;
    faults.push_back(fault.field + " " + fault.code);
  }
  return faults;
}

TEST(SenderOptions, usable_options_have_no_faults) { EXPECT_THAT(faults_of(usable()), IsEmpty()); }

TEST(SenderOptions, empty_options_tell_everything_that_is_missing) {
  EXPECT_THAT(faults_of({}),
              UnorderedElementsAre("mnemonic missing", "profile.inn missing", "outbox.path missing",
                                   "key.key missing", "smev.trusted missing", "smev.url missing"));
}

struct Edge {
  const char* field;
  std::function<void(SenderOptions&)> inside;
  std::function<void(SenderOptions&)> outside;
};

template <class Set, class Value>
Edge edge(const char* field, Set set, Value inside, Value outside) {
  return {field, [=](SenderOptions& options) { set(options) = inside; },
          [=](SenderOptions& options) { set(options) = outside; }};
}

#define SET(expression) \
  [](SenderOptions & o) -> auto& { return o.expression; }

std::vector<Edge> edges() {
  const auto d = [](auto value) { return Duration(value); };
  return {
      edge("mnemonic", SET(mnemonic), std::string(50, 'M'), std::string(51, 'M')),
      edge("mnemonic", SET(mnemonic), std::string("M"), std::string("M 1")),
      edge("mnemonic", SET(mnemonic), std::string("~!"), std::string("МОК")),
      edge("node_id", SET(node_id), std::string(50, 'n'), std::string(51, 'n')),
      edge("node_id", SET(node_id), std::string("n"), std::string()),
      edge("orders_per_message_max", SET(orders_per_message_max), 1, 0),
      edge("orders_per_message_max", SET(orders_per_message_max), 100, 101),
      edge("message_age_max", SET(message_age_max), d(1s), d(999ms)),
      edge("message_age_max", SET(message_age_max), d(48h), d(48h + 1us)),
      edge("smev.connect_timeout", SET(soap.connect_timeout), d(1ms), d(999us)),
      edge("smev.connect_timeout", SET(soap.connect_timeout), d(5min), d(5min + 1us)),
      edge("smev.connect_timeout", SET(soap.connect_timeout), d(1s), d(-1s)),
      edge("smev.total_timeout", SET(soap.total_timeout), d(1ms), d(0s)),
      edge("smev.total_timeout", SET(soap.total_timeout), d(1h), d(1h + 1us)),
      edge("smev.stop_timeout", SET(soap.stop_timeout), d(0s), d(-1us)),
      edge("smev.stop_timeout", SET(soap.stop_timeout), d(10min), d(10min + 1us)),
      edge("smev.answer_size_max", SET(soap.answer_bytes_max), std::size_t{64} << 10,
           (std::size_t{64} << 10) - 1),
      edge("smev.answer_size_max", SET(soap.answer_bytes_max), std::size_t{1} << 30,
           (std::size_t{1} << 30) + 1),
      edge("file_store.user", SET(file_store.user), std::string("u"), std::string()),
      edge("smev.in_flight_max", SET(soap.in_flight_max), 1, 0),
      edge("smev.in_flight_max", SET(soap.in_flight_max), 256, 257),
      edge("file_store.connect_timeout", SET(file_store.connect_timeout), d(1ms), d(999us)),
      edge("file_store.connect_timeout", SET(file_store.connect_timeout), d(5min), d(301s)),
      edge("file_store.total_timeout", SET(file_store.total_timeout), d(1ms), d(0s)),
      edge("file_store.total_timeout", SET(file_store.total_timeout), d(24h), d(24h + 1us)),
      edge("retry.base", SET(retry.base), d(1ms), d(999us)),
      edge("retry.cap", SET(retry.cap), d(24h), d(24h + 1us)),
      edge("retry.cap", SET(retry.cap), d(5s), d(4999ms)),
      edge("retry.throttled", SET(retry.throttled), d(1ms), d(0s)),
      edge("retry.throttled", SET(retry.throttled), d(24h), d(25h)),
      edge("retry.breaker_failures", SET(retry.breaker_failures), 1, 0),
      edge("retry.breaker_failures", SET(retry.breaker_failures), 1000, 1001),
      edge("retry.breaker_pause", SET(retry.breaker_pause), d(1ms), d(0s)),
      edge("retry.breaker_pause", SET(retry.breaker_pause), d(24h), d(25h)),
      edge("retry.deadline_lead", SET(retry.deadline_lead), d(0s), d(-1us)),
      edge("retry.deadline_lead", SET(retry.deadline_lead), d(30 * 24h), d(31 * 24h)),
      edge("poll.fast", SET(poll.fast), d(1ms), d(999us)),
      edge("poll.slow", SET(poll.slow), d(1s), d(999ms)),
      edge("poll.slow", SET(poll.slow), d(24h), d(24h + 1us)),
      edge("poll.deadline", SET(poll.deadline), d(1ms), d(999us)),
      edge("poll.deadline", SET(poll.deadline), d(720h), d(720h + 1us)),
      edge("poll.pollers", SET(poll.pollers), 1, 0),
      edge("poll.pollers", SET(poll.pollers), 16, 17),
  };
}

#undef SET

class Edges : public testing::TestWithParam<Edge> {};

TEST_P(Edges, are_inside_and_the_next_value_is_not) {
  SenderOptions options = usable();
  GetParam().inside(options);
  EXPECT_THAT(options.validate(), IsEmpty()) << GetParam().field;
  GetParam().outside(options);
  EXPECT_THAT(options.validate(), ElementsAre(Field(&FieldFault::field, GetParam().field)));
}

INSTANTIATE_TEST_SUITE_P(SenderOptions, Edges, testing::ValuesIn(edges()), [](const auto& each) {
  std::string name = each.param.field;
  for (char& c : name) c = c == '.' ? '_' : c;
  return name + "_" + std::to_string(each.index);
});

TEST(SenderOptions, longest_retry_base_is_an_hour) {
  SenderOptions options = usable();
  options.retry.cap = 2h;
  options.retry.base = 1h;
  EXPECT_THAT(faults_of(options), IsEmpty());
  options.retry.base = 1h + 1us;
  EXPECT_THAT(faults_of(options), ElementsAre("retry.base range"));
}

TEST(SenderOptions, production_goes_with_env_EPGU_and_with_no_other) {
  SenderOptions options = usable();
  options.profile.env = "EPGU";
  EXPECT_THAT(faults_of(options), ElementsAre("profile.env contour"));
  options.contour = Contour::production;
  EXPECT_THAT(faults_of(options), IsEmpty());
  options.profile.env = "SVCDEV";
  EXPECT_THAT(faults_of(options), ElementsAre("profile.env contour"));
  options.contour = Contour::test;
  EXPECT_THAT(faults_of(options), IsEmpty());
}

TEST(SenderOptions, inn_must_have_its_check_digit) {
  SenderOptions options = usable();
  options.profile.inn = "1234567890";
  EXPECT_THAT(faults_of(options), ElementsAre("profile.inn check_digit"));
}

TEST(SenderOptions, addresses_of_smev) {
  SenderOptions options = usable();
  for (const char* good : {"http://smev.example", "https://smev.example:443/",
                           "http://127.0.0.1:1/x", "http://[::1]:65535/smev/v1.2/ws"}) {
    options.soap.url = good;
    EXPECT_THAT(faults_of(options), IsEmpty()) << good;
  }
  for (const char* bad :
       {"smev.example", "ftp://smev.example", "http://", "http:///ws", "http://a b/",
        "http://smev.example:0/", "http://smev.example:65536/", "http://smev.example:/",
        "http://user:pw@smev.example/", "http://[::1/ws", "http://a/\n", "HTTP//a"}) {
    options.soap.url = bad;
    EXPECT_THAT(faults_of(options), ElementsAre("smev.url pattern")) << bad;
  }
}

TEST(SenderOptions, addresses_of_the_file_store_have_no_path) {
  SenderOptions options = usable();
  for (const char* good : {"", "ftp://127.0.0.1:2121", "ftp://smev.example/"}) {
    options.file_store.url = good;
    EXPECT_THAT(faults_of(options), IsEmpty()) << good;
  }
  for (const char* bad : {"http://smev.example", "ftp://smev.example/folder",
                          "ftp://smev.example:0", "ftp://", "smev.example"}) {
    options.file_store.url = bad;
    EXPECT_THAT(faults_of(options), ElementsAre("file_store.url pattern")) << bad;
  }
}

TEST(SenderOptions, selector_needs_both_of_its_halves) {
  SenderOptions options = usable();
  options.selector.namespace_uri = "urn:x";
  EXPECT_THAT(faults_of(options), ElementsAre("smev.selector.root missing"));
  options.selector.root_element = "Root";
  EXPECT_THAT(faults_of(options), IsEmpty());
  options.selector.namespace_uri.reset();
  EXPECT_THAT(faults_of(options), ElementsAre("smev.selector.namespace missing"));
}

TEST(SenderOptions, empty_path_among_the_trusted_is_told) {
  SenderOptions options = usable();
  options.trust.trusted.emplace_back();
  options.trust.intermediates = {"folder", ""};
  options.trust.revocations = {""};
  EXPECT_THAT(faults_of(options),
              ElementsAre("smev.trusted[1] missing", "smev.intermediates[1] missing",
                          "smev.revocations[0] missing"));
}

class SomeTransport final : public Transport {
 public:
  Result<PreparedMessage> prepare(const OutgoingMessage&) override {
    return fail(local_error(ErrorCode::internal, "not meant to be called"));
  }
  void transmit(std::vector<PreparedMessage>, Done) override {}
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector&) override {
    return std::optional<IncomingMessage>();
  }
  Result<void> acknowledge(const std::string&, bool) override { return {}; }
};

TEST(SenderOptions, part_that_the_caller_brings_needs_no_fields) {
  SenderOptions options;
  options.mnemonic = "MOCK01";
  options.profile.inn = "1234567894";
  options.outbox_path = "outbox.db";
  options.transport = std::make_shared<SomeTransport>();
  EXPECT_THAT(faults_of(options), IsEmpty());
}

TEST(SenderOptions, the_outbox_is_a_file_or_a_database_and_not_both) {
  SenderOptions options;
  options.mnemonic = "MOCK01";
  options.profile.inn = "1234567894";
  options.transport = std::make_shared<SomeTransport>();
  options.postgres.connection = "postgresql://smev@db.internal/smev";
  EXPECT_THAT(faults_of(options), ElementsAre("outbox.files missing"));
  options.postgres.files = "/srv/smev/files";
  EXPECT_THAT(faults_of(options), IsEmpty());
  options.outbox_path = "outbox.db";
  options.postgres.lease = Duration(0);
  EXPECT_THAT(faults_of(options), UnorderedElementsAre("outbox.path excess", "outbox.lease range"));
  options.postgres = {};
  options.postgres.files = "/srv/smev/files";
  EXPECT_THAT(faults_of(options), ElementsAre("outbox.files excess"));
}

}  // namespace
}  // namespace smev
