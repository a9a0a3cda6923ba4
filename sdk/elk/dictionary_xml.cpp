// The export of ЕСНСИ: <document> with <simple-classifier code version> that names the attributes
// (uid, name), and <data> with a <record> for each entry, in it <attribute-value attribute-ref>
// with one child that holds the value. Elements are known by their local names: the namespace
// carries a version, and nothing here depends on it.

#include <fmt/format.h>

#include <utility>

#include "sdk/elk/dictionary_file.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/xml/document.hpp"

namespace smev::elk {
namespace {

constexpr std::string_view kAttributeSuffix =
    "-attribute";  // string-attribute, integer-attribute, …

/// The first element of that name, the given one included, in document order.
xml::Element find_element(xml::Element element, std::string_view name) {
  if (element.name() == name) return element;
  for (xml::Element child = element.first_child(); child; child = child.next_sibling()) {
    if (xml::Element found = find_element(child, name)) return found;
  }
  return {};
}

bool is_attribute(const xml::Element& element) {
  const std::string_view name = element.name();
  return name.size() > kAttributeSuffix.size() &&
         name.substr(name.size() - kAttributeSuffix.size()) == kAttributeSuffix;
}

class ClassifierReader {
 public:
  ClassifierReader(DictionaryTable& table, DictionaryFaults& faults)
      : table_(table), faults_(faults) {}

  void read(const xml::Element& root) {
    const xml::Element classifier = find_element(root, "simple-classifier");
    if (!classifier) {
      faults_.add("file", "format", "",
                  "это не выгрузка простого справочника ЕСНСИ: нет элемента simple-classifier");
      return;
    }
    table_.esnsi_code = classifier.attribute("code").value_or("");
    table_.revision = classifier.attribute("version").value_or("");
    read_attributes(classifier);
    if (!faults_.empty()) return;
    const xml::Element data = find_element(root, "data");
    if (!data) {
      faults_.add("file", "empty", "", "в файле только описание справочника, записей (data) нет");
      return;
    }
    std::size_t number = 0;
    for (xml::Element each = data.first_child(); each; each = each.next_sibling()) {
      if (each.name() != "record") continue;
      if (faults_.full() || !has_room(table_, faults_)) return;
      read_record(each, fmt::format("запись {}", ++number));
    }
  }

 private:
  void read_attributes(const xml::Element& classifier) {
    std::vector<std::string> names;
    for (xml::Element each = classifier.first_child(); each; each = each.next_sibling()) {
      if (!is_attribute(each)) continue;
      names.push_back(each.attribute("name").value_or(""));
      uids_.push_back(each.attribute("uid").value_or(""));
    }
    table_.columns = find_columns(names, "атрибут", faults_);
  }

  void read_record(const xml::Element& element, std::string place) {
    const std::string action = element.attribute("action").value_or("add");
    if (action != "add") {
      faults_.add("file", "increment", place,
                  "это изменения к прежней ревизии (action), а нужна полная выгрузка");
      return;
    }
    DictionaryRecord record{std::move(place), {}};
    for (xml::Element value = element.first_child(); value; value = value.next_sibling()) {
      if (value.name() != "attribute-value") continue;
      const std::string uid = value.attribute("attribute-ref").value_or("");
      for (std::size_t i = 0; i < kDictionaryColumnKinds; ++i) {
        if (table_.columns[i] && uids_[*table_.columns[i]] == uid) record.cells[i] = value.text();
      }
    }
    table_.records.push_back(std::move(record));
  }

  DictionaryTable& table_;
  DictionaryFaults& faults_;
  std::vector<std::string> uids_;  ///< of the attributes, in their order
};

}  // namespace

Result<DictionaryTable> read_dictionary_xml(std::string_view text, DictionaryFaults& faults) {
  Result<xml::Document> document = xml::Document::parse(text, {.bytes_max = kDictionaryBytesMax});
  if (!document) {
    Error error = std::move(document).error();
    error.text = "Файл справочника не читается как XML";
    error.retry = Retry::after_fix;
    return fail(std::move(error));
  }
  DictionaryTable table;
  ClassifierReader(table, faults).read(document->root());
  return table;
}

}  // namespace smev::elk
