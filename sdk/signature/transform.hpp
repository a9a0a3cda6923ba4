#pragma once
// The transform urn://smev-gov-ru/xmldsig/transform (smev3 §5, signature §3) as one walk over the
// DOM: the octets of exclusive canonical form followed by the transform, without making either in
// between.

#include <string>

#include "sdk/signature/transform_writer.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/result.hpp"

namespace smev::signature {

inline constexpr char kTransformUri[] = "urn://smev-gov-ru/xmldsig/transform";

/// The octets that are digested for `element`. Fails with `not_signable` for what the transform
/// cannot express: elements in no namespace, xml:lang, xml:space.
Result<std::string> transform(const xml::Element& element, Escaping escaping = Escaping::woodstox);

/// The same, inside of what is being written. The element must outlive the writer's use.
Result<void> transform_into(TransformWriter& out, const xml::Element& element);

class Fragment;

/// Exclusive canonical form without comments (for SignedInfo).
Result<std::string> exclusive_c14n(const Fragment& fragment);
Result<std::string> exclusive_c14n(const xml::Element& element);

}  // namespace smev::signature
