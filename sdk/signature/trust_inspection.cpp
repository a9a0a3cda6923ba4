#include "sdk/signature/trust_inspection.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/runtime.hpp"

namespace smev::signature {

namespace {

InspectedCertificate inspect(X509& x509) {
  InspectedCertificate inspected;
  inspected.certificate = describe(x509);
  inspected.common_name = common_name(X509_get_subject_name(&x509));
  inspected.issuer_name = common_name(X509_get_issuer_name(&x509));
  inspected.fingerprint = sha256_hex(inspected.certificate.der);
  inspected.authority = X509_check_ca(&x509) == 1;
  return inspected;
}

InspectedFile inspect(const TrustFile& file) {
  InspectedFile inspected{file.path, file.list, file.in_folder, {}, {}, file.error};
  for (const X509Ptr& each : file.certificates) {
    inspected.certificates.push_back(inspect(*each));
    if (const auto fit = check_key(*each, file.path); !fit)
      inspected.error = as_trust_error(fit.error(), file);
  }
  return inspected;
}

void add_revocations(InspectedFile& file, const RevocationList& list, const TrustSet& known) {
  file.revocations.push_back({list.facts(), known.key_vouching_for(list)});
}

}  // namespace

Result<InspectedTrust> inspect_trust(const TrustOptions& options) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  InspectedTrust inspected;
  std::vector<TrustFile> sound;
  for (TrustFile& file : read_trust_files(options)) {
    inspected.files.push_back(inspect(file));
    if (!inspected.files.back().error) sound.push_back(std::move(file));
  }
  SMEV_ASSIGN(inspected.set, TrustSet::make(std::move(sound)));
  for (const auto& list : inspected.set->revocations()) {
    for (InspectedFile& file : inspected.files) {
      if (file.list == TrustList::revocations && file.path == list->path()) {
        add_revocations(file, *list, *inspected.set);
        break;
      }
    }
  }
  return inspected;
}

Result<InspectedFile> inspect_file(const std::string& path, TrustList list, const TrustSet& known) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  TrustFile file;
  file.path = path;
  file.list = list;
  if (list == TrustList::revocations) {
    SMEV_ASSIGN(auto revocations, read_revocations(path));
    InspectedFile inspected{path, list, false, {}, {}, {}};
    for (RevocationsPtr& each : revocations) {
      add_revocations(inspected, RevocationList(std::move(each), path), known);
    }
    return inspected;
  }
  SMEV_ASSIGN(file.certificates, read_certificates(path));
  return inspect(file);
}

InspectedCertificate inspect(const Certificate& certificate) {
  const ErrorQueueGuard guard;
  if (const auto x509 = read_x509(certificate.der)) return inspect(**x509);
  return {certificate, certificate.subject, certificate.issuer, sha256_hex(certificate.der), false};
}

std::string to_pem(const Certificate& certificate) {
  const ErrorQueueGuard guard;
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (const auto x509 = read_x509(certificate.der)) PEM_write_bio_X509(out.get(), x509->get());
  return bio_octets(out.get());
}

}  // namespace smev::signature
