#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "command_fixture.hpp"
#include "sdk/elk/json_tree.hpp"

// smev-send/submit.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Submit : public CommandLine {};

TEST_F(Submit, prints_the_id_alone_and_talks_beside) {
  EXPECT_EQ(run({"submit", write("u.json", first_update("A-1"))}), ExitCode::done);
  EXPECT_EQ(out, "1\n");
  EXPECT_EQ(err, "Заявление A-1: обновление 1 — в очереди\n");
  EXPECT_EQ(run({"submit", write("v.json", first_update("A-2")), "--quiet"}), ExitCode::done);
  EXPECT_EQ(out, "2\n");
  EXPECT_EQ(err, "");
}

TEST_F(Submit, reads_standard_input) {
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-"}), ExitCode::done);
  EXPECT_EQ(out, "1\n");
}

TEST_F(Submit, tells_the_update_as_json) {
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::done);
  const json update = json::parse(out).at("update");
  EXPECT_EQ(update.at("id"), 1);
  EXPECT_EQ(update.at("order"), "A-1");
  EXPECT_EQ(update.at("sequence"), 1);
  EXPECT_EQ(update.at("state"), "queued");
  EXPECT_EQ(update.at("hold"), nullptr);
  EXPECT_EQ(update.at("statuses").at(0).at("code"), 6);
  EXPECT_EQ(err, "");
}

TEST_F(Submit, does_not_repeat_personal_data) {
  in = first_update("A-1");
  run({"submit", "-", "--json"});
  EXPECT_THAT(out + err, AllOf(Not(HasSubstr("Петрова")), Not(HasSubstr("112-233"))));
}

TEST_F(Submit, empty_file_is_told_to_be_empty) {
  for (const char* blank : {"", " \n"}) {
    EXPECT_EQ(run({"submit", write("u.json", blank)}), ExitCode::validation);
    EXPECT_THAT(err, HasSubstr("Файл пуст"));
  }
}

TEST_F(Submit, same_content_again_is_the_same_update) {
  in = first_update("A-1");
  run({"submit", "-"});
  EXPECT_THAT(err, Not(HasSubstr("Повтор")));
  EXPECT_EQ(run({"submit", "-"}), ExitCode::done);
  EXPECT_EQ(out, "1\n");
  EXPECT_THAT(err, HasSubstr("уже подано раньше под номером 1"));
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::done);
  EXPECT_EQ(json::parse(out).at("repeat"), true);
  EXPECT_EQ(err, "");
  EXPECT_EQ(run({"submit", "-", "--check"}), ExitCode::done);
  EXPECT_THAT(err, HasSubstr("уже подано"));
}

TEST_F(Submit, a_file_that_cannot_be_read_is_told_with_its_cause) {
  EXPECT_EQ(run({"submit", path("none.json")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("Не удалось прочитать файл: такого файла или каталога нет"));
  EXPECT_EQ(run({"submit", path("")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("Не удалось прочитать файл: это каталог"));
  EXPECT_EQ(run({"transform", path("none.xml")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("Не удалось прочитать файл: такого файла или каталога нет"));
}

TEST_F(Submit, what_holds_of_several_fields_is_said_once) {
  in = later_update("A-1", 7);
  EXPECT_EQ(run({"submit", "-"}), ExitCode::validation);
  EXPECT_THAT(err,
              HasSubstr("\n  order.service, order.filed_at, order.applicant: Первое обновление "
                        "заявления должно содержать"));
}

TEST_F(Submit, a_value_of_a_wrong_type_is_no_failure_to_read) {
  in = R"({"order": {"number": 5}, "status": []})";
  EXPECT_EQ(run({"submit", "-"}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("Запись прочитана, но не все поля в ней верны\n"),
                         HasSubstr("\n  order.number: Ожидается строка в кавычках"),
                         HasSubstr("\n  status: Ожидается объект")));
}

TEST_F(Submit, same_key_with_other_content_is_a_conflict) {
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-", "--key", "event-1"}), ExitCode::done);
  in = first_update("A-2");
  EXPECT_EQ(run({"submit", "-", "--key", "event-1", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "idempotency_conflict");
}

TEST_F(Submit, every_fault_is_told_on_a_line_of_its_own) {
  in = R"({"order": {"number": "A-1", "colour": "red"}, "status": {"code": "6"}})";
  EXPECT_EQ(run({"submit", "-"}), ExitCode::validation);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, AllOf(HasSubstr("\n  order.ключ № 2: "), HasSubstr("\n  status.code: "),
                         HasSubstr("\n  status.at: ")));
}

TEST_F(Submit, broken_json_is_bad_data) {
  in = "{\"order\": ";
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "bad_json");
}

TEST_F(Submit, longer_input_than_the_limit_is_refused) {
  in = std::string(elk::kJsonBytesMax + 1, ' ');
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "limit_exceeded");
  const std::string update = first_update("A-1");
  in = update + std::string(elk::kJsonBytesMax - update.size(), ' ');
  EXPECT_EQ(run({"submit", "-"}), ExitCode::done) << err;
}

TEST_F(Submit, missing_file_is_told_by_its_name) {
  EXPECT_EQ(run({"submit", path("absent.json")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("absent.json"));
}

TEST_F(Submit, result_files_are_taken_from_the_folder_of_the_json_file) {
  std::filesystem::create_directory(path("inbox"));
  write("inbox/result.pdf", "%PDF-1.4 the result");
  run({"submit", write("inbox/first.json", first_update("A-1"))});
  const std::string later =
      write("inbox/later.json", later_update("A-1", 3, R"([{"path": "result.pdf"}])"));
  EXPECT_EQ(run({"submit", later, "--json"}), ExitCode::done) << out;
  const json results = json::parse(out).at("update").at("statuses").at(0).at("results");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results.at(0).at("name"), "result.pdf");
  EXPECT_EQ(results.at(0).at("mime"), "application/pdf");
}

TEST_F(Submit, missing_result_file_is_a_fault_of_its_field) {
  run({"submit", write("first.json", first_update("A-1"))});
  in = later_update("A-1", 3, R"([{"path": "no/such/result.pdf"}])");
  EXPECT_EQ(run({"submit", "-"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("status.results[0]"));
}

TEST_F(Submit, wait_ends_with_the_time_when_nobody_sends) {
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-", "--wait", "1ms"}), ExitCode::try_later);
  EXPECT_EQ(out, "1\n");
}

TEST_F(Submit, wait_tells_what_became_of_the_update) {
  in = first_update("A-1");
  run({"submit", "-"});
  EXPECT_EQ(run({"drain"}), ExitCode::done) << out << err;
  EXPECT_EQ(run({"submit", "-", "--wait", "1m"}), ExitCode::done);
  EXPECT_THAT(err, testing::EndsWith("\nЗаявление A-1: обновление 1 — доставлено\n"));
}

TEST_F(Submit, wait_tells_why_the_update_is_held) {
  transport = std::make_shared<FriendlyTransport>(13);
  in = first_update("A-1");
  run({"submit", "-"});
  EXPECT_EQ(run({"drain"}), ExitCode::held) << out << err;
  EXPECT_EQ(run({"submit", "-", "--wait", "1m"}), ExitCode::held);
  EXPECT_THAT(err, HasSubstr(std::string(next_step(HoldReason::refused))));
}

}  // namespace
}  // namespace smev::cli
