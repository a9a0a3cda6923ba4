#pragma once
// The MIME types that SMEV's schema takes for a file (smev3 §1.5).

#include <string_view>

namespace smev {

/// text, image, audio, video or application; then Latin letters, digits, `-`, `+` and `.`.
bool is_allowed_mime(std::string_view mime);

}  // namespace smev
