#include "sdk/signature/xmlsec_klasses.hpp"

#include <deque>
#include <string>

#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/signature/openssl.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/xml/tree.hpp"

namespace smev::signature {

namespace {

// xmlsec allocates objSize octets and hands out the first part; ours stands behind it.
struct Buffered {
  xmlSecTransform base;
  std::string* octets;   // what was pushed
  Operation* operation;  // of the signature klass: it comes with the key
};

struct OperationKey {
  xmlSecKeyData base;
  Operation* operation;
};

Buffered& buffered(xmlSecTransformPtr transform) { return *reinterpret_cast<Buffered*>(transform); }

std::string_view octets_of(const xmlSecByte* data, xmlSecSize size) {
  return {reinterpret_cast<const char*>(data), size};
}

thread_local Operation* current = nullptr;

int refuse(Operation* operation, Error error) {
  if (operation != nullptr && !operation->error) {
    operation->error = std::move(error);
  }
  return -1;
}

int refuse(Operation* operation, const char* detail) {
  return refuse(operation, local_error(ErrorCode::crypto, detail));
}

int initialize(xmlSecTransformPtr transform) {
  buffered(transform).octets = new std::string();
  buffered(transform).operation = nullptr;
  return 0;
}

void finalize(xmlSecTransformPtr transform) { delete buffered(transform).octets; }

xmlSecTransformDataType octets_only(xmlSecTransformPtr, xmlSecTransformMode,
                                    xmlSecTransformCtxPtr) {
  return xmlSecTransformDataTypeBin;
}

// Passes what was computed on to the next transform (base64, when a signature is made).
int push_on(xmlSecTransformPtr transform, std::string_view octets, xmlSecTransformCtxPtr context) {
  transform->status = xmlSecTransformStatusFinished;
  return transform->next == nullptr
             ? 0
             : xmlSecTransformPushBin(transform->next,
                                      reinterpret_cast<const xmlSecByte*>(octets.data()),
                                      octets.size(), 1, context);
}

// The SMEV transform. It stands at the head of the chain (see keep_ours_and_the_digest) and takes
// the element from the operation.

xmlSecTransformDataType smev_data_type(xmlSecTransformPtr, xmlSecTransformMode mode,
                                       xmlSecTransformCtxPtr) {
  // Octets are named so that xmlsec puts no parser between exc-c14n and us.
  return mode == xmlSecTransformModePush ? xmlSecTransformDataTypeXml | xmlSecTransformDataTypeBin
                                         : xmlSecTransformDataTypeBin;
}

int smev_push_xml(xmlSecTransformPtr transform, xmlSecNodeSetPtr, xmlSecTransformCtxPtr context) {
  auto* operation = current;
  if (operation == nullptr) {
    return -1;
  }
  auto octets = signature::transform(operation->target);
  if (!octets) {
    return refuse(operation, std::move(octets).error());
  }
  return push_on(transform, *octets, context);
}

int smev_push_octets(xmlSecTransformPtr, const xmlSecByte*, xmlSecSize, int,
                     xmlSecTransformCtxPtr) {
  return refuse(current, "the SMEV transform was given octets");
}

// A digest: the klass is made for one of its names.

int digest_push(xmlSecTransformPtr transform, const xmlSecByte* data, xmlSecSize size, int final,
                xmlSecTransformCtxPtr context) {
  std::string& all = *buffered(transform).octets;
  auto* operation = current;
  if (final == 0) {
    all.append(octets_of(data, size));
    return 0;
  }
  // Mostly everything comes in one piece, which is not copied.
  const SignatureAlgorithm algorithm = by_digest_uri(xml::view(transform->id->href))->id;
  auto value = all.empty() ? digest(algorithm, octets_of(data, size))
                           : digest(algorithm, all.append(octets_of(data, size)));
  if (!value) {
    return refuse(operation, std::move(value).error());
  }
  all = *std::move(value);
  if (transform->operation == xmlSecTransformOperationSign) {
    return push_on(transform, all, context);
  }
  transform->status = xmlSecTransformStatusFinished;
  return 0;
}

int digest_verify(xmlSecTransformPtr transform, const xmlSecByte* data, xmlSecSize size,
                  xmlSecTransformCtxPtr) {
  const bool holds = octets_of(data, size) == *buffered(transform).octets;
  transform->status = holds ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
  if (auto* operation = current; operation != nullptr) {
    operation->digest_holds = holds;
  }
  return 0;
}

// A signature: the same.

xmlSecKeyDataId operation_key_klass();

int signature_set_key_requirements(xmlSecTransformPtr transform, xmlSecKeyReqPtr requirements) {
  const bool sign = transform->operation == xmlSecTransformOperationSign;
  requirements->keyId = operation_key_klass();
  requirements->keyType = sign ? xmlSecKeyDataTypePrivate : xmlSecKeyDataTypePublic;
  requirements->keyUsage = sign ? xmlSecKeyUsageSign : xmlSecKeyUsageVerify;
  return 0;
}

int signature_set_key(xmlSecTransformPtr transform, xmlSecKeyPtr key) {
  const auto* data = reinterpret_cast<const OperationKey*>(xmlSecKeyGetValue(key));
  if (data == nullptr || data->base.id != operation_key_klass()) {
    return -1;
  }
  buffered(transform).operation = data->operation;
  return 0;
}

int signature_push(xmlSecTransformPtr transform, const xmlSecByte* data, xmlSecSize size, int final,
                   xmlSecTransformCtxPtr context) {
  std::string& all = *buffered(transform).octets;
  all.append(octets_of(data, size));
  if (final == 0) {
    return 0;
  }
  if (transform->operation != xmlSecTransformOperationSign) {
    transform->status = xmlSecTransformStatusFinished;
    return 0;
  }
  Operation* operation = buffered(transform).operation;
  if (operation == nullptr || operation->signer == nullptr) {
    return refuse(operation, "no signer");
  }
  auto value = operation->signer->sign(all);
  if (!value) {
    // xmlsec leaks memory when a step behind the canonical form fails, so the error goes only to
    // the operation, which looks at it before anything is used.
    refuse(operation, std::move(value).error());
    return push_on(transform, {}, context);
  }
  return push_on(transform, *value, context);
}

int signature_verify(xmlSecTransformPtr transform, const xmlSecByte* data, xmlSecSize size,
                     xmlSecTransformCtxPtr) {
  Operation* operation = buffered(transform).operation;
  transform->status = xmlSecTransformStatusFail;
  if (operation == nullptr || operation->verifier == nullptr) {
    return refuse(operation, "no verifier");
  }
  const SignatureAlgorithm algorithm = by_signature_uri(xml::view(transform->id->href))->id;
  auto holds = operation->verifier->verify(operation->certificate_der, algorithm,
                                           *buffered(transform).octets, octets_of(data, size));
  if (!holds) {
    return refuse(operation, std::move(holds).error());
  }
  operation->value_holds = *holds;
  transform->status = *holds ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
  return 0;
}

// The key.

int key_initialize(xmlSecKeyDataPtr data) {
  reinterpret_cast<OperationKey*>(data)->operation = nullptr;
  return 0;
}

int key_duplicate(xmlSecKeyDataPtr to, xmlSecKeyDataPtr from) {
  reinterpret_cast<OperationKey*>(to)->operation = reinterpret_cast<OperationKey*>(from)->operation;
  return 0;
}

void key_finalize(xmlSecKeyDataPtr) {}

xmlSecKeyDataType key_type(xmlSecKeyDataPtr) {
  return xmlSecKeyDataTypePrivate | xmlSecKeyDataTypePublic;
}

xmlSecKeyDataId operation_key_klass() {
  static const auto klass = [] {
    struct _xmlSecKeyDataKlass made {};
    made.klassSize = sizeof(xmlSecKeyDataKlass);
    made.objSize = sizeof(OperationKey);
    made.name = BAD_CAST "smev-operation-key";
    made.initialize = key_initialize;
    made.duplicate = key_duplicate;
    made.finalize = key_finalize;
    made.getType = key_type;
    return made;
  }();
  return &klass;
}

using MutableKlass = struct _xmlSecTransformKlass;

MutableKlass klass_of(const char* name, const char* uri, xmlSecTransformUsage usage) {
  MutableKlass klass{};
  klass.klassSize = sizeof(xmlSecTransformKlass);
  klass.objSize = sizeof(Buffered);
  klass.name = BAD_CAST name;
  klass.href = BAD_CAST uri;
  klass.usage = usage;
  klass.initialize = initialize;
  klass.finalize = finalize;
  klass.getDataType = octets_only;
  return klass;
}

// The names are literals, and so end with a zero.
MutableKlass digest_klass(std::string_view uri) {
  auto klass = klass_of("smev-gost-digest", uri.data(), xmlSecTransformUsageDigestMethod);
  klass.pushBin = digest_push;
  klass.verify = digest_verify;
  return klass;
}

MutableKlass signature_klass(std::string_view uri) {
  auto klass = klass_of("smev-gost-signature", uri.data(), xmlSecTransformUsageSignatureMethod);
  klass.setKeyReq = signature_set_key_requirements;
  klass.setKey = signature_set_key;
  klass.pushBin = signature_push;
  klass.verify = signature_verify;
  return klass;
}

}  // namespace

CurrentOperation::CurrentOperation(Operation& operation) : before_(current) {
  current = &operation;
}

CurrentOperation::~CurrentOperation() { current = before_; }

xmlSecTransformId smev_transform_klass() {
  static const auto klass = [] {
    auto made = klass_of("smev-transform", kTransformUri, xmlSecTransformUsageDSigTransform);
    made.getDataType = smev_data_type;
    made.pushXml = smev_push_xml;
    made.pushBin = smev_push_octets;
    return made;
  }();
  return &klass;
}

const std::vector<xmlSecTransformId>& transform_klasses() {
  static const std::deque<MutableKlass> made = [] {
    std::deque<MutableKlass> klasses;  // a klass is known by its address
    for (const Algorithm& algorithm : algorithms()) {
      for (const auto uri : algorithm.digest_uris) klasses.push_back(digest_klass(uri));
      for (const auto uri : algorithm.signature_uris) klasses.push_back(signature_klass(uri));
    }
    return klasses;
  }();
  static const std::vector<xmlSecTransformId> all = [] {
    std::vector<xmlSecTransformId> klasses = {smev_transform_klass()};
    for (const MutableKlass& klass : made) klasses.push_back(&klass);
    return klasses;
  }();
  return all;
}

xmlSecKeyPtr make_operation_key(Operation& operation) {
  xmlSecKeyPtr key = xmlSecKeyCreate();
  xmlSecKeyDataPtr data = xmlSecKeyDataCreate(operation_key_klass());
  if (key == nullptr || data == nullptr || xmlSecKeySetValue(key, data) < 0) {
    xmlSecKeyDestroy(key);
    if (data != nullptr) {
      xmlSecKeyDataDestroy(data);
    }
    return nullptr;
  }
  reinterpret_cast<OperationKey*>(data)->operation = &operation;
  return key;
}

}  // namespace smev::signature
