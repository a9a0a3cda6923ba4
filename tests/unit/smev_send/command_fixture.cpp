#include "command_fixture.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <fstream>
#include <utility>

#include "smev-send/commands.hpp"

namespace smev::cli {
namespace {

constexpr char kNamespace[] = "http://epgu.gosuslugi.ru/elk/status/1.0.2";

std::string text_of(const std::string& xml, const std::string& element) {
  const std::size_t name = xml.find(element + ">");
  const std::size_t start = name + element.size() + 1;
  return name == std::string::npos ? "" : xml.substr(start, xml.find('<', start) - start);
}

/// The answer of ЕЛК to a request for one order.
std::string answer_to(const std::string& request, int code) {
  const bool create = request.find("CreateOrdersRequest") != std::string::npos;
  return fmt::format(
      "<ElkOrderResponse xmlns=\"{}\"><{}><code>{}</code><message>OK</message><orders><order>"
      "<elkOrderNumber>4654266659</elkOrderNumber><orderNumber>{}</orderNumber><status>{}</status>"
      "<message>OK</message></order></orders></{}></ElkOrderResponse>",
      kNamespace, create ? "CreateOrdersResponse" : "UpdateOrdersResponse", code == 0 ? 0 : 11,
      text_of(request, "orderNumber"), code,
      create ? "CreateOrdersResponse" : "UpdateOrdersResponse");
}

SignatureVerdict good_verdict() {
  SignatureVerdict verdict;
  verdict.role = "SMEVSignature";
  verdict.present = verdict.digest_holds = verdict.value_holds = true;
  verdict.trust = Trust::trusted;
  verdict.certificate_subject = "CN=SMEV";
  return verdict;
}

}  // namespace

Result<PreparedMessage> FriendlyTransport::prepare(const OutgoingMessage& message) {
  PreparedMessage prepared;
  prepared.message_id = message.message_id;
  prepared.content_type = "text/xml; charset=UTF-8";
  prepared.body = message.content;
  prepared.schema_version = "1.2";
  prepared.files = message.files;
  return prepared;
}

void FriendlyTransport::transmit(std::vector<PreparedMessage> messages, Done done) {
  for (const PreparedMessage& message : messages) {
    Transmission transmission;
    transmission.endpoint = "http://127.0.0.1/ws";
    {
      const std::lock_guard lock(mutex_);
      if (reachable_) {
        transmission.outcome = Transmission::Outcome::accepted;
        transmission.http_status = 200;
        transmission.smev_status = "requestIsQueued";
        transmission.verdicts = {good_verdict()};
        IncomingMessage answer;
        answer.message_id = "b" + message.message_id.text().substr(1);
        answer.original_message_id = message.message_id.text();
        answer.kind = IncomingMessage::Kind::content;
        answer.content = answer_to(message.body, result_code_);
        answer.raw = answer.content;
        answer.content_type = "text/xml";
        answer.content_namespace = kNamespace;
        answer.content_root = "ElkOrderResponse";
        answer.verdicts = {good_verdict()};
        answer.verified = true;
        queue_.push_back(std::move(answer));
      } else {
        transmission.outcome = Transmission::Outcome::not_sent;
        transmission.error = local_error(ErrorCode::connect, "refused", Retry::later);
      }
    }
    done(message.message_id, std::move(transmission));
  }
}

Result<std::optional<IncomingMessage>> FriendlyTransport::receive(const AnswerSelector&) {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::optional<IncomingMessage>();
  std::optional<IncomingMessage> answer = std::move(queue_.front());
  queue_.pop_front();
  return answer;
}

Result<void> FriendlyTransport::acknowledge(const std::string& message_id, bool) {
  const std::lock_guard lock(mutex_);
  acknowledged_.insert(message_id);
  return {};
}

void FriendlyTransport::go_out_of_reach() {
  const std::lock_guard lock(mutex_);
  reachable_ = false;
}

std::set<std::string> FriendlyTransport::acknowledged() const {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

void CommandLine::SetUp() {
  std::string pattern = testing::TempDir() + "smev-send-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
}

void CommandLine::TearDown() { std::filesystem::remove_all(folder_); }

SenderOptions CommandLine::options() const {
  using namespace std::chrono_literals;
  SenderOptions made;
  made.mnemonic = "MOCK01";
  made.profile.inn = "1234567894";
  made.profile.kpp = "123401001";
  made.profile.filed_age_warning = filed_age_warning;
  made.outbox_path = path("outbox.db");
  made.orders_per_message_max = orders_per_message;
  made.poll.fast = made.poll.slow = 1ms;
  made.retry.base = 1ms;
  made.retry.cap = 10ms;
  made.logger = logger;
  made.clock = clock;
  made.transport = other_transport ? other_transport : transport;
  return made;
}

std::string CommandLine::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name)) << text;
  return path(name);
}

ExitCode CommandLine::run(std::vector<std::string> arguments) {
  std::istringstream input(in);
  std::ostringstream output;
  std::ostringstream errors;
  const Environment environment{input,
                                output,
                                errors,
                                [this](const char* name) -> std::optional<std::string> {
                                  const auto found = variables.find(name);
                                  return found == variables.end() ? std::nullopt
                                                                  : std::optional(found->second);
                                },
                                [this](const std::string& config) -> Result<SenderOptions> {
                                  config_asked_for = config;
                                  return options();
                                },
                                colour,
                                interactive,
                                login};
  const ExitCode code = run_command_line(std::move(arguments), environment);
  out = output.str();
  err = errors.str();
  return code;
}

void QueueCommands::submit(const std::vector<std::string>& orders) {
  std::set<std::string> known;
  for (const std::string& order : orders) {
    in = known.insert(order).second ? first_update(order) : later_update(order, 7);
    ASSERT_EQ(run({"submit", "-"}), ExitCode::done) << err;
  }
}

void QueueCommands::hold(const std::vector<std::string>& orders) {
  submit(orders);
  transport = std::make_shared<FriendlyTransport>(13);
  ASSERT_EQ(run({"drain"}), ExitCode::held) << err;
}

void QueueCommands::deliver() {
  transport = std::make_shared<FriendlyTransport>();
  run({"drain"});
}

nlohmann::json QueueCommands::told(std::vector<std::string> arguments, ExitCode code) {
  arguments.emplace_back("--json");
  EXPECT_EQ(run(std::move(arguments)), code) << out << err;
  const auto document = nlohmann::json::parse(out, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << out;
  return document;
}

std::string QueueCommands::state(UpdateId id) {
  return told({"show", std::to_string(id)}).at("update").at("state");
}

std::string first_update(const std::string& order) {
  return fmt::format(R"({{"order": {{"number": "{}", "service": "-60012726",
 "filed_at": "2026-04-16T10:00:00+03:00", "applicant": {{"person_by_snils":
 {{"snils": "112-233-445 95", "last_name": "Петрова", "first_name": "Анна"}}}}}},
 "status": {{"code": 6, "at": "2026-04-16T10:47:33+03:00"}}}})",
                     order);
}

std::string later_update(const std::string& order, int code, const std::string& results) {
  return fmt::format(R"({{"order": {{"number": "{}"}},
 "status": {{"code": {}, "at": "2026-04-17T12:30:00+03:00", "results": {}}}}})",
                     order, code, results);
}

}  // namespace smev::cli
