#include "sdk/elk/identity.hpp"

#include <algorithm>
#include <string_view>

namespace smev::elk {
namespace {

using Identities = std::vector<std::string>;

Identities snils(const Snils& snils) { return {"snils:" + snils.text()}; }
template <class Inn>
std::string inn(const Inn& inn) {
  return "inn:" + inn.text();
}

struct IdentitiesOf {
  Identities operator()(const PersonByDocument& person) const {
    return {"document_" + std::to_string(person.document_type) + ":" + person.series.value_or("") +
            " " + person.number};
  }
  Identities operator()(const PersonBySnils& person) const { return snils(person.snils); }
  Identities operator()(const PersonBySnilsAndBirthDate& person) const {
    return snils(person.snils);
  }
  Identities operator()(const PersonByInn& person) const { return {inn(person.inn)}; }
  Identities operator()(const PersonByEsiaId& person) const {
    return {"esia_person:" + person.esia_id};
  }
  Identities operator()(const PersonByErn& person) const { return {"ern:" + person.ern.text()}; }
  Identities operator()(const OrganizationByEsiaId& organization) const {
    return {"esia_organization:" + organization.esia_id};
  }
  Identities operator()(const LegalEntity& entity) const {
    Identities numbers;
    if (entity.ogrn) numbers.push_back("ogrn:" + entity.ogrn->text());
    if (entity.inn) numbers.push_back(inn(*entity.inn));
    return numbers;
  }
  Identities operator()(const Entrepreneur& entrepreneur) const {
    return {"ogrn:" + entrepreneur.ogrnip.text(), inn(entrepreneur.inn)};
  }
};

bool contains(const Identities& known, const std::string& identity) {
  return std::find(known.begin(), known.end(), identity) != known.end();
}

bool knows_type_of(const Identities& known, std::string_view identity) {
  const std::string_view type = identity.substr(0, identity.find(':') + 1);
  return std::any_of(known.begin(), known.end(),
                     [type](const std::string& each) { return each.starts_with(type); });
}

}  // namespace

std::vector<std::string> identities_of(const Applicant& applicant) {
  return std::visit(IdentitiesOf{}, applicant);
}

bool is_another_than(const std::vector<std::string>& known, const Applicant& applicant) {
  const Identities given = identities_of(applicant);
  return std::any_of(given.begin(), given.end(), [&](const std::string& identity) {
    return knows_type_of(known, identity) && !contains(known, identity);
  });
}

void add_identities(std::vector<std::string>& known, const Applicant& applicant) {
  for (std::string& identity : identities_of(applicant)) {
    if (!contains(known, identity)) known.push_back(std::move(identity));
  }
}

}  // namespace smev::elk
