#pragma once
/// Who filed the order: one of nine kinds (elk-status §2.1, XSD). Every kind prints masked; the
/// data itself goes nowhere but into the message and the outbox.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <variant>

#include "smev/elk/identifiers.hpp"

namespace smev::elk {

/// ЕСНСИ «ЕЛК.Гражданство» (7210); 643 is Russia.
inline constexpr std::int16_t kRussia = 643;

/// userPersonalDoc: an identity document.
struct PersonByDocument {
  std::int16_t document_type = 1;  ///< ЕСНСИ 7211; 1 = паспорт гражданина РФ
  std::optional<std::string> series{};  ///< at most 16 characters
  std::string number{};                 ///< at most 16 characters
  std::string last_name{};              ///< at most 256 characters, as all names
  std::string first_name{};
  std::optional<std::string> middle_name{};
  std::optional<std::int16_t> citizenship{};  ///< empty: from the sender's profile

  friend bool operator==(const PersonByDocument&, const PersonByDocument&) = default;
};

/// userDocSnils.
struct PersonBySnils {
  Snils snils{};
  std::string last_name{};
  std::string first_name{};
  std::optional<std::string> middle_name{};
  std::optional<std::int16_t> citizenship{};

  friend bool operator==(const PersonBySnils&, const PersonBySnils&) = default;
};

/// userDocSnilsBirthDate.
struct PersonBySnilsAndBirthDate {
  Snils snils{};
  std::string birth_date{};  ///< xs:date, `1980-02-29`
  std::optional<std::int16_t> citizenship{};

  friend bool operator==(const PersonBySnilsAndBirthDate&,
                         const PersonBySnilsAndBirthDate&) = default;
};

/// userDocInn.
struct PersonByInn {
  PersonInn inn{};
  std::string last_name{};
  std::string first_name{};
  std::optional<std::string> middle_name{};
  std::optional<std::int16_t> citizenship{};

  friend bool operator==(const PersonByInn&, const PersonByInn&) = default;
};

/// EsiaId: the person's id in ЕСИА.
struct PersonByEsiaId {
  std::string esia_id{};  ///< at most 50 characters

  friend bool operator==(const PersonByEsiaId&, const PersonByEsiaId&) = default;
};

/// ErnId: record of the federal population register.
struct PersonByErn {
  Ern ern{};

  friend bool operator==(const PersonByErn&, const PersonByErn&) = default;
};

/// orgId: ЕСИА id of a legal entity or entrepreneur.
struct OrganizationByEsiaId {
  std::string esia_id{};  ///< 1..20 characters

  friend bool operator==(const OrganizationByEsiaId&, const OrganizationByEsiaId&) = default;
};

/// ogrn_inn_UL: a legal entity, by ОГРН or by ИНН (with КПП).
struct LegalEntity {
  std::optional<Ogrn> ogrn{};            ///< either this ...
  std::optional<OrganizationInn> inn{};  ///< ... or this
  std::optional<Kpp> kpp{};              ///< only with inn
  std::optional<std::string> title{};    ///< at most 1024 characters

  friend bool operator==(const LegalEntity&, const LegalEntity&) = default;
};

/// ogrn_inn_IP: an entrepreneur; both numbers are mandatory.
struct Entrepreneur {
  Ogrnip ogrnip{};
  PersonInn inn{};
  std::optional<std::string> last_name{};
  std::optional<std::string> first_name{};
  std::optional<std::string> middle_name{};

  friend bool operator==(const Entrepreneur&, const Entrepreneur&) = default;
};

using Applicant =
    std::variant<PersonByDocument, PersonBySnils, PersonBySnilsAndBirthDate, PersonByInn,
                 PersonByEsiaId, PersonByErn, OrganizationByEsiaId, LegalEntity, Entrepreneur>;

/// The kind's name in the JSON form: "person_by_snils", "legal_entity", ...
std::string kind_of(const Applicant& applicant);
/// For people and logs: the kind and a masked number, "person_by_snils ***-***-*** 95".
std::string masked(const Applicant& applicant);
/// Prints `masked`, for the variant and for each of its kinds.
std::ostream& operator<<(std::ostream& out, const Applicant& applicant);

}  // namespace smev::elk
