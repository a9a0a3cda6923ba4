#include "sdk/elk/schema_fault.hpp"

#include <gtest/gtest.h>

#include "sdk/elk/request.hpp"
#include "sdk/elk/update_from_xml.hpp"
#include "sdk/xml/schema.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk {
namespace {

using testing::test_profile;
using testing::valid_update;

const xml::Schema& schema() {
  static const auto loaded = xml::Schema::load(xml::schema_directory() + "/" + kSchemaFile);
  return **loaded;
}

std::string create() {
  return to_xml({.env = test_profile().env,
                 .kind = RequestKind::create,
                 .orders = {compose(valid_update(), test_profile(), {})}});
}

/// The request with one place changed.
std::string with(const std::string& what, const std::string& by) {
  std::string text = create();
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

FieldFault fault_of(const std::string& text) {
  const auto document = xml::Document::parse(text);
  EXPECT_TRUE(document) << text;
  const auto faults = schema().check(*document);
  EXPECT_FALSE(faults.empty()) << text;
  if (faults.empty()) return {};
  EXPECT_EQ(detail_of(faults[0]).find("112-233"), std::string::npos);
  EXPECT_EQ(detail_of(faults[0]).find("Petrova"), std::string::npos) << detail_of(faults[0]);
  EXPECT_NE(detail_of(faults[0]).find("line "), std::string::npos);
  return field_fault(faults[0]);
}

void expect_fault(const std::string& text, const std::string& field, const std::string& code) {
  const FieldFault fault = fault_of(text);
  const std::string order = "ElkOrderRequest/CreateOrdersRequest/orders/order/";
  EXPECT_EQ(fault.field, order + field);
  EXPECT_EQ(fault.code, code) << fault.text;
  EXPECT_EQ(fault.source, source::kSchema);
  // In Russian: "XSD" and names of elements apart, nothing of libxml2's words.
  for (const char* english : {"Element", "facet", "value", "expected", "valid"}) {
    EXPECT_EQ(fault.text.find(english), std::string::npos) << fault.text;
  }
}

const std::string kKpp = "<ns1:senderKpp>990101001</ns1:senderKpp>";
const std::string kInn = "<ns1:senderInn>9901000010</ns1:senderInn>";

TEST(SchemaFault, has_the_codes_of_the_other_forms) {
  expect_fault(with(">990101001<", ">99010100<"), "senderKpp", "pattern");
  expect_fault(with(">1999290001<", ">" + std::string(37, '1') + "<"), "orderNumber", "too_long");
  expect_fault(with(">1999290001<", "><"), "orderNumber", "missing");
  const std::string status = "statusHistoryList/statusHistory/";
  expect_fault(with("<ns1:status>6<", "<ns1:status>шесть<"), status + "status", "wrong_type");
  expect_fault(with("<ns1:status>6<", "<ns1:status>40000<"), status + "status", "out_of_range");
  expect_fault(with("<ns1:statusDate>2026-04-16T", "<ns1:statusDate>2026-04-16 "),
               status + "statusDate", "date_time");
}

TEST(SchemaFault, names_a_missing_child_by_a_path_of_its_own) {
  expect_fault(with(kInn, ""), "senderInn", "missing");
  expect_fault(with(kKpp + kInn, ""), "senderKpp|senderInn", "missing");
  expect_fault(with("<ns1:ApplicationAcceptance>4</ns1:ApplicationAcceptance>", ""),
               "OfficeInfo/OfficeName|OfficeAdress|OfficeFrguCode|ApplicationAcceptance",
               "missing");
  const FieldFault env = fault_of(with(" env=\"SVCDEV\"", ""));
  EXPECT_EQ(env.field, "ElkOrderRequest/@env");
  EXPECT_EQ(env.code, "missing");
}

TEST(SchemaFault, tells_what_stands_in_the_wrong_place) {
  expect_fault(with(kKpp + kInn, kInn + kKpp), "senderKpp", "unknown_field");
  expect_fault(with(kInn, kInn + "<ns1:senderIn>1</ns1:senderIn>"), "senderIn", "unknown_field");
}

TEST(SchemaFault, shows_no_name_that_may_be_somebody_s_data) {
  expect_fault(with(kInn, kInn + "<ns1:Petrova/>"), "*[4]", "unknown_field");
  const FieldFault attribute = fault_of(with(" env=\"SVCDEV\"", " env=\"SVCDEV\" Petrova=\"1\""));
  EXPECT_EQ(attribute.field, "ElkOrderRequest/@*");
  EXPECT_EQ(fault_of("<Petrova/>").field, "ElkOrderRequest");
}

}  // namespace
}  // namespace smev::elk
