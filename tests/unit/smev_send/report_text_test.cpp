#include "smev-send/report_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

namespace smev::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

SignatureVerdict good() {
  SignatureVerdict verdict;
  verdict.present = verdict.digest_holds = verdict.value_holds = true;
  verdict.trust = Trust::trusted;
  return verdict;
}

TEST(VerdictText, only_a_trusted_signature_that_holds_is_told_as_such) {
  EXPECT_EQ(verdict_text(good()), "верна, сертификату доверяем");
  SignatureVerdict verdict = good();
  verdict.trust = Trust::not_checked;
  EXPECT_EQ(verdict_text(verdict), "верна");
  verdict.trust = Trust::unknown;
  EXPECT_EQ(verdict_text(verdict), "верна, но сертификату нет доверия");
  verdict.trust = Trust::expired;
  EXPECT_EQ(verdict_text(verdict), "верна, но сертификат к этому времени истёк");
  verdict.trust = Trust::not_yet_valid;
  EXPECT_EQ(verdict_text(verdict), "верна, но сертификат в это время ещё не действовал");
  verdict.trust = Trust::revoked;
  EXPECT_EQ(verdict_text(verdict), "верна, но сертификат отозван");
}

TEST(VerdictText, broken_signature_is_told_whatever_the_trust) {
  SignatureVerdict verdict = good();
  verdict.digest_holds = false;
  EXPECT_EQ(verdict_text(verdict), "неверна: подписанное изменено");
  verdict = good();
  verdict.value_holds = false;
  EXPECT_EQ(verdict_text(verdict), "неверна: значение подписи не сходится");
  EXPECT_EQ(verdict_text({}), "её нет");
  verdict = good();
  verdict.digest_holds = verdict.value_holds = false;
  verdict.refusal = "Подпись неполна";
  EXPECT_EQ(verdict_text(verdict), "не принята: Подпись неполна");
}

TEST(MoscowTimeText, does_not_hang_on_the_zone_of_the_machine_and_names_its_own) {
  ASSERT_EQ(setenv("TZ", "Asia/Vladivostok", 1), 0);
  tzset();
  EXPECT_EQ(moscow_time_text(*parse_utc_text("2026-04-16T07:47:33.999999Z")),
            "2026-04-16 10:47:33 МСК");
  ASSERT_EQ(setenv("TZ", "UTC", 1), 0);
  tzset();
  EXPECT_EQ(moscow_time_text(*parse_utc_text("1969-12-31T23:59:59.500000Z")),
            "1970-01-01 02:59:59 МСК");
}

TEST(ReportText, text_from_outside_cannot_drive_the_terminal) {
  UpdateReport report;
  report.update.hold_reason = HoldReason::refused;
  report.update.hold_text = "отказ\x1b[2J\nСостояние: доставлено";
  const std::string text = report_text(report, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("отказ [2J Состояние: доставлено\n"));
}

TEST(StatusText, a_file_without_a_name_is_named_after_its_path) {
  elk::Status status;
  status.code = 3;
  status.at = *DateTime::parse("2026-04-17T12:30:00+03:00");
  status.results = {File::at("/var/spool/result.pdf")};
  EXPECT_EQ(status_text(status), "3 от 2026-04-17T12:30:00+03:00, файл «result.pdf»");
}

TEST(ReportText, every_reason_to_wait_comes_with_commands_to_copy) {
  for (const HoldReason reason : all_hold_reasons()) {
    if (reason == HoldReason::none) continue;
    UpdateReport report;
    report.update.id = 17;
    report.update.hold_reason = reason;
    const std::string text = report_text(report, false);
    EXPECT_THAT(text, ContainsRegex("  Команда: +smev-send queue [a-z]+ 17( ФАЙЛ)? --reason "
                                    "\"почему\"\n"))
        << name(reason);
    EXPECT_EQ(text.find(" 17 ФАЙЛ ") == std::string::npos,
              text.find("  где ФАЙЛ:") == std::string::npos)
        << name(reason);
  }
  UpdateReport report;
  report.update.id = 17;
  report.update.hold_reason = HoldReason::refused;
  EXPECT_THAT(report_text(report, false),
              HasSubstr("  Команда:       smev-send queue requeue 17 --reason \"почему\"\n"
                        "  или:           smev-send queue replace 17 ФАЙЛ --reason \"почему\"\n"
                        "  где ФАЙЛ:      исправленное обновление целиком, как для submit\n"));
}

TEST(ReportText, answer_whose_signature_fails_is_told_as_not_counted) {
  UpdateReport report;
  UpdateReport::Message message;
  message.answers.emplace_back();
  message.answers.back().kind = "content";
  message.answers.back().verdicts =
      R"([{"role":"SMEVSignature","present":true,"digest_holds":false,"value_holds":true}])";
  report.messages.push_back(message);
  const std::string text = report_text(report, false);
  EXPECT_THAT(text, HasSubstr("неверна: подписанное изменено"));
  EXPECT_THAT(text, HasSubstr("подписи не подтверждены, ответ не учтён"));
}

TEST(DrainText, work_left_is_told) {
  DrainReport report;
  report.stats.queued = 3;
  EXPECT_THAT(drain_text(report), HasSubstr("работа осталась"));
  EXPECT_THAT(drain_text(report), HasSubstr("В очереди:     3\n"));
  EXPECT_THAT(drain_text(report), Not(HasSubstr("--state held")));
}

}  // namespace
}  // namespace smev::cli
