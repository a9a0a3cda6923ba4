#pragma once
/// The key of an information system, behind an interface: octets in, raw GOST signature out. The
/// SDK brings signers over files, OpenSSL engines and commands (smev/signature/key.hpp); whatever
/// else there is implements this class.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev {

/// GOST signatures, each with the digest that goes with it.
enum class SignatureAlgorithm {
  gost2012_256,  ///< GOST R 34.10-2012, 256 bit, over GOST R 34.11-2012 (Streebog) of 256 bit
  gost2012_512,  ///< the same with 512 bit
  gost2001,      ///< GOST R 34.10-2001 over GOST R 34.11-94: for messages of old, verified only
};
std::string_view name(SignatureAlgorithm algorithm);

/// What a certificate says of itself. Octets are DER.
struct Certificate {
  std::string der{};
  std::string subject{};  ///< RFC 2253 text
  std::string issuer{};
  std::string serial{};  ///< upper-case hexadecimal
  TimePoint not_before{};
  TimePoint not_after{};
};

/// Thread-safe up to `concurrency()` calls at once.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual SignatureAlgorithm algorithm() const = 0;
  [[nodiscard]] virtual const Certificate& certificate() const = 0;
  /// How many signatures can be made at once; 1 for most tokens.
  [[nodiscard]] virtual int concurrency() const = 0;
  /// Digest and signature of the octets: s || r, each big-endian (64 octets for 256-bit keys, 128
  /// for 512-bit ones).
  virtual Result<std::string> sign(std::string_view octets) = 0;
};

/// A detached CMS (PKCS#7) signature over a file: DER, with certificate and the signed attributes
/// contentType, signingTime, messageDigest (smev3 §3.3). The file is streamed: memory does not grow
/// with it. Errors: io, crypto, and those of the signer.
Result<std::string> sign_file(Signer& signer, const std::string& path, TimePoint signed_at);

/// A signer over a file with a key that needs no password, and a file with its certificate: short
/// for `open_signer` (smev/signature/key.hpp), with the same errors.
Result<std::shared_ptr<Signer>> pem_signer(const std::string& key_path,
                                           const std::string& certificate_path, TimePoint now);

/// Reads one PEM or DER certificate.
Result<Certificate> load_certificate(const std::string& path);
Result<Certificate> parse_certificate(std::string_view der);

}  // namespace smev
