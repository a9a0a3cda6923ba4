#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "command_fixture.hpp"
#include "smev-send/update_source.hpp"

// smev-send/submit.cpp, update_source.cpp and errors_file.cpp: updates by the list.

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}
std::string line(const std::string& order) { return in_one_line(first_update(order)) + "\n"; }

constexpr char kCsvHeader[] =
    "order.number;order.service;order.filed_at;order.applicant;order.applicant.snils;"
    "order.applicant.last_name;order.applicant.first_name;status.code;status.at;status.results\n";
std::string row(const std::string& order) {
  return order +
         ";-60012726;2026-04-16T10:00:00+03:00;person_by_snils;112-233-445 95;Петрова;Анна;6;"
         "2026-04-16T10:47:33+03:00;\n";
}
std::string order_xml(const std::string& number, const std::string& status_code = "6") {
  return fmt::format(
      "<order><user><userDocSnils><snils>112-233-445 95</snils><lastName>Петрова</lastName>"
      "<firstName>Анна</firstName><citizenship>643</citizenship></userDocSnils></user>"
      "<senderInn>1234567894</senderInn><serviceTargetCode>-60012726</serviceTargetCode>"
      "<userSelectedRegion>00000000</userSelectedRegion><orderNumber>{}</orderNumber>"
      "<requestDate>2026-04-16T10:00:00+03:00</requestDate><OfficeInfo><ApplicationAcceptance>4"
      "</ApplicationAcceptance></OfficeInfo><statusHistoryList><statusHistory><status>{}</status>"
      "<statusDate>2026-04-16T10:47:33+03:00</statusDate></statusHistory></statusHistoryList>"
      "</order>",
      number, status_code);
}
std::string request_xml(const std::string& orders) {
  return "<ElkOrderRequest xmlns='http://epgu.gosuslugi.ru/elk/status/1.0.2' env='SVCDEV'>"
         "<CreateOrdersRequest><orders>" +
         orders + "</orders></CreateOrdersRequest></ElkOrderRequest>";
}

class SubmitList : public CommandLine {
 protected:
  std::vector<json> documents() const {
    std::vector<json> read;
    std::istringstream lines(out);
    for (std::string text; std::getline(lines, text);) read.push_back(json::parse(text));
    return read;
  }
  std::string octets(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path(name)).rdbuf();
    return text.str();
  }
};

TEST_F(SubmitList, every_form_brings_its_updates) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"a.json", "[" + first_update("A-1") + ", " + first_update("A-2") + "]"},
      {"b.ndjson", line("B-1") + "\n \t\n" + line("B-2")},
      {"b.jsonl", line("L-1") + line("L-2")},
      {"c.csv", kCsvHeader + row("C-1") + row("C-2")},
      {"d.xml", request_xml(order_xml("D-1") + order_xml("D-2"))}};
  int id = 0;
  for (const auto& [name, text] : files) {
    EXPECT_EQ(run({"submit", write(name, text)}), ExitCode::done) << name << err;
    EXPECT_EQ(out, fmt::format("{}\n{}\n", id + 1, id + 2));
    EXPECT_EQ(err, "Принято 2, с ошибками 0, повторов 0\n");
    id += 2;
  }
}

TEST_F(SubmitList, form_is_known_by_the_content_where_the_name_does_not_tell) {
  for (const std::string& text :
       {"\xEF\xBB\xBF[" + first_update("A-1") + ", " + first_update("A-2") + "]",
        line("B-1") + line("B-2"), kCsvHeader + row("C-1") + row("C-2"),
        "\n" + request_xml(order_xml("D-1") + order_xml("D-2"))}) {
    in = text;
    EXPECT_EQ(run({"submit", "-"}), ExitCode::done) << text << err;
    EXPECT_EQ(err, "Принято 2, с ошибками 0, повторов 0\n");
  }
  EXPECT_EQ(run({"submit", write("u.txt", line("E-1") + "\n")}), ExitCode::done);
  EXPECT_THAT(err, HasSubstr("Заявление E-1")) << "one line is one update";
  in = "hello";
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "bad_json");
}

TEST_F(SubmitList, named_form_counts_more_than_the_file_name) {
  const std::string file = write("u.csv", line("A-1"));
  EXPECT_EQ(run({"submit", file}), ExitCode::validation);
  EXPECT_EQ(run({"submit", file, "--format", "ndjson"}), ExitCode::done) << err;
  EXPECT_EQ(err, "Принято 1, с ошибками 0, повторов 0\n");
}

TEST_F(SubmitList, faulty_records_stop_no_others) {
  in = line("A-1") + "{\"order\": \n" + "{\"order\": {\"number\": \"A-3\"}}\n" + line("A-4");
  EXPECT_EQ(run({"submit", "-", "--format", "ndjson"}), ExitCode::validation);
  EXPECT_EQ(out, "1\n2\n");
  EXPECT_THAT(err,
              AllOf(HasSubstr("Ошибка, запись 2 (строка 2): JSON не разобран: ошибка в строке 2"),
                    HasSubstr("Ошибка, запись 3 (строка 3): "), HasSubstr("\n  status: "),
                    HasSubstr("Принято 2, с ошибками 2, повторов 0\n")));
}

TEST_F(SubmitList, each_record_is_a_json_document_of_its_own) {
  in = kCsvHeader + row("A-1") + "A-2;bad\n" + row("A-1");
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::validation);
  const auto records = documents();
  ASSERT_EQ(records.size(), 3U);
  for (const json& record : records) {
    for (const char* field : {"record", "line", "id", "repeat", "warnings", "error", "update"}) {
      EXPECT_TRUE(record.contains(field)) << field;
    }
  }
  EXPECT_EQ(records[0].at("record"), 1);
  EXPECT_EQ(records[0].at("line"), 2);
  EXPECT_EQ(records[0].at("id"), 1);
  EXPECT_EQ(records[0].at("error"), nullptr);
  EXPECT_EQ(records[0].at("update").at("order"), "A-1");
  EXPECT_EQ(records[1].at("id"), nullptr);
  EXPECT_EQ(records[1].at("error").at("code"), "bad_csv");
  EXPECT_EQ(records[2].at("id"), 1);
  EXPECT_EQ(records[2].at("repeat"), true);
  EXPECT_EQ(err, "Принято 1, с ошибками 1, повторов 1\n");
  EXPECT_THAT(out, Not(HasSubstr("Петрова")));
}

TEST_F(SubmitList, file_that_is_loaded_again_creates_nothing_twice) {
  const std::string file = write("u.csv", kCsvHeader + row("A-1") + row("A-2"));
  run({"submit", file});
  EXPECT_EQ(run({"submit", file}), ExitCode::done);
  EXPECT_EQ(out, "1\n2\n");
  EXPECT_EQ(err, "Принято 0, с ошибками 0, повторов 2\n");
}

TEST_F(SubmitList, check_stores_nothing_and_knows_what_stands_before_in_the_file) {
  const std::string good = line("A-1") + in_one_line(later_update("A-1", 7)) + "\n" + line("A-1");
  const std::string file = write("u.ndjson", good + in_one_line(later_update("A-2", 7)) + "\n");
  EXPECT_EQ(run({"submit", file, "--check"}), ExitCode::validation);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, AllOf(HasSubstr("запись 4 (строка 4)"), HasSubstr("order.service"),
                         HasSubstr("Проверено без ошибок 2, с ошибками 1, повторов 1\n")));
  EXPECT_FALSE(std::filesystem::exists(path("outbox.db")));

  run({"submit", file});
  EXPECT_EQ(run({"submit", write("v.ndjson", good), "--check", "--json"}), ExitCode::done) << out;
  EXPECT_EQ(documents().at(1).at("repeat"), true);
  EXPECT_EQ(documents().at(1).at("update"), nullptr);
  EXPECT_EQ(run({"list"}), ExitCode::done);
  EXPECT_THAT(out, Not(HasSubstr("A-2")));
}

TEST_F(SubmitList, check_of_one_update_tells_its_faults_and_files) {
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-", "--check"}), ExitCode::done) << err;
  EXPECT_EQ(out, "");
  EXPECT_EQ(err,
            "Годится, ничего не сохранено. Было бы подано: заявление A-1, статус 6 от "
            "2026-04-16T10:47:33+03:00\n");
  run({"submit", "-"});
  EXPECT_EQ(out, "1\n");
  EXPECT_EQ(run({"submit", "-", "--check", "--json"}), ExitCode::done);
  EXPECT_EQ(json::parse(out).at("repeat"), true);
  EXPECT_EQ(json::parse(out).at("update"), nullptr);
  in = later_update("A-1", 3, R"([{"path": "no/such/result.pdf"}])");
  EXPECT_EQ(run({"submit", "-", "--check"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("status.results[0].path"));
}

TEST_F(SubmitList, faulty_records_are_written_as_they_were_in_the_same_form) {
  const std::string bad = "{\"order\":   {\"number\": \"A-2\"}}";
  const std::string bad_order = order_xml("D-2", "7");
  const std::vector<std::array<std::string, 3>> files = {
      {"a.ndjson", line("A-1") + bad + "\n" + line("A-3"), bad + "\n"},
      {"b.json", "[" + first_update("B-1") + ",\n" + bad + "]", "[\n" + bad + "\n]\n"},
      {"c.csv", "\xEF\xBB\xBF" + (kCsvHeader + row("C-1")) + "C-2;\"two\nlines\";;;;;;7;x;\r\n",
       std::string("\xEF\xBB\xBF") + kCsvHeader + "C-2;\"two\nlines\";;;;;;7;x;\r\n"}};
  for (const auto& [name, text, faulty] : files) {
    EXPECT_EQ(run({"submit", write(name, text), "--errors", path("errors")}), ExitCode::validation);
    EXPECT_EQ(octets("errors"), faulty) << name;
  }
  const std::string xml = write("d.xml", request_xml(order_xml("D-1") + bad_order));
  EXPECT_EQ(run({"submit", xml, "--errors", path("errors.xml")}), ExitCode::validation) << err;
  const std::string faulty = octets("errors.xml");
  EXPECT_THAT(faulty, AllOf(HasSubstr("D-2"), Not(HasSubstr("D-1"))));
  EXPECT_EQ(run({"submit", path("errors.xml")}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("Принято 0, с ошибками 1")) << "it can be submitted again";
}

TEST_F(SubmitList, errors_file_is_for_its_owner_and_empty_when_there_are_none) {
  write("input.ndjson", line("A-1"));
  EXPECT_EQ(run({"submit", path("input.ndjson"), "--errors", path("errors")}), ExitCode::done);
  EXPECT_EQ(octets("errors"), "");
  struct stat status {};
  ASSERT_EQ(stat(path("errors").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(SubmitList, errors_file_that_others_could_read_is_for_its_owner_from_then_on) {
  write("errors", "old octets");
  ASSERT_EQ(chmod(path("errors").c_str(), 0644), 0);
  write("input.ndjson", "{}\n");
  EXPECT_EQ(run({"submit", path("input.ndjson"), "--errors", path("errors")}),
            ExitCode::validation);
  EXPECT_EQ(octets("errors"), "{}\n");
  struct stat status {};
  ASSERT_EQ(stat(path("errors").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(SubmitList, faults_of_form_rules_and_files_are_told_at_once) {
  std::string update = in_one_line(first_update("A-1"));
  update.replace(update.find("\"code\": 6"), 9,
                 "\"code\": \"6\", \"results\": [{\"path\": \"no.pdf\"}]");
  update.replace(update.find("112-233-445 95"), 14, "112-233-445 96");
  in = update + "\n";
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{}, std::vector<std::string>{"--check"}}) {
    std::vector<std::string> arguments = {"submit", "-", "--format", "ndjson", "--json"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(run(arguments), ExitCode::validation);
    std::vector<std::string> faults;
    const json record = documents().at(0);
    for (const json& fault : record.at("error").at("fields")) {
      faults.push_back(fault.at("field").get<std::string>() + ": " +
                       fault.at("code").get<std::string>());
    }
    EXPECT_THAT(faults, testing::ElementsAre("status.code: wrong_type",
                                             "order.applicant.snils: check_digit",
                                             "status.results[0].path: file"));
  }
}

TEST_F(SubmitList, faults_of_schema_and_rules_are_told_at_once_of_business_xml) {
  std::string order = order_xml(std::string(37, '1'), "7");
  order.replace(order.find("112-233-445 95"), 14, "112-233-445 96");
  order.replace(order.find("2026-04-16T10:47:33"), 19, "2026-04-16T24:00:00");
  in = request_xml(order);
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::validation);
  std::vector<std::string> faults;
  const json record = documents().at(0);
  for (const json& fault : record.at("error").at("fields")) {
    faults.push_back(fault.at("field").get<std::string>() + ": " +
                     fault.at("code").get<std::string>());
  }
  EXPECT_THAT(faults, testing::ElementsAre(
                          "ElkOrderRequest/CreateOrdersRequest/orders/order/orderNumber: too_long",
                          "order/statusHistoryList/statusHistory[1]/statusDate: date_time",
                          "order.applicant.snils: check_digit"));
  EXPECT_THAT(record.at("error").at("detail").get<std::string>(), HasSubstr("maxLength"));
}

TEST_F(SubmitList, row_of_data_that_is_taken_for_the_header_is_not_printed) {
  EXPECT_EQ(run({"submit", write("u.csv", row("Петрова-1"))}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("столбец № 5"), Not(HasSubstr("112-233")),
                         Not(HasSubstr("Петрова")), Not(HasSubstr("Анна"))));
}

TEST_F(SubmitList, long_array_of_nothing_takes_little_memory) {
  std::string array = "[";
  for (int i = 0; i < 20'000; ++i) array += "1,";
  array.back() = ']';
  const std::string file = write("u.json", array);
  struct rusage before {};
  getrusage(RUSAGE_SELF, &before);
  EXPECT_EQ(run({"submit", file}), ExitCode::validation);
  struct rusage after {};
  getrusage(RUSAGE_SELF, &after);
#if !defined(SMEV_SANITIZED_ADDRESS)  // which keeps what was freed
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 24 * 1024) << "KiB";
#endif
  EXPECT_THAT(err, HasSubstr("с ошибками 20000"));
}

TEST_F(SubmitList, line_with_a_huge_list_is_a_fault_of_its_own) {
  std::string update = in_one_line(first_update("A-1"));
  std::string list = "[";
  while (list.size() + update.size() + 32 < kRecordBytesMax) list += "1,";
  list.back() = ']';
  update.insert(update.find("\"code\""), "\"parameters\": " + list + ", ");
  in = line("A-0") + update + "\n" + line("A-2");
  EXPECT_EQ(run({"submit", "-", "--format", "ndjson"}), ExitCode::validation);
  EXPECT_EQ(out, "1\n2\n");
  EXPECT_THAT(err, AllOf(HasSubstr("status.parameters"), HasSubstr("с ошибками 1")));
}

TEST_F(SubmitList, create_and_update_of_one_order_in_xml_are_delivered_in_two_messages) {
  const std::string update =
      "<order><orderNumber>D-1</orderNumber><senderInn>1234567894</senderInn>"
      "<statusHistoryList><statusHistory><status>7</status>"
      "<statusDate>2026-04-17T10:47:33+03:00</statusDate></statusHistory>"
      "</statusHistoryList></order>";
  const std::string updates =
      "<ElkOrderRequest xmlns='http://epgu.gosuslugi.ru/elk/status/1.0.2' env='SVCDEV'>"
      "<UpdateOrdersRequest><orders>" +
      update + "</orders></UpdateOrdersRequest></ElkOrderRequest>";
  EXPECT_EQ(run({"submit", write("create.xml", request_xml(order_xml("D-1")))}), ExitCode::done);
  EXPECT_EQ(run({"submit", write("update.xml", updates)}), ExitCode::done) << err;
  EXPECT_EQ(run({"drain"}), ExitCode::done);
  EXPECT_EQ(transport->acknowledged().size(), 2U) << "no message was refused";
  EXPECT_EQ(run({"list", "--json"}), ExitCode::done);
  EXPECT_THAT(out, Not(HasSubstr("\"held\"")));
}

TEST_F(SubmitList, errors_file_may_not_be_the_input_and_must_be_writable) {
  const std::string file = write("input.ndjson", line("A-1"));
  EXPECT_EQ(run({"submit", file, "--errors", file}), ExitCode::validation);
  EXPECT_EQ(octets("input.ndjson"), line("A-1"));
  EXPECT_EQ(run({"submit", file, "--errors", path("no/such/folder/e")}), ExitCode::storage);
  run({"list"});
  EXPECT_EQ(out, "") << "something was stored";
}

TEST_F(SubmitList, errors_file_is_never_one_that_the_program_lives_by) {
  ASSERT_EQ(run({"submit", write("first.ndjson", line("A-1"))}), ExitCode::done);
  const std::string base = octets("outbox.db");
  const std::string faulty = write("input.ndjson", "{}\n" + line("A-2"));
  std::filesystem::create_symlink(path("outbox.db"), path("link"));
  for (const char* own : {"outbox.db", "outbox.db-wal", "outbox.db.mark", "link", "files/a"}) {
    EXPECT_EQ(run({"submit", faulty, "--errors", path(own)}), ExitCode::validation) << own;
    EXPECT_THAT(err, HasSubstr("нужен самой программе")) << own;
  }
  EXPECT_EQ(octets("outbox.db"), base);
  EXPECT_EQ(run({"submit", faulty, "--errors", path("outbox.errors")}), ExitCode::validation);
  EXPECT_EQ(octets("outbox.errors"), "{}\n");
}

TEST_F(SubmitList, single_update_with_faults_goes_to_the_errors_file_too) {
  const std::string text = R"({"order": {"number": "A-1"}, "status": {"code": 6}})";
  EXPECT_EQ(run({"submit", write("u.json", text), "--errors", path("e")}), ExitCode::validation);
  EXPECT_EQ(octets("e"), text);
}

TEST_F(SubmitList, warnings_are_told_for_one_and_for_many) {
  filed_age_warning = std::chrono::hours(1);
  in = first_update("A-1");
  EXPECT_EQ(run({"submit", "-"}), ExitCode::done);
  EXPECT_THAT(err, HasSubstr("Предупреждение: order.filed_at: "));
  in = first_update("A-2");
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::done);
  EXPECT_EQ(json::parse(out).at("warnings").at(0).at("code"), "old_date");
  EXPECT_EQ(json::parse(out).at("repeat"), false);
  in = line("A-3");
  run({"submit", "-", "--format", "ndjson"});
  EXPECT_THAT(err, HasSubstr("Предупреждение: запись 1 (строка 1): order.filed_at: "));
  in = line("A-4");
  run({"submit", "-", "--format", "ndjson", "--json", "--check"});
  EXPECT_EQ(documents().at(0).at("warnings").at(0).at("field"), "order.filed_at");
}

TEST_F(SubmitList, wait_waits_for_all) {
  in = line("A-1") + line("A-2");
  run({"submit", "-"});
  run({"drain"});
  EXPECT_EQ(run({"submit", "-", "--wait", "1m"}), ExitCode::done);
  EXPECT_THAT(err, AllOf(HasSubstr("Заявление A-1: обновление 1 — доставлено"),
                         HasSubstr("Заявление A-2: обновление 2 — доставлено")));
  in += line("A-3");
  EXPECT_EQ(run({"submit", "-", "--wait", "1ms", "--json"}), ExitCode::try_later);
  ASSERT_EQ(documents().size(), 6U);
  EXPECT_EQ(documents()[3].at("update").at("state"), "delivered");
  EXPECT_EQ(documents()[5].at("update").at("state"), "queued");
  in += "{}\n";
  EXPECT_EQ(run({"submit", "-", "--wait", "1ms"}), ExitCode::validation);
}

TEST_F(SubmitList, wait_tells_when_one_of_them_is_held) {
  transport = std::make_shared<FriendlyTransport>(13);
  in = line("A-1") + line("A-2");
  run({"submit", "-"});
  run({"drain"});
  in += line("A-3");
  EXPECT_EQ(run({"submit", "-", "--wait", "1ms"}), ExitCode::held);
}

TEST_F(SubmitList, key_is_for_one_update_only) {
  in = line("A-1") + line("A-2");
  EXPECT_EQ(run({"submit", "-", "--key", "k"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("--key"));
  EXPECT_EQ(run({"list"}), ExitCode::done);
  EXPECT_EQ(out, "");
}

TEST_F(SubmitList, empty_list_is_no_fault_and_csv_without_header_is) {
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"a.json", "[]"}, {"b.ndjson", "\n\n"}, {"c.csv", kCsvHeader}}) {
    EXPECT_EQ(run({"submit", write(name, text)}), ExitCode::done) << err;
    EXPECT_EQ(err, "Принято 0, с ошибками 0, повторов 0\n");
  }
  EXPECT_EQ(run({"submit", write("d.csv", "\r\n")}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("названиями столбцов"));
}

TEST_F(SubmitList, line_beyond_the_limit_is_refused_alone) {
  const std::string update = in_one_line(first_update("A-1"));
  in = update + std::string(kRecordBytesMax - update.size(), ' ') + "\n" + line("A-2") +
       std::string(kRecordBytesMax + 1, 'x') + "\n" + line("A-3");
  EXPECT_EQ(run({"submit", "-", "--format", "ndjson"}), ExitCode::validation);
  EXPECT_EQ(out, "1\n2\n3\n");
  EXPECT_THAT(err, HasSubstr("запись 3 (строка 3): Запись длиннее допустимого"));
}

TEST_F(SubmitList, result_files_are_taken_from_the_folder_of_the_list) {
  std::filesystem::create_directory(path("inbox"));
  write("inbox/result.pdf", "%PDF-1.4 the result");
  const std::string csv =
      "order.number;status.code;status.at;status.results\n"
      "A-1;3;2026-04-17T12:30:00;result.pdf\n";
  in = first_update("A-1");
  run({"submit", "-"});
  EXPECT_EQ(run({"submit", write("inbox/u.csv", csv), "--json"}), ExitCode::done) << out;
  EXPECT_EQ(documents().at(0).at("update").at("statuses").at(0).at("results").at(0).at("name"),
            "result.pdf");
}

TEST_F(SubmitList, files_of_business_xml_are_taken_from_their_folder) {
  std::string order = order_xml("A-1");
  const std::string end = "</statusHistory>";
  order.insert(order.find(end),
               "<attachments><attachment><FSuuid>f-1</FSuuid><docTypeId>ELK_RESULT</docTypeId>"
               "</attachment></attachments>");
  const std::string file = write("u.xml", request_xml(order));
  EXPECT_EQ(run({"submit", file}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("status.results[0].path"), HasSubstr("--files")));
  std::filesystem::create_directories(path("files/f-1"));
  write("files/f-1/decision.pdf", "%PDF-1.4");
  EXPECT_EQ(run({"submit", file, "--files", path("files"), "--json"}), ExitCode::done) << out;
  EXPECT_EQ(documents().at(0).at("line"), nullptr);
  EXPECT_EQ(documents().at(0).at("update").at("statuses").at(0).at("results").at(0).at("name"),
            "decision.pdf");
}

TEST_F(SubmitList, sender_of_business_xml_must_be_the_profile_s) {
  std::string order = order_xml("A-1");
  order.replace(order.find("1234567894"), 10, "9901000010");
  in = request_xml(order);
  EXPECT_EQ(run({"submit", "-", "--json"}), ExitCode::validation);
  EXPECT_EQ(documents().at(0).at("error").at("fields").at(0).at("field"), "order.sender_inn");
}

TEST_F(SubmitList, quiet_tells_faults_alone) {
  in = line("A-1") + "{}\n";
  EXPECT_EQ(run({"submit", "-", "--format", "ndjson", "--quiet"}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("Ошибка, запись 2"), Not(HasSubstr("Принято"))));
}

TEST_F(SubmitList, a_folder_is_no_input) {
  EXPECT_EQ(run({"submit", path("."), "--format", "ndjson"}), ExitCode::storage) << err;
}

}  // namespace
}  // namespace smev::cli
