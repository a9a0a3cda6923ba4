#include "mock-smev/authority.hpp"

#include <array>
#include <filesystem>

#include "sdk/signature/issuing.hpp"

namespace smev::mock {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 8> kFiles = {
    kAuthorityKey, kAuthorityCertificate, kSmevKey,   kSmevCertificate,
    kProviderKey,  kProviderCertificate,  kSenderKey, kSenderCertificate};

std::string in(const std::string& directory, const char* file) { return directory + '/' + file; }

Result<void> issue_one(const signature::Issued& authority, const std::string& name,
                       const std::string& key_path, const std::string& certificate_path,
                       TimePoint now) {
  SMEV_ASSIGN(const auto issued, signature::issue(authority, name, now - kClockTolerance,
                                                  now + std::chrono::years(kCertificateYears)));
  return signature::write_issued(issued, key_path, certificate_path);
}

Result<void> make_files(const std::string& directory, const Mnemonics& mnemonics, TimePoint now) {
  SMEV_ASSIGN(const auto authority,
              signature::make_authority("Mock SMEV test CA", now - kClockTolerance,
                                        now + std::chrono::years(kCertificateYears)));
  SMEV_TRY(signature::write_issued(authority, in(directory, kAuthorityKey),
                                   in(directory, kAuthorityCertificate)));
  SMEV_TRY(issue_one(authority, mnemonics.smev, in(directory, kSmevKey),
                     in(directory, kSmevCertificate), now));
  SMEV_TRY(issue_one(authority, mnemonics.provider, in(directory, kProviderKey),
                     in(directory, kProviderCertificate), now));
  return issue_one(authority, mnemonics.sender, in(directory, kSenderKey),
                   in(directory, kSenderCertificate), now);
}

/// How many of the files are there, and the first that is not.
std::pair<std::size_t, std::string> count_files(const std::string& directory) {
  std::size_t present = 0;
  std::string missing;
  for (const char* file : kFiles) {
    std::error_code ignored;
    if (fs::exists(in(directory, file), ignored)) {
      ++present;
    } else if (missing.empty()) {
      missing = file;
    }
  }
  return {present, missing};
}

}  // namespace

Result<Authority> open_authority(const std::string& directory, const Mnemonics& mnemonics,
                                 TimePoint now) {
  const auto [present, missing] = count_files(directory);
  if (present != 0 && !missing.empty()) {
    Error error =
        local_error(ErrorCode::config, missing + " is missing in " + directory, Retry::after_fix);
    error.text = "В папке " + directory + " не хватает файла " + missing +
                 ": верните его или начните с пустой папки";
    return fail(std::move(error));
  }
  Authority authority;
  authority.made_now = present == 0;
  if (authority.made_now) SMEV_TRY(make_files(directory, mnemonics, now));
  SMEV_ASSIGN(authority.smev,
              pem_signer(in(directory, kSmevKey), in(directory, kSmevCertificate), now));
  SMEV_ASSIGN(authority.provider,
              pem_signer(in(directory, kProviderKey), in(directory, kProviderCertificate), now));
  SMEV_ASSIGN(const Certificate sender, load_certificate(in(directory, kSenderCertificate)));
  SMEV_ASSIGN(authority.callers.verifier, pinned_verifier({in(directory, kAuthorityCertificate),
                                                           in(directory, kSenderCertificate)}));
  authority.callers.known_certificate_der = sender.der;
  authority.callers.known_mnemonic = mnemonics.sender;
  return authority;
}

}  // namespace smev::mock
