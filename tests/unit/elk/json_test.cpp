#include "sdk/elk/json.hpp"

#include <gtest/gtest.h>

#include <iostream>

#include "sdk/elk/json_tree.hpp"
#include "sdk/elk/nearest_name.hpp"
#include "tests/unit/elk/fixtures.hpp"
#include "tests/unit/elk/random_update.hpp"

namespace smev::elk {
namespace {

using Names = std::vector<std::string>;

constexpr char kUpdate[] =
    R"({"order": {"number": "1999290001", "service": "-60012726",
        "filed_at": "2026-04-16T10:00:00+03:00",
        "applicant": {"person_by_snils": {"snils": "112-233-445 95", "last_name": "Петрова",
                                          "first_name": "Анна"}}},
       "status": {"code": 6, "at": "2026-04-16T10:47:33+03:00",
                  "results": [{"path": "result.pdf", "document_type": "ELK_RESULT"}]}})";

std::string with(std::string_view what, std::string_view by) {
  std::string text = kUpdate;
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

Error error_of(std::string_view json) {
  const auto update = update_from_json(json);
  EXPECT_FALSE(update) << json;
  return update ? Error{} : update.error();
}

Names faults_of(std::string_view json) {
  const Error error = error_of(json);
  EXPECT_EQ(error.code, ErrorCode::bad_json);
  Names names;
  for (const FieldFault& fault : error.fields) {
    EXPECT_FALSE(fault.text.empty());
    names.push_back(fault.field + ": " + fault.code);
  }
  return names;
}

TEST(Json, says_an_update_in_few_words) {
  const auto update = update_from_json(kUpdate);
  ASSERT_TRUE(update) << update.error().describe();
  EXPECT_EQ(update->order.number, "1999290001");
  EXPECT_EQ(update->order.filed_at.text(), "2026-04-16T10:00:00+03:00");
  EXPECT_TRUE(update->order.applicant ==
              Applicant(PersonBySnils{
                  .snils = "112-233-445 95", .last_name = "Петрова", .first_name = "Анна"}));
  EXPECT_EQ(update->status.code, 6);
  ASSERT_EQ(update->status.results.size(), 1U);
  EXPECT_EQ(update->status.results[0].path, "result.pdf");
}

TEST(Json, is_canonical) {
  EXPECT_EQ(to_json(*update_from_json(kUpdate)),
            R"({"order":{"number":"1999290001","service":"-60012726",)"
            R"("filed_at":"2026-04-16T10:00:00+03:00","applicant":{"person_by_snils":)"
            R"({"snils":"112-233-445 95","last_name":"Петрова","first_name":"Анна"}}},)"
            R"("status":{"code":6,"at":"2026-04-16T10:47:33+03:00",)"
            R"("results":[{"path":"result.pdf","document_type":"ELK_RESULT"}]}})");
  const std::string other_order =
      R"({"status": {"at": "2026-04-16T10:47:33Z", "code": 3}, "order": {"number": "1"}})";
  EXPECT_EQ(to_json(*update_from_json(other_order)),
            R"({"order":{"number":"1"},"status":{"code":3,"at":"2026-04-16T10:47:33Z"}})");
}

TEST(Json, of_any_update_is_read_back_the_same) {
  const unsigned seed = testing::test_seed();
  std::cout << "seed " << seed << '\n';
  testing::RandomUpdates random(seed);
  for (int i = 0; i < 450; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " update " + std::to_string(i));
    const Update update = random.next(i % testing::RandomUpdates::kKinds);
    const std::string json = to_json(update);
    const auto again = update_from_json(json);
    ASSERT_TRUE(again) << again.error().describe();
    ASSERT_TRUE(*again == update);
    ASSERT_EQ(to_json(*again), json);
    const auto order = order_from_json(to_json(update.order));
    ASSERT_TRUE(order) << order.error().describe();
    ASSERT_TRUE(*order == update.order);
  }
}

TEST(Json, keeps_absent_and_empty_apart) {
  Update update = testing::valid_update();
  update.order.office = Office{};
  update.order.region = "";
  update.status.informed = false;
  update.status.message_type = "";
  EXPECT_TRUE(*update_from_json(to_json(update)) == update);
}

TEST(Json, names_unknown_fields_and_the_nearest_known_one) {
  EXPECT_EQ(faults_of(with("\"snils\"", "\"snlis\"")),
            (Names{"order.applicant.snils: missing", "order.applicant.snlis: unknown_field"}));
  const auto nearest = [](std::string_view known, const std::string& given) {
    for (const FieldFault& fault :
         error_of(with("\"" + std::string(known) + "\"", "\"" + given + "\"")).fields) {
      if (fault.code == "unknown_field") return fault.text;
    }
    return std::string();
  };
  EXPECT_NE(nearest("last_name", "lastName").find("имелось в виду last_name"), std::string::npos);
  EXPECT_NE(nearest("filed_at", "filled_at").find("имелось в виду filed_at"), std::string::npos);
  EXPECT_NE(nearest("person_by_snils", "personBySnils").find("person_by_snils"), std::string::npos);
  EXPECT_EQ(nearest("service", "услуга"), "Такого поля нет");
  EXPECT_EQ(faults_of(with("{\"order\"", "{\"idempotency_key\": \"k\", \"order\"")),
            Names{"ключ № 1: unknown_field"});
}

TEST(Json, tells_all_faults_at_once) {
  EXPECT_EQ(faults_of(R"({"order": {"number": 1, "applicant": {"person_by_inn": {"inn": "1"}}},
                          "status": {"code": "6", "results": [{}, {"path": "a", "size": 1}]},
                          "more_statuses": [{"code": 7}]})"),
            (Names{"order.number: wrong_type", "order.applicant.last_name: missing",
                   "order.applicant.first_name: missing", "status.code: wrong_type",
                   "status.at: missing", "status.results[0].path: missing",
                   "status.results[1].ключ № 2: unknown_field", "more_statuses[0].at: missing"}));
  EXPECT_EQ(faults_of("{}"), (Names{"order: missing", "status: missing"}));
  EXPECT_EQ(faults_of("[]"), Names{"update: wrong_type"});
  EXPECT_EQ(faults_of(R"({"order": [], "status": "6", "more_statuses": {}})"),
            (Names{"order: wrong_type", "status: wrong_type", "more_statuses: wrong_type"}));
}

TEST(Json, wants_exactly_one_kind_of_applicant) {
  EXPECT_EQ(faults_of(with("\"person_by_snils\"",
                           "\"person_by_ern\": {\"ern\": \"123456789012\"}, "
                           "\"person_by_snils\"")),
            Names{"order.applicant: one_of"});
  EXPECT_EQ(faults_of(R"({"order": {"number": "1", "applicant": {}},
                          "status": {"code": 6, "at": "2026-04-16T10:47:33"}})"),
            Names{"order.applicant: one_of"});
}

TEST(Json, refuses_integers_out_of_range_and_numbers_that_are_none) {
  const auto status = [](const std::string& code) {
    return with("\"code\": 6", "\"code\": " + code);
  };
  EXPECT_EQ(update_from_json(status("32767"))->status.code, INT16_MAX);
  EXPECT_EQ(update_from_json(status("-32768"))->status.code, INT16_MIN);
  for (const char* code : {"32768", "-32769", "9223372036854775808",
                           "123456789012345678901234567890", "-9223372036854775809"}) {
    EXPECT_EQ(faults_of(status(code)), Names{"status.code: out_of_range"}) << code;
  }
  for (const char* code : {"6.0", "6e0", "true", "[6]", "\"6\""}) {
    EXPECT_EQ(faults_of(status(code)), Names{"status.code: wrong_type"}) << code;
  }
  const auto elk = [](const std::string& number) {
    return with("\"service\"", "\"elk_number\": " + number + ", \"service\"");
  };
  EXPECT_EQ(update_from_json(elk("9223372036854775807"))->order.elk_number, INT64_MAX);
  EXPECT_EQ(faults_of(elk("9223372036854775808")), Names{"order.elk_number: out_of_range"});
}

TEST(Json, wants_dates_with_time) {
  EXPECT_EQ(faults_of(with("2026-04-16T10:47:33+03:00", "2026-04-16")),
            Names{"status.at: date_time"});
  EXPECT_EQ(faults_of(with("2026-04-16T10:00:00+03:00", "16.04.2026 10:00")),
            Names{"order.filed_at: date_time"});
  EXPECT_EQ(faults_of(with("\"2026-04-16T10:47:33+03:00\"", "1776325653")),
            Names{"status.at: wrong_type"});
}

TEST(Json, takes_null_for_absent) {
  const auto update = update_from_json(with("\"snils\"", "\"middle_name\": null, \"snils\""));
  ASSERT_TRUE(update) << update.error().describe();
  EXPECT_TRUE(*update == *update_from_json(kUpdate));
  EXPECT_EQ(faults_of(with("\"1999290001\"", "null")), Names{"order.number: missing"});
}

TEST(Json, refuses_keys_that_stand_twice) {
  EXPECT_EQ(faults_of(with("\"code\": 6", "\"code\": 6, \"code\": 3")),
            Names{"status.code: duplicate_key"});
  EXPECT_EQ(faults_of(with("\"last_name\"", "\"last_name\": \"Иванова\", \"last_name\"")),
            Names{"order.applicant.last_name: duplicate_key"});
  EXPECT_EQ(faults_of(with("\"path\": \"result.pdf\"", "\"path\": \"a\", \"path\": \"b\"")),
            Names{"status.results[0].path: duplicate_key"});
  const auto order = order_from_json(R"({"number": "1", "number": "2"})");
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().fields[0].field, "order.number");
}

TEST(Json, tells_line_and_column_of_a_broken_text_and_does_not_quote_it) {
  const auto expect_at = [](std::string_view json, std::string_view place) {
    const Error error = error_of(json);
    EXPECT_EQ(error.code, ErrorCode::bad_json);
    EXPECT_EQ(error.retry, Retry::after_fix);
    EXPECT_NE(error.text.find(place), std::string::npos) << error.text;
    EXPECT_EQ(error.describe().find("Петрова"), std::string::npos);
  };
  expect_at("{\"order\":\n  {\"фамилия\": Петрова}}", "строке 2, столбце 15");
  expect_at("x", "строке 1, столбце 1");
  expect_at("{\"order\": 1", "строке 1, столбце 12");
  expect_at("{} {}", "строке 1, столбце 4");
  expect_at("{\"a\": \"\xD0\"}", "строке 1, столбце 9");
  expect_at("{\"a\": \"\\ud800\"}", "строке 1");
  expect_at("", "строке 1");
  expect_at("\n\n{,}", "строке 3, столбце 2");
}

TEST(Json, has_limits_of_size_depth_and_count) {
  const auto code_of = [](const std::string& json) { return error_of(json).code; };
  EXPECT_EQ(code_of(std::string(kJsonBytesMax + 1, ' ')), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of(std::string(kJsonBytesMax, ' ')), ErrorCode::bad_json);
  EXPECT_EQ(code_of(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')),
            ErrorCode::bad_json);
  EXPECT_EQ(code_of(std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']')),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of(std::string(4'000'000, '[')), ErrorCode::limit_exceeded);
  const auto object_of = [](std::size_t fields) {
    std::string json = "{";
    for (std::size_t i = 0; i < fields; ++i) json += "\"k" + std::to_string(i) + "\":0,";
    json.back() = '}';
    return json;
  };
  EXPECT_EQ(code_of(object_of(kJsonFieldsMax)), ErrorCode::bad_json);
  EXPECT_EQ(code_of(object_of(kJsonFieldsMax + 1)), ErrorCode::limit_exceeded);
}

void damage(std::string& json, testing::RandomUpdates& random) {
  constexpr std::string_view kOctets("{}[]\",:\\ 0-.eE\0\xD0\xFFnull", 21);
  if (json.empty()) json = "x";
  const auto at = static_cast<std::size_t>(random.number(0, static_cast<int>(json.size()) - 1));
  const auto count = static_cast<std::size_t>(random.number(1, 30));
  switch (random.number(0, 2)) {
    case 0:
      json[at] = kOctets[count % kOctets.size()];
      break;
    case 1:
      json.erase(at, count);
      break;
    default:
      json.insert(at, json.substr(at, count));
  }
}

TEST(Json, damaged_anywhere_is_refused_or_read_and_nothing_else) {
  const unsigned seed = testing::test_seed();
  std::cout << "seed " << seed << '\n';
  testing::RandomUpdates random(seed);
  for (int i = 0; i < 3000; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " text " + std::to_string(i));
    std::string json = kUpdate;
    for (int changes = random.number(1, 4); changes > 0; --changes) damage(json, random);
    const auto update = update_from_json(json);
    if (update) {
      ASSERT_TRUE(*update_from_json(to_json(*update)) == *update);
    } else {
      ASSERT_EQ(update.error().code, ErrorCode::bad_json);
      ASSERT_FALSE(update.error().text.empty());
    }
  }
}

TEST(Json, shows_a_key_only_where_it_is_near_to_the_name_of_a_field) {
  EXPECT_EQ(key_as_shown("last_name2", 1), "last_name2");
  EXPECT_EQ(key_as_shown("lastname", 1), "lastname");
  EXPECT_EQ(key_as_shown("na\nme", 1), "na me");
  EXPECT_EQ(key_as_shown("112-233-445 95", 2), "ключ № 2");
  EXPECT_EQ(key_as_shown("Петрова", 3), "ключ № 3");
  EXPECT_EQ(key_as_shown("ivanova", 4), "ключ № 4");
  EXPECT_EQ(key_as_shown(std::string(65, 'k'), 5), "ключ № 5");
  EXPECT_EQ(key_as_shown("", 6), "ключ № 6");
}

TEST(Json, knows_every_name_of_a_field) {
  const std::string update = to_json(testing::RandomUpdates(1).next(0));
  std::size_t names = 0;
  for (std::size_t at = update.find("\":"); at != std::string::npos;
       at = update.find("\":", at + 1)) {
    const std::size_t begin = update.rfind('"', at - 1) + 1;
    const std::string name = update.substr(begin, at - begin);
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos) {
      continue;
    }
    EXPECT_TRUE(is_near_to_a_field(name)) << name;
    ++names;
  }
  EXPECT_GT(names, 10U);
}

TEST(Json, names_the_whole_where_it_is_no_object) {
  EXPECT_EQ(faults_of("[1]"), Names{"update: wrong_type"});
  EXPECT_EQ(faults_of("1"), Names{"update: wrong_type"});
}

TEST(Json, gives_what_could_be_read_beside_the_faults) {
  const UpdateReading reading = read_update_json(with("\"code\": 6", "\"code\": \"6\""));
  ASSERT_FALSE(reading.update);
  ASSERT_TRUE(reading.part);
  EXPECT_EQ(reading.part->order.number, update_from_json(kUpdate)->order.number);
  EXPECT_FALSE(read_update_json(kUpdate).part);
  EXPECT_FALSE(read_update_json("{").part);
}

TEST(Json, refuses_lists_that_no_rule_allows_before_they_fill_the_memory) {
  const std::string long_list = [] {
    std::string list = "[";
    for (std::size_t i = 0; i <= kJsonListMax; ++i) list += "1,";
    list.back() = ']';
    return list;
  }();
  const auto list_error =
      error_of(with("\"code\": 6", "\"code\": 6, \"parameters\": " + long_list));
  ASSERT_EQ(list_error.fields.size(), 1U);
  EXPECT_EQ(list_error.fields[0].field, "status.parameters");
  EXPECT_EQ(list_error.fields[0].code, "too_many");
  std::string lists = "[";
  for (std::size_t i = 0; i <= kJsonValuesMax / kJsonListMax; ++i) {
    lists += long_list.substr(0, long_list.size() - 3) + "],";
  }
  lists.back() = ']';
  EXPECT_EQ(error_of(lists).code, ErrorCode::limit_exceeded);
}

TEST(Json, tells_so_many_faults_and_counts_the_others) {
  std::string parameters = "[";
  for (int i = 0; i < 700; ++i) parameters += "1,";
  parameters.back() = ']';
  const auto fields =
      error_of(with("\"code\": 6", "\"code\": 6, \"parameters\": " + parameters)).fields;
  ASSERT_EQ(fields.size(), kFaultsToldMax + 1);
  EXPECT_EQ(fields.back().code, kMoreFaults);
  EXPECT_EQ(fields.back().text.rfind("и ещё ", 0), 0U);
}

TEST(Json, of_an_update_that_the_rules_would_refuse_is_still_json) {
  Update update = testing::valid_update();
  update.order.number = "\xFF\x01";
  const auto again = update_from_json(to_json(update));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->order.number, "\xEF\xBF\xBD\x01");
}

TEST(Json, items_of_an_array_are_told_apart_with_their_lines) {
  auto items = JsonItems::of("\xEF\xBB\xBF [\n {\"a\": [1, \"]}\\\"\"]},\n\n[],\n 7 , \"x,y\"]\n");
  ASSERT_TRUE(items) << items.error().describe();
  const auto expect_next = [&](std::string_view text, std::size_t line) {
    const auto item = items->next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->text, text);
    EXPECT_EQ(item->line, line);
  };
  expect_next("{\"a\": [1, \"]}\\\"\"]}", 2);
  expect_next("[]", 4);
  expect_next("7 ", 5);
  expect_next("\"x,y\"", 5);
  EXPECT_FALSE(items->next());
  EXPECT_FALSE(items->next());
  EXPECT_FALSE(JsonItems::of("[ ]")->next());
  EXPECT_FALSE(JsonItems::of("[1,"));
}

TEST(Json, line_of_a_syntax_error_counts_from_where_the_text_begins) {
  EXPECT_NE(read_update_json("{\n!", 41).update.error().text.find("строке 42"), std::string::npos);
}

}  // namespace
}  // namespace smev::elk
