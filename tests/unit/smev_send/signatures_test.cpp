#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "command_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/signature/issuing.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/smev3/protocol.hpp"
#include "smev-send/commands.hpp"
#include "tests/support/shared_samples.hpp"

// smev-send/sign_commands.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TimePoint days_from_now(int days) { return system_clock()->now() + std::chrono::hours(24 * days); }

class Signatures : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    const auto authority =
        *signature::make_authority("Тестовый УЦ", days_from_now(-10), days_from_now(10));
    const auto issued =
        *signature::issue(authority, "Тестовая ИС", days_from_now(-1), days_from_now(1));
    ASSERT_TRUE(signature::write_issued(issued, path("key.pem"), path("certificate.pem")));
    ASSERT_TRUE(signature::write_issued(authority, path("ca.key.pem"), path("ca.pem")));
    config = write("smev.toml",
                   "[key]\nkey = \"key.pem\"\ncertificate = \"certificate.pem\"\n"
                   "[smev]\ntrusted = [\"ca.pem\"]\n");
  }

  ExitCode with_config(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config});
    return run(std::move(arguments));
  }
  [[nodiscard]] std::string read(const std::string& name) const { return *read_file(path(name)); }
  [[nodiscard]] std::string signed_ack() {
    EXPECT_EQ(with_config({"sign", write("ack.xml", kAck), "--quiet"}), ExitCode::done) << err;
    return out;
  }

  const std::string kAck = "<t:AckRequest xmlns:t=\"" + smev3::protocol_1_2().types_namespace +
                           "\"><b:AckTargetMessage xmlns:b=\"" +
                           smev3::protocol_1_2().basic_namespace +
                           "\" Id=\"ACK\" accepted=\"true\">b09d7e45-3959-11f1-a763-938a8f3d61d2"
                           "</b:AckTargetMessage></t:AckRequest>";
  std::string config;
};

TEST_F(Signatures, what_sign_signs_verify_verifies) {
  const std::string text = signed_ack();
  EXPECT_THAT(text, HasSubstr("CallerInformationSystemSignature"));
  EXPECT_EQ(with_config({"verify", write("signed.xml", text)}), ExitCode::done) << out;
  EXPECT_THAT(out, HasSubstr("✓ CallerInformationSystemSignature: верна"));
  EXPECT_THAT(out, HasSubstr("AckTargetMessage (Id ACK)"));
  EXPECT_THAT(out, HasSubstr("CN=Тестовая ИС"));
  EXPECT_THAT(out, HasSubstr("Доверие:       есть"));
  EXPECT_THAT(out, HasSubstr("xmlsec1:       согласна"));
}

TEST_F(Signatures, verify_tells_it_as_json) {
  const std::string file = write("signed.xml", signed_ack());
  EXPECT_EQ(with_config({"verify", file, "--json"}), ExitCode::done);
  const json report = json::parse(out);
  EXPECT_EQ(report.at("holds"), true);
  const json signature = report.at("signatures").at(0);
  for (const auto& [name, value] :
       std::map<std::string, json>{{"role", "CallerInformationSystemSignature"},
                                   {"holds", true},
                                   {"element", "AckTargetMessage"},
                                   {"reference", "ACK"},
                                   {"digest_holds", true},
                                   {"value_holds", true},
                                   {"trust", "trusted"},
                                   {"known_place", true},
                                   {"vouched", false},
                                   {"second_opinion", true},
                                   {"jdk_escaping", false},
                                   {"refusal", nullptr},
                                   {"problem", nullptr}}) {
    EXPECT_EQ(signature.at(name), value) << name;
  }
}

TEST_F(Signatures, a_changed_message_a_stranger_and_no_signature_are_refused) {
  std::string text = signed_ack();
  const std::string good = write("good.xml", text);
  text.replace(text.find(">b09d7e45"), 2, ">c");
  EXPECT_EQ(with_config({"verify", write("changed.xml", text)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("✗ CallerInformationSystemSignature: не подтверждена"));
  EXPECT_THAT(out, HasSubstr("не сходится: подписано было другое"));

  write("smev.toml", "[smev]\ntrusted = []\n");
  EXPECT_EQ(with_config({"verify", good}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("сертификату не доверяют"));
  EXPECT_EQ(with_config({"verify", good, "--no-trust"}), ExitCode::done);

  EXPECT_EQ(with_config({"verify", write("plain.xml", "<a xmlns='urn:a'/>")}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("Подписей нет"));
}

TEST_F(Signatures, a_signature_of_another_form_is_told_by_its_form_and_nothing_computed) {
  std::string text = signed_ack();
  const std::size_t value = text.find("SignatureValue>");
  const std::size_t begin = text.rfind('<', value);
  const std::size_t end = text.find('>', text.find("SignatureValue>", value + 15)) + 1;
  text.erase(begin, end - begin);
  const std::string incomplete = write("incomplete.xml", text);
  EXPECT_EQ(with_config({"verify", incomplete}), ExitCode::crypto);
  const std::size_t reason = out.find("Подпись неполна: в Signature нет SignatureValue");
  EXPECT_LT(reason, out.find("Хеш:")) << out;
  EXPECT_THAT(out, AllOf(HasSubstr("Хеш:           не вычислялся\n"),
                         HasSubstr("Подпись:       не вычислялась\n"),
                         Not(HasSubstr("не сходится")), Not(HasSubstr("неверна"))));
  EXPECT_EQ(with_config({"verify", incomplete, "--json"}), ExitCode::crypto);
  EXPECT_NE(json::parse(out).at("signatures").at(0).at("refusal"), nullptr);
}

TEST_F(Signatures, trust_is_judged_at_the_moment_asked_for) {
  const std::string file = write("signed.xml", signed_ack());
  EXPECT_EQ(with_config({"verify", file, "--at", "2020-01-01T00:00:00+03:00"}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("тогда ещё не действовал"));
  EXPECT_EQ(with_config({"verify", file, "--at", "yesterday"}), ExitCode::usage);
}

TEST_F(Signatures, without_trust_no_settings_are_needed) {
  const std::string file = write("signed.xml", signed_ack());
  EXPECT_EQ(run({"verify", file, "--no-trust", "--config", path("absent.toml")}), ExitCode::done);
  EXPECT_EQ(run({"verify", file, "--config", path("absent.toml")}), ExitCode::configuration);
}

TEST_F(Signatures, a_file_gets_a_detached_signature_beside_it) {
  const std::string file = write("result.pdf", "%PDF-1.4 result");
  EXPECT_EQ(with_config({"sign", file}), ExitCode::done) << err;
  EXPECT_THAT(err, HasSubstr("result.pdf.p7s"));
  EXPECT_EQ(with_config({"verify", file}), ExitCode::done) << out;
  EXPECT_THAT(out, HasSubstr("✓ CMS: верна"));
  EXPECT_EQ(with_config({"verify", file, "--json"}), ExitCode::done);
  EXPECT_THAT(json::parse(out).at("signatures").at(0).at("signed_at").get<std::string>(),
              ::testing::EndsWith("Z"));
  write("base64.sig", base64_encode(read("result.pdf.p7s")));
  EXPECT_EQ(with_config({"verify", file, "--signature", path("base64.sig")}), ExitCode::done);
  write("result.pdf", "%PDF-1.4 resu1t");
  EXPECT_EQ(with_config({"verify", file}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("не сходится"));
  EXPECT_EQ(with_config({"verify", write("other.pdf", "x")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("--signature"));
  EXPECT_EQ(with_config({"verify", file, "--signature", path("absent")}), ExitCode::storage);
}

TEST_F(Signatures, of_a_file_are_judged_at_the_moment_asked_for_whatever_the_signer_says) {
  const std::string file = write("scan.pdf", "octets");
  ASSERT_EQ(with_config({"sign", file}), ExitCode::done) << err;
  ASSERT_EQ(with_config({"verify", file}), ExitCode::done) << err;
  EXPECT_EQ(with_config({"verify", file, "--at", "2090-01-01"}), ExitCode::crypto) << out;
  EXPECT_EQ(with_config({"verify", file, "--at", "2020-01-01"}), ExitCode::crypto) << out;
}

TEST_F(Signatures, what_is_signed_is_never_overwritten_by_its_signature) {
  const std::string file = write("result.pdf", "%PDF-1.4 result");
  EXPECT_EQ(with_config({"sign", file, "--out", file}), ExitCode::storage);
  EXPECT_EQ(read("result.pdf"), "%PDF-1.4 result");
  EXPECT_EQ(with_config({"sign", file, "--personal"}), ExitCode::crypto);
}

TEST_F(Signatures, what_others_may_not_read_they_may_not_read_signed) {
  const std::string file = write("ack.xml", kAck);
  for (const mode_t mode : {0600, 0640}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    ASSERT_EQ(with_config({"sign", file, "--out", path("signed.xml")}), ExitCode::done) << err;
    struct stat facts {};
    ASSERT_EQ(::stat(path("signed.xml").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, mode);
  }
}

TEST_F(Signatures, a_text_that_begins_with_dashes_is_a_file_like_any_other) {
  const std::string file = write("notes.sql", "--comment\nselect 1;\n");
  EXPECT_EQ(with_config({"sign", file}), ExitCode::done) << err;
  EXPECT_EQ(with_config({"verify", file}), ExitCode::done) << out;
}

TEST_F(Signatures, a_request_without_its_signature_does_not_hold) {
  std::string text = signed_ack();
  EXPECT_EQ(run({"verify", "--no-trust", write("bare.xml", kAck)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("CallerInformationSystemSignature"));
  text.insert(text.find("</ds:SignatureValue>"), "<x/>");
  EXPECT_EQ(run({"verify", "--no-trust", write("parted.xml", text)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("something other than text"));
}

TEST_F(Signatures, xml_can_be_signed_beside_itself) {
  const std::string file = write("result.xml", "<a/>");
  EXPECT_EQ(with_config({"sign", file, "--detached", "--out", path("a.p7s")}), ExitCode::done);
  EXPECT_EQ(with_config({"verify", file, "--signature", path("a.p7s")}), ExitCode::done) << out;
  EXPECT_EQ(with_config({"sign", file}), ExitCode::crypto) << "no request to SMEV";
  EXPECT_THAT(err, HasSubstr("SendRequest"));
}

TEST_F(Signatures, a_copy_with_indents_is_recognised) {
  std::string text = signed_ack();
  text.replace(text.find("<ds:Reference"), 13, "\n  <ds:Reference");
  const std::string file = write("pretty.xml", text);
  EXPECT_EQ(with_config({"verify", file}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("--strip-blanks"));
  EXPECT_EQ(with_config({"verify", file, "--strip-blanks"}), ExitCode::done) << out;
}

TEST_F(Signatures, a_signature_in_an_unknown_place_does_not_hold) {
  const std::string text = signed_ack();
  const std::size_t from = text.find("<ds:Signature ");
  const std::string signature = text.substr(from, text.find("</ds:Signature>") + 15 - from);
  const std::string moved = "<m xmlns=\"urn:m\"><b:AckTargetMessage xmlns:b=\"" +
                            smev3::protocol_1_2().basic_namespace +
                            "\" Id=\"ACK\" accepted=\"true\">b09d7e45-3959-11f1-a763-938a8f3d61d2"
                            "</b:AckTargetMessage><h>" +
                            signature + "</h></m>";
  EXPECT_EQ(with_config({"verify", write("moved.xml", moved)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("СМЭВ не знает подписи в этом месте"));
}

TEST_F(Signatures, transform_prints_the_octets_that_are_digested) {
  const std::string file = write("signed.xml", signed_ack());
  EXPECT_EQ(run({"transform", file}), ExitCode::done);
  const std::string expected = "<ns1:AckTargetMessage xmlns:ns1=\"" +
                               smev3::protocol_1_2().basic_namespace +
                               "\" Id=\"ACK\" accepted=\"true\">b09d7e45-3959-11f1-a763-"
                               "938a8f3d61d2</ns1:AckTargetMessage>";
  EXPECT_EQ(out, expected) << "without a line feed";
  EXPECT_EQ(run({"transform", file, "--id", "ACK"}), ExitCode::done);
  EXPECT_EQ(out, expected);
  EXPECT_EQ(run({"transform", file, "--id", "NONE"}), ExitCode::validation);
  EXPECT_EQ(run({"transform", write("no-namespace.xml", "<a/>")}), ExitCode::crypto);
  EXPECT_THAT(err, HasSubstr("element a is in no namespace"));
}

TEST_F(Signatures, of_a_genuine_answer_each_is_told) {
  const auto file = ::smev::testing::shared_folder() / "vectors/signature/msg-elk-03/input.xml";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
  EXPECT_EQ(run({"verify", "--no-trust", "--strip-blanks", file, "--json"}), ExitCode::done);
  const json report = json::parse(out);
  ASSERT_EQ(report.at("signatures").size(), 2U);
  EXPECT_EQ(report.at("signatures").at(1).at("role"), "SenderInformationSystemSignature");
  EXPECT_EQ(report.at("signatures").at(0).at("element"), "Response");
  EXPECT_EQ(run({"transform", file}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("SIGNED_BY_SMEV, SIGNED_BY_CALLER"));
}

}  // namespace
}  // namespace smev::cli
