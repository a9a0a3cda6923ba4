#pragma once
// XOP: parts of a multipart message that stand for base64 text inside its root part. A signature
// covers the text, so it has to be put back before anything is verified (smev3 §3.1).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/smev3/multipart.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/result.hpp"

namespace smev::smev3 {

/// The root part with every xop:Include replaced by the base64 of the part that it names, without
/// line breaks; unchanged, octet for octet, when there is none. Fails with bad_answer when a part
/// is missing, and when the texts put in are together longer than `text_bytes_max`: one part named
/// many times would grow without bound.
Result<std::string> inline_xop_parts(std::string_view root, const std::vector<Part>& parts,
                                     std::size_t text_bytes_max = xml::Limits{}.bytes_max);

/// `<id>` or `id`: `id`.
std::string without_angle_brackets(std::string_view id);

}  // namespace smev::smev3
