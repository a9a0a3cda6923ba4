#include "sdk/signature/trust_list.hpp"

namespace smev::signature {

std::string_view name(TrustList list) {
  switch (list) {
    case TrustList::trusted:
      return "trusted";
    case TrustList::intermediates:
      return "intermediates";
    case TrustList::revocations:
      return "revocations";
  }
  return "";
}

const std::vector<std::string>& entries_of(const TrustOptions& options, TrustList list) {
  switch (list) {
    case TrustList::intermediates:
      return options.intermediates;
    case TrustList::revocations:
      return options.revocations;
    case TrustList::trusted:
      break;
  }
  return options.trusted;
}

}  // namespace smev::signature
