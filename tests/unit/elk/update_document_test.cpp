#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "sdk/elk/json.hpp"
#include "sdk/elk/json_tree.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/elk/update_from_csv.hpp"
#include "sdk/elk/update_from_xml.hpp"
#include "sdk/xml/schema.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/elk/fixtures.hpp"

// docs/update.md and examples/updates: what people copy has to work.

namespace smev::elk {
namespace {

// After every date of the examples.
constexpr TimePoint kReadAt{std::chrono::sys_days{std::chrono::year{2026} / 5 / 1}};

std::map<std::string, std::string> example_files() {
  std::map<std::string, std::string> files;
  for (const auto& path : testing::files_in(testing::project_root() / "examples" / "updates")) {
    if (path.extension() == ".json") files[path.stem().string()] = ::smev::testing::octets_of(path);
  }
  return files;
}

std::string page() {
  return ::smev::testing::octets_of(testing::project_root() / "docs" / "update.md");
}

std::vector<std::string> blocks_of(const std::string& page, const std::string& form = "json") {
  const std::string opening = "```" + form + "\n";
  std::vector<std::string> blocks;
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    at += opening.size();
    blocks.push_back(page.substr(at, page.find("```", at) - at));
  }
  return blocks;
}

void expect_good(const Result<Update>& update) {
  ASSERT_TRUE(update) << update.error().describe();
  const OrderHistory history{.first_update = update->order.has_facts()};
  const Profile profile = testing::test_profile();
  const auto faults = check(*update, profile, history, kReadAt).faults;
  EXPECT_TRUE(faults.empty()) << validation_error(faults).describe();

  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  const bool claimed = update->order.elk_number || update->order.created_elsewhere;
  const RequestKind kind = kind_for(
      {.known_to_elk = false, .claimed_as_known = claimed, .has_facts = update->order.has_facts()});
  const std::vector<std::string> ids(all_results(*update).size(), "id");
  const auto document = xml::Document::parse(
      to_xml({.env = profile.env, .kind = kind, .orders = {compose(*update, profile, ids)}}));
  ASSERT_TRUE(document);
  for (const auto& fault : (*schema)->check(*document)) ADD_FAILURE() << fault.text;
}

TEST(UpdateDocument, every_example_file_is_a_good_update) {
  const auto files = example_files();
  EXPECT_GE(files.size(), 9U);
  for (const auto& [name, json] : files) {
    SCOPED_TRACE(name);
    expect_good(update_from_json(json));
  }
}

TEST(UpdateDocument, there_is_an_example_file_for_each_kind_of_applicant) {
  const auto files = example_files();
  for (const char* kind :
       {"person_by_document", "person_by_snils", "person_by_snils_and_birth_date", "person_by_inn",
        "person_by_esia_id", "person_by_ern", "organization_by_esia_id", "legal_entity",
        "entrepreneur"}) {
    ASSERT_EQ(files.count(kind), 1U) << kind;
    EXPECT_EQ(kind_of(*update_from_json(files.at(kind))->order.applicant), kind);
  }
}

TEST(UpdateDocument, every_block_of_the_page_is_a_good_update_and_stands_in_a_file) {
  std::set<std::string> contents;
  for (const auto& [name, json] : example_files()) contents.insert(json);
  const auto blocks = blocks_of(page());
  EXPECT_EQ(blocks.size(), contents.size());
  for (const std::string& block : blocks) {
    SCOPED_TRACE(block);
    expect_good(update_from_json(block));
    EXPECT_EQ(contents.count(block), 1U);
  }
}

/// The page's only block of that form, which stands in the file.
std::string block_in(const std::string& form, const std::string& file) {
  const auto blocks = blocks_of(page(), form);
  EXPECT_EQ(blocks.size(), 1U) << form;
  const auto path = testing::project_root() / "examples" / "updates" / file;
  const std::string octets = ::smev::testing::octets_of(path);
  EXPECT_EQ(blocks.at(0), octets);
  return octets;
}

TEST(UpdateDocument, lists_of_the_page_are_good_and_stand_in_files) {
  std::istringstream ndjson(block_in("ndjson", "several.ndjson"));
  int updates = 0;
  for (std::string line; std::getline(ndjson, line); ++updates) expect_good(update_from_json(line));
  EXPECT_EQ(updates, 3);

  std::istringstream csv(block_in("csv", "several.csv"));
  LineReader lines(csv, kJsonBytesMax);
  CsvReader reader(lines);
  CsvRecord record;
  ASSERT_TRUE(reader.next(record));
  const auto rows = CsvUpdates::under(record);
  ASSERT_TRUE(rows) << rows.error().describe();
  for (updates = 0; reader.next(record); ++updates) expect_good(rows->read(record).update);
  EXPECT_EQ(updates, 3);

  const auto schema = xml::Schema::load(xml::schema_directory() + "/" + kSchemaFile);
  const auto files = testing::project_root() / "examples" / "updates" / "files";
  const auto orders = updates_from_xml(block_in("xml", "request.xml"), **schema,
                                       testing::test_profile(), files.string());
  ASSERT_TRUE(orders) << orders.error().describe();
  ASSERT_EQ(orders->orders.size(), 1U);
  expect_good(orders->orders[0].read.update);
}

TEST(UpdateDocument, names_the_columns_of_csv_and_no_others) {
  const std::string text = page();
  const std::size_t table = text.find("| столбец | значение |");
  const std::string rows = text.substr(table, text.find("\n\n", table) - table);
  std::set<std::string> documented;
  const std::regex first_cell("\n\\| (`[^|]*`) \\|");
  const std::regex name("`([a-z_.]+)`");
  for (std::sregex_iterator row(rows.begin(), rows.end(), first_cell), end; row != end; ++row) {
    const std::string cell = (*row)[1];
    for (std::sregex_iterator at(cell.begin(), cell.end(), name); at != end; ++at) {
      EXPECT_TRUE(documented.insert((*at)[1]).second) << (*at)[1];
    }
  }
  std::set<std::string> known;
  for (const CsvColumn& column : csv_columns()) known.emplace(column.name);
  EXPECT_EQ(documented, known);
}

/// First column of the table under the page's last heading.
std::set<std::string> documented_codes() {
  const std::string text = page();
  const std::string table = text.substr(text.find("## Коды ошибок в полях"));
  std::set<std::string> codes;
  const std::regex line("\\n\\| (`[^|]*`) \\|");
  const std::regex code("`([a-z_]+)`");
  for (std::sregex_iterator row(table.begin(), table.end(), line), end; row != end; ++row) {
    const std::string cell = (*row)[1];
    for (std::sregex_iterator at(cell.begin(), cell.end(), code); at != end; ++at) {
      codes.insert((*at)[1]);
    }
  }
  return codes;
}

TEST(UpdateDocument, names_the_fault_codes_of_the_source_and_no_others) {
  std::string source;
  for (const char* file :
       {"rules.cpp", "applicant_rules.cpp", "faults.hpp", "faults.cpp", "json_read.cpp",
        "schema_fault.cpp", "json_tree.cpp", "update_from_csv.cpp", "update_from_xml.cpp"}) {
    source += ::smev::testing::octets_of(testing::project_root() / "sdk" / "elk" / file);
  }
  source += ::smev::testing::octets_of(testing::project_root() / "sdk/sender/elk_status.cpp");
  const std::set<std::string> documented = documented_codes();
  for (const std::string& code : documented) {
    EXPECT_NE(source.find("\"" + code + "\""), std::string::npos) << code;
  }
  // add(FIELD, "code", ...): a field that is no plain expression escapes this, the code rarely
  // does.
  const std::regex use("\\badd\\(\\s*[^,]+,\\s*\"([a-z_]+)\"");
  std::set<std::string> used;
  for (std::sregex_iterator at(source.begin(), source.end(), use), end; at != end; ++at) {
    used.insert((*at)[1]);
  }
  EXPECT_GE(used.size(), 15U);
  for (const std::string& code : used) EXPECT_EQ(documented.count(code), 1U) << code;
}

}  // namespace
}  // namespace smev::elk
