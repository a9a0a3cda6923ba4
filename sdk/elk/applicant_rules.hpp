#pragma once
// What must hold for each of the nine kinds of applicant.

#include <string>

#include "sdk/elk/faults.hpp"
#include "smev/base/clock.hpp"
#include "smev/elk/applicant.hpp"

namespace smev::elk {

/// @param field path of the applicant; its members are named below it without their kind
void check_applicant(Faults& faults, const std::string& field, const Applicant& applicant,
                     TimePoint now);

bool check_organization_inn(Faults& faults, const std::string& field, const OrganizationInn& inn);
bool check_kpp(Faults& faults, const std::string& field, const Kpp& kpp);

}  // namespace smev::elk
