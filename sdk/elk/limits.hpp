#pragma once
// Lengths of the type's fields, in characters as XML Schema counts them (elk-status §2, XSD), and
// limits of our own where the schema has none: those keep a mistaken loop of the caller out of the
// queue. docs/update.md repeats them.

#include <cstddef>

namespace smev::elk {

// --- the schema's -------------------------------------------------------------------------------
inline constexpr std::size_t kOrderNumberMax = 36;
inline constexpr std::size_t kServiceCodeMax = 20;
inline constexpr std::size_t kEnvMax = 10;
inline constexpr std::size_t kKppDigits = 9;
inline constexpr std::size_t kErnDigits = 12;
inline constexpr std::size_t kOktmoDigitsMax = 8;
inline constexpr char kFirstDigitsOfOgrn[] = "125";
inline constexpr char kFirstDigitOfOgrnip[] = "3";
inline constexpr std::size_t kNameMax = 256;
inline constexpr std::size_t kDocumentPartMax = 16;  ///< series, number
inline constexpr std::size_t kPersonEsiaIdMax = 50;
inline constexpr std::size_t kOrganizationEsiaIdMax = 20;
inline constexpr std::size_t kTitleMax = 1024;
inline constexpr std::size_t kOfficeTextMax = 1024;
inline constexpr std::size_t kOfficeAddressMax = 4000;
inline constexpr std::size_t kDocumentTypeMax = 50;
inline constexpr std::size_t kDataMartUuidMax = 256;

// --- of onboarding (elk-status §7.3; smev3 §2.3) ------------------------------------------------
inline constexpr std::size_t kOkatoDigits = 11;
inline constexpr std::size_t kMnemonicMax = 50;
inline constexpr std::size_t kFrguIdDigits = 19;  ///< the form of a service code without a minus

// --- our own ------------------------------------------------------------------------------------
inline constexpr std::size_t kStatusesMax = 100;      ///< of one update
inline constexpr std::size_t kParametersMax = 1000;   ///< of one status
inline constexpr std::size_t kAttachmentsMax = 100;   ///< files and documents of one status
inline constexpr std::size_t kFreeTextMax = 100'000;  ///< message_type, a parameter's parts
inline constexpr std::size_t kPathMax = 4096;
inline constexpr std::size_t kFileNameMax = 255;
inline constexpr std::size_t kMimeMax = 127;
inline constexpr std::size_t kLetterFieldMax = 1024;  ///< what onboarding asks, each text
/// Of a date, as it is written: what is earlier is a mistake of a program or of a spreadsheet, and
/// at the edge of year 1 a date cannot be moved to Moscow time.
inline constexpr int kEarliestYear = 1900;
inline constexpr std::size_t kFractionDigitsMax = 9;  ///< of a date's seconds

}  // namespace smev::elk
