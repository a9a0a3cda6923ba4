#include "smev/elk/applicant.hpp"

#include <ostream>
#include <string_view>

#include "sdk/elk/identifiers.hpp"

namespace smev::elk {
namespace {

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
  std::string operator()(const PersonBySnils& person) const { return person.snils.masked(); }
  std::string operator()(const PersonBySnilsAndBirthDate& person) const {
    return person.snils.masked();
  }
  std::string operator()(const PersonByInn& person) const { return person.inn.masked(); }
  std::string operator()(const PersonByEsiaId& person) const {
    return masked_number(person.esia_id);
  }
  std::string operator()(const PersonByErn& person) const { return person.ern.masked(); }
  std::string operator()(const OrganizationByEsiaId& organization) const {
    return masked_number(organization.esia_id);
  }
  std::string operator()(const LegalEntity& entity) const {
    return entity.ogrn ? entity.ogrn->masked() : entity.inn.value_or("").masked();
  }
  std::string operator()(const Entrepreneur& entrepreneur) const {
    return entrepreneur.ogrnip.masked();
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
