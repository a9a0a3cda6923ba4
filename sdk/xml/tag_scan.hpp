#pragma once
// A look at the tags of a document before libxml2 sees it. Its check for repeated attributes takes
// time with the square of their number, and runs before any callback could count them: a start tag
// of some megabytes would keep a processor busy for hours.

#include <cstddef>
#include <string_view>

namespace smev::xml {

/// The largest number of attributes (namespace declarations included) that any one tag holds,
/// counted by the equals signs outside quotes. For UTF-8; what is not well formed gives some
/// number.
std::size_t most_attributes(std::string_view octets);

}  // namespace smev::xml
