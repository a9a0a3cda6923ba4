#pragma once
// The names of the SMEV signature profile (smev3 §4.2); those of the algorithms stand in
// algorithms.hpp.

namespace smev::signature {

inline constexpr char kDsigNamespace[] = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr char kExclusiveC14nUri[] = "http://www.w3.org/2001/10/xml-exc-c14n#";
inline constexpr char kEnvelopedUri[] = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

}  // namespace smev::signature
