#include "smev/elk/applicant.hpp"

#include <ostream>
#include <string_view>

#include "sdk/elk/numbers.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kShownCharacters = 2;
/// A number shorter than this is hidden whole: two characters of it would say too much.
constexpr std::size_t kLeastLengthShown = 6;

std::string masked_number(std::string_view number) {
  std::string stars(number.size(), '*');
  if (number.size() < kLeastLengthShown) return stars;
  const std::string_view tail = number.substr(number.size() - kShownCharacters);
  for (const char c : tail) {
    if (c < '0' || c > '9') return stars;
  }
  stars.replace(stars.size() - kShownCharacters, kShownCharacters, tail);
  return stars;
}

std::string masked_snils(std::string_view snils) {
  const auto digits = snils_digits(snils);
  return digits ? "***-***-*** " + digits->substr(9) : masked_number(snils);
}

struct Kind {
  std::string operator()(const PersonByDocument&) const { return "person_by_document"; }
  std::string operator()(const PersonBySnils&) const { return "person_by_snils"; }
  std::string operator()(const PersonBySnilsAndBirthDate&) const {
    return "person_by_snils_and_birth_date";
  }
  std::string operator()(const PersonByInn&) const { return "person_by_inn"; }
  std::string operator()(const PersonByEsiaId&) const { return "person_by_esia_id"; }
  std::string operator()(const PersonByErn&) const { return "person_by_ern"; }
  std::string operator()(const OrganizationByEsiaId&) const { return "organization_by_esia_id"; }
  std::string operator()(const LegalEntity&) const { return "legal_entity"; }
  std::string operator()(const Entrepreneur&) const { return "entrepreneur"; }
};

struct MaskedNumber {
  std::string operator()(const PersonByDocument& person) const {
    return masked_number(person.number);
  }
  std::string operator()(const PersonBySnils& person) const { return masked_snils(person.snils); }
  std::string operator()(const PersonBySnilsAndBirthDate& person) const {
    return masked_snils(person.snils);
  }
  std::string operator()(const PersonByInn& person) const { return masked_number(person.inn); }
  std::string operator()(const PersonByEsiaId& person) const {
    return masked_number(person.esia_id);
  }
  std::string operator()(const PersonByErn& person) const { return masked_number(person.ern); }
  std::string operator()(const OrganizationByEsiaId& organization) const {
    return masked_number(organization.esia_id);
  }
  std::string operator()(const LegalEntity& entity) const {
    return masked_number(entity.ogrn ? *entity.ogrn : entity.inn.value_or(""));
  }
  std::string operator()(const Entrepreneur& entrepreneur) const {
    return masked_number(entrepreneur.ogrnip);
  }
};

}  // namespace

std::string kind_of(const Applicant& applicant) { return std::visit(Kind{}, applicant); }

std::string masked(const Applicant& applicant) {
  return kind_of(applicant) + " " + std::visit(MaskedNumber{}, applicant);
}

std::ostream& operator<<(std::ostream& out, const Applicant& applicant) {
  return out << masked(applicant);
}

}  // namespace smev::elk
