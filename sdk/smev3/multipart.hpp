#pragma once
// multipart/related as SMEV wraps its answers (smev3 §6.4): finds the root part and puts XOP parts
// back in place as base64, since digests are over the inlined form.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/result.hpp"

namespace smev::smev3 {

struct Part {
  std::string content_type;
  std::string content_id;  ///< without angle brackets
  std::string body;
};

struct MultipartLimits {
  std::size_t parts_max = 64;
  std::size_t headers_bytes_max = 16u << 10;  ///< of one part
};

/// The parts of a body; fails with bad_answer when boundaries are missing or limits are broken.
Result<std::vector<Part>> split_multipart(std::string_view content_type, std::string_view body,
                                          const MultipartLimits& limits = {});

/// The SOAP envelope of an HTTP body, whether wrapped or not, XOP includes replaced by base64 text.
Result<std::string> soap_envelope(std::string_view content_type, std::string_view body);

/// Wraps one root part the way the real server does; `boundary` without leading dashes.
struct WrappedBody {
  std::string content_type;
  std::string body;
};
WrappedBody wrap_multipart(std::string_view envelope, std::string_view boundary);

}  // namespace smev::smev3
