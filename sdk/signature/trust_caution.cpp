#include "sdk/signature/trust_caution.hpp"

#include <algorithm>
#include <utility>

#include "sdk/signature/trust_set.hpp"

namespace smev::signature {

namespace {

X509Ptr shared(const X509Ptr& certificate) {
  X509_up_ref(certificate.get());
  return X509Ptr(certificate.get());
}

RevocationsPtr shared(const RevocationsPtr& list) {
  X509_CRL_up_ref(list.get());
  return RevocationsPtr(list.get());
}

TrustFile without_content(const TrustFile& file) {
  TrustFile copy;
  copy.path = file.path;
  copy.list = file.list;
  copy.in_folder = file.in_folder;
  copy.only_revokes = file.only_revokes;
  copy.error = file.error;
  return copy;
}

TrustFile shared(const TrustFile& file) {
  TrustFile copy = without_content(file);
  for (const X509Ptr& each : file.certificates) copy.certificates.push_back(shared(each));
  for (const RevocationsPtr& each : file.revocations) copy.revocations.push_back(shared(each));
  return copy;
}

bool holds(const TrustFile& file, const X509Ptr& wanted) {
  return std::any_of(
      file.certificates.begin(), file.certificates.end(),
      [&wanted](const X509Ptr& each) { return X509_cmp(each.get(), wanted.get()) == 0; });
}

bool holds(const TrustFile& file, const RevocationsPtr& wanted) {
  return std::any_of(file.revocations.begin(), file.revocations.end(),
                     [&wanted](const RevocationsPtr& each) {
                       return X509_CRL_match(each.get(), wanted.get()) == 0;
                     });
}

template <class Pointer>
bool is_in_any(const std::vector<TrustFile>& files, TrustList list, const Pointer& wanted) {
  return std::any_of(files.begin(), files.end(), [&](const TrustFile& file) {
    return file.list == list && !file.error && holds(file, wanted);
  });
}

// The file itself, or the folder that it was found in.
bool is_lost(const std::vector<TrustFile>& found, const TrustFile& former) {
  return std::any_of(found.begin(), found.end(), [&former](const TrustFile& file) {
    if (!file.error || file.list != former.list) return false;
    if (file.path == former.path) return true;
    const std::string folder = file.path + (file.path.back() == '/' ? "" : "/");
    return former.in_folder && former.path.rfind(folder, 0) == 0;
  });
}

class Merge {
 public:
  Merge(const std::vector<TrustFile>& former, const std::vector<TrustFile>& found)
      : former_(former), found_(found) {
    revokers_.only_revokes = true;
    revokers_.list = TrustList::intermediates;
  }

  std::vector<TrustFile> merged() {
    for (const TrustFile& file : former_) keep(file);
    for (const TrustFile& file : found_) {
      if (!file.error) add(file);
    }
    merged_.push_back(std::move(revokers_));
    return std::move(merged_);
  }

 private:
  void keep(const TrustFile& file) {
    TrustFile kept = without_content(file);
    kept.error.reset();
    const bool lost = is_lost(found_, file);
    for (const X509Ptr& each : file.certificates) {
      const bool counts = !file.only_revokes && (lost || is_in_any(found_, file.list, each));
      if (counts) {
        kept.certificates.push_back(shared(each));
      } else {
        may_revoke(each);
      }
    }
    // A list that is gone, or was replaced by one that names less, would give trust back.
    for (const RevocationsPtr& each : file.revocations) kept.revocations.push_back(shared(each));
    if (!kept.certificates.empty() || !kept.revocations.empty()) merged_.push_back(std::move(kept));
  }

  void add(const TrustFile& file) {
    for (const X509Ptr& each : file.certificates) may_revoke(each);
    TrustFile fresh = without_content(file);
    for (const RevocationsPtr& each : file.revocations) {
      if (!is_in_any(former_, file.list, each)) fresh.revocations.push_back(shared(each));
    }
    if (!fresh.revocations.empty()) merged_.push_back(std::move(fresh));
  }

  // An authority that is gone, or waits, may still revoke what is pinned.
  void may_revoke(const X509Ptr& certificate) {
    if (!holds(revokers_, certificate)) revokers_.certificates.push_back(shared(certificate));
  }

  const std::vector<TrustFile>& former_;
  const std::vector<TrustFile>& found_;
  std::vector<TrustFile> merged_;
  TrustFile revokers_;
};

}  // namespace

std::vector<TrustFile> shared(const std::vector<TrustFile>& files) {
  std::vector<TrustFile> copies;
  for (const TrustFile& file : files) copies.push_back(shared(file));
  return copies;
}

void mark_unfit(std::vector<TrustFile>& files) {
  for (TrustFile& file : files) {
    for (const X509Ptr& each : file.certificates) {
      if (file.error) break;
      if (const auto fit = check_key(*each, file.path); !fit)
        file.error = as_trust_error(fit.error(), file);
    }
  }
}

std::string faults_of(const std::vector<TrustFile>& files) {
  std::string faults;
  for (const TrustFile& file : files) {
    if (file.error) faults += (faults.empty() ? "" : "; ") + file.error->detail;
  }
  return faults;
}

std::vector<TrustFile> without_new_trust(const std::vector<TrustFile>& former,
                                         const std::vector<TrustFile>& found) {
  return Merge(former, found).merged();
}

}  // namespace smev::signature
