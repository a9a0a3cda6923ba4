#include <atomic>
#include <exception>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/cms.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/fault.hpp"
#include "sdk/smev3/request.hpp"
#include "sdk/transport/http_caller.hpp"
#include "sdk/transport/http_loop.hpp"
#include "sdk/transport/outcome.hpp"
#include "sdk/transport/signer_gate.hpp"
#include "sdk/transport/worker_pool.hpp"
#include "smev/transport/transport.hpp"

namespace smev {

namespace {

using smev3::soap_action::kAck;
using smev3::soap_action::kGetResponse;
using smev3::soap_action::kSendRequest;
using transport::HttpCaller;
using transport::HttpLoop;
using transport::HttpOptions;
using transport::HttpRequest;
using transport::HttpResult;
using transport::SignerGate;
using transport::WorkerPool;

constexpr char kContentType[] = "text/xml; charset=utf-8";
constexpr int kUploadThreads = 4;

// A message on its way, and who is to be told.
struct Sending {
  PreparedMessage message;
  std::shared_ptr<const Transport::Done> done;
  Duration upload_duration{};
};

Transmission not_sent(Error error) {
  Transmission transmission;
  transmission.outcome = Transmission::Outcome::not_sent;
  transmission.error = std::move(error);
  return transmission;
}

// Whatever a store says went wrong, the message has not left because of a file.
Error as_store_error(Error error) {
  if (error.code != ErrorCode::file_store) {
    error.detail = std::string(name(error.code)) + ": " + error.detail;
    error.code = ErrorCode::file_store;
    error.text = std::string(text(ErrorCode::file_store)) + ". " + error.text;
  }
  return error;
}

// "Try the same id again" is for messages sent; a question to the queue is simply asked again, and
// nothing is in doubt.
Error as_read_error(Error error) {
  if (error.retry == Retry::same_id_now) {
    error.retry = Retry::later;
  }
  if (error.code == ErrorCode::timeout) {
    error.text = "СМЭВ не ответила на запрос к очереди ответов вовремя: он будет повторён";
  }
  return error;
}

IncomingMessage::Kind kind_of(smev3::AnswerKind kind) {
  switch (kind) {
    case smev3::AnswerKind::content:
      return IncomingMessage::Kind::content;
    case smev3::AnswerKind::rejected:
      return IncomingMessage::Kind::rejected;
    case smev3::AnswerKind::status:
      return IncomingMessage::Kind::status;
    case smev3::AnswerKind::async_status:
      return IncomingMessage::Kind::async_status;
    case smev3::AnswerKind::unreadable:
      break;
  }
  return IncomingMessage::Kind::unreadable;
}

IncomingMessage incoming(smev3::Answer answer, smev3::HttpAnswer http) {
  IncomingMessage message;
  message.verified = answer.verified();
  message.problem = answer.problem();
  message.message_id = std::move(answer.message_id);
  message.original_message_id = std::move(answer.original_message_id);
  message.kind = kind_of(answer.kind);
  message.raw = std::move(http.body);
  message.content_type = std::move(http.content_type);
  message.content = std::move(answer.content);
  message.content_namespace = std::move(answer.content_namespace);
  message.content_root = std::move(answer.content_root);
  message.sender = std::move(answer.metadata.sender);
  message.text = std::move(answer.status_description);
  message.fault = std::move(answer.fault);
  message.verdicts = std::move(answer.verdicts);
  if (answer.kind == smev3::AnswerKind::status) {
    message.code = std::to_string(answer.status_code);
  } else {
    message.code = std::move(answer.status_category);
  }
  for (const smev3::Rejection& rejection : answer.rejections) {
    message.code += (message.code.empty() ? "" : ", ") + rejection.code;
    message.text += (message.text.empty() ? "" : "; ") + rejection.description;
  }
  return message;
}

class SoapTransport final : public Transport {
 public:
  struct Parts {
    std::shared_ptr<Runtime> runtime;
    std::shared_ptr<Signer> signer;
    std::shared_ptr<Verifier> verifier;
    std::shared_ptr<FileStore> files;
    std::shared_ptr<Clock> clock;
    std::unique_ptr<HttpLoop> loop;
    std::unique_ptr<WorkerPool> uploads;
  };

  SoapTransport(SoapOptions options, HttpOptions http, Parts parts)
      : options_(std::move(options)),
        parts_(std::move(parts)),
        signer_(parts_.signer),
        caller_(std::move(http)) {}

  ~SoapTransport() override {
    stopping_ = true;
    parts_.uploads->stop();
    parts_.loop->stop(options_.stop_timeout);
  }

  Result<PreparedMessage> prepare(const OutgoingMessage& message) override;
  void transmit(std::vector<PreparedMessage> messages, Done done) override;
  Result<std::optional<IncomingMessage>> receive(const AnswerSelector& selector) override;
  Result<void> acknowledge(const std::string& message_id, bool accepted) override;

 private:
  Result<smev3::FileReference> reference_to(const OutgoingFile& file);
  void upload_and_post(const std::shared_ptr<Sending>& sending);
  Result<void> upload(const std::vector<OutgoingFile>& files);
  void post(const std::shared_ptr<Sending>& sending);
  Transmission judge(const Sending& sending, HttpResult result);
  void tell(const Sending& sending, Transmission transmission) const;

  const SoapOptions options_;
  const Parts parts_;
  const smev3::Protocol& protocol_ = smev3::protocol_1_2();
  SignerGate signer_;
  HttpCaller caller_;
  std::atomic<bool> stopping_ = false;
};

Result<smev3::FileReference> SoapTransport::reference_to(const OutgoingFile& file) {
  SMEV_ASSIGN(const std::string digest, signature::digest_file(signer_.algorithm(), file.path));
  SMEV_ASSIGN(const std::string cms, signature::sign_digest(signer_, digest, parts_.clock->now()));
  return smev3::FileReference{file.uuid.text(), base64_encode(digest), file.mime,
                              base64_encode(cms)};
}

Result<PreparedMessage> SoapTransport::prepare(const OutgoingMessage& message) {
  smev3::SendRequest request;
  request.message_id = message.message_id;
  request.node_id = message.node_id;
  request.content = message.content;
  request.test_message = message.test_message;
  for (const OutgoingFile& file : message.files) {
    SMEV_ASSIGN(smev3::FileReference reference, reference_to(file));
    request.files.push_back(std::move(reference));
  }
  SMEV_ASSIGN(std::string body, smev3::write_send_request(protocol_, request, signer_));
  return PreparedMessage{message.message_id, kContentType, std::move(body), protocol_.version,
                         message.files};
}

void SoapTransport::transmit(std::vector<PreparedMessage> messages, Done done) {
  const auto shared_done = std::make_shared<const Done>(std::move(done));
  for (PreparedMessage& message : messages) {
    auto sending = std::make_shared<Sending>();
    sending->message = std::move(message);
    sending->done = shared_done;
    if (sending->message.files.empty()) {
      post(sending);
      continue;
    }
    parts_.uploads->post(
        [this, sending] { upload_and_post(sending); },
        [this, sending] {
          tell(*sending, not_sent(local_error(ErrorCode::stopped,
                                              "stopped before its files were put", Retry::later)));
        });
  }
}

void SoapTransport::upload_and_post(const std::shared_ptr<Sending>& sending) {
  const auto started = parts_.clock->steady();
  const Result<void> uploaded = upload(sending->message.files);
  sending->upload_duration = std::chrono::duration_cast<Duration>(parts_.clock->steady() - started);
  if (uploaded && !stopping_) {
    return post(sending);
  }
  Transmission transmission = not_sent(
      uploaded ? local_error(ErrorCode::stopped, "stopped after its files were put", Retry::later)
               : as_store_error(uploaded.error()));
  transmission.duration = sending->upload_duration;
  tell(*sending, std::move(transmission));
}

Result<void> SoapTransport::upload(const std::vector<OutgoingFile>& files) {
  if (parts_.files == nullptr) {
    Error error =
        local_error(ErrorCode::file_store, "no file store is configured", Retry::after_fix);
    error.text = "В настройках не задано файловое хранилище СМЭВ, а у сообщения есть файлы";
    return fail(std::move(error));
  }
  for (const OutgoingFile& file : files) {
    try {
      SMEV_TRY(parts_.files->put(file));
    } catch (const std::exception& error) {
      return fail(local_error(ErrorCode::file_store, error.what(), Retry::later));
    }
  }
  return {};
}

void SoapTransport::post(const std::shared_ptr<Sending>& sending) {
  HttpRequest request{kSendRequest, sending->message.content_type,
                      std::move(sending->message.body)};
  parts_.loop->post(std::move(request), [this, sending](HttpResult result) {
    tell(*sending, judge(*sending, std::move(result)));
  });
}

Transmission SoapTransport::judge(const Sending& sending, HttpResult result) {
  const bool left = result.request_left;
  try {
    Transmission transmission =
        transport::judge(protocol_, sending.message.message_id, std::move(result), *parts_.verifier,
                         parts_.clock->now());
    transmission.duration += sending.upload_duration;
    return transmission;
  } catch (const std::exception& error) {
    Transmission transmission = not_sent(
        local_error(ErrorCode::internal, error.what(), left ? Retry::same_id_now : Retry::later));
    transmission.outcome = left ? Transmission::Outcome::in_doubt : Transmission::Outcome::not_sent;
    return transmission;
  }
}

void SoapTransport::tell(const Sending& sending, Transmission transmission) const {
  transmission.endpoint = options_.url;
  try {
    (*sending.done)(sending.message.message_id, std::move(transmission));
  } catch (...) {
    // The one who was told failed; there is nobody else to tell, and the next message must go on.
  }
}

Result<std::optional<IncomingMessage>> SoapTransport::receive(const AnswerSelector& selector) {
  const TimePoint now = parts_.clock->now();
  const smev3::Selector narrowed{selector.namespace_uri, selector.root_element, selector.node_id};
  SMEV_ASSIGN(std::string body, smev3::write_get_response(protocol_, narrowed, now, signer_));
  HttpResult http = caller_.post({kGetResponse, kContentType, std::move(body)});
  if (http.error) {
    return fail(as_read_error(*std::move(http.error)));
  }
  auto read = smev3::read_get_response(protocol_, http.answer, *parts_.verifier, now);
  if (!read) {
    Error error = read.error();
    if (http.retry_after_seconds) error.retry = Retry::throttled;
    return fail(std::move(error));
  }
  auto answer = *std::move(read);
  if (!answer) {
    return std::optional<IncomingMessage>();
  }
  return std::optional(incoming(*std::move(answer), std::move(http.answer)));
}

Result<void> SoapTransport::acknowledge(const std::string& message_id, bool accepted) {
  SMEV_ASSIGN(std::string body, smev3::write_ack(protocol_, message_id, accepted, signer_));
  HttpResult http = caller_.post({kAck, kContentType, std::move(body)});
  if (http.error) {
    return fail(as_read_error(*std::move(http.error)));
  }
  auto done = smev3::read_ack_response(protocol_, http.answer);
  if (!done && done.error().fault &&
      smev3::recognised(*done.error().fault) == smev3::kTargetMessageIsNotFound) {
    return {};
  }
  return done;
}

}  // namespace

Result<std::shared_ptr<Transport>> soap_transport(SoapOptions options,
                                                  std::shared_ptr<Signer> signer,
                                                  std::shared_ptr<Verifier> verifier,
                                                  std::shared_ptr<FileStore> files,
                                                  std::shared_ptr<Clock> clock) {
  if (auto faults = options.validate(); !faults.empty()) {
    return fail(validation_error(std::move(faults), ErrorCode::config));
  }
  if (signer == nullptr || verifier == nullptr || clock == nullptr) {
    return fail(local_error(ErrorCode::config, "signer, verifier and clock are needed"));
  }
  const HttpOptions http{options.url, options.connect_timeout, options.total_timeout,
                         options.answer_bytes_max};
  SMEV_ASSIGN(auto runtime, Runtime::acquire());
  SMEV_ASSIGN(auto loop, HttpLoop::start(http, options.in_flight_max));
  SMEV_ASSIGN(auto uploads, WorkerPool::start(kUploadThreads));
  SoapTransport::Parts parts{std::move(runtime), std::move(signer), std::move(verifier),
                             std::move(files),   std::move(clock),  std::move(loop),
                             std::move(uploads)};
  return std::shared_ptr<Transport>(
      std::make_shared<SoapTransport>(std::move(options), http, std::move(parts)));
}

}  // namespace smev
