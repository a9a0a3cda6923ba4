#include "sdk/signature/transform.hpp"

#include <libxml/c14n.h>
#include <libxml/tree.h>

#include <algorithm>
#include <vector>

#include "sdk/signature/fragment.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/xml/library_errors.hpp"
#include "sdk/xml/tree.hpp"

namespace smev::signature {

namespace {

using xml::view;

Failure not_signable(std::string detail) {
  return fail(local_error(ErrorCode::not_signable, std::move(detail), Retry::after_fix));
}

std::string_view uri_of(const xmlNs* ns) {
  return ns == nullptr ? std::string_view() : view(ns->href);
}

bool is_relative(std::string_view uri) {
  return !uri.empty() && uri.find(':') == std::string_view::npos;
}

// Qualified attributes first, by namespace and local name; then the others, by local name.
bool attribute_less(const xmlAttr* a, const xmlAttr* b) {
  const std::string_view uri_a = uri_of(a->ns);
  const std::string_view uri_b = uri_of(b->ns);
  if (uri_a.empty() != uri_b.empty()) {
    return !uri_a.empty();
  }
  if (uri_a != uri_b) {
    return utf16_less(uri_a, uri_b);
  }
  return utf16_less(view(a->name), view(b->name));
}

// What lies below one element, into a writer.
class Walk {
 public:
  explicit Walk(TransformWriter& out) : out_(out) {}

  Result<void> run(const xmlNode* top) {
    const xmlNode* node = top;
    while (true) {
      SMEV_TRY(visit(node));
      if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
        node = node->children;
        continue;
      }
      if (node->type == XML_ELEMENT_NODE) {
        end_element();
      }
      while (node != top && node->next == nullptr) {
        node = node->parent;
        end_element();
      }
      if (node == top) {
        return {};
      }
      node = node->next;
    }
  }

 private:
  Result<void> visit(const xmlNode* node) {
    switch (node->type) {
      case XML_ELEMENT_NODE:
        end_text();
        return start_element(node);
      case XML_TEXT_NODE:
      case XML_CDATA_SECTION_NODE:
        add_text(view(node->content));
        return {};
      case XML_COMMENT_NODE:
        return {};  // the texts on both sides are one
      case XML_PI_NODE:
        end_text();
        return {};
      default:
        return not_signable("a node of kind " + std::to_string(node->type) +
                            " (entity reference or document type)");
    }
  }

  Result<void> start_element(const xmlNode* element) {
    const std::string_view uri = uri_of(element->ns);
    if (uri.empty()) {
      return not_signable("element " + std::string(view(element->name)) + " is in no namespace");
    }
    if (uri == view(XML_XML_NAMESPACE)) {
      return not_signable("element xml:" + std::string(view(element->name)));
    }
    // The canonical form is not defined for these, and the other side refuses them.
    for (const xmlNs* ns = element->nsDef; ns != nullptr; ns = ns->next) {
      if (is_relative(view(ns->href))) {
        return not_signable("relative namespace name on element " +
                            std::string(view(element->name)));
      }
    }
    if (is_relative(uri)) {
      return not_signable("relative namespace name of element " + std::string(view(element->name)));
    }
    out_.open(uri, view(element->name));
    return add_attributes(element);
  }

  Result<void> add_attributes(const xmlNode* element) {
    attributes_.clear();
    for (const xmlAttr* attribute = element->properties; attribute != nullptr;
         attribute = attribute->next) {
      if (uri_of(attribute->ns) == view(XML_XML_NAMESPACE)) {
        return not_signable("attribute xml:" + std::string(view(attribute->name)) + " of element " +
                            std::string(view(element->name)));
      }
      attributes_.push_back(attribute);
    }
    std::sort(attributes_.begin(), attributes_.end(), attribute_less);
    for (const xmlAttr* attribute : attributes_) {
      add_attribute(attribute);
    }
    return {};
  }

  void add_attribute(const xmlAttr* attribute) {
    const std::string_view uri = uri_of(attribute->ns);
    const xmlNode* content = attribute->children;
    if (content != nullptr && content->next == nullptr && content->type == XML_TEXT_NODE) {
      out_.attribute(uri, view(attribute->name), view(content->content));
    } else {
      out_.attribute(uri, view(attribute->name), xml::attribute_value(attribute));
    }
  }

  void end_element() {
    end_text();
    out_.close();
  }

  // A text is written when it is known to have ended; mostly it is one node, and not copied.
  void add_text(std::string_view text) {
    if (text.empty()) {
      return;
    }
    if (text_.empty()) {
      text_ = text;
      return;
    }
    if (text_.data() != joined_.data()) {
      joined_ = text_;
    }
    joined_ += text;
    text_ = joined_;
  }

  void end_text() {
    out_.text(text_);
    text_ = {};
  }

  TransformWriter& out_;
  std::string joined_;
  std::string_view text_;
  std::vector<const xmlAttr*> attributes_;
};

constexpr std::string_view kEscapedInText = "&<>\r";
constexpr std::string_view kEscapedInValue = "&<\"\t\n\r";

bool has(std::string_view text, std::string_view special) {
  return text.find_first_of(special) != std::string_view::npos;
}

// The canonical form of what nearly everybody signs: elements of the signature's namespace by one
// prefix, one attribute at most, nothing to escape. What libxml2 does over a copy of the element
// comes to the same. False for anything else; `out` is of no use then.
bool append_plain(const xmlNode* element, const xmlNs* ns, bool top, std::string& out) {
  const bool same = element->ns != nullptr && view(element->ns->prefix) == view(ns->prefix) &&
                    view(element->ns->href) == view(ns->href);
  const bool declares_another = element->nsDef != nullptr &&
                                (!top || element->nsDef != ns || element->nsDef->next != nullptr);
  if (!same || declares_another) return false;
  const auto append_name = [&] {
    if (ns->prefix != nullptr) out.append(view(ns->prefix)).push_back(':');
    out.append(view(element->name));
  };
  out += '<';
  append_name();
  if (top) xml::append_declaration(ns, out);
  if (const xmlAttr* attribute = element->properties) {
    const std::string value = xml::attribute_value(attribute);
    if (attribute->next != nullptr || attribute->ns != nullptr || has(value, kEscapedInValue)) {
      return false;
    }
    out.append(" ").append(view(attribute->name)).append("=\"").append(value).append("\"");
  }
  out += '>';
  for (const xmlNode* node = element->children; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) {
      if (!append_plain(node, ns, false, out)) return false;
    } else if (node->type == XML_TEXT_NODE && !has(view(node->content), kEscapedInText)) {
      out.append(view(node->content));
    } else {
      return false;
    }
  }
  out += "</";
  append_name();
  out += '>';
  return true;
}

}  // namespace

Result<std::string> transform(const xml::Element& element, Escaping escaping) {
  if (!element) {
    return not_signable("there is no element to sign");
  }
  TransformWriter out(escaping);
  SMEV_TRY(transform_into(out, element));
  return out.take();
}

Result<void> transform_into(TransformWriter& out, const xml::Element& element) {
  return Walk(out).run(element.node());
}

Result<std::string> exclusive_c14n(const xml::Element& element) {
  std::string out;
  const xmlNs* ns = element.node()->ns;
  const bool is_plain = ns != nullptr && view(ns->href) == kDsigNamespace;
  if (is_plain && append_plain(element.node(), ns, true, out)) return out;
  return exclusive_c14n(Fragment(element));
}

Result<std::string> exclusive_c14n(const Fragment& fragment) {
  const xml::LibraryErrors errors;
  xmlOutputBufferPtr buffer = xmlAllocOutputBuffer(nullptr);
  const int outcome = xmlC14NExecute(fragment.document(), nullptr, nullptr, XML_C14N_EXCLUSIVE_1_0,
                                     nullptr, 0, buffer);
  std::string out;
  if (outcome >= 0) {
    out.assign(reinterpret_cast<const char*>(xmlOutputBufferGetContent(buffer)),
               xmlOutputBufferGetSize(buffer));
  }
  xmlOutputBufferClose(buffer);
  if (outcome < 0) {
    return fail(local_error(ErrorCode::not_signable, "canonical form: " + errors.first()));
  }
  return out;
}

}  // namespace smev::signature
