#pragma once
/// What is the same in every update of a sender: its numbers, and defaults for what a department
/// need not repeat each time.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smev/elk/update.hpp"

namespace smev::elk {

struct Profile {
  std::string inn;                  ///< senderInn, ten digits
  std::optional<std::string> kpp;   ///< senderKpp, nine digits
  std::string env = "SVCDEV";       ///< attribute env: EPGU production, SVCDEV test
  std::string region = "00000000";  ///< userSelectedRegion; 00000000 when filed electronically
  std::int16_t citizenship = kRussia;
  Office office{.channel = std::int16_t{4}};
  std::vector<std::string> services;  ///< ТКУ that may be used; empty: any
  std::vector<std::int16_t> first_statuses{
      6};  ///< allowed as the first status (code 31); empty: any
};

}  // namespace smev::elk
