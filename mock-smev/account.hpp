#pragma once
// The citizen's account as ЕЛК keeps it: orders and the statuses that came, in the order of their
// arrival. Nothing is hidden and nothing merged: every accepted status entry is appended, so that a
// duplicate can be seen. Thread-safe.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sdk/elk/answer.hpp"
#include "sdk/elk/request.hpp"
#include "smev/base/clock.hpp"

namespace smev::mock {

/// The first number that ЕЛК gives an order: ten digits, does not fit into 32 bits.
inline constexpr std::int64_t kFirstElkNumber = 4'700'000'001;
/// Status codes that are taken as known unless told otherwise; the real dictionary is not
/// published.
inline constexpr std::int16_t kLeastKnownStatus = 1;
inline constexpr std::int16_t kGreatestKnownStatus = 300;

/// Rules behind the result codes. What is inferred rather than known can be changed.
struct AccountRules {
  std::vector<std::string> services;             ///< ТКУ that are known (13); empty: any
  std::vector<std::int16_t> first_statuses{6};   ///< allowed in a create (31); empty: any
  std::vector<std::int16_t> unknown_statuses{};  ///< besides what is out of range (4)
  Duration request_age_max{0};                   ///< older requestDate gives 38; 0: never
  /// Result code for a FSuuid that no RefAttachmentHeader names; the real one is not known.
  int absent_attachment_code = elk::result_code::kIncorrectParameters;
};

/// A result file as it was when its message was accepted.
struct ResultFile {
  std::string path;
  std::string name;
  std::string mime;
  std::uintmax_t size = 0;
};

struct ResultEntry {
  std::string id;    ///< number within the order: "1", "2"
  std::string uuid;  ///< FSuuid or datamartUuid
  std::string document_type;
  std::optional<ResultFile> file;  ///< nothing for a document of a data mart
};

struct StatusEntry {
  std::int16_t code = 0;
  std::string date;  ///< as written
  std::string message_id;
  TimePoint received{};
  std::vector<ResultEntry> results;
};

struct OrderRecord {
  std::string number;
  std::int64_t elk_number = 0;
  std::string sender;     ///< mnemonic
  std::string inn;        ///< senderInn
  std::string applicant;  ///< kind only: "person_by_snils"
  std::string service;
  std::vector<StatusEntry> statuses;
};

/// Where a business message came from.
struct Arrival {
  std::string message_id;
  std::string sender;  ///< mnemonic
  TimePoint at{};
  std::map<std::string, ResultFile> files;  ///< by uuid
};

/// Result codes that are given whatever the rules say, by the position of the order.
using ForcedCodes = std::map<std::size_t, int>;

class Account {
 public:
  explicit Account(AccountRules rules) : rules_(std::move(rules)) {}

  /// Takes every order of a request by itself and answers for each. For an order with a forced
  /// code nothing is written.
  elk::Answer process(const elk::Request& request, const Arrival& arrival,
                      const ForcedCodes& forced = {});
  /// The order's number; of one that is named by its ЕЛК number only, the number that it was
  /// created with, else the ЕЛК number as text.
  [[nodiscard]] std::string name_of(const elk::RequestOrder& order) const;

  /// All orders, in the order in which they were created.
  [[nodiscard]] std::vector<OrderRecord> orders() const;
  /// Orders of that number; more than one when several senders use it.
  [[nodiscard]] std::vector<OrderRecord> find(const std::string& number) const;

 private:
  elk::AnswerOrder create(const elk::RequestOrder& order, const Arrival& arrival);
  elk::AnswerOrder update(const elk::RequestOrder& order, const Arrival& arrival);
  [[nodiscard]] elk::AnswerOrder refuse(const elk::Request& request, std::size_t position,
                                        int code) const;
  [[nodiscard]] int judge_create(const elk::RequestOrder& order, const Arrival& arrival) const;
  [[nodiscard]] int judge_statuses(const elk::RequestOrder& order, const Arrival& arrival) const;
  [[nodiscard]] OrderRecord* lookup(const elk::RequestOrder& order) const;
  [[nodiscard]] bool knows_status(std::int16_t code) const;

  const AccountRules rules_;
  mutable std::mutex mutex_;
  std::deque<OrderRecord> orders_;  // a deque: records keep their addresses
  std::map<std::pair<std::string, std::string>, OrderRecord*> by_number_;  // (INN, number)
  std::map<std::int64_t, OrderRecord*> by_elk_number_;
  std::int64_t next_elk_number_ = kFirstElkNumber;
};

/// The English text that goes with a result code.
std::string result_message(int code);

}  // namespace smev::mock
