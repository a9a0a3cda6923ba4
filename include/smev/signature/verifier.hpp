#pragma once
/// Checks of signatures made by others: the mathematics, and whether the signer is trusted
/// (docs/trust.md).

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/log.hpp"
#include "smev/signature/signer.hpp"

namespace smev {

/// What became of the signer's chain at the moment asked for.
enum class Trust {
  trusted,
  unknown,        ///< no chain leads to a pinned certificate
  expired,        ///< one does, but something in it was no longer valid
  not_yet_valid,  ///< one does, but something in it was not valid yet
  revoked,        ///< one does, but a revocation list names something in it
  not_checked,    ///< no trust was asked for
};
std::string_view name(Trust trust);

/// Whom to trust. Every entry is a file (PEM with one or several, DER, a PKCS#7 bundle) or a
/// folder, of which all .pem .crt .cer .der .p7b files count (.crl for revocations); hidden files
/// do not. A folder may be empty. Only GOST certificates are taken.
struct TrustOptions {
  std::vector<std::string> trusted{};  ///< SMEV's own certificates, or those of any of its issuers
  std::vector<std::string>
      intermediates{};  ///< authorities that lead from a signer to a trusted one
  /// Lists of revoked certificates. One counts when its signature verifies under the authority that
  /// issued the certificate in question. One whose time is over still revokes what it names.
  std::vector<std::string> revocations{};
};

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

/// GOST through the engine; trusts the given certificates and whatever they issued, directly or
/// through the intermediates. The files are looked at again while it works, at most once a second:
/// what was added, removed or revoked counts without a restart. While one of them cannot be read, a
/// removal or a revocation still counts, what was added waits, and the log says so
/// (`trust.unreadable`). Fails when a file cannot be read at the beginning, or when there are
/// entries in `trusted` and not one certificate in them.
/// @param logger nothing: nothing is logged
/// @param clock nothing: the machine's
Result<std::shared_ptr<Verifier>> trusting_verifier(TrustOptions options,
                                                    std::shared_ptr<Logger> logger = {},
                                                    std::shared_ptr<Clock> clock = {});
/// Trusts the given certificates and what they issued directly.
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
  /// Russian: why its form or its place is not taken; then neither digest nor value was computed.
  std::string refusal;
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
