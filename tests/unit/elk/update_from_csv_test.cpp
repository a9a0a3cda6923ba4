#include "sdk/elk/update_from_csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "sdk/elk/json.hpp"

namespace smev::elk {
namespace {

using Names = std::vector<std::string>;

constexpr char kHeader[] =
    "order.number;order.service;order.filed_at;order.applicant;order.applicant.snils;"
    "order.applicant.last_name;order.applicant.first_name;status.code;status.at;status.results\n";
constexpr char kRow[] =
    "A-1;-60012726;2026-04-16T10:00:00+03:00;person_by_snils;112-233-445 95;Петрова;Анна;6;"
    "2026-04-16T10:47:33+03:00;\n";

/// Of the rows under the header; or the header's own error.
std::vector<Result<Update>> read(const std::string& text) {
  std::istringstream in(text);
  LineReader lines(in, 8u << 20);
  CsvReader reader(lines);
  CsvRecord record;
  EXPECT_TRUE(reader.next(record));
  const auto updates = CsvUpdates::under(record);
  if (!updates) return {fail(updates.error())};
  std::vector<Result<Update>> read;
  while (reader.next(record)) read.push_back(updates->read(record).update);
  return read;
}

Update good(const std::string& text) {
  const auto updates = read(text);
  EXPECT_EQ(updates.size(), 1U);
  EXPECT_TRUE(updates.at(0)) << updates.at(0).error().describe();
  return updates.at(0) ? *updates.at(0) : Update{};
}

Names faults_of(const std::string& text) {
  const auto updates = read(text);
  EXPECT_EQ(updates.size(), 1U);
  if (updates.at(0)) return {};
  EXPECT_EQ(updates.at(0).error().code, ErrorCode::bad_csv);
  Names names;
  for (const FieldFault& fault : updates.at(0).error().fields) {
    EXPECT_FALSE(fault.text.empty());
    names.push_back(fault.field + ": " + fault.code);
  }
  return names;
}

/// One update with these columns and cells, separated by blanks.
std::string table(const std::string& names, const std::string& cells) {
  const auto joined = [](std::string text) {
    for (char& c : text) c = c == ' ' ? ',' : c;
    return text;
  };
  return joined("order.number status.code status.at " + names) + "\n" +
         joined("A-1 6 2026-04-16T10:47:33+03:00 " + cells) + "\n";
}

TEST(UpdateFromCsv, row_says_what_json_says) {
  const auto same = update_from_json(R"({"order": {"number": "A-1", "service": "-60012726",
      "filed_at": "2026-04-16T10:00:00+03:00", "applicant": {"person_by_snils":
      {"snils": "112-233-445 95", "last_name": "Петрова", "first_name": "Анна"}}},
      "status": {"code": 6, "at": "2026-04-16T10:47:33+03:00"}})");
  EXPECT_EQ(good(std::string(kHeader) + kRow), *same);
}

TEST(UpdateFromCsv, empty_cell_is_an_absent_field) {
  const Update update = good(std::string(kHeader) + "A-1;;;;;;;7;2026-04-17T10:00:00;\n");
  EXPECT_FALSE(update.order.applicant);
  EXPECT_TRUE(update.order.service.empty());
  EXPECT_TRUE(update.status.results.empty());
}

TEST(UpdateFromCsv, every_column_can_be_filled) {
  const std::map<std::string, std::string> cells = {{"order.elk_number", "4654266659"},
                                                    {"order.created_elsewhere", "true"},
                                                    {"order.region", "45000000"},
                                                    {"order.office.name", "Окно"},
                                                    {"order.office.address", "Дом"},
                                                    {"order.office.frgu_code", "75"},
                                                    {"order.office.channel", "4"},
                                                    {"order.sender_inn", "9901000010"},
                                                    {"order.sender_kpp", "990101001"},
                                                    {"order.service", "-60012726"},
                                                    {"order.filed_at", "2026-04-16T10:00:00"},
                                                    {"status.informed", "ЛОЖЬ"},
                                                    {"status.message_type", "TEMPLATE"},
                                                    {"status.results", "a.pdf"},
                                                    {"status.data_mart_results", "uuid"}};
  const std::map<std::string, std::vector<std::pair<std::string, std::string>>> kinds = {
      {"person_by_document",
       {{"document_type", "1"},
        {"series", "9900"},
        {"number", "123456"},
        {"last_name", "П"},
        {"first_name", "А"},
        {"middle_name", "В"},
        {"citizenship", "643"}}},
      {"person_by_snils", {{"snils", "11223344595"}, {"last_name", "П"}, {"first_name", "А"}}},
      {"person_by_snils_and_birth_date", {{"snils", "1"}, {"birth_date", "1980-02-29"}}},
      {"person_by_inn", {{"inn", "1"}, {"last_name", "П"}, {"first_name", "А"}}},
      {"person_by_esia_id", {{"esia_id", "1"}}},
      {"person_by_ern", {{"ern", "1"}}},
      {"organization_by_esia_id", {{"esia_id", "1"}}},
      {"legal_entity", {{"ogrn", "1"}, {"inn", "1"}, {"kpp", "1"}, {"title", "ООО"}}},
      {"entrepreneur", {{"ogrnip", "1"}, {"inn", "1"}}}};
  std::set<std::string> filled = {"order.number", "status.code", "status.at", "order.applicant"};
  for (const auto& [name, cell] : cells) {
    filled.insert(name);
    EXPECT_NE(good(table(name, cell)), good(table("order.region", ""))) << name;
  }
  for (const auto& [kind, members] : kinds) {
    std::string names = "order.applicant";
    std::string values = kind;
    for (const auto& [name, cell] : members) {
      filled.insert("order.applicant." + name);
      names += " order.applicant." + name;
      values += " " + cell;
    }
    const Update update = good(table(names, values));
    ASSERT_TRUE(update.order.applicant) << kind;
    EXPECT_EQ(kind_of(*update.order.applicant), kind);
  }
  for (const CsvColumn& column : csv_columns()) {
    EXPECT_EQ(filled.count(std::string(column.name)), 1U) << column.name;
  }
  EXPECT_EQ(filled.size(), csv_columns().size());
}

TEST(UpdateFromCsv, results_are_a_list_with_bars) {
  const Update update = good(
      "order.number,status.code,status.at,status.results,"
      "status.data_mart_results\nA-1,3,2026-04-17T10:00:00,"
      "\"a b.pdf | c,d.zip\",u1|u2\n");
  ASSERT_EQ(update.status.results.size(), 2U);
  EXPECT_EQ(update.status.results[0].path, "a b.pdf");
  EXPECT_EQ(update.status.results[1].path, "c,d.zip");
  ASSERT_EQ(update.status.data_mart_results.size(), 2U);
  EXPECT_EQ(update.status.data_mart_results[1].uuid, "u2");
}

TEST(UpdateFromCsv, one_of_both_names_may_be_empty) {
  const Update update =
      good(table("order.applicant order.applicant.snils order.applicant.last_name "
                 "order.applicant.first_name",
                 "person_by_snils 11223344595 Петрова "));
  EXPECT_EQ(std::get<PersonBySnils>(*update.order.applicant).first_name, "");
}

TEST(UpdateFromCsv, booleans_are_those_of_spreadsheets_too) {
  for (const char* yes : {"true", "TRUE", "ИСТИНА"}) {
    EXPECT_EQ(good(table("status.informed", yes)).status.informed, true);
  }
  for (const char* no : {"false", "FALSE", "ЛОЖЬ"}) {
    EXPECT_EQ(good(table("status.informed", no)).status.informed, false);
  }
  EXPECT_EQ(faults_of(table("status.informed", "да")), Names{"status.informed: wrong_type"});
}

TEST(UpdateFromCsv, cells_are_judged_as_the_fields_they_are) {
  EXPECT_EQ(faults_of(table("order.applicant.snils", "11223344595")),
            Names{"order.applicant: one_of"});
  EXPECT_EQ(faults_of(table("order.applicant order.applicant.ern", "person_by_esia_id 1")),
            (Names{"order.applicant.esia_id: missing", "order.applicant.ern: unknown_field"}));
  EXPECT_EQ(faults_of(table("order.applicant", "person")),
            (Names{"order.applicant.ключ № 1: unknown_field", "order.applicant: one_of"}));
  EXPECT_EQ(faults_of(table("order.office.channel", "four")),
            Names{"order.office.channel: wrong_type"});
  EXPECT_EQ(faults_of(table("order.office.channel", "32768")),
            Names{"order.office.channel: out_of_range"});
  EXPECT_EQ(faults_of(table("order.elk_number", "99999999999999999999")),
            Names{"order.elk_number: out_of_range"});
  EXPECT_EQ(faults_of("order.number;status.code;status.at\n;;16.04.2026 10:00\n"),
            (Names{"order.number: missing", "status.code: missing", "status.at: date_time"}));
}

TEST(UpdateFromCsv, numbers_that_a_spreadsheet_has_spoiled_are_told) {
  for (const char* cell : {"\"1,12233E+10\"", "1.12233E+10", "4E+12", "4e+12"}) {
    EXPECT_EQ(faults_of(table("order.region", cell)), Names{"order.region: spreadsheet"}) << cell;
    EXPECT_EQ(faults_of(table("order.elk_number", cell)), Names{"order.elk_number: spreadsheet"});
  }
  for (const char* cell : {"12", "E+10", "1E10", "1E+", "x1E+10"}) {
    EXPECT_EQ(faults_of(table("order.region", cell)), Names{}) << cell;
  }
}

TEST(UpdateFromCsv, all_faults_of_a_header_are_told_and_no_name_that_may_be_a_person) {
  EXPECT_EQ(faults_of("status.code;status.code;номер;status.at2\nx;y;z;w\n"),
            (Names{"status.code: duplicate_key", "столбец № 3: unknown_field",
                   "status.at2: unknown_field", "order.number: missing", "status.at: missing"}));
  EXPECT_EQ(faults_of("status.code; status.at ;order.elk_number\n7;2026-04-17T10:00:00;1\n"),
            Names{});
}

TEST(UpdateFromCsv, another_encoding_is_told_as_such) {
  const auto updates = read(std::string(kHeader) + "A-1;;;;;\xCF\xE5\xF2\xF0\xEE\xE2\xE0;;6;x;\n");
  ASSERT_FALSE(updates.at(0));
  EXPECT_EQ(updates.at(0).error().code, ErrorCode::bad_csv);
  EXPECT_NE(updates.at(0).error().text.find("windows-1251"), std::string::npos);
  const auto header = read("\xED\xEE\xEC\xE5\xF0;status.code;status.at\n");
  EXPECT_NE(header.at(0).error().text.find("UTF-8"), std::string::npos);
}

TEST(UpdateFromCsv, a_row_with_another_number_of_cells_is_refused) {
  for (const char* row : {"A-1;6\n", "A-1;6;2026-04-16T10:47:33;x\n"}) {
    const auto updates = read("order.number;status.code;status.at\n" + std::string(row));
    ASSERT_FALSE(updates.at(0)) << row;
    EXPECT_EQ(updates.at(0).error().code, ErrorCode::bad_csv);
    EXPECT_NE(updates.at(0).error().text.find("столбцов 3"), std::string::npos);
  }
}

TEST(UpdateFromCsv, faults_of_the_form_leave_the_other_rows_alone) {
  const auto updates =
      read("order.number;status.code;status.at\nA-1;6;\"2026\nA-2;6;2026-04-16T10:47:33\n");
  ASSERT_EQ(updates.size(), 2U);
  EXPECT_EQ(updates[0].error().code, ErrorCode::bad_csv);
  EXPECT_TRUE(updates[1]);
}

TEST(UpdateFromCsv, values_with_zero_octets_reach_the_rules) {
  const auto updates =
      read(std::string("order.number;status.code;status.at\nA") + '\0' + ";6;2026-04-16T10:47:33");
  ASSERT_TRUE(updates.at(0));
  EXPECT_EQ(updates.at(0)->order.number.text().size(), 2U);
}

}  // namespace
}  // namespace smev::elk
