#pragma once
// How the SMEV transform writes characters (smev3 §5.2). The operator's class writes through
// Woodstox, whose writer copies short and long texts by different code; the odd rules for `>` are
// its traces, and a digest depends on them. Some sign through the JDK's own writer instead.

#include <string>
#include <string_view>

namespace smev::signature {

enum class Escaping {
  woodstox,  ///< the operator's, and ours
  jdk,       ///< XMLStreamWriter of the JDK: `>` always written as `&gt;`, control characters raw
};

/// Only characters up to U+0020: such a text is dropped. An empty one too.
bool is_blank(std::string_view text);

/// One text between two tags.
void append_transformed_text(std::string& out, std::string_view text, Escaping escaping);

/// An attribute value or a namespace name in double quotes.
void append_transformed_attribute(std::string& out, std::string_view value, Escaping escaping);

/// Order of names as Java compares strings: by UTF-16 units, not by code points.
bool utf16_less(std::string_view a, std::string_view b);

}  // namespace smev::signature
