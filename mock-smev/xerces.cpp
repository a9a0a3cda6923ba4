#include "mock-smev/xerces.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "sdk/base/text.hpp"

namespace smev::mock {
namespace {

/// What stands between `before` and the next `after`; nothing when either is not there.
std::optional<std::string> between(std::string_view text, std::string_view before,
                                   std::string_view after) {
  const auto start = text.find(before);
  if (start == std::string_view::npos) return std::nullopt;
  text.remove_prefix(start + before.size());
  const auto end = text.find(after);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(0, end));
}

/// Where a fault stands, found again by its path.
struct Place {
  xml::Element element;
  std::string attribute;  ///< empty: the element itself
};

xml::Element nth_child(const xml::Element& parent, std::string_view name, std::size_t number) {
  for (xml::Element child = parent.first_child(); child; child = child.next_sibling()) {
    if (child.name() == name && --number == 0) return child;
  }
  return {};
}

Place locate(const xml::Element& root, std::string_view path) {
  Place place{root, {}};
  path.remove_prefix(std::min(path.size(), path.find('/')));  // the root's own name
  while (!path.empty() && place.element) {
    path.remove_prefix(1);
    const auto step = path.substr(0, path.find('/'));
    path.remove_prefix(step.size());
    if (step.substr(0, 1) == "@") {
      place.attribute = step.substr(1);
      return place;
    }
    std::size_t number = 1;
    const auto bracket = step.find('[');
    if (bracket != std::string_view::npos) {
      std::from_chars(step.data() + bracket + 1, step.data() + step.size(), number);
    }
    place.element = nth_child(place.element, step.substr(0, bracket), number);
  }
  return place;
}

/// The name as the document writes it, prefix included.
std::string qname(const xml::Element& element) {
  if (!element) return "?";
  const std::string text = element.outer_xml();
  return text.substr(1, text.find_first_of(" />\t\r\n", 1) - 1);
}

/// `{uri}name` of libxml2 as Xerces has it: `{"uri":name}`.
std::string expanded(std::string_view name) {
  const auto brace = name.find('}');
  if (name.substr(0, 1) != "{" || brace == std::string_view::npos) return std::string(name);
  return "{\"" + std::string(name.substr(1, brace - 1)) +
         "\":" + std::string(name.substr(brace + 1)) + "}";
}

/// "( {uri}a, {uri}b )" of libxml2 as `{"uri":a, "uri":b}`; empty when nothing is expected.
std::string expected_names(std::string_view text) {
  const auto list = between(text, "( ", " )");
  if (!list) return {};
  std::string names;
  std::string_view rest = *list;
  while (!rest.empty()) {
    const auto one = rest.substr(0, rest.find(", "));
    rest.remove_prefix(std::min(rest.size(), one.size() + 2));
    const std::string name = expanded(one);
    const bool braced = name.substr(0, 1) == "{";
    if (!names.empty()) names += ", ";
    names += braced ? name.substr(1, name.size() - 2) : name;
  }
  return "{" + names + "}";
}

bool is_integer(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && all_ascii_digits(text);
}

/// An atomic type's own verdict: "'x' is not a valid value of the atomic type 'xs:short'."
std::optional<std::string> datatype_text(std::string_view text, const std::string& value) {
  const auto type = between(text, "type 'xs:", "'");
  if (!type) return std::nullopt;
  const bool whole_number = *type == "short" || *type == "int" || *type == "long";
  if (whole_number && is_integer(value)) {
    const bool negative = value.front() == '-';
    const std::string bound = *type == "short" ? (negative ? "-32768" : "32767")
                              : *type == "int" ? (negative ? "-2147483648" : "2147483647")
                              : negative       ? "-9223372036854775808"
                                               : "9223372036854775807";
    const std::string facet = negative ? "minInclusive" : "maxInclusive";
    return "cvc-" + facet + "-valid: Value '" + value + "' is not facet-valid with respect to " +
           facet + " '" + bound + "' for type '" + *type + "'.";
  }
  // Xerces names the primitive or built-in base: every integer type is 'integer'.
  return "cvc-datatype-valid.1.2.1: '" + value + "' is not a valid value for '" +
         (whole_number ? "integer" : *type) + "'.";
}

std::optional<std::string> facet_text(std::string_view text, const std::string& value,
                                      const std::string& type) {
  const auto facet = between(text, "[facet '", "']");
  if (!facet) return std::nullopt;
  const std::string subject = "cvc-" + *facet + "-valid: Value '" + value + "' ";
  const std::string of_type = " for type '" + type + "'.";
  if (*facet == "pattern") {
    const auto pattern = between(text, "by the pattern '", "'.");
    return subject + "is not facet-valid with respect to pattern '" + pattern.value_or("") + "'" +
           of_type;
  }
  if (*facet == "enumeration") {
    const auto set = between(text, "{", "}");
    return "cvc-enumeration-valid: Value '" + value +
           "' is not facet-valid with respect to enumeration '[" + set.value_or("") +
           "]'. It must be a value from the enumeration.";
  }
  const auto limit = between(text, "length of '", "'.");
  const auto bound = limit ? limit->substr(limit->rfind('\'') + 1) : std::string();
  return subject + "with length = '" + std::to_string(utf8_length(value)) +
         "' is not facet-valid with respect to " + *facet + " '" + bound + "'" + of_type;
}

/// Faults of structure; one text each.
std::optional<std::string> structure_text(std::string_view text, const Place& place) {
  const std::string name = qname(place.element);
  const auto has = [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  if (has("This element is not expected.")) {
    const std::string found = expanded(between(text, "Element '", "'").value_or(""));
    const std::string start = "Invalid content was found starting with element '" + found + "'. ";
    const std::string expected = expected_names(text);
    return expected.empty()
               ? "cvc-complex-type.2.4.d: " + start + "No child element is expected at this point."
               : "cvc-complex-type.2.4.a: " + start + "One of '" + expected + "' is expected.";
  }
  if (has("Missing child element(s).")) {
    return "cvc-complex-type.2.4.b: The content of element '" + name +
           "' is not complete. One of '" + expected_names(text) + "' is expected.";
  }
  if (has("is required but missing.")) {
    return "cvc-complex-type.4: Attribute '" + between(text, "The attribute '", "'").value_or("") +
           "' must appear on element '" + name + "'.";
  }
  if (has("is not allowed.") && has("The attribute '")) {
    return "cvc-complex-type.3.2.2: Attribute '" +
           between(text, "The attribute '", "'").value_or("") +
           "' is not allowed to appear in element '" + name + "'.";
  }
  if (has("Character content")) {
    return "cvc-complex-type.2.3: Element '" + name +
           "' cannot have character [children], because the type's content type is element-only.";
  }
  if (has("Element content is not allowed")) {
    return "cvc-type.3.1.2: Element '" + name +
           "' is a simple type, so it must have no element information item [children].";
  }
  return std::nullopt;
}

void put_value_texts(const xml::SchemaFault& fault, const Place& place,
                     std::vector<std::string>& texts) {
  const bool of_attribute = !place.attribute.empty();
  const std::string value = !place.element ? std::string()
                            : of_attribute ? place.element.attribute(place.attribute).value_or("")
                                           : place.element.text();
  // The registered schema's names of types are not known; Xerces names an unnamed one like this.
  const std::string name =
      of_attribute ? place.attribute : std::string(place.element ? place.element.name() : "");
  const std::string type = "#AnonType_" + name;
  auto first = facet_text(fault.text, value, type);
  if (!first) first = datatype_text(fault.text, value);
  // Without words of Xerces those of libxml2 have to do.
  texts.push_back(first.value_or(fault.text));
  if (!first) return;
  const std::string owner = qname(place.element);
  texts.push_back(of_attribute ? "cvc-attribute.3: The value '" + value + "' of attribute '" +
                                     place.attribute + "' on element '" + owner +
                                     "' is not valid with respect to its type, '" + type + "'."
                               : "cvc-type.3.1.3: The value '" + value + "' of element '" + owner +
                                     "' is not valid.");
}

}  // namespace

std::vector<std::string> xerces_texts(const xml::Element& root,
                                      const std::vector<xml::SchemaFault>& faults) {
  std::vector<std::string> texts;
  for (const xml::SchemaFault& fault : faults) {
    const Place place = locate(root, fault.path);
    if (auto text = structure_text(fault.text, place)) {
      texts.push_back(*std::move(text));
    } else {
      put_value_texts(fault, place, texts);
    }
  }
  return texts;
}

}  // namespace smev::mock
