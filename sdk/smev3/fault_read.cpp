#include <libxml/tree.h>

#include <string>

#include "sdk/smev3/fault.hpp"
#include "sdk/smev3/protocol.hpp"

namespace smev::smev3 {

namespace {

constexpr std::size_t kValidationErrorsMax = 100;  // enough to see what is wrong
constexpr xmlChar kSchemaInstance[] = "http://www.w3.org/2001/XMLSchema-instance";

bool in_namespace_of_any_version(const xml::Element& element, std::string_view prefix) {
  return element.namespace_uri().substr(0, prefix.size()) == prefix;
}

// "SMEV-403" out of "SMEV-403: Бизнес-данные …"; empty when there is none.
std::string cut_number(std::string_view text) {
  constexpr std::string_view kMark = "SMEV-";
  const std::size_t at = text.find(kMark);
  if (at == std::string_view::npos) {
    return {};
  }
  std::size_t end = at + kMark.size();
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') {
    ++end;
  }
  return end == at + kMark.size() ? std::string() : std::string(text.substr(at, end - at));
}

// Code, Description and the fields of a particular fault. Names are compared without looking at the
// exact namespace: servers mix versions within one fault.
void read_fields(const xml::Element& element, SmevFault& fault) {
  for (xml::Element child = element.first_child(); child; child = child.next_sibling()) {
    if (in_namespace_of_any_version(child, kBasicPrefix)) {
      if (child.name() == "Code") {
        fault.code = child.text();
      } else if (child.name() == "Description") {
        fault.description = child.text();
      }
    } else if (child.name() == "SignatureVerificationFault") {
      fault.reason = child.text();
    } else if (child.name() == "ValidationError" &&
               fault.validation_errors.size() < kValidationErrorsMax) {
      fault.validation_errors.push_back(child.text());
    }
  }
}

// Fault's children are in no namespace (SOAP 1.1); a server that qualifies them is understood too.
xml::Element child_of_any_namespace(const xml::Element& element, std::string_view name) {
  xml::Element child = element.first_child();
  while (child && child.name() != name) {
    child = child.next_sibling();
  }
  return child;
}

xml::Element detail_element(const xml::Element& fault) {
  const xml::Element detail = child_of_any_namespace(fault, "detail");
  if (!detail) {
    return {};
  }
  for (xml::Element child = detail.first_child(); child; child = child.next_sibling()) {
    if (in_namespace_of_any_version(child, kFaultsPrefix)) {
      return child;
    }
  }
  return detail.first_child();
}

// The local name in xsi:type.
std::string type_name(const xml::Element& element) {
  xmlChar* value = xmlGetNsProp(element.node(), BAD_CAST "type", kSchemaInstance);
  if (value == nullptr) {
    return {};
  }
  std::string name(reinterpret_cast<const char*>(value));
  xmlFree(value);
  return name.substr(name.find(':') + 1);  // the whole when there is no colon
}

void cut_number_out(SmevFault& fault, std::string_view fault_string) {
  fault.number = cut_number(fault.description);
  if (fault.number.empty()) {
    fault.number = cut_number(fault_string);
  }
}

}  // namespace

SmevFault read_soap_fault(const xml::Element& fault) {
  SmevFault read;
  const xml::Element text = child_of_any_namespace(fault, "faultstring");
  const std::string fault_string = text ? text.text() : std::string();
  if (const xml::Element detail = detail_element(fault)) {
    read.name = detail.name();
    read_fields(detail, read);
  }
  if (read.description.empty()) {
    read.description = fault_string;
  }
  cut_number_out(read, fault_string);
  return read;
}

SmevFault read_async_fault(const xml::Element& element) {
  SmevFault read;
  read_fields(element, read);
  read.name = type_name(element);
  cut_number_out(read, {});
  return read;
}

}  // namespace smev::smev3
