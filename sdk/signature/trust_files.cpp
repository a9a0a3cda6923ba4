#include "sdk/signature/trust_files.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"
#include "sdk/signature/certificate.hpp"

namespace smev::signature {

namespace {

using Pkcs7Ptr = std::unique_ptr<PKCS7, Freer<PKCS7_free>>;

constexpr std::array<std::string_view, 5> kCertificateEndings = {".pem", ".crt", ".cer", ".der",
                                                                 ".p7b"};
constexpr std::string_view kRevocationsEnding = ".crl";

Failure unreadable(const std::string& path, const std::string& why) {
  return fail(local_error(ErrorCode::key, path + ": " + why, Retry::after_fix));
}

bool is_pem(std::string_view octets) { return octets.find("-----BEGIN") != std::string_view::npos; }

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Reads objects until there are no more; false when something that looks like one is broken.
template <class Pointer, class Read>
bool read_every(BIO* bio, Read read, std::vector<Pointer>& out) {
  while (out.size() <= kCertificatesMax) {
    Pointer object(read(bio));
    if (!object) return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    out.push_back(std::move(object));
  }
  return true;
}

bool take_bundle(const Pkcs7Ptr& bundle, std::vector<X509Ptr>& out) {
  if (!bundle || !PKCS7_type_is_signed(bundle.get()) || bundle->d.sign == nullptr) return false;
  const STACK_OF(X509)* certificates = bundle->d.sign->cert;
  for (int i = 0; i < sk_X509_num(certificates); ++i) {
    X509* certificate = sk_X509_value(certificates, i);
    X509_up_ref(certificate);
    out.emplace_back(certificate);
  }
  return true;
}

bool read_pem(std::string_view octets, std::vector<X509Ptr>& out) {
  const BioPtr bio = memory_bio(octets);
  if (octets.find("-----BEGIN PKCS7-----") != std::string_view::npos) {
    return take_bundle(Pkcs7Ptr(PEM_read_bio_PKCS7(bio.get(), nullptr, nullptr, nullptr)), out);
  }
  return read_every(
      bio.get(), [](BIO* from) { return PEM_read_bio_X509(from, nullptr, nullptr, nullptr); }, out);
}

bool read_der(std::string_view octets, std::vector<X509Ptr>& out) {
  if (auto certificate = read_x509(octets)) {
    out.push_back(*std::move(certificate));
    return true;
  }
  const auto* at = octets_of(octets);
  return take_bundle(Pkcs7Ptr(d2i_PKCS7(nullptr, &at, static_cast<long>(octets.size()))), out);
}

bool read_der(std::string_view octets, std::vector<RevocationsPtr>& out) {
  const auto* at = octets_of(octets);
  RevocationsPtr list(d2i_X509_CRL(nullptr, &at, static_cast<long>(octets.size())));
  if (!list || at != octets_of(octets) + octets.size()) return false;
  out.push_back(std::move(list));
  return true;
}

// --- folders ------------------------------------------------------------------------------------

bool counts(const std::filesystem::path& file, TrustList list) {
  const std::string file_name = file.filename().string();
  if (file_name.empty() || file_name.front() == '.') return false;
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (list == TrustList::revocations) return ending == kRevocationsEnding;
  return std::find(kCertificateEndings.begin(), kCertificateEndings.end(), ending) !=
         kCertificateEndings.end();
}

// Sorted, so that what is found does not depend on the file system's order.
Result<std::vector<std::string>> files_of(const std::string& folder, TrustList list) {
  std::vector<std::string> paths;
  std::error_code failed;
  using Iterator = std::filesystem::directory_iterator;
  for (Iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code gone;
    if (!counts(at->path(), list) || std::filesystem::is_directory(at->path(), gone)) continue;
    if (paths.size() >= kFolderFilesMax) {
      return fail(local_error(ErrorCode::limit_exceeded,
                              folder + ": more than " + std::to_string(kFolderFilesMax) + " files",
                              Retry::after_fix));
    }
    paths.push_back(at->path().string());
  }
  if (failed) {
    return fail(local_error(ErrorCode::io, folder + ": " + failed.message(), Retry::after_fix));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_folder(const std::string& entry) {
  std::error_code unknown;
  return std::filesystem::is_directory(entry, unknown);
}

// Calls `found(path, in_folder)` for each file and `lost(path, error)` for a folder that cannot be
// listed.
template <class Found, class Lost>
void for_each_file(const TrustOptions& options, TrustList list, Found found, Lost lost) {
  for (const std::string& entry : entries_of(options, list)) {
    if (!is_folder(entry)) {
      found(entry, false);
    } else if (const auto files = files_of(entry, list)) {
      for (const std::string& path : *files) found(path, true);
    } else {
      lost(entry, files.error());
    }
  }
}

void read_into(TrustFile& file) {
  const auto keep = [&file](auto read, auto& to) {
    if (read) {
      to = *std::move(read);
    } else {
      file.error = as_trust_error(read.error(), file);
    }
  };
  if (file.list == TrustList::revocations) {
    keep(read_revocations(file.path), file.revocations);
  } else {
    keep(read_certificates(file.path), file.certificates);
  }
}

std::string imprint_of(const std::string& path) {
  struct stat facts {};
  std::string text = path + '\n';
  if (::stat(path.c_str(), &facts) != 0) return text + std::to_string(errno) + '\n';
  // A file replaced by rename has another inode; one made readable by chmod another change time.
  for (const auto number :
       {static_cast<long long>(facts.st_ino), static_cast<long long>(facts.st_size),
        static_cast<long long>(facts.st_mtim.tv_sec), static_cast<long long>(facts.st_mtim.tv_nsec),
        static_cast<long long>(facts.st_ctim.tv_sec),
        static_cast<long long>(facts.st_ctim.tv_nsec)}) {
    text += std::to_string(number) + ' ';
  }
  return text + '\n';
}

}  // namespace

Result<std::vector<X509Ptr>> read_certificates(const std::string& path) {
  SMEV_TRY(Runtime::acquire());
  SMEV_ASSIGN(const std::string octets, read_file(path, kCertificatesFileMax));
  const ErrorQueueGuard guard;
  ERR_clear_error();
  std::vector<X509Ptr> certificates;
  const bool read =
      is_pem(octets) ? read_pem(octets, certificates) : read_der(octets, certificates);
  if (!read) return unreadable(path, "neither a PEM nor a DER certificate, nor a PKCS#7 bundle");
  if (certificates.empty()) return unreadable(path, "no certificate in it");
  if (certificates.size() > kCertificatesMax) {
    return unreadable(path, "more than " + std::to_string(kCertificatesMax) + " certificates");
  }
  return certificates;
}

Result<std::vector<RevocationsPtr>> read_revocations(const std::string& path) {
  SMEV_TRY(Runtime::acquire());
  SMEV_ASSIGN(const std::string octets, read_file(path, kRevocationsFileMax));
  const ErrorQueueGuard guard;
  ERR_clear_error();
  std::vector<RevocationsPtr> lists;
  const BioPtr bio = memory_bio(octets);
  const auto next = [](BIO* from) {
    return PEM_read_bio_X509_CRL(from, nullptr, nullptr, nullptr);
  };
  const bool read = is_pem(octets) ? read_every(bio.get(), next, lists) : read_der(octets, lists);
  if (!read || lists.empty()) return unreadable(path, "neither a PEM nor a DER revocation list");
  return lists;
}

Error as_trust_error(Error error, const TrustFile& file) {
  const std::string key = "smev." + std::string(name(file.list));
  if (error.code == ErrorCode::not_found && !file.in_folder) {
    error.code = ErrorCode::config;
    error.text = "Нет файла доверия, который назван в настройках (" + key +
                 "): верните его или исправьте настройки";
  } else {
    error.text = "Файл доверия (" + key + ") не годится: исправьте его или уберите";
  }
  error.retry = Retry::after_fix;
  return error;
}

std::vector<TrustFile> read_trust_files(const TrustOptions& options) {
  std::vector<TrustFile> files;
  for (const TrustList list : kTrustLists) {
    const auto add = [&](const std::string& path, bool in_folder) -> TrustFile& {
      TrustFile& file = files.emplace_back();
      file.path = path;
      file.list = list;
      file.in_folder = in_folder;
      return file;
    };
    for_each_file(
        options, list,
        [&](const std::string& path, bool in_folder) { read_into(add(path, in_folder)); },
        [&](const std::string& folder, const Error& error) {
          TrustFile& file = add(folder, false);
          file.error = as_trust_error(error, file);
        });
  }
  return files;
}

std::string imprint(const TrustOptions& options) {
  std::string text;
  for (const TrustList list : kTrustLists) {
    for_each_file(
        options, list, [&](const std::string& path, bool) { text += imprint_of(path); },
        [&](const std::string&, const Error& error) { text += error.detail + '\n'; });
    text += '\n';
  }
  return text;
}

}  // namespace smev::signature
