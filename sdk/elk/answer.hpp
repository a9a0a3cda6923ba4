#pragma once
// ElkOrderResponse: one result code per order. Lenient: what can be read is read.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sdk/elk/request.hpp"
#include "sdk/xml/document.hpp"
#include "smev/elk/dictionary.hpp"

namespace smev::elk {

/// Result codes that are known (elk-status §4); others exist and pass as numbers.
namespace result_code {
inline constexpr int kOk = 0;
inline constexpr int kStatusNotFound = 4;
inline constexpr int kIncorrectParameters = 5;
inline constexpr int kIncorrectServiceCode = 13;
inline constexpr int kOrderNotFound = 28;
inline constexpr int kIncorrectStatus = 31;
inline constexpr int kOrderExists = 34;
inline constexpr int kRequestDateTooOld = 38;
inline constexpr int kCompletedWithErrors = 11;  ///< top level only
}  // namespace result_code

struct AnswerOrder {
  std::optional<std::int64_t> elk_number;  ///< absent and 0 are the same: nothing
  std::string order_number;                ///< may be empty in update answers
  std::optional<int> result;               ///< element `status`, a result code; none: not readable
  std::string message;

  friend bool operator==(const AnswerOrder&, const AnswerOrder&) = default;
};

struct Answer {
  RequestKind kind = RequestKind::create;
  int code = 0;
  std::string message;
  std::vector<AnswerOrder> orders;

  friend bool operator==(const Answer&, const Answer&) = default;
};

/// The message code that follows from the orders: 0 when all of them are 0, else 11.
int code_told_by(const std::vector<AnswerOrder>& orders);
/// Fails with bad_answer when the root is another one or no result code can be read at all.
/// Prefixes, the order of elements, lengths and elements that are not known do not matter. A
/// message code that cannot be read is told from the orders.
Result<Answer> read_answer(const xml::Element& root);
/// In the form that ЕЛК really writes: prefixed root, children in the default namespace. An update
/// answer always names the number of ЕЛК (0 where there is none), as the schema demands.
std::string to_xml(const Answer& answer);

/// Characters of a message of ЕЛК that are shown to the operator.
inline constexpr std::size_t kShownMessageLength = 256;
/// Plain Russian for a result code: cause and next step, as the dictionary of result codes tells.
/// Unknown codes get a general text with the message of ЕЛК, cut and without control characters.
std::string explain_result(int code, std::string_view message,
                           const Dictionaries& dictionaries = {});

}  // namespace smev::elk
