#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/cms.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/smev3/multipart.hpp"
#include "sdk/xml/schema.hpp"
#include "smev/transport/transport.hpp"
#include "tests/support/signed_answers.hpp"
#include "tests/unit/transport/ftp_server.hpp"
#include "tests/unit/transport/http_server.hpp"

namespace smev {
namespace {

using ::smev::testing::Connection;
using ::smev::testing::Event;
using ::smev::testing::FtpServer;
using ::smev::testing::HttpServer;
using ::smev::testing::SeenRequest;
using ::smev::testing::signers;
using ::smev::testing::soap_answer;
using ::smev::testing::test_now;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using Outcome = Transmission::Outcome;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return test_now(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

std::string message_id_in(const std::string& envelope) {
  const std::string tag = "<ns1:MessageID>";
  return envelope.substr(envelope.find(tag) + tag.size(), 36);
}

// Answers every SendRequest with a signed receipt for it.
HttpServer::Script receipts() {
  return [](Connection& connection, const SeenRequest& request) {
    return connection.send(
        soap_answer(testing::receipt(message_id_in(request.body), *signers().smev)));
  };
}

// What `done` was told, by message.
class Told {
 public:
  Transport::Done done() {
    return [this](const Uuid& id, Transmission transmission) {
      const std::lock_guard lock(mutex_);
      told_.emplace(id.text(), std::move(transmission));
      changed_.notify_all();
    };
  }
  bool wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(10), [&] { return told_.size() >= count; });
  }
  std::multimap<std::string, Transmission> all() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// Waits for the first; a test with one message has no other.
  Transmission only() {
    EXPECT_TRUE(wait(1));
    const auto told = all();
    EXPECT_EQ(told.size(), 1u);
    return told.empty() ? Transmission() : told.begin()->second;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::string, Transmission> told_;
};

class ScriptedStore final : public FileStore {
 public:
  explicit ScriptedStore(std::function<Result<void>(const OutgoingFile&)> put)
      : put_(std::move(put)) {}
  Result<void> put(const OutgoingFile& file) override { return put_(file); }

 private:
  std::function<Result<void>(const OutgoingFile&)> put_;
};

class SoapTransportTest : public ::testing::Test {
 protected:
  static SoapOptions options(const std::string& url) {
    SoapOptions options;
    options.url = url;
    options.connect_timeout = options.total_timeout = seconds(10);
    options.stop_timeout = milliseconds(50);
    return options;
  }

  static std::shared_ptr<Transport> transport(const SoapOptions& options,
                                              std::shared_ptr<FileStore> files = nullptr) {
    auto made = soap_transport(options, signers().sender, signers().verifier, std::move(files),
                               std::make_shared<FixedClock>());
    EXPECT_TRUE(made) << made.error().describe();
    return *made;
  }
  static std::shared_ptr<Transport> transport(const std::string& url,
                                              std::shared_ptr<FileStore> files = nullptr) {
    return transport(options(url), std::move(files));
  }

  OutgoingMessage message() {
    OutgoingMessage message;
    message.message_id = ids_->next();
    message.content = "<e:Order xmlns:e=\"urn:test:order\"><e:a>1</e:a></e:Order>";
    return message;
  }

  OutgoingFile file(const std::string& octets, const std::string& name = "result.pdf") {
    const std::string path = (folder_.path() / std::to_string(++count_)).string();
    std::ofstream(path, std::ios::binary) << octets;
    return {ids_->next(), path, name, "application/pdf"};
  }

  static PreparedMessage prepared(Transport& transport, const OutgoingMessage& message) {
    auto ready = transport.prepare(message);
    EXPECT_TRUE(ready) << ready.error().describe();
    return ready ? *ready : PreparedMessage();
  }

  static std::vector<PreparedMessage> one(PreparedMessage message) {
    std::vector<PreparedMessage> messages;
    messages.push_back(std::move(message));
    return messages;
  }

  Transmission sent(Transport& transport, const OutgoingMessage& message) {
    Told told;
    transport.transmit(one(prepared(transport, message)), told.done());
    return told.only();
  }

 private:
  std::shared_ptr<IdSource> ids_ = seeded_ids(std::make_shared<FixedClock>(), 7);
  testing::TemporaryFolder folder_;
  int count_ = 0;
};

TEST_F(SoapTransportTest, sends_the_prepared_octets_and_takes_the_receipt) {
  HttpServer server(receipts());
  const auto soap = transport(server.url());
  const PreparedMessage ready = prepared(*soap, message());
  EXPECT_EQ(ready.content_type, "text/xml; charset=utf-8");
  EXPECT_EQ(ready.schema_version, "1.2");
  Told told;
  soap->transmit(one(ready), told.done());
  const Transmission transmission = told.only();
  EXPECT_EQ(transmission.outcome, Outcome::accepted);
  EXPECT_FALSE(transmission.error);
  EXPECT_EQ(transmission.endpoint, server.url());
  EXPECT_EQ(transmission.http_status, 200);
  EXPECT_EQ(transmission.smev_status, "requestIsQueued");
  EXPECT_GT(transmission.duration.count(), 0);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests().front().body, ready.body);
  EXPECT_EQ(server.requests().front().header("soapaction"), "\"urn:SendRequest\"");
  EXPECT_EQ(server.requests().front().header("content-type"), ready.content_type);
}

TEST_F(SoapTransportTest, prepares_references_to_files_with_digest_and_signature) {
  const auto soap = transport("http://127.0.0.1:9/");
  OutgoingMessage with_file = message();
  with_file.files = {file("content of the result")};
  with_file.test_message = true;
  with_file.node_id = "node";
  const PreparedMessage ready = prepared(*soap, with_file);
  ASSERT_EQ(ready.files.size(), 1u);
  EXPECT_EQ(ready.files.front().path, with_file.files.front().path);

  const auto document = xml::Document::parse(ready.body);
  ASSERT_TRUE(document);
  const auto text_of = [&](const char* name) {
    const xml::Element found = testing::find_element(document->root(), name);
    return found ? found.text() : std::string("none");
  };
  EXPECT_EQ(text_of("uuid"), with_file.files.front().uuid.text());
  EXPECT_EQ(text_of("MimeType"), "application/pdf");
  EXPECT_EQ(text_of("TestMessage"), "");
  EXPECT_EQ(text_of("NodeID"), "node");
  EXPECT_EQ(text_of("Hash"), base64_encode(*signature::digest(SignatureAlgorithm::gost2012_256,
                                                              "content of the result")));
  const auto cms = base64_decode(text_of("SignaturePKCS7"));
  ASSERT_TRUE(cms);
  const auto verdict =
      signature::verify_file(with_file.files.front().path, *cms, *signers().verifier, std::nullopt);
  ASSERT_TRUE(verdict) << verdict.error().describe();
  EXPECT_TRUE(verdict->holds()) << verdict->problem;
  EXPECT_EQ(verdict->certificate_serial, signers().sender->certificate().serial);

  const auto schema = xml::Schema::load(xml::schema_directory() + "/smev-1.2.xsd");
  ASSERT_TRUE(schema);
  EXPECT_TRUE(
      (*schema)->check(testing::find_element(document->root(), "SendRequestRequest")).empty());
}

TEST_F(SoapTransportTest, prepares_nothing_out_of_bad_input) {
  const auto soap = transport("http://127.0.0.1:9/");
  OutgoingMessage no_file = message();
  no_file.files = {file("x")};
  no_file.files.front().path += ".gone";
  EXPECT_FALSE(soap->prepare(no_file));
  OutgoingMessage bad_type = message();
  bad_type.files = {file("x")};
  bad_type.files.front().mime = "unknown/type";
  ASSERT_FALSE(soap->prepare(bad_type));
  EXPECT_EQ(soap->prepare(bad_type).error().code, ErrorCode::validation);
  OutgoingMessage no_content = message();
  no_content.content = "";
  EXPECT_FALSE(soap->prepare(no_content));
}

TEST_F(SoapTransportTest, has_many_messages_in_flight) {
  constexpr std::size_t kMessages = 32;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t inside = 0;
  const auto answer = receipts();
  HttpServer server([&](Connection& connection, const SeenRequest& request) {
    {
      std::unique_lock lock(mutex);
      ++inside;
      changed.notify_all();
      changed.wait_for(lock, seconds(10), [&] { return inside == kMessages; });
    }
    return answer(connection, request);
  });
  const auto soap = transport(server.url());
  std::vector<PreparedMessage> messages;
  for (std::size_t i = 0; i < kMessages; ++i) messages.push_back(prepared(*soap, message()));
  Told told;
  soap->transmit(messages, told.done());
  ASSERT_TRUE(told.wait(kMessages));
  for (const auto& [id, transmission] : told.all()) {
    EXPECT_EQ(transmission.outcome, Outcome::accepted) << id;
  }
  for (const PreparedMessage& each : messages) {
    EXPECT_EQ(told.all().count(each.message_id.text()), 1u);
  }
}

TEST_F(SoapTransportTest, puts_the_files_before_it_sends_the_message) {
  FtpServer ftp;
  std::size_t files_at_arrival = 0;
  const auto answer = receipts();
  HttpServer server([&](Connection& connection, const SeenRequest& request) {
    files_at_arrival = ftp.files().size();
    return answer(connection, request);
  });
  FtpOptions ftp_options;
  ftp_options.url = ftp.url();
  const auto soap = transport(server.url(), ftp_file_store(ftp_options));
  OutgoingMessage with_files = message();
  with_files.files = {file("one", "Решение.pdf"), file("two", "Акт.pdf")};
  EXPECT_EQ(sent(*soap, with_files).outcome, Outcome::accepted);
  EXPECT_EQ(files_at_arrival, 2u);
  EXPECT_EQ(ftp.files().at("/" + with_files.files[0].uuid.text() + "/Решение.pdf"), "one");
  EXPECT_EQ(ftp.files().at("/" + with_files.files[1].uuid.text() + "/Акт.pdf"), "two");
}

TEST_F(SoapTransportTest, sends_nothing_when_a_file_cannot_be_put) {
  HttpServer server(receipts());
  const std::pair<std::shared_ptr<FileStore>, Retry> stores[] = {
      {nullptr, Retry::after_fix},
      {std::make_shared<ScriptedStore>([](const OutgoingFile&) -> Result<void> {
         return fail(local_error(ErrorCode::io, "broken", Retry::later));
       }),
       Retry::later},
      {std::make_shared<ScriptedStore>(
           [](const OutgoingFile&) -> Result<void> { throw std::runtime_error("thrown"); }),
       Retry::later}};
  for (const auto& [store, retry] : stores) {
    const auto soap = transport(server.url(), store);
    OutgoingMessage with_file = message();
    with_file.files = {file("x")};
    const Transmission transmission = sent(*soap, with_file);
    EXPECT_EQ(transmission.outcome, Outcome::not_sent);
    ASSERT_TRUE(transmission.error);
    EXPECT_EQ(transmission.error->code, ErrorCode::file_store);
    EXPECT_EQ(transmission.error->retry, retry);
    EXPECT_EQ(transmission.endpoint, server.url());
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(SoapTransportTest, tells_what_became_of_a_message) {
  const auto outcome_of = [this](const std::string& answer) {
    HttpServer server([&](Connection& connection, const SeenRequest&) {
      return connection.send(answer) && !answer.empty();
    });
    return sent(*transport(server.url()), message()).outcome;
  };
  EXPECT_EQ(outcome_of(soap_answer(testing::fault("MessageIsAlreadySent", "уже"), 500)),
            Outcome::duplicate);
  EXPECT_EQ(outcome_of(soap_answer(testing::fault("AccessDenied", "нет"), 500)), Outcome::refused);
  EXPECT_EQ(outcome_of(soap_answer(testing::fault("SMEVFailure", "сбой"), 500)), Outcome::in_doubt);
  EXPECT_EQ(outcome_of(testing::http_answer(502, "text/html", "<html/>")), Outcome::in_doubt);
  EXPECT_EQ(outcome_of(soap_answer(
                testing::receipt("b077cd84-3959-11f1-b8b2-0242333cce59", *signers().smev))),
            Outcome::in_doubt);
  EXPECT_EQ(outcome_of(""), Outcome::in_doubt);
}

TEST_F(SoapTransportTest, knows_that_nothing_left_when_nobody_listens) {
  std::string url;
  {
    HttpServer gone(receipts());
    url = gone.url();
  }
  const Transmission transmission = sent(*transport(url), message());
  EXPECT_EQ(transmission.outcome, Outcome::not_sent);
  EXPECT_EQ(transmission.error->code, ErrorCode::connect);
  EXPECT_EQ(transmission.http_status, 0);
}

TEST_F(SoapTransportTest, goes_on_when_the_one_who_is_told_throws) {
  HttpServer server(receipts());
  const auto soap = transport(server.url());
  Event thrown;
  soap->transmit(one(prepared(*soap, message())), [&](const Uuid&, Transmission) {
    thrown.set();
    throw std::runtime_error("not my day");
  });
  ASSERT_TRUE(thrown.wait());
  EXPECT_EQ(sent(*soap, message()).outcome, Outcome::accepted);
}

TEST_F(SoapTransportTest, may_be_given_more_from_inside_done) {
  HttpServer server(receipts());
  const auto soap = transport(server.url());
  Told told;
  const auto second = one(prepared(*soap, message()));
  soap->transmit(one(prepared(*soap, message())),
                 [&](const Uuid&, Transmission) { soap->transmit(second, told.done()); });
  EXPECT_EQ(told.only().outcome, Outcome::accepted);
}

TEST_F(SoapTransportTest, tells_about_every_message_before_it_is_gone) {
  Event arrived;
  HttpServer server([&](Connection& connection, const SeenRequest&) {
    arrived.set();
    connection.wait_until_closed();
    return false;
  });
  SoapOptions one_at_a_time = options(server.url());
  one_at_a_time.in_flight_max = 1;
  auto soap = transport(one_at_a_time);
  std::vector<PreparedMessage> messages;
  for (int i = 0; i < 4; ++i) messages.push_back(prepared(*soap, message()));
  const std::string flying = messages.front().message_id.text();
  Told told;
  soap->transmit(std::move(messages), told.done());
  ASSERT_TRUE(arrived.wait());
  soap.reset();
  const auto all = told.all();
  ASSERT_EQ(all.size(), 4u);
  for (const auto& [id, transmission] : all) {
    EXPECT_EQ(transmission.outcome, id == flying ? Outcome::in_doubt : Outcome::not_sent);
    EXPECT_EQ(transmission.error->code, ErrorCode::stopped);
    EXPECT_EQ(transmission.endpoint, server.url());
  }
}

TEST_F(SoapTransportTest, tells_about_messages_whose_files_wait_or_are_being_put) {
  HttpServer server(receipts());
  Event being_put;
  Event go_on;
  const auto store = std::make_shared<ScriptedStore>([&](const OutgoingFile&) -> Result<void> {
    being_put.set();
    go_on.wait();
    return {};
  });
  auto soap = transport(server.url(), store);
  std::vector<PreparedMessage> messages;
  for (int i = 0; i < 12; ++i) {
    OutgoingMessage with_file = message();
    with_file.files = {file("x")};
    messages.push_back(prepared(*soap, with_file));
  }
  Told told;
  std::atomic<int> dropped = 0;
  // Those that wait are told first; after the first of them those that are being put may go on.
  soap->transmit(std::move(messages), [&, done = told.done()](const Uuid& id, Transmission sent) {
    if (++dropped == 1) go_on.set();
    done(id, std::move(sent));
  });
  ASSERT_TRUE(being_put.wait());
  soap.reset();
  const auto all = told.all();
  EXPECT_EQ(all.size(), 12u);
  for (const auto& [id, transmission] : all) {
    EXPECT_EQ(transmission.outcome, Outcome::not_sent);
    EXPECT_EQ(transmission.error->code, ErrorCode::stopped);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(SoapTransportTest, receives_a_verified_answer) {
  testing::AnswerText text;
  text.provider = signers().provider.get();
  const std::string envelope = testing::answer(text, *signers().smev);
  const smev3::WrappedBody wrapped = smev3::wrap_multipart(envelope, "uuid:1");
  HttpServer server(
      HttpServer::always(testing::http_answer(200, wrapped.content_type, wrapped.body)));
  const auto received = transport(server.url())->receive({"urn:test:answer", "Answer", "node"});
  ASSERT_TRUE(received) << received.error().describe();
  ASSERT_TRUE(*received);
  const IncomingMessage& incoming = **received;
  EXPECT_EQ(incoming.kind, IncomingMessage::Kind::content);
  EXPECT_EQ(incoming.message_id, text.message_id);
  EXPECT_EQ(incoming.original_message_id, text.original_message_id);
  EXPECT_EQ(incoming.raw, wrapped.body);
  EXPECT_EQ(incoming.content_type, wrapped.content_type);
  EXPECT_EQ(incoming.content_namespace, "urn:test:answer");
  EXPECT_EQ(incoming.content_root, "Answer");
  EXPECT_THAT(incoming.content, HasSubstr("да"));
  EXPECT_EQ(incoming.sender, "TEST01");
  EXPECT_TRUE(incoming.verified);
  EXPECT_EQ(incoming.problem, "");
  EXPECT_EQ(incoming.verdicts.size(), 2u);
  const SeenRequest asked = server.requests().front();
  EXPECT_EQ(asked.header("soapaction"), "\"urn:GetResponse\"");
  EXPECT_THAT(asked.body, HasSubstr("NamespaceURI>urn:test:answer<"));
  EXPECT_THAT(asked.body, HasSubstr("RootElementLocalName>Answer<"));
  EXPECT_THAT(asked.body, HasSubstr("NodeID>node<"));
  EXPECT_THAT(asked.body, HasSubstr("Timestamp>2026-04-16T10:47:33.379+03:00<"));
}

TEST_F(SoapTransportTest, receives_every_other_kind) {
  const auto received = [](const std::string& data) {
    testing::AnswerText text;
    text.data = data;
    HttpServer server(HttpServer::always(soap_answer(testing::answer(text, *signers().smev))));
    return *transport(server.url())->receive({}).value();
  };
  const IncomingMessage rejected = received(
      "<ns2:RequestRejected><ns2:RejectionReasonCode>NO_DATA</ns2:RejectionReasonCode>"
      "<ns2:RejectionReasonDescription>нет</ns2:RejectionReasonDescription></ns2:RequestRejected>"
      "<ns2:RequestRejected><ns2:RejectionReasonCode>FAILURE</ns2:RejectionReasonCode>"
      "<ns2:RejectionReasonDescription>сбой</ns2:RejectionReasonDescription>"
      "</ns2:RequestRejected>");
  EXPECT_EQ(rejected.kind, IncomingMessage::Kind::rejected);
  EXPECT_EQ(rejected.code, "NO_DATA, FAILURE");
  EXPECT_EQ(rejected.text, "нет; сбой");
  const IncomingMessage status = received(
      "<ns2:RequestStatus><ns2:StatusCode>12</ns2:StatusCode><ns2:StatusDescription>в "
      "работе</ns2:StatusDescription></ns2:RequestStatus>");
  EXPECT_EQ(status.kind, IncomingMessage::Kind::status);
  EXPECT_EQ(status.code, "12");
  EXPECT_EQ(status.text, "в работе");
  const IncomingMessage notice = received(
      "<ns2:AsyncProcessingStatus><ns2:OriginalMessageId>x</ns2:OriginalMessageId>"
      "<ns2:StatusCategory>requestIsRejectedBySmev</ns2:StatusCategory><ns2:StatusDetails>нет"
      "</ns2:StatusDetails><ns2:SmevFault><Code>1</Code></ns2:SmevFault>"
      "</ns2:AsyncProcessingStatus>");
  EXPECT_EQ(notice.kind, IncomingMessage::Kind::async_status);
  EXPECT_EQ(notice.code, "requestIsRejectedBySmev");
  EXPECT_EQ(notice.text, "нет");
  ASSERT_TRUE(notice.fault);
  EXPECT_EQ(notice.fault->code, "1");
  const IncomingMessage unreadable = received("<ns2:Novelty/>");
  EXPECT_EQ(unreadable.kind, IncomingMessage::Kind::unreadable);
  EXPECT_TRUE(unreadable.verified);
  EXPECT_NE(unreadable.problem, "");
}

TEST_F(SoapTransportTest, hands_out_an_answer_changed_on_its_way_as_not_verified) {
  std::string envelope = testing::answer({}, *signers().smev);
  envelope.replace(envelope.find("да"), std::string("да").size(), "нет");
  HttpServer server(HttpServer::always(soap_answer(envelope)));
  const auto received = transport(server.url())->receive({});
  ASSERT_TRUE(received && *received);
  EXPECT_FALSE((*received)->verified);
  EXPECT_THAT((*received)->problem, HasSubstr("SMEVSignature"));
  EXPECT_EQ((*received)->raw, envelope);
}

TEST_F(SoapTransportTest, an_empty_queue_is_nothing_and_failures_are_tried_later) {
  HttpServer empty(HttpServer::always(soap_answer(testing::empty_queue())));
  const auto nothing = transport(empty.url())->receive({});
  ASSERT_TRUE(nothing) << nothing.error().describe();
  EXPECT_FALSE(nothing->has_value());

  HttpServer hangs([](Connection& connection, const SeenRequest&) {
    connection.wait_until_closed();
    return false;
  });
  SoapOptions impatient = options(hangs.url());
  impatient.total_timeout = milliseconds(150);
  const auto late = transport(impatient)->receive({});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::timeout);
  EXPECT_EQ(late.error().retry, Retry::later);

  HttpServer limited(HttpServer::always(
      soap_answer(testing::fault("SignatureVerificationFault", "превышен лимит обращений"), 500)));
  const auto throttled = transport(limited.url())->receive({});
  ASSERT_FALSE(throttled);
  EXPECT_EQ(throttled.error().retry, Retry::throttled);
}

TEST_F(SoapTransportTest, refuses_half_a_selector) {
  const auto received = transport("http://127.0.0.1:9/")->receive({"urn:a", {}, {}});
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::validation);
}

constexpr char kReceived[] = "b09d7e45-3959-11f1-a763-938a8f3d61d2";

TEST_F(SoapTransportTest, acknowledges_over_one_connection) {
  HttpServer server(HttpServer::always(soap_answer(testing::ack_response())));
  const auto soap = transport(server.url());
  EXPECT_TRUE(soap->acknowledge(kReceived, true));
  EXPECT_TRUE(soap->acknowledge(kReceived, false));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests()[0].header("soapaction"), "\"urn:Ack\"");
  EXPECT_THAT(server.requests()[0].body, HasSubstr("accepted=\"true\">" + std::string(kReceived)));
  EXPECT_THAT(server.requests()[1].body, HasSubstr("accepted=\"false\""));
}

TEST_F(SoapTransportTest, a_message_that_is_no_longer_known_is_acknowledged) {
  for (const std::string& body :
       {testing::fault("TargetMessageIsNotFound", "нет"), testing::fault("", "SMEV-501: нет"),
        testing::fault("", "Сообщение не найдено среди неподтверждённых.")}) {
    HttpServer server(HttpServer::always(soap_answer(body, 500)));
    EXPECT_TRUE(transport(server.url())->acknowledge(kReceived, true)) << body;
  }
}

TEST_F(SoapTransportTest, says_why_an_acknowledgement_failed) {
  HttpServer denies(HttpServer::always(soap_answer(testing::fault("AccessDenied", "нет"), 500)));
  const auto denied = transport(denies.url())->acknowledge(kReceived, true);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::smev_fault);
  HttpServer breaks([](Connection&, const SeenRequest&) { return false; });
  const auto broken = transport(breaks.url())->acknowledge(kReceived, true);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().retry, Retry::later);
  EXPECT_FALSE(transport(breaks.url())->acknowledge("no id", true));
}

TEST_F(SoapTransportTest, is_not_made_without_its_parts) {
  const auto clock = std::make_shared<FixedClock>();
  const auto made = [&](const SoapOptions& with, std::shared_ptr<Signer> signer,
                        std::shared_ptr<Verifier> verifier, std::shared_ptr<Clock> its_clock) {
    const auto result =
        soap_transport(with, std::move(signer), std::move(verifier), nullptr, std::move(its_clock));
    return result ? "made" : std::string(name(result.error().code));
  };
  const SoapOptions good = options("http://h/");
  EXPECT_EQ(made(good, signers().sender, signers().verifier, clock), "made");
  EXPECT_EQ(made(options(""), signers().sender, signers().verifier, clock), "config");
  EXPECT_EQ(made(good, nullptr, signers().verifier, clock), "config");
  EXPECT_EQ(made(good, signers().sender, nullptr, clock), "config");
  EXPECT_EQ(made(good, signers().sender, signers().verifier, nullptr), "config");
}

}  // namespace
}  // namespace smev
