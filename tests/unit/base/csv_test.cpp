#include "sdk/base/csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace smev {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRecord> records_of(const std::string& text, const CsvLimits& limits = {}) {
  std::istringstream in(text);
  LineReader lines(in, limits.record_bytes_max);
  CsvReader reader(lines, limits);
  std::vector<CsvRecord> records;
  for (CsvRecord record; reader.next(record);) records.push_back(record);
  return records;
}

Fields fields_of(const std::string& text) {
  const auto records = records_of(text);
  EXPECT_EQ(records.size(), 1U) << text;
  return records.size() == 1 ? records[0].fields : Fields{};
}

TEST(Csv, separator_is_the_first_of_the_two_in_the_first_line) {
  EXPECT_EQ(fields_of("a;b,c"), (Fields{"a", "b,c"}));
  EXPECT_EQ(fields_of("a,b;c"), (Fields{"a", "b;c"}));
  EXPECT_EQ(fields_of("\"a,b\";c"), (Fields{"a,b", "c"}));
  EXPECT_EQ(fields_of("alone"), (Fields{"alone"}));
  EXPECT_EQ(fields_of("\n\na;b"), (Fields{"a", "b"}));
}

TEST(Csv, quotes_keep_separators_line_breaks_and_doubled_quotes) {
  EXPECT_EQ(fields_of("x;\"a;\"\"b\"\"\r\nc\";\"\""), (Fields{"x", "a;\"b\"\r\nc", ""}));
  EXPECT_EQ(fields_of("\"\"\"\";x"), (Fields{"\"", "x"}));
  EXPECT_EQ(fields_of("5\" nail;x"), (Fields{"5\" nail", "x"}));
}

TEST(Csv, empty_fields_at_the_ends_are_fields) {
  EXPECT_EQ(fields_of(";a;"), (Fields{"", "a", ""}));
  EXPECT_EQ(fields_of("a;\"\""), (Fields{"a", ""}));
}

TEST(Csv, any_line_end_does_and_blank_rows_are_passed_over) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto records = records_of("a;b" + end + ";" + end + end + "\"c\";d" + end);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[1].fields, (Fields{"c", "d"}));
    EXPECT_EQ(records[1].line, 4U);
    EXPECT_EQ(records[1].text, "\"c\";d" + end);
  }
}

TEST(Csv, record_of_several_lines_keeps_its_text_and_its_first_line) {
  const auto records = records_of("a;b\n\"1\n2\r\n3\";x\ny;z");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_EQ(records[1].text, "\"1\n2\r\n3\";x\n");
  EXPECT_EQ(records[2].line, 5U);
  EXPECT_EQ(records[2].text, "y;z");
}

TEST(Csv, quote_that_nothing_ends_spoils_its_own_line_only) {
  const auto records = records_of("a;b\n1;\"x\n2;y\n3;z\n");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[1].fault, CsvFault::open_quote);
  EXPECT_EQ(records[1].text, "1;\"x\n");
  EXPECT_EQ(records[2].fields, (Fields{"2", "y"}));
  EXPECT_EQ(records[3].fields, (Fields{"3", "z"}));
  EXPECT_EQ(records[3].line, 4U);
}

TEST(Csv, quote_that_ends_in_another_record_spoils_both_and_nothing_between_or_behind) {
  const auto records = records_of("1;\"x\n2;y\n3;\"z\n4;w\n");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].fault, CsvFault::text_after_quote);
  EXPECT_EQ(records[1].fields, (Fields{"2", "y"}));
  EXPECT_EQ(records[2].fault, CsvFault::open_quote);
  EXPECT_EQ(records[3].fields, (Fields{"4", "w"}));
}

TEST(Csv, text_after_a_quote_is_a_fault) {
  EXPECT_EQ(records_of("\"a\"b;c")[0].fault, CsvFault::text_after_quote);
  EXPECT_EQ(records_of("\"a\" ;c")[0].fault, CsvFault::text_after_quote);
}

TEST(Csv, limits_hold_at_their_edges) {
  const CsvLimits columns{.columns_max = 3};
  EXPECT_EQ(records_of("a;b;c", columns)[0].fault, CsvFault::none);
  EXPECT_EQ(records_of("a;b;\"c\nd\";e\nf", columns).size(), 2U);
  EXPECT_EQ(records_of("a;b;c;d", columns)[0].fault, CsvFault::too_many_columns);

  const CsvLimits octets{.record_bytes_max = 8};
  EXPECT_EQ(records_of("12345678\nx", octets)[0].fault, CsvFault::none);
  EXPECT_EQ(records_of("123456789\nx", octets)[0].fault, CsvFault::too_long);
  EXPECT_EQ(records_of("123456789\nx", octets)[1].fields, Fields{"x"});
  EXPECT_EQ(records_of("\"123\n56\"", octets)[0].fault, CsvFault::none);
  EXPECT_EQ(records_of("\"123\n567\"", octets)[0].fault, CsvFault::open_quote);

  const CsvLimits lines{.lines_max = 2};
  EXPECT_EQ(records_of("\"1\n2\n3\"", lines)[0].fault, CsvFault::none);
  EXPECT_EQ(records_of("\"1\n2\n3\n\"", lines)[0].fault, CsvFault::open_quote);
}

TEST(Csv, many_open_quotes_do_not_make_the_reading_slow) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "\"a\nb\nc\n\"\"d\n";
  EXPECT_GT(records_of(text).size(), 20'000U);
}

TEST(Csv, every_fault_has_a_text) {
  EXPECT_EQ(text(CsvFault::none), "");
  for (const CsvFault fault : {CsvFault::open_quote, CsvFault::text_after_quote,
                               CsvFault::too_many_columns, CsvFault::too_long}) {
    EXPECT_NE(text(fault), "");
  }
}

}  // namespace
}  // namespace smev
