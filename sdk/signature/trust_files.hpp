#pragma once
// Certificates and revocation lists as files: what trust is made of, and whether it has changed.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/signature/openssl.hpp"
#include "sdk/signature/trust_list.hpp"
#include "smev/signature/verifier.hpp"

namespace smev::signature {

using RevocationsPtr = std::unique_ptr<X509_CRL, Freer<X509_CRL_free>>;

inline constexpr std::size_t kCertificatesFileMax = 1u << 20;
/// Lists of large authorities name some hundred thousand certificates.
inline constexpr std::size_t kRevocationsFileMax = 64u << 20;
/// In one file, and in all files of one set of trust.
inline constexpr std::size_t kCertificatesMax = 1000;
inline constexpr std::size_t kFolderFilesMax = 1000;

/// Every certificate of a file: PEM, DER or PKCS#7; at least one. An error names the file.
Result<std::vector<X509Ptr>> read_certificates(const std::string& path);
/// Every revocation list of a file: PEM or DER; at least one.
Result<std::vector<RevocationsPtr>> read_revocations(const std::string& path);

/// One file of a set of trust. A file that cannot be read stands here with its error.
struct TrustFile {
  std::string path;
  TrustList list = TrustList::trusted;
  bool in_folder = false;     ///< found in a folder, not named itself
  bool only_revokes = false;  ///< its certificates give no trust, they take it by their lists
  std::vector<X509Ptr> certificates;
  std::vector<RevocationsPtr> revocations;
  std::optional<Error> error;
};
/// The error of such a file, told as one of trust: the operator must not look for the fault in a
/// key. A file that the settings name and that is not there is a fault of the settings (config).
Error as_trust_error(Error error, const TrustFile& file);
/// In the order of the entries; the files of a folder by their names.
std::vector<TrustFile> read_trust_files(const TrustOptions& options);

/// Names, sizes and times of all files: differs when any of them was added, removed or written.
std::string imprint(const TrustOptions& options);

}  // namespace smev::signature
