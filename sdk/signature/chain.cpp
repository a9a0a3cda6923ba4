#include "sdk/signature/chain.hpp"

#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "sdk/signature/certificate.hpp"

namespace smev::signature {

namespace {

struct StackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using StackPtr = std::unique_ptr<STACK_OF(X509), StackFreer>;
using ContextPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

constexpr int kAuthority = 1;     // X509_check_ca: a basicConstraints extension says so
constexpr int kSearchesMax = 16;  // namesakes that are tried

using Certificates = std::vector<X509*>;

bool holds(const Certificates& all, X509* wanted) {
  return std::any_of(all.begin(), all.end(),
                     [wanted](X509* each) { return X509_cmp(each, wanted) == 0; });
}

StackPtr stack_without(const Certificates& all, const Certificates& excluded) {
  StackPtr stack(sk_X509_new_null());
  for (X509* each : all) {
    if (!holds(excluded, each)) sk_X509_push(stack.get(), each);
  }
  return stack;
}

// Validity is judged by the caller, for many moments over one chain.
int accept_any_time(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  const int error = X509_STORE_CTX_get_error(context);
  return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID ? 1 : 0;
}

struct Search {
  Chain chain;
  X509* culprit = nullptr;  ///< the issuer that the search failed at
};

Certificates found_in(X509_STORE_CTX* context) {
  Certificates found;
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  for (int i = 0; i < sk_X509_num(chain); ++i) found.push_back(sk_X509_value(chain, i));
  return found;
}

X509* at(const Certificates& all, int index) {
  return index > 0 && static_cast<std::size_t>(index) < all.size()
             ? all[static_cast<std::size_t>(index)]
             : nullptr;
}

void explain(Search& search, X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  // A signature that does not hold speaks against the issuer, not against what it is under.
  const bool is_above = error == X509_V_ERR_CERT_SIGNATURE_FAILURE;
  search.culprit = at(search.chain.certificates, is_above ? depth + 1 : depth);
  search.chain.problem = X509_verify_cert_error_string(error);
}

// OpenSSL goes on to the top; whoever is pinned vouches alone.
void cut_at_first_anchor(Search& search, const Certificates& anchors) {
  Certificates& found = search.chain.certificates;
  for (std::size_t i = 1; i < found.size(); ++i) {
    if (X509_check_ca(found[i]) != kAuthority) {
      search.culprit = found[i];
      search.chain.problem = "an issuer in the chain is no certificate authority";
      return;
    }
    if (holds(anchors, found[i])) {
      found.resize(i + 1);
      search.chain.anchored = true;
      return;
    }
  }
  search.chain.problem = "no anchor in the chain";
}

Search search_once(X509& signer, const Certificates& anchors, const Certificates& intermediates,
                   const Certificates& excluded, TimePoint moment) {
  Search search;
  const StackPtr trusted = stack_without(anchors, excluded);
  const StackPtr untrusted = stack_without(intermediates, excluded);
  const ContextPtr context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), nullptr, &signer, untrusted.get()) != 1) {
    search.chain.problem = take_openssl_error();
    return search;
  }
  X509_STORE_CTX_set0_trusted_stack(context.get(), trusted.get());
  X509_STORE_CTX_set_verify_cb(context.get(), accept_any_time);
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_depth(rules, kIssuersMax - 1);  // OpenSSL counts those between the ends
  X509_VERIFY_PARAM_set_time(
      rules, std::chrono::floor<std::chrono::seconds>(moment).time_since_epoch().count());
  const bool verified = X509_verify_cert(context.get()) == 1;
  search.chain.certificates = found_in(context.get());
  if (verified) {
    cut_at_first_anchor(search, anchors);
  } else {
    explain(search, context.get());
  }
  return search;
}

}  // namespace

// OpenSSL follows one issuer of each name. When that one leads nowhere (an authority's former key,
// a cross certificate of another root), it is left out and the search begins anew.
Chain find_chain(X509& signer, const std::vector<X509*>& anchors,
                 const std::vector<X509*>& intermediates, TimePoint moment) {
  const ErrorQueueGuard guard;
  Certificates excluded;
  Search first = search_once(signer, anchors, intermediates, excluded, moment);
  Search last = first;
  for (int i = 1; i < kSearchesMax && !last.chain.anchored && last.culprit != nullptr; ++i) {
    excluded.push_back(last.culprit);
    last = search_once(signer, anchors, intermediates, excluded, moment);
  }
  // The first failure is the one that tells: later ones speak of what was left out.
  return last.chain.anchored ? std::move(last.chain) : std::move(first.chain);
}

}  // namespace smev::signature
