#pragma once
// Check digits of Russian registration numbers. All take exactly the digits, ASCII only.

#include <optional>
#include <string>
#include <string_view>

namespace smev::elk {

bool is_inn_of_organization(std::string_view digits);  ///< ten digits
bool is_inn_of_person(std::string_view digits);        ///< twelve digits
bool is_ogrn(std::string_view digits);                 ///< thirteen digits
bool is_ogrnip(std::string_view digits);               ///< fifteen digits
/// Eleven digits out of `NNNNNNNNNNN` or `NNN-NNN-NNN NN`; nothing for any other spelling.
std::optional<std::string> snils_digits(std::string_view text);
/// Eleven digits. The official algorithm covers numbers above 001-001-998 only, so smaller ones
/// pass with any check digits (000-000-000 never does). To refuse them would shut out whoever
/// holds one; a mistyped one is found out by ЕЛК.
bool is_snils(std::string_view digits);
/// `NNN-NNN-NNN NN` of eleven digits.
std::string format_snils(std::string_view digits);

}  // namespace smev::elk
