#pragma once
// Who calls: the caller's signature judged on the very element that is used afterwards, and the
// information system that its certificate belongs to.

#include <memory>
#include <string>
#include <variant>

#include "mock-smev/fault.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/clock.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::mock {

/// The certificates that may call.
struct Callers {
  std::shared_ptr<Verifier> verifier;
  std::string known_certificate_der;  ///< of the sender that the mock made
  std::string known_mnemonic;
};

/// The mnemonic, or the fault that the caller gets.
std::variant<std::string, Fault> identify_caller(const Callers& callers, xml::Document& document,
                                                 const xml::Element& target,
                                                 const xml::Element& holder, TimePoint now);

/// CN of an RFC 2253 name, without escapes; empty when there is none.
std::string common_name(const std::string& subject);

}  // namespace smev::mock
