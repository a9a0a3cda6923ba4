#pragma once
// The names of the SMEV signature profile (smev3 §4.2).

namespace smev::signature {

inline constexpr char kDsigNamespace[] = "http://www.w3.org/2000/09/xmldsig#";
inline constexpr char kExclusiveC14nUri[] = "http://www.w3.org/2001/10/xml-exc-c14n#";
inline constexpr char kEnvelopedUri[] = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
inline constexpr char kGost2012SignatureUri[] =
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256";
inline constexpr char kGost2012DigestUri[] =
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256";

}  // namespace smev::signature
