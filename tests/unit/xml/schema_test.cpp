#include "sdk/xml/schema.hpp"

#include <gtest/gtest.h>
#include <libxml/tree.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace smev::xml {
namespace {

constexpr char kSchema[] = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="u:t" xmlns="u:t" elementFormDefault="qualified">
  <xs:import namespace="u:b" schemaLocation="basic.xsd"/>
  <xs:element name="r"><xs:complexType>
    <xs:sequence><xs:element name="o" type="O" maxOccurs="unbounded"/></xs:sequence>
  </xs:complexType></xs:element>
  <xs:complexType name="O">
    <xs:sequence>
      <xs:element name="n" type="Number"/>
      <xs:element xmlns:b="u:b" ref="b:x" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="Id" type="xs:ID"/><xs:attribute name="q" type="xs:QName"/>
    <xs:attribute name="env"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="EPGU"/></xs:restriction></xs:simpleType></xs:attribute>
  </xs:complexType>
  <xs:simpleType name="Number"><xs:restriction base="xs:string">
    <xs:maxLength value="4"/><xs:pattern value="[0-9]+"/></xs:restriction></xs:simpleType>
</xs:schema>)";

constexpr char kBasic[] = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
    targetNamespace="u:b"><xs:element name="x" type="xs:int"/></xs:schema>)";

class SchemaTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/smev-schema-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("basic.xsd", kBasic);
    write("main.xsd", kSchema);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  std::shared_ptr<const Schema> load() {
    auto schema = Schema::load(folder_ / "main.xsd");
    EXPECT_TRUE(schema) << (schema ? "" : schema.error().detail);
    return schema ? *schema : nullptr;
  }
  std::vector<SchemaFault> check(const std::string& text) {
    const auto document = Document::parse(text);
    EXPECT_TRUE(document);
    return load()->check(*document);
  }

  std::filesystem::path folder_;
};

TEST_F(SchemaTest, takes_a_valid_document) {
  EXPECT_TRUE(check("<r xmlns='u:t'><o env='EPGU'><n>12</n><x xmlns='u:b'>3</x></o></r>").empty());
}

TEST_F(SchemaTest, reports_every_fault_with_its_path) {
  const auto faults = check(
      "<t:r xmlns:t='u:t'><t:o><t:n>1</t:n></t:o>\n<t:o env='OTHER'><t:n>12a45</t:n>"
      "<b:x xmlns:b='u:b'>z</b:x></t:o></t:r>");
  std::vector<std::string> paths;
  for (const auto& fault : faults) paths.push_back(fault.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"r/o[2]/@env", "r/o[2]/n", "r/o[2]/n", "r/o[2]/x"}));
  EXPECT_EQ(faults[3].line, 2);
  EXPECT_NE(faults[2].text.find("12a45"), std::string::npos);
}

TEST_F(SchemaTest, masks_values_in_texts_for_the_log) {
  for (const auto& fault :
       check("<t:r xmlns:t='u:t'><t:o env='Пет&apos; has a length'><t:n>se'cret</t:n>"
             "<b:x xmlns:b='u:b'>Иванов</b:x></t:o></t:r>")) {
    const std::string masked = fault.masked_text();
    for (const char* value : {"se'cret", "cret", "Пет", "Иванов"}) {
      EXPECT_EQ(masked.find(value), std::string::npos) << masked;
    }
    EXPECT_EQ(masked.find("…") == std::string::npos, masked == fault.text) << masked;
  }
  const auto unexpected = check("<r xmlns='u:t'><z/></r>");
  ASSERT_EQ(unexpected.size(), 1u);
  EXPECT_EQ(unexpected[0].masked_text(), unexpected[0].text);
}

TEST_F(SchemaTest, checks_an_element_as_if_it_were_a_root) {
  const auto document = Document::parse(
      "<w xmlns:p='u:p'><r xmlns='u:t'><o q='p:z'><n>1</n></o></r><r "
      "xmlns='u:t'><o><n>x</n></o></r></w>");
  ASSERT_TRUE(document);
  const std::string before = document->to_text();
  const auto schema = load();
  EXPECT_TRUE(schema->check(document->root().first_child()).empty());
  const auto faults = schema->check(document->root().children()[1]);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "r/o/n");
  EXPECT_EQ(schema->check(*document).size(), 1u);
  EXPECT_EQ(document->to_text(), before);
}

TEST_F(SchemaTest, leaves_no_ids_behind) {
  const auto document =
      Document::parse("<r xmlns='u:t'><o Id='a'><n>1</n></o><o Id='b'><n>1</n></o></r>");
  ASSERT_TRUE(document);
  const auto schema = load();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(schema->check(*document).empty());
    EXPECT_EQ(xmlGetID(document->get(), BAD_CAST "a"), nullptr);
    EXPECT_EQ(xmlGetID(document->get(), BAD_CAST "b"), nullptr);
  }
  EXPECT_FALSE(check("<r xmlns='u:t'><o Id='a'><n>1</n></o><o Id='a'><n>1</n></o></r>").empty());
}

TEST_F(SchemaTest, an_instance_cannot_name_a_schema_of_its_own) {
  testing::internal::CaptureStderr();
  const auto faults = check(
      "<z xmlns='u:z' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
      "xsi:schemaLocation='u:z http://127.0.0.1:1/z.xsd'/>");
  EXPECT_EQ(faults.size(), 1u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(SchemaTest, refuses_a_schema_that_reaches_outside_its_folder) {
  for (const char* location : {"http://127.0.0.1:1/a.xsd", "../basic.xsd", "/etc/basic.xsd"}) {
    write("main.xsd", std::string("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
                                  "<xs:import namespace='u:b' schemaLocation='") +
                          location + "'/></xs:schema>");
    const auto schema = Schema::load(folder_ / "main.xsd");
    ASSERT_FALSE(schema);
    EXPECT_EQ(schema.error().code, ErrorCode::config);
    EXPECT_NE(schema.error().detail.find("schemaLocation is not a file name"), std::string::npos);
  }
}

TEST_F(SchemaTest, says_what_is_wrong_with_a_schema) {
  testing::internal::CaptureStderr();
  EXPECT_FALSE(Schema::load(folder_ / "absent.xsd"));
  write("main.xsd", "<a/>");
  EXPECT_EQ(Schema::load(folder_ / "main.xsd").error().code, ErrorCode::config);
  write("main.xsd",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
        "<xs:element name='a' type='Missing'/></xs:schema>");
  EXPECT_NE(Schema::load(folder_ / "main.xsd").error().detail.find("Missing"), std::string::npos);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(SchemaTest, collects_no_more_than_the_limit) {
  std::string text = "<r xmlns='u:t'>";
  for (std::size_t i = 0; i < kSchemaFaultsMax + 10; ++i) text += "<o><n/></o>";
  EXPECT_EQ(check(text + "</r>").size(), kSchemaFaultsMax);
}

TEST_F(SchemaTest, many_threads_share_one_schema) {
  const auto schema = load();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&schema] {
      for (int i = 0; i < 100; ++i) {
        const auto good = Document::parse("<r xmlns='u:t'><o Id='a'><n>12</n></o></r>");
        const auto bad = Document::parse("<r xmlns='u:t'><o Id='a'><n>x</n></o></r>");
        EXPECT_TRUE(schema->check(*good).empty());
        EXPECT_EQ(schema->check(*bad).size(), 1u);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(SchemaDirectory, is_taken_from_the_environment_first) {
  const char* before = std::getenv("SMEV_XSD_DIR");
  const std::string kept = before != nullptr ? before : "";
  setenv("SMEV_XSD_DIR", "/somewhere", 1);
  EXPECT_EQ(schema_directory(), "/somewhere");
  unsetenv("SMEV_XSD_DIR");
  EXPECT_TRUE(std::filesystem::is_directory(schema_directory())) << schema_directory();
  if (before != nullptr) setenv("SMEV_XSD_DIR", kept.c_str(), 1);
}

TEST(SchemaDirectory, holds_schemas_that_load) {
  for (const auto& entry : std::filesystem::directory_iterator(schema_directory())) {
    if (entry.path().extension() == ".xsd") {
      const auto schema = Schema::load(entry.path());
      EXPECT_TRUE(schema) << entry.path() << ": " << (schema ? "" : schema.error().detail);
    }
  }
}

}  // namespace
}  // namespace smev::xml
