#include "sdk/smev3/protocol.hpp"

namespace smev::smev3 {

namespace {

Protocol protocol(const std::string& version) {
  std::string types(kTypesPrefix);
  std::string basic(kBasicPrefix);
  std::string faults(kFaultsPrefix);
  return {version, types + version, basic + version, faults + version};
}

}  // namespace

const Protocol& protocol_1_2() {
  static const Protocol names = protocol("1.2");
  return names;
}

}  // namespace smev::smev3
