#include "smev/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace smev {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

bool is_snake_case(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool has_russian_letter(std::string_view text) {
  // U+0400..U+04FF: lead octets D0..D3.
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= 0xD0 && octet <= 0xD3;
  });
}

// The cells of one row of a Markdown table, trimmed.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream stream(line);
  std::string cell;
  std::getline(stream, cell, '|');  // before the first bar
  while (std::getline(stream, cell, '|')) {
    const std::size_t begin = cell.find_first_not_of(' ');
    const std::size_t end = cell.find_last_not_of(' ');
    result.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return result;
}

// Rows of docs/errors.md whose first cell is a code in back quotes.
std::vector<std::vector<std::string>> documented_rows() {
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  std::ifstream file(std::string(root != nullptr ? root : ".") + "/docs/errors.md");
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    rows.push_back(cells(line));
    std::string& code = rows.back().front();
    code = code.substr(1, code.size() - 2);
  }
  return rows;
}

TEST(ErrorCode, all_codes_stand_in_the_order_of_the_enumeration) {
  const std::vector<ErrorCode>& codes = all_error_codes();
  ASSERT_FALSE(codes.empty());
  EXPECT_EQ(codes.front(), ErrorCode::validation);
  EXPECT_EQ(codes.back(), ErrorCode::internal);
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(codes[i]), i);
}

TEST(ErrorCode, every_code_has_a_name_and_a_russian_text_of_its_own) {
  std::set<std::string_view> names;
  std::set<std::string_view> texts;
  for (const ErrorCode code : all_error_codes()) {
    EXPECT_TRUE(is_snake_case(name(code))) << name(code);
    EXPECT_TRUE(has_russian_letter(text(code))) << name(code);
    EXPECT_TRUE(names.insert(name(code)).second) << name(code) << " stands twice";
    EXPECT_TRUE(texts.insert(text(code)).second) << text(code) << " stands twice";
  }
}

TEST(ErrorCode, names_are_stable) {
  EXPECT_EQ(name(ErrorCode::validation), "validation");
  EXPECT_EQ(name(ErrorCode::stale_lease), "stale_lease");
  EXPECT_EQ(name(ErrorCode::signature_untrusted), "signature_untrusted");
  EXPECT_EQ(name(ErrorCode::connection_lost), "connection_lost");
  EXPECT_EQ(name(ErrorCode::internal), "internal");
}

TEST(ErrorCode, a_number_that_is_no_code_reads_as_internal) {
  EXPECT_EQ(name(static_cast<ErrorCode>(1000)), "internal");
  EXPECT_EQ(name(static_cast<ErrorCode>(-1)), "internal");
  EXPECT_EQ(text(static_cast<ErrorCode>(1000)), text(ErrorCode::internal));
}

TEST(ErrorCode, the_documentation_has_one_row_per_code_with_the_text_of_the_program) {
  const std::vector<std::vector<std::string>> rows = documented_rows();
  std::vector<std::string> documented;
  std::vector<std::string> expected;
  for (const auto& row : rows) documented.push_back(row.front());
  for (const ErrorCode code : all_error_codes()) expected.emplace_back(name(code));
  ASSERT_EQ(documented, expected);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 5U) << "code, meaning, cause, who acts, retry: " << documented[i];
    EXPECT_EQ(rows[i][1], text(all_error_codes()[i]));
    for (const std::string& cell : rows[i]) EXPECT_NE(cell, "") << documented[i];
  }
}

TEST(Error, names_of_origin_and_retry_are_the_enumerators) {
  EXPECT_EQ(name(Origin::local), "local");
  EXPECT_EQ(name(Origin::network), "network");
  EXPECT_EQ(name(Origin::smev), "smev");
  EXPECT_EQ(name(Origin::recipient), "recipient");
  EXPECT_EQ(name(Retry::never), "never");
  EXPECT_EQ(name(Retry::later), "later");
  EXPECT_EQ(name(Retry::same_id_now), "same_id_now");
  EXPECT_EQ(name(Retry::after_fix), "after_fix");
  EXPECT_EQ(name(Retry::throttled), "throttled");
}

TEST(Error, local_error_carries_the_text_of_its_code) {
  const Error error = local_error(ErrorCode::key, "no PEM block", Retry::after_fix);
  EXPECT_EQ(error.code, ErrorCode::key);
  EXPECT_EQ(error.origin, Origin::local);
  EXPECT_EQ(error.retry, Retry::after_fix);
  EXPECT_EQ(error.text, text(ErrorCode::key));
  EXPECT_EQ(error.detail, "no PEM block");
  EXPECT_EQ(local_error(ErrorCode::key, "x").retry, Retry::never);
}

TEST(Error, validation_error_keeps_every_field_fault) {
  const Error error = validation_error({{"order.number", "missing", "Не указан номер", "XSD"},
                                        {"status.code", "pattern", "Нет такого статуса", ""}});
  EXPECT_EQ(error.code, ErrorCode::validation);
  EXPECT_EQ(error.retry, Retry::after_fix);
  ASSERT_EQ(error.fields.size(), 2U);
  EXPECT_EQ(error.fields[1].field, "status.code");
  EXPECT_EQ(validation_error({}, ErrorCode::config).code, ErrorCode::config);
}

TEST(Error, description_has_the_text_the_detail_and_a_line_per_field) {
  Error error = local_error(ErrorCode::config, "two faults");
  error.text = "Настройки неверны";
  error.fields = {{"smev.url", "missing", "Не указан адрес", ""},
                  {"key.file", "missing", "Не указан ключ", "docs/config.md"}};
  EXPECT_EQ(error.describe(),
            "Настройки неверны (two faults)\n"
            "  smev.url: Не указан адрес\n"
            "  key.file: Не указан ключ [docs/config.md]");
  error.fields[1].text = error.fields[0].text;
  EXPECT_EQ(error.describe(),
            "Настройки неверны (two faults)\n"
            "  smev.url: Не указан адрес\n"
            "  key.file: Не указан адрес [docs/config.md]");
  error.fields[1].source.clear();
  EXPECT_EQ(error.describe(),
            "Настройки неверны (two faults)\n"
            "  smev.url, key.file: Не указан адрес");
}

TEST(Error, description_of_a_bare_error_is_the_text_of_its_code) {
  Error error;
  error.code = ErrorCode::timeout;
  EXPECT_EQ(error.describe(), text(ErrorCode::timeout));
}

}  // namespace
}  // namespace smev
