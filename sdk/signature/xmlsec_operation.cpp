#include "sdk/signature/xmlsec_operation.hpp"

#include <libxml/tree.h>
#include <xmlsec/base64.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/openssl.hpp"
#include "sdk/signature/xmlsec_klasses.hpp"
#include "sdk/xml/library_errors.hpp"

namespace smev::signature {

namespace {

// xmlsec has one error callback per process. While a collector lives, this thread's errors go
// there; other users of xmlsec keep its default.
thread_local std::string* collector = nullptr;

void collect_error(const char* file, int line, const char* function, const char* object,
                   const char* subject, int reason, const char* message) {
  if (collector == nullptr) {
    xmlSecErrorsDefaultCallback(file, line, function, object, subject, reason, message);
    return;
  }
  if (collector->empty()) {
    for (const char* part : {function, object, subject, message}) {
      collector->append(part != nullptr && *part != '\0' ? part : "-").append(" ");
    }
  }
}

class XmlsecErrors {
 public:
  XmlsecErrors() : before_(collector) { collector = &first_; }
  ~XmlsecErrors() { collector = before_; }
  XmlsecErrors(const XmlsecErrors&) = delete;
  XmlsecErrors& operator=(const XmlsecErrors&) = delete;
  [[nodiscard]] const std::string& first() const { return first_; }

 private:
  std::string* before_;
  std::string first_;
};

bool register_klasses() {
  // The question whether xmlsec is set up is an error to it, reported on standard error unless
  // caught.
  const XmlsecErrors quiet;
  xmlSecErrorsSetCallback(collect_error);
  // Another user of xmlsec in this process may have set it up; a second time would forget klasses.
  if (!xmlSecPtrListIsValid(xmlSecTransformIdsGet())) {
    if (xmlSecInit() < 0) {
      return false;
    }
    xmlSecErrorsSetCallback(collect_error);
  }
  const auto& klasses = transform_klasses();
  return std::all_of(klasses.begin(), klasses.end(), [](xmlSecTransformId klass) {
    return xmlSecTransformIdsRegister(klass) >= 0;
  });
}

Result<void> set_up() {
  SMEV_TRY(Runtime::acquire());
  static std::once_flag once;
  static bool ready = false;
  std::call_once(once, [] { ready = register_klasses(); });
  if (!ready) {
    return fail(local_error(ErrorCode::crypto, "xmlsec1 does not start", Retry::after_fix));
  }
  return {};
}

// SMEV wants base64 without line breaks; xmlsec's own setting for that is one per process.
void unbreak_base64(xmlSecTransformCtxPtr context) {
  for (xmlSecTransformPtr step = context->first; step != nullptr; step = step->next) {
    if (xmlSecTransformCheckId(step, xmlSecTransformBase64Id)) {
      xmlSecTransformBase64SetLineSize(step, 0);
    }
  }
}

int before_signed_info(xmlSecTransformCtxPtr context) {
  unbreak_base64(context);
  return 0;
}

void remove(xmlSecTransformCtxPtr context, xmlSecTransformPtr step) {
  (step->prev == nullptr ? context->first : step->prev->next) = step->next;
  (step->next == nullptr ? context->last : step->next->prev) = step->prev;
  step->next = step->prev = nullptr;
  xmlSecTransformDestroy(step);
}

// The chain is: what finds the Id, the transforms, what xmlsec puts between them, the digest.
// Before the digest only the SMEV transform stays. It starts at the operation's element and is
// exc-c14n and SMEV in one (transform.hpp), so no search for an Id decides what is digested. And
// enveloped-signature, which xmlsec would take only before others, has nothing to do wherever it
// stands: the signature lies outside of the element.
int keep_ours_and_the_digest(xmlSecTransformCtxPtr context) {
  unbreak_base64(context);
  bool ours_seen = false;
  bool digest_seen = false;
  for (xmlSecTransformPtr step = context->first; step != nullptr;) {
    xmlSecTransformPtr next = step->next;
    const bool ours = xmlSecTransformCheckId(step, smev_transform_klass());
    digest_seen = digest_seen || (step->id->usage & xmlSecTransformUsageDigestMethod) != 0;
    ours_seen = ours_seen || ours;
    if (!ours && !digest_seen) {
      remove(context, step);
    }
    step = next;
  }
  return ours_seen && digest_seen ? 0 : -1;
}

struct ContextDeleter {
  void operator()(xmlSecDSigCtxPtr context) const { xmlSecDSigCtxDestroy(context); }
};
using ContextPtr = std::unique_ptr<xmlSecDSigCtx, ContextDeleter>;

ContextPtr make_context(Operation& operation) {
  ContextPtr context(xmlSecDSigCtxCreate(nullptr));
  if (context != nullptr) {
    // Spares an XPath evaluation of the URI, whose step is dropped anyhow.
    context->flags |= XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
    context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    context->transformCtx.preExecCallback = before_signed_info;
    context->referencePreExecuteCallback = keep_ours_and_the_digest;
    context->signKey = make_operation_key(operation);
  }
  return context;
}

Error error_of(Operation& operation, const XmlsecErrors& errors) {
  return operation.error ? *operation.error
                         : local_error(ErrorCode::crypto, "xmlsec: " + errors.first());
}

}  // namespace

Result<void> make_signature(const xml::Element& signature, Operation& operation) {
  SMEV_TRY(set_up());
  const xml::LibraryErrors quiet;
  const XmlsecErrors errors;
  const ErrorQueueGuard guard;
  const CurrentOperation current(operation);
  const ContextPtr context = make_context(operation);
  if (context == nullptr || context->signKey == nullptr ||
      xmlSecDSigCtxSign(context.get(), signature.node()) < 0 || operation.error ||
      context->status != xmlSecDSigStatusSucceeded) {
    return fail(error_of(operation, errors));
  }
  return {};
}

Result<void> check_signature(const xml::Element& signature, Operation& operation) {
  SMEV_TRY(set_up());
  const xml::LibraryErrors quiet;
  const XmlsecErrors errors;
  const ErrorQueueGuard guard;
  const CurrentOperation current(operation);
  const ContextPtr context = make_context(operation);
  if (context == nullptr || context->signKey == nullptr ||
      xmlSecDSigCtxVerify(context.get(), signature.node()) < 0 || operation.error) {
    return fail(error_of(operation, errors));
  }
  const bool both_hold = operation.digest_holds && operation.value_holds;
  if (both_hold != (context->status == xmlSecDSigStatusSucceeded)) {
    return fail(local_error(ErrorCode::internal, "xmlsec and its klasses disagree"));
  }
  return {};
}

}  // namespace smev::signature
