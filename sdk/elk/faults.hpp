#pragma once
// Faults of an update are collected here: each check adds what it finds and goes on, so that a
// person sees all of them at once. Texts say what is wrong and what is expected, never the value
// itself.

#include <string>
#include <string_view>
#include <vector>

#include "smev/base/error.hpp"

namespace smev::elk {

/// Where a rule comes from, as operators read it.
namespace source {
inline constexpr char kSchema[] = "XSD";
inline constexpr char kCheckDigit[] = "контрольное число";
inline constexpr char kProfile[] = "профиль отправителя";
inline constexpr char kResultCode[] = "коды результата ЕЛК";
inline constexpr char kRegistry[] = "справочник ORGANIZATIONS_SENDERS";
inline constexpr char kLetters[] = "письма о подключении";
inline constexpr char kSdk[] = "правило SDK";
}  // namespace source

class Faults {
 public:
  void add(std::string field, std::string code, std::string text, std::string_view from) {
    list_.push_back({std::move(field), std::move(code), std::move(text), std::string(from)});
  }
  void add(std::vector<FieldFault> faults) {
    for (FieldFault& fault : faults) list_.push_back(std::move(fault));
  }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] std::vector<FieldFault> take() { return std::move(list_); }

 private:
  std::vector<FieldFault> list_;
};

/// Limits of a text, in characters as XML Schema counts them.
struct TextLimits {
  std::size_t least = 0;
  std::size_t most = 0;
  bool one_line = false;  ///< normalizedString: a tab or line break would silently become a blank
};

/// Whether the text is fit to be sent and within its limits; adds a fault otherwise. Refused
/// whatever the limits: octets that are no UTF-8, control characters, and characters that are not
/// seen but change what is (direction marks, zero-width blanks).
bool check_text(Faults& faults, const std::string& field, std::string_view text,
                const TextLimits& limits);

/// ASCII digits only, `least` to `most` of them.
bool check_digits(Faults& faults, const std::string& field, std::string_view text,
                  std::size_t least, std::size_t most);

/// A text that is there is more than blanks.
void check_not_blank(Faults& faults, const std::string& field, std::string_view text);

/// «1 символ», «2 символа», «5 символов».
std::string characters_text(std::size_t count);

}  // namespace smev::elk
