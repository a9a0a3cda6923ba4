#include "sdk/elk/identifiers.hpp"

#include <algorithm>
#include <ostream>

#include "sdk/base/text.hpp"
#include "sdk/elk/limits.hpp"
#include "sdk/elk/numbers.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kShownCharacters = 2;
/// A number shorter than this is hidden whole: two characters of it would say too much.
constexpr std::size_t kLeastLengthShown = 6;

bool is_digits(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && all_ascii_digits(text);
}

/// One line of text that is not all blanks, in characters.
bool is_line(std::string_view text, std::size_t most) {
  return is_valid_utf8(text) && text.find_first_of("\t\r\n") == std::string_view::npos &&
         text.find_first_not_of(' ') != std::string_view::npos && utf8_length(text) <= most;
}

bool begins_with_one_of(std::string_view text, std::string_view first) {
  return !text.empty() && first.find(text.front()) != std::string_view::npos;
}

}  // namespace

std::string masked_number(std::string_view number) {
  std::string stars(utf8_length(number), '*');
  if (number.size() < kLeastLengthShown) return stars;
  const std::string_view tail = number.substr(number.size() - kShownCharacters);
  if (!all_ascii_digits(tail)) return stars;
  stars.replace(stars.size() - kShownCharacters, kShownCharacters, tail);
  return stars;
}

template <class Kind>
std::string Identifier<Kind>::masked() const {
  return masked_number(text_);
}

template <>
std::string Identifier<SnilsKind>::masked() const {
  const auto digits = snils_digits(text_);
  return digits ? "***-***-*** " + digits->substr(9) : masked_number(text_);
}

template <class Kind>
std::ostream& Identifier<Kind>::print(std::ostream& out, const std::string& masked) {
  return out << masked;
}

bool OrganizationInnKind::valid(std::string_view text) { return is_inn_of_organization(text); }
bool PersonInnKind::valid(std::string_view text) { return is_inn_of_person(text); }
bool KppKind::valid(std::string_view text) { return is_digits(text, kKppDigits, kKppDigits); }
bool OgrnKind::valid(std::string_view text) {
  return begins_with_one_of(text, kFirstDigitsOfOgrn) && is_ogrn(text);
}
bool OgrnipKind::valid(std::string_view text) {
  return begins_with_one_of(text, kFirstDigitOfOgrnip) && is_ogrnip(text);
}
bool ErnKind::valid(std::string_view text) { return is_digits(text, kErnDigits, kErnDigits); }
bool OktmoKind::valid(std::string_view text) { return is_digits(text, 1, kOktmoDigitsMax); }
bool OkatoKind::valid(std::string_view text) { return is_digits(text, kOkatoDigits, kOkatoDigits); }
bool ServiceCodeKind::valid(std::string_view text) { return is_line(text, kServiceCodeMax); }
bool OrderNumberKind::valid(std::string_view text) { return is_line(text, kOrderNumberMax); }

bool MnemonicKind::valid(std::string_view text) {
  const bool visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return visible && !text.empty() && text.size() <= kMnemonicMax;
}

std::string SnilsKind::canonical(std::string text) {
  const auto digits = snils_digits(text);
  return digits ? format_snils(*digits) : text;
}
bool SnilsKind::valid(std::string_view text) {
  const auto digits = snils_digits(text);
  return digits && is_snils(*digits);
}

template class Identifier<OrganizationInnKind>;
template class Identifier<PersonInnKind>;
template class Identifier<KppKind>;
template class Identifier<OgrnKind>;
template class Identifier<OgrnipKind>;
template class Identifier<SnilsKind>;
template class Identifier<ErnKind>;
template class Identifier<OktmoKind>;
template class Identifier<OkatoKind>;
template class Identifier<ServiceCodeKind>;
template class Identifier<MnemonicKind>;
template class Identifier<OrderNumberKind>;

}  // namespace smev::elk
