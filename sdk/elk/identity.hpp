#pragma once
// Whose an order is, as far as its updates tell: the numbers that its applicant was named by. A
// person may be named by СНИЛС in one update and by ИНН in the next, and in either of two kinds by
// the same СНИЛС; so numbers are compared with numbers of their own type, whatever the kind.

#include <string>
#include <vector>

#include "smev/elk/applicant.hpp"

namespace smev::elk {

/// "TYPE:NUMBER" of each number that an applicant is known by; names are left out. Personal data.
std::vector<std::string> identities_of(const Applicant& applicant);

/// Whether the applicant has a number of a type that is known, and none of that type is the same.
bool is_another_than(const std::vector<std::string>& known, const Applicant& applicant);

/// Adds what is not there yet.
void add_identities(std::vector<std::string>& known, const Applicant& applicant);

}  // namespace smev::elk
