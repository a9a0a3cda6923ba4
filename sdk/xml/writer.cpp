#include "sdk/xml/writer.hpp"

#include <cstdio>
#include <cstdlib>

#include "sdk/xml/escape.hpp"

namespace smev::xml {

namespace {

// Wrong use of the writer is a programmer's error: the document would be nonsense.
void require(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "smev: xml::Writer: %s\n", what);
    std::abort();
  }
}

}  // namespace

void Writer::end_start_tag() {
  if (in_start_tag_) {
    out_ += '>';
    in_start_tag_ = false;
  }
}

Writer& Writer::open(std::string_view qname) {
  end_start_tag();
  out_.append("<").append(qname);
  open_.emplace_back(qname);
  in_start_tag_ = true;
  return *this;
}

Writer& Writer::attribute(std::string_view qname, std::string_view value) {
  require(in_start_tag_, "an attribute outside a start tag");
  out_.append(" ").append(qname).append("=\"");
  append_attribute_value(out_, value);
  out_ += '"';
  return *this;
}

Writer& Writer::text(std::string_view text) {
  end_start_tag();
  append_text(out_, text);
  return *this;
}

Writer& Writer::raw(std::string_view xml) {
  end_start_tag();
  out_ += xml;
  return *this;
}

Writer& Writer::element(std::string_view qname, std::string_view value) {
  return open(qname).text(value).close();
}

Writer& Writer::close() {
  require(!open_.empty(), "nothing is open");
  end_start_tag();
  out_.append("</").append(open_.back()).append(">");
  open_.pop_back();
  return *this;
}

std::string Writer::take() {
  require(open_.empty(), "an element is still open");
  std::string out = std::move(out_);
  out_.clear();
  return out;
}

}  // namespace smev::xml
