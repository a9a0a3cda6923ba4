#include "sdk/elk/numbers.hpp"

#include <array>
#include <cstdint>

#include "sdk/base/text.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kSnilsDigits = 11;
/// The last number without check digits, 001-001-998.
constexpr std::int64_t kLastUncheckedSnils = 1'001'998;

bool is_number_of(std::string_view digits, std::size_t length) {
  return digits.size() == length && all_ascii_digits(digits) &&
         digits.find_first_not_of('0') != std::string_view::npos;
}

int digit_at(std::string_view digits, std::size_t position) { return digits[position] - '0'; }

template <std::size_t N>
int inn_check_digit(std::string_view digits, const std::array<int, N>& weights) {
  int sum = 0;
  for (std::size_t i = 0; i < N; ++i) sum += digit_at(digits, i) * weights[i];
  return sum % 11 % 10;
}

std::int64_t leading_number(std::string_view digits, std::size_t count) {
  std::int64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number * 10 + digit_at(digits, i);
  return number;
}

}  // namespace

bool is_inn_of_organization(std::string_view digits) {
  constexpr std::array<int, 9> kWeights{2, 4, 10, 3, 5, 9, 4, 6, 8};
  return is_number_of(digits, 10) && inn_check_digit(digits, kWeights) == digit_at(digits, 9);
}

bool is_inn_of_person(std::string_view digits) {
  constexpr std::array<int, 10> kWeights11{7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
  constexpr std::array<int, 11> kWeights12{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
  return is_number_of(digits, 12) && inn_check_digit(digits, kWeights11) == digit_at(digits, 10) &&
         inn_check_digit(digits, kWeights12) == digit_at(digits, 11);
}

bool is_ogrn(std::string_view digits) {
  return is_number_of(digits, 13) && leading_number(digits, 12) % 11 % 10 == digit_at(digits, 12);
}

bool is_ogrnip(std::string_view digits) {
  return is_number_of(digits, 15) && leading_number(digits, 14) % 13 % 10 == digit_at(digits, 14);
}

std::optional<std::string> snils_digits(std::string_view text) {
  std::string digits(text);
  if (text.size() == 14) {
    if (text[3] != '-' || text[7] != '-' || text[11] != ' ') return std::nullopt;
    digits = std::string(text.substr(0, 3)) + std::string(text.substr(4, 3)) +
             std::string(text.substr(8, 3)) + std::string(text.substr(12, 2));
  }
  if (digits.size() != kSnilsDigits || !all_ascii_digits(digits)) return std::nullopt;
  return digits;
}

bool is_snils(std::string_view digits) {
  if (!is_number_of(digits, kSnilsDigits)) return false;
  const std::int64_t number = leading_number(digits, 9);
  if (number == 0) return false;
  if (number <= kLastUncheckedSnils) return true;
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += digit_at(digits, i) * static_cast<int>(9 - i);
  return sum % 101 % 100 == digit_at(digits, 9) * 10 + digit_at(digits, 10);
}

std::string format_snils(std::string_view digits) {
  if (digits.size() != kSnilsDigits) return std::string(digits);
  std::string text(digits.substr(0, 3));
  text.append("-").append(digits.substr(3, 3));
  text.append("-").append(digits.substr(6, 3));
  text.append(" ").append(digits.substr(9, 2));
  return text;
}

}  // namespace smev::elk
