#pragma once
/// How messages leave and answers come. Four verbs: prepare makes what will be sent, transmit sends
/// exactly that, receive and acknowledge are the way back. A transport never retries (the outbox
/// does) and keeps nothing between calls.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/verifier.hpp"

namespace smev {

/// A file on its way into SMEV's file store.
struct OutgoingFile {
  Uuid uuid{};         ///< directory in the store; the content names it too
  std::string path{};  ///< the outbox's own copy
  std::string name{};  ///< as the citizen sees it
  std::string mime{};
};

/// A message as the information type made it.
struct OutgoingMessage {
  Uuid message_id{};
  std::string content{};  ///< business XML, one element
  std::vector<OutgoingFile> files{};
  bool test_message = false;
  std::optional<std::string> node_id{};
};

/// What will be sent, octet for octet, however often.
struct PreparedMessage {
  Uuid message_id{};
  std::string content_type{};
  std::string body{};
  std::string schema_version{};  ///< "1.2"
  std::vector<OutgoingFile> files{};
};

/// What is known after one attempt.
struct Transmission {
  enum class Outcome {
    accepted,   ///< a receipt came and its signature holds
    duplicate,  ///< SMEV says that it has this id already (MessageIsAlreadySent)
    refused,    ///< a fault says that it was not taken
    not_sent,   ///< nothing left this machine, or the file store failed before the message went
    in_doubt,   ///< bytes left, and no trustworthy answer came back
  };
  Outcome outcome = Outcome::in_doubt;
  std::string endpoint{};
  int http_status = 0;           ///< 0: none came
  std::optional<Error> error{};  ///< for every outcome but accepted
  std::string receipt{};         ///< the answer's octets, when one came
  std::vector<SignatureVerdict> verdicts{};
  std::optional<Duration> retry_after{};  ///< the other side asked for so long a pause
  std::string smev_status{};              ///< "requestIsQueued"
  Duration duration{};
};
std::string_view name(Transmission::Outcome outcome);

/// A message out of the response queue, verified and taken apart as far as the protocol goes.
struct IncomingMessage {
  enum class Kind { content, rejected, status, async_status, unreadable };

  std::string message_id{};           ///< what acknowledge() wants; may be empty when unreadable
  std::string original_message_id{};  ///< our message; may be empty
  Kind kind = Kind::unreadable;
  std::string raw{};  ///< HTTP body as it came
  std::string content_type{};
  std::string content{};  ///< business XML, for Kind::content
  std::string content_namespace{};
  std::string content_root{};
  std::string sender{};              ///< mnemonic out of the metadata
  std::string code{};                ///< rejection reasons, status code or category
  std::string text{};                ///< description for people
  std::optional<SmevFault> fault{};  ///< for Kind::async_status
  std::vector<SignatureVerdict> verdicts{};
  bool verified = false;  ///< all signatures hold and SMEV's is trusted
  std::string problem{};  ///< why not verified or unreadable; English
};
std::string_view name(IncomingMessage::Kind kind);

/// Narrows the response queue; empty takes whatever comes (the safest, smev3 §2.4).
struct AnswerSelector {
  std::optional<std::string> namespace_uri{};
  std::optional<std::string> root_element{};
  std::optional<std::string> node_id{};
};

/// Thread-safe; nothing of it may throw.
class Transport {
 public:
  using Done = std::function<void(const Uuid& message_id, Transmission transmission)>;

  virtual ~Transport() = default;

  /// Signs; touches no network. The files are read (digest, detached signature), not sent.
  virtual Result<PreparedMessage> prepare(const OutgoingMessage& message) = 0;
  /// Sends each message: first its files, then exactly its octets. Returns at once; `done` is
  /// called exactly once for each, from any thread. Messages over the limit in flight wait
  /// for their turn.
  virtual void transmit(std::vector<PreparedMessage> messages, Done done) = 0;
  /// One message out of the response queue; nothing when it is empty. A message whose signature
  /// fails is no error: it comes with verified == false.
  virtual Result<std::optional<IncomingMessage>> receive(const AnswerSelector& selector) = 0;
  /// Takes the message off the queue. An id that SMEV does not know any more is success.
  virtual Result<void> acknowledge(const std::string& message_id, bool accepted) = 0;
};

/// SMEV's file store: where result files go before the message that names them.
/// Thread-safe.
class FileStore {
 public:
  virtual ~FileStore() = default;
  /// Puts the file at `uuid`/`name`; doing it again with the same file is harmless.
  virtual Result<void> put(const OutgoingFile& file) = 0;
};

struct FtpOptions {
  std::string url{};  ///< ftp://host:port, without path
  std::string user = "anonymous";
  std::string password = "smev";
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::minutes(5);

  /// Faults of all fields at once; empty when usable.
  [[nodiscard]] std::vector<FieldFault> validate() const;
};
/// Passive FTP, one directory per file. Names longer than 108 characters lose the end of their
/// base. With options that are not usable, every put() fails with `config`.
std::shared_ptr<FileStore> ftp_file_store(FtpOptions options);

struct SoapOptions {
  std::string url{};  ///< http://host:port/smev/v1.2/ws
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::seconds(60);
  std::size_t answer_bytes_max = 32u << 20;  ///< a longer answer is cut off: in doubt
  int in_flight_max = 32;                    ///< requests at once; 1..256
  /// How long requests in flight may still take when the transport is destroyed; then they are in
  /// doubt.
  Duration stop_timeout = std::chrono::seconds(5);

  /// Faults of all fields at once; empty when usable.
  [[nodiscard]] std::vector<FieldFault> validate() const;
};

/// SOAP 1.1 over libcurl, schema 1.2. `files` may be null when no message has any. The destructor
/// returns when `done` has been called for every message: what waits is not sent, a file that is
/// being put is waited for. It must not run inside `done`. Fails with `config`.
Result<std::shared_ptr<Transport>> soap_transport(SoapOptions options,
                                                  std::shared_ptr<Signer> signer,
                                                  std::shared_ptr<Verifier> verifier,
                                                  std::shared_ptr<FileStore> files,
                                                  std::shared_ptr<Clock> clock);

}  // namespace smev
