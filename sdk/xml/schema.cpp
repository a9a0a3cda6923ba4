#include "sdk/xml/schema.hpp"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>

#include "sdk/base/bytes.hpp"
#include "sdk/xml/library_errors.hpp"
#include "sdk/xml/tree.hpp"

namespace smev::xml {

namespace {

constexpr std::string_view kSchemaNamespace = "http://www.w3.org/2001/XMLSchema";
constexpr std::size_t kSchemaFilesMax = 64;

Failure bad_schema(const std::string& path, const std::string& why) {
  return fail(local_error(ErrorCode::config, "schema " + path + ": " + why, Retry::after_fix));
}

bool is_plain_file_name(std::string_view location) {
  return !location.empty() && location.find_first_of("/\\:%") == std::string_view::npos;
}

// libxml2 would follow any schemaLocation, a remote one too; so all of them are looked at before.
Result<void> check_locations(const std::filesystem::path& file, std::set<std::string>& seen) {
  if (!seen.insert(file.filename().string()).second) {
    return {};
  }
  if (seen.size() > kSchemaFilesMax) {
    return bad_schema(file.string(), "too many schema files");
  }
  SMEV_ASSIGN(const std::string octets, read_file(file.string()));
  const auto document = Document::parse(octets);
  if (!document) {
    return bad_schema(file.string(), document.error().detail);
  }
  const Element root = document->root();
  for (Element child = root.first_child(); child; child = child.next_sibling()) {
    const auto location = child.attribute("schemaLocation");
    if (child.namespace_uri() != kSchemaNamespace || !location) {
      continue;
    }
    if (!is_plain_file_name(*location)) {
      return bad_schema(file.string(), "schemaLocation is not a file name: " + *location);
    }
    SMEV_TRY(check_locations(file.parent_path() / *location, seen));
  }
  return {};
}

void collect_error(void* context, xmlErrorPtr error) {
  static_cast<LibraryErrors*>(context)->collect(error);
}

std::string step(const xmlNode* element) {
  int index = 1;
  bool alone = true;
  const auto same = [&](const xmlNode* other) {
    return other->type == XML_ELEMENT_NODE && view(other->name) == view(element->name);
  };
  for (const xmlNode* other = element->prev; other != nullptr; other = other->prev) {
    index += same(other) ? 1 : 0;
  }
  alone = index == 1;
  for (const xmlNode* other = element->next; alone && other != nullptr; other = other->next) {
    alone = !same(other);
  }
  const std::string name(view(element->name));
  return alone ? name : name + '[' + std::to_string(index) + ']';
}

std::string path_of(const xmlNode* node, const xmlNode* top) {
  std::string path;
  if (node != nullptr && node->type == XML_ATTRIBUTE_NODE) {
    path = "/@" + std::string(view(node->name));
    node = node->parent;
  }
  for (; node != nullptr && node->type == XML_ELEMENT_NODE; node = node->parent) {
    if (node == top) {
      return std::string(view(node->name)) + path;
    }
    path.insert(0, step(node)).insert(0, 1, '/');
  }
  return path.empty() ? path : path.substr(1);
}

// libxml2 names an attribute at fault in its message alone: "Element 'x', attribute 'y': …".
std::string attribute_at_fault(const std::string& text) {
  constexpr std::string_view kBefore = "', attribute '";
  const std::size_t at = text.find(kBefore);
  if (text.rfind("Element '", 0) != 0 || at == std::string::npos || text.find("': ") < at) {
    return {};
  }
  const std::size_t from = at + kBefore.size();
  const std::string name = text.substr(from, text.find('\'', from) - from);
  return "/@" + name.substr(name.rfind('}') + 1);
}

SchemaFaultKind kind_of(const xmlError& error) {
  switch (error.code) {
    case XML_SCHEMAV_CVC_PATTERN_VALID:
      return SchemaFaultKind::pattern;
    case XML_SCHEMAV_CVC_MAXLENGTH_VALID:
      return SchemaFaultKind::too_long;
    case XML_SCHEMAV_CVC_MINLENGTH_VALID:
      return SchemaFaultKind::too_short;
    case XML_SCHEMAV_CVC_MININCLUSIVE_VALID:
    case XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID:
    case XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID:
    case XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID:
      return SchemaFaultKind::range;
    case XML_SCHEMAV_CVC_ENUMERATION_VALID:
      return SchemaFaultKind::enumeration;
    case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1:
    case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2:
    case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3:
      return SchemaFaultKind::type;
    case XML_SCHEMAV_ELEMENT_CONTENT:
      return std::string_view(error.message).find("Missing child") == std::string_view::npos
                 ? SchemaFaultKind::unexpected_element
                 : SchemaFaultKind::missing_child;
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
      return SchemaFaultKind::unexpected_attribute;
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
      return SchemaFaultKind::missing_attribute;
    case XML_SCHEMAV_CVC_ELT_1:
      return SchemaFaultKind::unknown_root;
    default:
      return SchemaFaultKind::other;
  }
}

// "Expected is one of ( {u:t}a, {u:t}b )." ends the message.
std::vector<std::string> expected_names(std::string_view text) {
  std::vector<std::string> names;
  const std::size_t open = text.rfind("( ");
  if (text.find("Expected is ") == std::string_view::npos || open == std::string_view::npos) {
    return names;
  }
  std::string_view rest = text.substr(open + 2);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
    const std::string_view name = rest.substr(0, end);
    if (name != ")." && !name.empty()) names.emplace_back(name.substr(name.rfind('}') + 1));
    rest.remove_prefix(std::min(rest.find_first_not_of(", ", end), rest.size()));
  }
  return names;
}

bool has_child_named(const xmlNode* parent, const std::vector<std::string>& names) {
  for (const xmlNode* child = parent->children; child != nullptr; child = child->next) {
    if (child->type != XML_ELEMENT_NODE) continue;
    if (std::find(names.begin(), names.end(), view(child->name)) != names.end()) return true;
  }
  return false;
}

// What only the tree tells of the place.
void look_around(const xmlNode* element, SchemaFault& fault) {
  for (const xmlNode* other = element->prev; other != nullptr; other = other->prev) {
    fault.position += other->type == XML_ELEMENT_NODE ? 1 : 0;
  }
  fault.expected = expected_names(fault.text);
  const xmlNode* parent = fault.kind == SchemaFaultKind::missing_child ? element : element->parent;
  fault.expected_is_absent = !fault.expected.empty() && parent != nullptr &&
                             parent->type == XML_ELEMENT_NODE &&
                             !has_child_named(parent, fault.expected);
}

struct Checking {
  const xmlNode* top = nullptr;
  std::vector<SchemaFault> faults;
};

void collect_fault(void* context, xmlErrorPtr error) {
  auto& checking = *static_cast<Checking*>(context);
  if (error->level < XML_ERR_ERROR || checking.faults.size() >= kSchemaFaultsMax) {
    return;
  }
  SchemaFault fault;
  fault.text = message_of(error);
  fault.kind = kind_of(*error);
  const auto* node = static_cast<const xmlNode*>(error->node);
  fault.path = path_of(node, checking.top);
  if (node != nullptr && node->type == XML_ELEMENT_NODE) {
    fault.path += attribute_at_fault(fault.text);
    if (fault.kind == SchemaFaultKind::unexpected_element ||
        fault.kind == SchemaFaultKind::missing_child) {
      look_around(node, fault);
    }
  }
  fault.line = error->line;
  checking.faults.push_back(std::move(fault));
}

}  // namespace

struct Schema::Compiled {
  ~Compiled() { xmlSchemaFree(schema); }
  xmlSchemaPtr schema = nullptr;
};

Schema::Schema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Schema::~Schema() = default;

Result<std::shared_ptr<const Schema>> Schema::load(const std::string& path) {
  // libxml2 makes its built-in types at the first compilation, without a lock of its own.
  static std::mutex compiling;
  const std::lock_guard<std::mutex> lock(compiling);
  std::set<std::string> seen;
  SMEV_TRY(check_locations(std::filesystem::path(path), seen));
  xmlInitParser();
  LibraryErrors errors;
  xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(path.c_str());
  if (parser == nullptr) {
    return bad_schema(path, "no schema parser");
  }
  xmlSchemaSetParserStructuredErrors(parser, collect_error, &errors);
  auto compiled = std::make_unique<Compiled>();
  compiled->schema = xmlSchemaParse(parser);
  xmlSchemaFreeParserCtxt(parser);
  if (compiled->schema == nullptr || !errors.first().empty()) {
    return bad_schema(path, errors.first().empty() ? "not a schema" : errors.first());
  }
  return std::shared_ptr<const Schema>(new Schema(std::move(compiled)));
}

std::vector<SchemaFault> Schema::check(const Document& document) const {
  return check(document.root());
}

std::vector<SchemaFault> Schema::check(const Element& element) const {
  const LibraryErrors quiet;
  Checking checking;
  checking.top = element.node();
  xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(compiled_->schema);
  if (context == nullptr || !element) {
    xmlSchemaFreeValidCtxt(context);
    return {SchemaFault{.path = {}, .text = "the element cannot be checked"}};
  }
  xmlSchemaSetValidStructuredErrors(context, collect_fault, &checking);
  const int outcome = xmlSchemaValidateOneElement(context, element.node());
  xmlSchemaFreeValidCtxt(context);
  // The check of an xs:ID enters it into the document's table, and a signature is checked next.
  forget_ids(element.node()->doc);
  if (outcome != 0 && checking.faults.empty()) {
    checking.faults.push_back(
        {.path = path_of(element.node(), element.node()),
         .text = "the schema check failed with code " + std::to_string(outcome)});
  }
  return std::move(checking.faults);
}

std::string SchemaFault::masked_text() const {
  // How libxml2 begins a sentence about a value, behind "Element 'x', attribute 'y': [facet 'z'] ".
  constexpr std::array<std::string_view, 8> kBeforeValue = {": '",
                                                            "] '",
                                                            " value '",
                                                            "key-sequence [",
                                                            "initial value '",
                                                            "actual value '",
                                                            "QName value '",
                                                            "Duplicate value '"};
  // What may follow the value; the last one counts, for the value may hold quotes itself.
  constexpr std::array<std::string_view, 12> kBehindValue = {
      "' is not ",   "' has a ",     "' is greater ", "' is less ", "' must be ", "' has more ",
      "' does not ", "' of simple ", "' has no ",     "] in ",      "] of ",      "' exceeds "};
  std::size_t open = std::string::npos;
  for (const std::string_view mark : kBeforeValue) {
    const std::size_t at = text.find(mark);
    open = at == std::string::npos ? open : std::min(open, at + mark.size());
  }
  if (open == std::string::npos) {
    return text;
  }
  std::size_t end = open;
  for (const std::string_view mark : kBehindValue) {
    const std::size_t at = text.rfind(mark);
    end = at != std::string::npos && at > end ? at : end;
  }
  return text.substr(0, open) + "…" + (end == open ? std::string("'") : text.substr(end));
}

std::string schema_directory() {
  if (const char* set = std::getenv("SMEV_XSD_DIR"); set != nullptr && *set != '\0') {
    return set;
  }
  std::error_code ignored;
  // Whatever prefix it was installed below, and moved to.
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto beside = program.parent_path().parent_path() / "share" / "smev-status" / "xsd";
  if (std::filesystem::is_directory(beside, ignored)) return beside.string();
  if (std::filesystem::is_directory(SMEV_XSD_INSTALLED_DIR, ignored)) {
    return SMEV_XSD_INSTALLED_DIR;
  }
  return SMEV_XSD_SOURCE_DIR;
}

}  // namespace smev::xml
