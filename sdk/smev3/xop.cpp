#include "sdk/smev3/xop.hpp"

#include <libxml/tree.h>

#include <memory>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/smev3/media_type.hpp"

namespace smev::smev3 {

namespace {

constexpr char kXopNamespace[] = "http://www.w3.org/2004/08/xop/include";
constexpr std::string_view kScheme = "cid:";

Failure bad_xop(std::string detail) {
  Error error = local_error(ErrorCode::bad_answer, "XOP: " + std::move(detail), Retry::later);
  error.origin = Origin::network;
  return fail(std::move(error));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A percent sign that begins no escape stays as it is.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Depth is bounded by the reader's limits.
void collect_includes(const xml::Element& element, std::vector<xml::Element>& found) {
  if (element.is(kXopNamespace, "Include")) {
    found.push_back(element);
    return;
  }
  for (xml::Element child = element.first_child(); child; child = child.next_sibling()) {
    collect_includes(child, found);
  }
}

Result<const Part*> part_of(const xml::Element& include, const std::vector<Part>& parts) {
  const std::string href = include.attribute("href").value_or("");
  if (lower_ascii(std::string_view(href).substr(0, kScheme.size())) != kScheme) {
    return bad_xop("an Include whose href is no cid");
  }
  const std::string encoded = href.substr(kScheme.size());
  const std::string decoded = percent_decoded(encoded);
  for (const Part& part : parts) {
    if (!part.content_id.empty() && (part.content_id == decoded || part.content_id == encoded)) {
      return &part;
    }
  }
  return bad_xop("an Include names a part that did not come");
}

Result<void> replace_by_text(const xml::Element& include, const std::string& text) {
  xmlNodePtr node = include.node();
  xmlNodePtr replacement = xmlNewDocTextLen(
      node->doc, reinterpret_cast<const xmlChar*>(text.data()), static_cast<int>(text.size()));
  if (replacement == nullptr || xmlReplaceNode(node, replacement) == nullptr) {
    return bad_xop("no memory for a part");
  }
  xmlFreeNode(node);
  return {};
}

}  // namespace

Result<std::string> inline_xop_parts(std::string_view root, const std::vector<Part>& parts,
                                     std::size_t text_bytes_max) {
  if (root.find(kXopNamespace) == std::string_view::npos) {
    return std::string(root);
  }
  auto document = xml::Document::parse(root);
  if (!document) {
    return bad_xop("the root part is no XML: " + document.error().detail);
  }
  std::vector<xml::Element> includes;
  collect_includes(document->root(), includes);
  std::size_t left = text_bytes_max;
  for (const xml::Element& include : includes) {
    if (include == document->root()) {
      return bad_xop("the root element is an Include");
    }
    SMEV_ASSIGN(const Part* part, part_of(include, parts));
    const std::string text = base64_encode(part->body);
    if (text.size() > left) {
      return bad_xop("the parts together are too long");
    }
    left -= text.size();
    SMEV_TRY(replace_by_text(include, text));
  }
  return document->to_text();
}

std::string without_angle_brackets(std::string_view id) {
  id = trim_ascii(id);
  if (id.size() >= 2 && id.front() == '<' && id.back() == '>') {
    id = id.substr(1, id.size() - 2);
  }
  return std::string(id);
}

}  // namespace smev::smev3
