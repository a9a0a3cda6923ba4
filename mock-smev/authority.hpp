#pragma once
// The mock's own trust: a test CA, and keys that it issued for SMEV, for ЕЛК behind it and for one
// sender. Made on first start, used again later.

#include <memory>
#include <string>

#include "mock-smev/caller.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/signer.hpp"

namespace smev::mock {

inline constexpr int kCertificateYears = 10;
/// Certificates are valid from this long before they are made, for clocks that differ.
inline constexpr Duration kClockTolerance = std::chrono::hours(24);

/// File names inside the mock's folder.
inline constexpr char kAuthorityKey[] = "ca.key.pem";
inline constexpr char kAuthorityCertificate[] = "ca.crt.pem";
inline constexpr char kSmevKey[] = "smev.key.pem";
inline constexpr char kSmevCertificate[] = "smev.crt.pem";
inline constexpr char kProviderKey[] = "elk.key.pem";
inline constexpr char kProviderCertificate[] = "elk.crt.pem";
inline constexpr char kSenderKey[] = "sender.key.pem";
inline constexpr char kSenderCertificate[] = "sender.crt.pem";

/// Common names of the certificates that are made on first start.
struct Mnemonics {
  std::string smev;
  std::string provider;
  std::string sender;
};

struct Authority {
  std::shared_ptr<Signer> smev;
  std::shared_ptr<Signer> provider;
  Callers callers;  ///< everyone whom the CA certified; the sender's mnemonic is the given one
  bool made_now = false;
};

/// Fails with `config` when only some of the files are there.
Result<Authority> open_authority(const std::string& directory, const Mnemonics& mnemonics,
                                 TimePoint now);

}  // namespace smev::mock
