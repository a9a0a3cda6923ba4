#pragma once
// Writes well-formed XML text: escapes what must be escaped, keeps no white space of its own.
// Characters that XML 1.0 forbids must have been refused before (elk rules do); here they end in
// U+FFFD rather than in a document that nobody can read.

#include <string>
#include <string_view>
#include <vector>

namespace smev::xml {

/// `&` `<` `>` CR escaped: for text between tags.
std::string escape_text(std::string_view text);
/// `&` `<` `"` TAB LF CR escaped: for values in double quotes.
std::string escape_attribute(std::string_view text);

/// Streaming writer over one string.
///   Writer w;
///   w.open("ns1:order").attribute("env", "EPGU");
///   w.element("ns1:status", "6");
///   w.close();
class Writer {
 public:
  Writer& open(std::string_view qname);
  Writer& attribute(std::string_view qname, std::string_view value);  ///< right after open
  Writer& text(std::string_view text);
  Writer& raw(std::string_view xml);  ///< ready XML, not looked at
  Writer& element(std::string_view qname, std::string_view text);
  Writer& close();  ///< closes the innermost open element; `<a></a>`, never `<a/>`
  /// Everything written; all elements must be closed.
  std::string take();

 private:
  void end_start_tag();
  std::string out_;
  std::vector<std::string> open_;
  bool in_start_tag_ = false;
};

}  // namespace smev::xml
