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

/// Faults of one update that are told; the others are counted.
inline constexpr std::size_t kFaultsToldMax = 100;
/// The field of a fault of the whole.
inline constexpr char kWholeUpdate[] = "update";
/// The code of the line that tells how many there are besides.
inline constexpr char kMoreFaults[] = "more";

class Faults {
 public:
  void add(std::string field, std::string code, std::string text, std::string_view from);
  void add(std::vector<FieldFault> faults);
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// At most kFaultsToldMax, and a line for the rest.
  [[nodiscard]] std::vector<FieldFault> take();

 private:
  std::vector<FieldFault> list_;
  std::size_t untold_ = 0;
};

/// Adds to faults of the form those that later checks found in what could be read. A check of what
/// was not read tells nothing: what it says of a field with a fault, of one inside it or around it
/// is left out.
std::vector<FieldFault> with_later(std::vector<FieldFault> faults, std::vector<FieldFault> later);

/// Whether a path is `top` or leads into it.
bool is_at_or_below(std::string_view field, std::string_view top);

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
bool check_not_blank(Faults& faults, const std::string& field, std::string_view text);

/// «1 символ», «2 символа», «5 символов».
std::string characters_text(std::size_t count);

}  // namespace smev::elk
