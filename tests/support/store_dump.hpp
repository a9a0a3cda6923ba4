#pragma once
// Everything that a store's database holds, as text: two stores with the same text hold the same.

#include <string>

namespace smev::testing {

/// Every row of every table, octets in hexadecimal; "! …" where it cannot be read.
std::string dump_database(const std::string& path);
/// "ok", or what PRAGMA integrity_check finds.
std::string check_integrity(const std::string& path);
/// The first line in which they differ, for people.
std::string first_difference(const std::string& expected, const std::string& found);

}  // namespace smev::testing
