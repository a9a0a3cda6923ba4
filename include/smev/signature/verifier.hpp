#pragma once
/// Checks of signatures made by others: the mathematics, and whether the signer is trusted.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/signature/signer.hpp"

namespace smev {

enum class Trust {
  trusted,
  unknown,      ///< neither the certificate nor its issuer is pinned
  expired,      ///< pinned, but not valid at the moment asked for
  not_checked,  ///< no trust was asked for
};
std::string_view name(Trust trust);

/// Thread-safe.
class Verifier {
 public:
  virtual ~Verifier() = default;
  /// True when `value` (s || r) is the signature of `octets` under the certificate's key. An error
  /// is a certificate or algorithm that cannot be used at all.
  virtual Result<bool> verify(std::string_view certificate_der, SignatureAlgorithm algorithm,
                              std::string_view octets, std::string_view value) = 0;
  /// Whether the certificate may speak for SMEV (or for whom this verifier was made) at `moment`.
  virtual Trust trust(std::string_view certificate_der, TimePoint moment) = 0;
  /// What a certificate says of itself. A verifier that remembers certificates answers from memory.
  virtual Result<Certificate> describe(std::string_view certificate_der);
};

/// GOST through the engine; trusts exactly the given certificates and those that they issued
/// directly.
Result<std::shared_ptr<Verifier>> pinned_verifier(
    const std::vector<std::string>& certificate_paths);
/// GOST through the engine; trusts nobody. For checks of the mathematics alone.
Result<std::shared_ptr<Verifier>> untrusting_verifier();

/// What was found about one XML signature. `holds()` is the only yes.
struct SignatureVerdict {
  std::string role;  ///< "SMEVSignature", "SenderInformationSystemSignature", ...
  bool present = false;
  bool digest_holds = false;
  bool value_holds = false;
  Trust trust = Trust::not_checked;
  std::string reference;         ///< the Id that was signed
  std::string signature_method;  ///< URI
  std::string digest_method;     ///< URI
  std::string digest_value;      ///< base64, as declared
  /// The digest holds only with the escaping of the JDK's own XML writer, not with the operator's.
  bool jdk_escaping = false;
  std::optional<TimePoint> signed_at;  ///< as the signer states it; CMS only
  std::string certificate_subject;
  std::string certificate_serial;
  std::string problem;  ///< English, begins with the name of `code`; empty when all is well
  /// signature_missing, signature_invalid, signature_untrusted, signature_unsupported, …; nothing
  /// when all is well.
  std::optional<ErrorCode> code;

  /// Digest and value hold, and trust is `trusted` or was not asked for.
  [[nodiscard]] bool holds() const {
    return present && digest_holds && value_holds &&
           (trust == Trust::trusted || trust == Trust::not_checked);
  }
};

}  // namespace smev
