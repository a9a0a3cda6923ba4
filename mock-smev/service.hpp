#pragma once
// SMEV's three operations over one HTTP call each: SendRequest, GetResponse, Ack of schema 1.2,
// dispatched by the body's root element. Thread-safe.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mock-smev/account.hpp"
#include "mock-smev/answers.hpp"
#include "mock-smev/caller.hpp"
#include "mock-smev/fault.hpp"
#include "mock-smev/file_store.hpp"
#include "mock-smev/http_server.hpp"
#include "mock-smev/injection.hpp"
#include "mock-smev/journal.hpp"
#include "mock-smev/responder.hpp"
#include "sdk/xml/schema.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"

namespace smev::mock {

/// The Timestamp of a GetResponse may be off by this much (smev3 §2.3).
inline constexpr Duration kTimestampWindow = std::chrono::minutes(30);
/// A MessageID whose time lies this far back or farther is stale (smev3 §2.1).
inline constexpr Duration kStaleAge = std::chrono::hours(48);

struct ServiceOptions {
  Duration redeliver = std::chrono::minutes(15);  ///< until an unacknowledged message comes again
  Duration answer_delay{0};                       ///< until the answer stands in the queue
  double drop_after_accept = 0;  ///< share of accepted SendRequest that get no HTTP answer
  double drop_ack = 0;           ///< share of Ack that get none, processed or not
  std::uint64_t seed = 0;        ///< of both
  int tamper_answers = 0;        ///< so many first deliveries are changed after signing
  FaultStyle fault_style = FaultStyle::old_server;
  bool plain = false;                ///< GetResponse answers without multipart/related
  bool require_test_message = true;  ///< refuse a SendRequest without TestMessage
  bool drop_refused = false;         ///< Ack accepted="false" removes the message
  std::string smev_mnemonic = "SMEV";
  std::string provider_mnemonic = "MNSV05";
  std::string sender_mnemonic = "MOCK01";
  std::vector<InjectionRule> injections;
  std::vector<ReactionRule> reactions;
};

/// What a service works with.
struct ServiceParts {
  std::shared_ptr<Clock> clock;
  std::shared_ptr<IdSource> ids;
  Callers callers;
  std::shared_ptr<Signer> smev;
  std::shared_ptr<Signer> provider;
  std::shared_ptr<const xml::Schema> envelope_schema;
  std::shared_ptr<const xml::Schema> content_schema;
  std::shared_ptr<FileStore> files;
  std::shared_ptr<Account> account;
  std::shared_ptr<Journal> journal;
};

class Service {
 public:
  Service(ServiceOptions options, ServiceParts parts);

  HttpReply handle(const HttpRequest& request);
  [[nodiscard]] std::size_t queue_size() const { return queue_.size(); }

 private:
  struct Call;
  void dispatch(Call& call, const HttpRequest& request);
  std::optional<Fault> authenticate(Call& call, const xml::Element& target);
  void send_request(Call& call);
  void get_response(Call& call);
  void acknowledge(Call& call);
  std::optional<Fault> check_request(Call& call, const xml::Element& data);
  std::optional<Fault> check_message_id(Call& call);
  Result<std::vector<Response>> respond(Call& call, const xml::Element& data);
  bool accept_id(const std::string& id);
  void forget_id(const std::string& id);
  bool is_accepted(const std::string& id) const;
  bool chance(double share);
  bool must_tamper();
  [[nodiscard]] HttpReply reply(Call& call) const;

  const ServiceOptions options_;
  const ServiceParts parts_;
  const Answers answers_;
  Queue queue_;
  Injection injection_;
  Responder responder_;
  mutable std::mutex mutex_;
  std::set<std::string> accepted_ids_;
  std::mt19937_64 random_;
  int to_tamper_;
};

}  // namespace smev::mock
