#include "smev-send/report_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace smev::cli {
namespace {

using nlohmann::json;

TEST(ReportJson, error_carries_everything_that_is_known) {
  Error error = validation_error({{"order.number", "missing", "не указано", "XSD"}});
  error.detail = "detail";
  error.fault = SmevFault{"InvalidContent", "", "028122", "SMEV-403", "text", {"cvc-1", "cvc-2"}};
  const json told = json::parse(error_json(error)).at("error");
  EXPECT_EQ(told.at("code"), "validation");
  EXPECT_EQ(told.at("text"), text(ErrorCode::validation));
  EXPECT_EQ(told.at("detail"), "detail");
  EXPECT_EQ(told.at("retry"), "after_fix");
  EXPECT_EQ(told.at("origin"), "local");
  EXPECT_EQ(told.at("fields").at(0), json({{"field", "order.number"},
                                           {"code", "missing"},
                                           {"text", "не указано"},
                                           {"source", "XSD"}}));
  EXPECT_EQ(told.at("fault").at("name"), "InvalidContent");
  EXPECT_EQ(told.at("fault").at("reason"), nullptr);
  EXPECT_EQ(told.at("fault").at("validation_errors").size(), 2u);
}

TEST(ReportJson, error_without_fault_and_fields_has_them_all_the_same) {
  const json told = json::parse(error_json(local_error(ErrorCode::io, ""))).at("error");
  EXPECT_EQ(told.at("fault"), nullptr);
  EXPECT_EQ(told.at("detail"), nullptr);
  EXPECT_EQ(told.at("fields"), json::array());
}

TEST(ReportJson, octets_that_are_no_utf8_are_replaced) {
  EXPECT_EQ(json::parse(error_json(local_error(ErrorCode::io, "\xFF"))).at("error").at("detail"),
            "\xEF\xBF\xBD");
}

TEST(ReportJson, held_update_says_why_and_what_next) {
  UpdateRow update;
  update.id = 5;
  update.state = UpdateState::held;
  update.hold_reason = HoldReason::order_exists;
  update.hold_text = "подробности";
  update.result_code = 34;
  const json told = json::parse(update_json(update)).at("update");
  EXPECT_EQ(told.at("state"), "held");
  EXPECT_EQ(told.at("result_code"), 34);
  EXPECT_EQ(told.at("hold").at("reason"), "order_exists");
  EXPECT_EQ(told.at("hold").at("text"), "подробности");
  EXPECT_EQ(told.at("hold").at("next_step"), next_step(HoldReason::order_exists));
}

TEST(ReportJson, payload_that_cannot_be_read_gives_no_statuses) {
  UpdateRow update;
  update.payload = "{";
  EXPECT_EQ(json::parse(update_json(update)).at("update").at("statuses"), json::array());
}

TEST(ReportJson, event_of_no_update_has_nulls) {
  Event event;
  event.kind = Event::Kind::stray;
  const json told = json::parse(event_json(event));
  EXPECT_EQ(told.at("event"), "stray");
  EXPECT_EQ(told.at("update"), nullptr);
  EXPECT_EQ(told.at("order"), nullptr);
  EXPECT_EQ(told.at("hold_reason"), nullptr);
}

// Every field of every document stands in docs/smev-send.md.
void collect_names(const json& value, std::set<std::string>& names) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) {
      names.insert(key);
      collect_names(inner, names);
    }
  }
  if (value.is_array()) {
    for (const json& inner : value) collect_names(inner, names);
  }
}

UpdateReport full_report() {
  UpdateReport report;
  report.update.hold_reason = HoldReason::refused;
  report.update.payload =
      R"({"order":{"number":"1"},"status":{"code":3,"at":"2026-04-16T10:00:00+03:00",)"
      R"("results":[{"path":"a.pdf","name":"a.pdf","mime":"application/pdf"}]}})";
  UpdateReport::Message message;
  message.message.items.emplace_back();
  message.message.files.emplace_back();
  message.attempts.emplace_back();
  message.answers.emplace_back();
  message.answers.back().verdicts = R"([{"role":"SMEVSignature"}])";
  report.messages.push_back(message);
  report.audit.emplace_back();
  return report;
}

TEST(ReportJson, every_field_is_documented) {
  const char* folder = std::getenv("SMEV_SOURCE_DIR");
  std::ifstream file(std::string(folder == nullptr ? "." : folder) + "/docs/smev-send.md");
  std::stringstream page;
  page << file.rdbuf();
  std::set<std::string> names;
  Error error = validation_error({{"a", "b", "c", "d"}});
  error.fault.emplace();
  for (const std::string& document : {report_json(full_report()), list_json({}, 0), drain_json({}),
                                      event_json({}), error_json(error)}) {
    collect_names(json::parse(document), names);
  }
  EXPECT_GT(names.size(), 70u);
  for (const std::string& name : names) {
    const bool told = page.str().find('`' + name + '`') != std::string::npos ||
                      page.str().find('"' + name + '"') != std::string::npos ||
                      page.str().find('.' + name + '`') != std::string::npos ||
                      page.str().find(name + "[]`") != std::string::npos;
    EXPECT_TRUE(told) << name;
  }
}

}  // namespace
}  // namespace smev::cli
