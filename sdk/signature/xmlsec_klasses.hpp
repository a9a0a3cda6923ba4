#pragma once
// The klasses that are registered with xmlsec1.

#include <libxml/tree.h>
#include <xmlsec/keys.h>
#include <xmlsec/keysdata.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include <vector>

#include "sdk/signature/xmlsec_operation.hpp"

namespace smev::signature {

xmlSecTransformId smev_transform_klass();
/// It, and one for each name of a digest and of a signature (algorithms.hpp).
const std::vector<xmlSecTransformId>& transform_klasses();

/// While it lives, the transforms of a reference that this thread runs belong to the operation:
/// xmlsec hands them nothing that would lead there.
class CurrentOperation {
 public:
  explicit CurrentOperation(Operation& operation);
  ~CurrentOperation();
  CurrentOperation(const CurrentOperation&) = delete;
  CurrentOperation& operator=(const CurrentOperation&) = delete;

 private:
  Operation* before_;
};

/// A key for gost2012_256_klass that leads to the operation's Signer or Verifier. Owned by the
/// caller.
xmlSecKeyPtr make_operation_key(Operation& operation);

}  // namespace smev::signature
