#pragma once
// What SMEV says back, signed: receipts, messages out of the queue, empty answers. Shapes as
// captured (smev3 §1.3, §4; elk-status §4.2). Thread-safe as far as the signers are.

#include <memory>
#include <string>
#include <vector>

#include "mock-smev/queue.hpp"
#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/protocol.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/signer.hpp"

namespace smev::mock {

/// What a queued answer repeats of its request.
struct RequestFacts {
  std::string message_id;
  std::string transaction_code;  ///< may be empty
  std::string node_id;           ///< may be empty
  std::string sender;            ///< mnemonic
};

/// Why SMEV refuses a message after its receipt.
struct AsyncRejection {
  std::string code;                            ///< basic:Code
  std::string number;                          ///< "SMEV-403"
  std::string text;                            ///< Russian, ends with the MessageId
  std::vector<std::string> validation_errors;  ///< present: the fault is an InvalidContent
};

class Answers {
 public:
  /// @param smev signs receipts and deliveries, @param provider the answers of ЕЛК
  Answers(const smev3::Protocol& protocol, std::string smev_mnemonic, std::string provider_mnemonic,
          std::shared_ptr<Signer> smev, std::shared_ptr<Signer> provider);

  /// The SOAP envelope that says requestIsQueued.
  [[nodiscard]] Result<std::string> receipt(const RequestFacts& request, TimePoint now) const;

  /// An answer of ЕЛК, signed by it. `content`: the business element as text.
  [[nodiscard]] Result<QueuedMessage> answer(const RequestFacts& request, const std::string& id,
                                             const std::string& content, TimePoint now) const;
  /// RequestRejected of ЕЛК, signed by it.
  [[nodiscard]] Result<QueuedMessage> refusal(const RequestFacts& request, const std::string& id,
                                              const std::vector<smev3::Rejection>& why,
                                              TimePoint now) const;
  /// RequestStatus of ЕЛК, signed by it: the answer is still to come.
  [[nodiscard]] Result<QueuedMessage> status(const RequestFacts& request, const std::string& id,
                                             int code, const std::string& text,
                                             TimePoint now) const;
  /// SMEV itself refuses.
  [[nodiscard]] Result<QueuedMessage> rejection(const RequestFacts& request, const std::string& id,
                                                const AsyncRejection& why, TimePoint now) const;
  /// SMEV itself tells how far the message is. `category`: "underProcessing".
  [[nodiscard]] Result<QueuedMessage> notice(const RequestFacts& request, const std::string& id,
                                             const std::string& category, const std::string& text,
                                             TimePoint now) const;

  /// The SOAP envelope that hands out a queued message.
  [[nodiscard]] Result<std::string> delivery(const QueuedMessage& message, TimePoint now) const;
  [[nodiscard]] std::string empty_queue() const;
  [[nodiscard]] std::string acknowledged() const;

 private:
  /// @param inside what follows `To`, as text; default namespace basic, ns2 types
  [[nodiscard]] Result<QueuedMessage> of_provider(const RequestFacts& request,
                                                  const std::string& id, const std::string& inside,
                                                  TimePoint now) const;
  [[nodiscard]] QueuedMessage of_smev(const RequestFacts& request, const std::string& id,
                                      const std::string& category, const std::string& details,
                                      const AsyncRejection* why, TimePoint now) const;
  [[nodiscard]] std::string empty_answer(const std::string& root) const;
  [[nodiscard]] QueuedMessage queued(const RequestFacts& request, const std::string& id,
                                     const std::string& sender, TimePoint now) const;

  const smev3::Protocol& protocol_;
  const std::string smev_mnemonic_;
  const std::string provider_mnemonic_;
  const std::shared_ptr<Signer> smev_;
  const std::shared_ptr<Signer> provider_;
};

/// Changes one digit of the content that was signed; for a client that must notice it.
std::string tampered(std::string envelope);

}  // namespace smev::mock
