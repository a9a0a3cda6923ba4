#include "sdk/xml/document.hpp"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include <algorithm>
#include <climits>

#include "sdk/xml/library_errors.hpp"
#include "sdk/xml/serializer.hpp"
#include "sdk/xml/tag_scan.hpp"
#include "sdk/xml/tree.hpp"

namespace smev::xml {

namespace {

constexpr std::size_t kDeclarationMax = 256;  // an XML declaration is looked for in so many octets

Failure bad_xml(std::string detail) {
  return fail(local_error(ErrorCode::bad_xml, std::move(detail)));
}

Failure over_limit(std::string_view name, std::size_t value) {
  return fail(local_error(ErrorCode::limit_exceeded,
                          "XML limit " + std::string(name) + "=" + std::to_string(value)));
}

// What is counted while one document is read.
struct Reading {
  const Limits* limits = nullptr;
  LibraryErrors* errors = nullptr;
  std::size_t nodes = 0;
  std::vector<std::size_t> namespaces_before;  // one entry per open element
  std::size_t namespaces = 0;
  bool in_text = false;
  bool doctype = false;
  bool instruction = false;     // one that is not allowed
  const char* limit = nullptr;  // name of the limit that was broken
  std::size_t limit_value = 0;
};

Reading& reading_of(void* context) {
  return *static_cast<Reading*>(static_cast<xmlParserCtxtPtr>(context)->_private);
}

void stop(void* context, const char* limit, std::size_t value) {
  Reading& reading = reading_of(context);
  if (reading.limit == nullptr) {
    reading.limit = limit;
    reading.limit_value = value;
  }
  xmlStopParser(static_cast<xmlParserCtxtPtr>(context));
}

// False when the document has become too large.
bool count_nodes(void* context, std::size_t count) {
  Reading& reading = reading_of(context);
  reading.nodes += count;
  if (reading.nodes > reading.limits->nodes_max) {
    stop(context, "nodes_max", reading.limits->nodes_max);
    return false;
  }
  return true;
}

void start_element(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri,
                   int namespace_count, const xmlChar** namespaces, int attribute_count,
                   int defaulted_count, const xmlChar** attributes) {
  Reading& reading = reading_of(context);
  reading.in_text = false;
  reading.namespaces_before.push_back(reading.namespaces);
  reading.namespaces += static_cast<std::size_t>(namespace_count);
  if (reading.namespaces_before.size() > static_cast<std::size_t>(reading.limits->depth_max)) {
    return stop(context, "depth_max", static_cast<std::size_t>(reading.limits->depth_max));
  }
  if (reading.namespaces > reading.limits->namespaces_max) {
    return stop(context, "namespaces_max", reading.limits->namespaces_max);
  }
  const int count = 1 + namespace_count + attribute_count;
  if (count_nodes(context, static_cast<std::size_t>(count))) {
    xmlSAX2StartElementNs(context, name, prefix, uri, namespace_count, namespaces, attribute_count,
                          defaulted_count, attributes);
  }
}

void end_element(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
  Reading& reading = reading_of(context);
  reading.in_text = false;
  if (!reading.namespaces_before.empty()) {
    reading.namespaces = reading.namespaces_before.back();
    reading.namespaces_before.pop_back();
  }
  xmlSAX2EndElementNs(context, name, prefix, uri);
}

// libxml2 gives one text in several pieces.
void characters(void* context, const xmlChar* text, int length) {
  Reading& reading = reading_of(context);
  if (reading.in_text || count_nodes(context, 1)) {
    reading.in_text = true;
    xmlSAX2Characters(context, text, length);
  }
}

void cdata(void* context, const xmlChar* text, int length) {
  reading_of(context).in_text = false;
  if (count_nodes(context, 1)) {
    xmlSAX2CDataBlock(context, text, length);
  }
}

void comment(void* context, const xmlChar* text) {
  reading_of(context).in_text = false;
  if (count_nodes(context, 1)) {
    xmlSAX2Comment(context, text);
  }
}

void processing_instruction(void* context, const xmlChar* target, const xmlChar* data) {
  reading_of(context).in_text = false;
  Reading& reading = reading_of(context);
  if (!reading.limits->instructions_allowed) {
    reading.instruction = true;
    return xmlStopParser(static_cast<xmlParserCtxtPtr>(context));
  }
  if (count_nodes(context, 1)) {
    xmlSAX2ProcessingInstruction(context, target, data);
  }
}

void doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  reading_of(context).doctype = true;
  xmlStopParser(static_cast<xmlParserCtxtPtr>(context));
}

void collect_error(void* context, xmlErrorPtr error) { reading_of(context).errors->collect(error); }

void set_handlers(xmlSAXHandler& sax) {
  sax.startElementNs = start_element;
  sax.endElementNs = end_element;
  sax.characters = characters;
  sax.ignorableWhitespace = characters;
  sax.cdataBlock = cdata;
  sax.comment = comment;
  sax.processingInstruction = processing_instruction;
  sax.internalSubset = doctype;
  sax.externalSubset = doctype;
  sax.serror = collect_error;
}

// The name in the XML declaration; empty when there is none.
std::string declared_encoding(std::string_view octets) {
  if (octets.rfind("\xEF\xBB\xBF", 0) == 0) {
    octets.remove_prefix(3);
  }
  if (octets.rfind("<?xml", 0) != 0) {
    return {};
  }
  octets = octets.substr(0, std::min(octets.find("?>"), kDeclarationMax));
  const std::size_t at = octets.find("encoding");
  const std::size_t open = at == std::string_view::npos ? at : octets.find_first_of("\"'", at);
  if (open == std::string_view::npos) {
    return {};
  }
  const std::size_t close = octets.find(octets[open], open + 1);
  std::string name(
      octets.substr(open + 1, close == std::string_view::npos ? close : close - open - 1));
  for (char& c : name) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

// The look at the tags relies on UTF-8, so nothing else is let through.
Result<void> check_encoding(std::string_view octets) {
  const std::string encoding = declared_encoding(octets);
  if (!encoding.empty() && encoding != "utf-8" && encoding != "utf8" && encoding != "us-ascii") {
    return bad_xml("encoding " + encoding.substr(0, 40) + " is not UTF-8");
  }
  // UTF-16 and UTF-32, with or without a byte order mark, have one of these among the first octets.
  const std::string_view start = octets.substr(0, 4);
  if (start.find('\0') != std::string_view::npos || start.rfind("\xFF\xFE", 0) == 0 ||
      start.rfind("\xFE\xFF", 0) == 0) {
    return bad_xml("the document is not UTF-8");
  }
  return {};
}

struct ContextDeleter {
  void operator()(xmlParserCtxtPtr context) const { xmlFreeParserCtxt(context); }
};

Result<void> check_outcome(const xmlParserCtxt& context, const Reading& reading) {
  if (reading.limit != nullptr) {
    return over_limit(reading.limit, reading.limit_value);
  }
  if (reading.doctype) {
    return bad_xml("a DOCTYPE is not accepted");
  }
  if (reading.instruction) {
    return bad_xml("a processing instruction is not accepted here");
  }
  if (!reading.errors->first().empty()) {
    return bad_xml(reading.errors->first());
  }
  if (context.wellFormed == 0 || context.myDoc == nullptr) {
    return bad_xml("the document is not well formed");
  }
  return {};
}

void append_content(const xmlNode* node, std::string& out) {
  if ((node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
      node->content != nullptr) {
    out += view(node->content);
  }
}

}  // namespace

void Document::Deleter::operator()(_xmlDoc* doc) const { xmlFreeDoc(doc); }

Result<Document> Document::parse(std::string_view octets, const Limits& limits) {
  if (octets.empty()) {
    return bad_xml("the document is empty");
  }
  const std::size_t bytes_max = std::min<std::size_t>(limits.bytes_max, INT_MAX);
  if (octets.size() > bytes_max) {
    return over_limit("bytes_max", bytes_max);
  }
  SMEV_TRY(check_encoding(octets));
  // libxml2 would stop at it and take what stands before for the whole.
  if (octets.find('\0') != std::string_view::npos) {
    return bad_xml("an octet of zero in the document");
  }
  if (most_attributes(octets) > limits.attributes_max) {
    return over_limit("attributes_max", limits.attributes_max);
  }
  xmlInitParser();
  LibraryErrors errors;
  const std::unique_ptr<xmlParserCtxt, ContextDeleter> context(
      xmlCreateMemoryParserCtxt(octets.data(), static_cast<int>(octets.size())));
  if (context == nullptr) {
    return fail(local_error(ErrorCode::internal, "no XML parser context"));
  }
  // Names and texts are bounded by bytes_max, so the library's own limits (10 MB of text) are
  // lifted.
  // NOENT: only the five entities of XML can occur (a DOCTYPE ends the reading); without this
  // option libxml2 leaves "&#38;" in namespace names.
  xmlCtxtUseOptions(context.get(),
                    XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
  context->loadsubset |= XML_SKIP_IDS;  // xml:id is an attribute like any other
  Reading reading;
  reading.limits = &limits;
  reading.errors = &errors;
  context->_private = &reading;
  set_handlers(*context->sax);
  xmlParseDocument(context.get());
  Document document(context->myDoc);
  const auto outcome = check_outcome(*context, reading);
  context->myDoc = nullptr;
  if (!outcome) {
    return fail(outcome.error());
  }
  return document;
}

Element Document::root() const { return Element(xmlDocGetRootElement(doc_.get())); }

std::string Document::to_text() const {
  std::string out;
  for (xmlNodePtr node = doc_->children; node != nullptr; node = node->next) {
    serialize(node, false, out);
  }
  return out;
}

std::string_view Element::name() const { return view(node_->name); }

std::string_view Element::namespace_uri() const {
  return node_->ns == nullptr ? std::string_view() : view(node_->ns->href);
}

bool Element::is(std::string_view uri, std::string_view local_name) const {
  return node_ != nullptr && name() == local_name && namespace_uri() == uri;
}

Element Element::parent() const {
  xmlNodePtr up = node_->parent;
  return Element(up != nullptr && up->type == XML_ELEMENT_NODE ? up : nullptr);
}

Element Element::first_child() const { return Element(element_at_or_after(node_->children)); }

Element Element::next_sibling() const { return Element(element_at_or_after(node_->next)); }

std::vector<Element> Element::children() const {
  std::vector<Element> found;
  for (Element child = first_child(); child; child = child.next_sibling()) {
    found.push_back(child);
  }
  return found;
}

Element Element::child(std::string_view uri, std::string_view local_name) const {
  Element child = first_child();
  while (child && !child.is(uri, local_name)) {
    child = child.next_sibling();
  }
  return child;
}

std::vector<Element> Element::children(std::string_view uri, std::string_view local_name) const {
  std::vector<Element> found;
  for (Element child = first_child(); child; child = child.next_sibling()) {
    if (child.is(uri, local_name)) {
      found.push_back(child);
    }
  }
  return found;
}

std::string Element::text() const {
  std::string out;
  for (const xmlNode* node = node_->children; node != nullptr; node = next_in(node, node_)) {
    append_content(node, out);
  }
  return out;
}

std::optional<std::string> Element::child_text(std::string_view uri,
                                               std::string_view local_name) const {
  const Element found = child(uri, local_name);
  return found ? std::optional(found.text()) : std::nullopt;
}

std::optional<std::string> Element::attribute(std::string_view local_name) const {
  for (const xmlAttr* attribute = node_->properties; attribute != nullptr;
       attribute = attribute->next) {
    if (attribute->ns == nullptr && view(attribute->name) == local_name) {
      return attribute_value(attribute);
    }
  }
  return std::nullopt;
}

std::string Element::outer_xml() const {
  std::string out;
  serialize(node_, true, out);
  return out;
}

}  // namespace smev::xml
