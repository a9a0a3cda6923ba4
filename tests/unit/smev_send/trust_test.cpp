#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "command_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/signature/issuing.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "smev-send/commands.hpp"
#include "tests/unit/signature/other_keys.hpp"
#include "tests/unit/signature/test_keys.hpp"

// smev-send/trust.cpp, trust_add.cpp, trust_remove.cpp, trust_check.cpp, trust_json.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using signature::Issued;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing_support::days_from_now;

/// root → intermediate → leaf; made once, keys cost time.
struct Pki {
  Issued root = *signature::make_authority("Головной УЦ", days_from_now(-100), days_from_now(100));
  Issued intermediate =
      *signature::issue_authority(root, "Промежуточный УЦ", days_from_now(-50), days_from_now(50));
  Issued leaf = *signature::issue(intermediate, "СМЭВ", days_from_now(-40), days_from_now(20));
  Issued over = *signature::issue(root, "Прежняя СМЭВ", days_from_now(-40), days_from_now(-1));
  Issued next = *signature::issue(root, "Будущая СМЭВ", days_from_now(1), days_from_now(90));
  std::string revocations =
      *signature::issue_revocations(intermediate, {{leaf.certificate_pem, days_from_now(-2)}},
                                    days_from_now(-1), days_from_now(7));
};

const Pki& pki() {
  static const Pki made;
  return made;
}

class TrustCommands : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    for (const char* folder : {"trusted", "intermediates", "revocations"}) {
      std::filesystem::create_directory(path(folder));
    }
  }

  ExitCode trust(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--config", write("smev.toml", config), "trust"});
    std::istringstream input(in);
    std::ostringstream output;
    std::ostringstream errors;
    const Environment environment{input,
                                  output,
                                  errors,
                                  [](const char*) { return std::nullopt; },
                                  [](const std::string&) -> Result<SenderOptions> {
                                    return fail(local_error(ErrorCode::internal, "not opened"));
                                  },
                                  false,
                                  interactive};
    const ExitCode code = run_command_line(std::move(arguments), environment);
    out = output.str();
    err = errors.str();
    return code;
  }
  std::string file(const std::string& name, const Issued& issued) const {
    return write(name, issued.certificate_pem);
  }
  [[nodiscard]] Certificate facts(const Issued& issued) const {
    return *load_certificate(file("facts", issued));
  }
  [[nodiscard]] std::string fingerprint(const Issued& issued) const {
    return sha256_hex(facts(issued).der);
  }
  [[nodiscard]] std::vector<std::string> kept(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(path(folder))) {
      names.push_back(each.path().filename().string());
    }
    return names;
  }
  json told() { return json::parse(out); }

  /// Neither key nor address nor outbox.
  std::string config =
      "smev.trusted = [\"trusted\"]\nsmev.intermediates = [\"intermediates\"]\n"
      "smev.revocations = [\"revocations\"]\n";
  bool interactive = false;
};

// --- list ---------------------------------------------------------------------------------------

TEST_F(TrustCommands, list_shows_every_certificate_with_its_role_and_days) {
  file("trusted/root.pem", pki().root);
  file("trusted/over.pem", pki().over);
  file("trusted/next.pem", pki().next);
  file("intermediates/i.pem", pki().intermediate);
  EXPECT_EQ(trust({"list"}), ExitCode::done) << err;
  EXPECT_THAT(
      out,
      AllOf(HasSubstr("доверен        Головной УЦ"),
            HasSubstr("промежуточный  Промежуточный УЦ  Головной УЦ"),
            HasSubstr(facts(pki().root).serial), HasSubstr("истёк"), HasSubstr("ещё не действует"),
            HasSubstr(fingerprint(pki().root).substr(0, 16) + "  " + path("trusted/root.pem"))));
  EXPECT_THAT(out, Not(HasSubstr("список отозванных")));
}

TEST_F(TrustCommands, list_tells_it_as_json) {
  file("trusted/root.pem", pki().root);
  file("trusted/over.pem", pki().over);
  file("intermediates/i.pem", pki().intermediate);
  write("revocations/r.crl", pki().revocations);
  EXPECT_EQ(trust({"list", "--json"}), ExitCode::done);
  const json all = told();
  ASSERT_THAT(all.at("certificates"), SizeIs(3));
  const json& over = all.at("certificates").at(0);
  EXPECT_EQ(over.at("list"), "trusted");
  EXPECT_EQ(over.at("subject"), "CN=Прежняя СМЭВ");
  EXPECT_EQ(over.at("issuer"), "CN=Головной УЦ");
  EXPECT_EQ(over.at("days_left"), -2) << "begun days count";
  EXPECT_EQ(over.at("authority"), false);
  const json& root = all.at("certificates").at(1);
  EXPECT_EQ(root.at("days_left"), 99);
  EXPECT_EQ(root.at("authority"), true);
  EXPECT_EQ(root.at("fingerprint"), fingerprint(pki().root));
  EXPECT_EQ(root.at("path"), path("trusted/root.pem"));
  EXPECT_EQ(root.at("in_folder"), true);
  EXPECT_EQ(all.at("certificates").at(2).at("list"), "intermediates");
  const json& list = all.at("revocations").at(0);
  EXPECT_EQ(list.at("issuer"), "CN=Промежуточный УЦ");
  EXPECT_EQ(list.at("entries"), 1);
  EXPECT_EQ(list.at("stale"), false);
  EXPECT_EQ(list.at("vouched"), true);
  EXPECT_THAT(all.at("faulty"), IsEmpty());
}

TEST_F(TrustCommands, list_marks_revocations_that_are_stale_or_nobodys) {
  file("trusted/root.pem", pki().root);
  write("revocations/a.crl",
        *signature::issue_revocations(pki().root, {}, days_from_now(-9), days_from_now(-2)));
  write("revocations/b.crl", pki().revocations);
  EXPECT_EQ(trust({"list"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(HasSubstr("устарел"), HasSubstr("не действует: издатель неизвестен")));
}

TEST_F(TrustCommands, list_names_a_faulty_file_and_shows_the_others) {
  file("trusted/root.pem", pki().root);
  write("trusted/rubbish.pem", "rubbish");
  EXPECT_EQ(trust({"list"}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("Головной УЦ"));
  EXPECT_THAT(err, HasSubstr(path("trusted/rubbish.pem")));
  EXPECT_EQ(trust({"list", "--json"}), ExitCode::crypto);
  EXPECT_EQ(told().at("faulty").at(0).at("path"), path("trusted/rubbish.pem"));
  EXPECT_EQ(told().at("faulty").at(0).at("code"), "key");
}

TEST_F(TrustCommands, list_of_nothing_is_a_header) {
  EXPECT_EQ(trust({"list"}), ExitCode::done);
  EXPECT_THAT(out, testing::StartsWith("роль"));
}

// --- add ----------------------------------------------------------------------------------------

TEST_F(TrustCommands, add_keeps_the_certificate_under_its_fingerprint) {
  EXPECT_EQ(trust({"add", file("given", pki().leaf), "--yes"}), ExitCode::done) << err;
  const std::string name = fingerprint(pki().leaf) + ".pem";
  EXPECT_THAT(kept("trusted"), testing::ElementsAre(name));
  EXPECT_THAT(out, HasSubstr("Добавлено: " + path("trusted/" + name)));
  EXPECT_THAT(err, AllOf(HasSubstr("CN=СМЭВ"), HasSubstr("CN=Промежуточный УЦ"),
                         HasSubstr(facts(pki().leaf).serial), HasSubstr(fingerprint(pki().leaf)),
                         Not(HasSubstr("удостоверяющий центр"))));
  struct stat status {};
  ASSERT_EQ(stat(path("trusted/" + name).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
  EXPECT_EQ(trust({"check", file("given", pki().leaf)}), ExitCode::done);
}

TEST_F(TrustCommands, add_of_what_is_there_says_so_and_succeeds) {
  file("trusted/mine.pem", pki().leaf);
  EXPECT_EQ(trust({"add", file("given", pki().leaf)}), ExitCode::done) << err;
  EXPECT_THAT(out, HasSubstr("Уже есть: " + path("trusted/mine.pem")));
  EXPECT_THAT(kept("trusted"), SizeIs(1));
  EXPECT_EQ(trust({"add", file("given", pki().leaf), "--json"}), ExitCode::done);
  EXPECT_THAT(told().at("added"), IsEmpty());
  EXPECT_THAT(told().at("known"), SizeIs(1));
}

TEST_F(TrustCommands, add_takes_a_der_file_and_every_certificate_of_a_bundle) {
  EXPECT_EQ(trust({"add", write("given.cer", facts(pki().leaf).der), "--yes"}), ExitCode::done);
  EXPECT_EQ(
      trust({"add", write("both.pem", pki().leaf.certificate_pem + pki().root.certificate_pem),
             "--yes", "--json"}),
      ExitCode::done);
  EXPECT_THAT(told().at("added"), SizeIs(1));
  EXPECT_THAT(told().at("known"), SizeIs(1));
  EXPECT_THAT(kept("trusted"), SizeIs(2));
  EXPECT_THAT(err, HasSubstr("удостоверяющий центр"));
}

TEST_F(TrustCommands, add_asks_a_person) {
  interactive = true;
  in = "нет\n";
  EXPECT_EQ(trust({"add", file("given", pki().leaf)}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("[да/нет]"), HasSubstr("Не подтверждено")));
  in = "";
  EXPECT_EQ(trust({"add", file("given", pki().leaf)}), ExitCode::validation);
  EXPECT_THAT(kept("trusted"), IsEmpty());
  in = "да\n";
  EXPECT_EQ(trust({"add", file("given", pki().leaf)}), ExitCode::done);
  EXPECT_THAT(kept("trusted"), SizeIs(1));
}

TEST_F(TrustCommands, remove_wants_more_of_a_fingerprint_than_three_characters) {
  file("trusted/root.pem", pki().root);
  EXPECT_EQ(trust({"remove", "8b2"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("нужно хотя бы 4 знака: 8b2"));
  EXPECT_EQ(trust({"remove", "zzz"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("Такого сертификата или списка нет"));
}

TEST_F(TrustCommands, a_file_that_the_settings_name_and_that_is_absent_is_their_fault) {
  config = "smev.trusted = [\"absent.pem\"]\n";
  EXPECT_EQ(trust({"list"}), ExitCode::configuration);
  EXPECT_THAT(err, AllOf(HasSubstr("smev.trusted"), HasSubstr("absent.pem")));
}

TEST_F(TrustCommands, add_without_a_person_needs_yes) {
  in = "да\n";
  EXPECT_EQ(trust({"add", file("given", pki().leaf)}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("--yes"));
  EXPECT_THAT(kept("trusted"), IsEmpty());
}

TEST_F(TrustCommands, add_without_a_folder_says_which_key_to_set) {
  config = "smev.trusted = [\"root.pem\"]\n";
  file("root.pem", pki().root);
  EXPECT_EQ(trust({"add", file("given", pki().leaf), "--yes"}), ExitCode::configuration);
  EXPECT_THAT(err,
              AllOf(HasSubstr("в smev.trusted нужен каталог, а сейчас там " + path("root.pem")),
                    HasSubstr("smev.trusted = ")));
  EXPECT_EQ(trust({"add", path("absent"), "--yes"}), ExitCode::storage)
      << "of two faults that of the given file comes first";
  EXPECT_EQ(trust({"add", write("given", "rubbish"), "--yes"}), ExitCode::validation);
  EXPECT_EQ(trust({"add", file("given", pki().root), "--yes", "--intermediate"}),
            ExitCode::configuration);
  EXPECT_THAT(err, HasSubstr("smev.intermediates = "));
  EXPECT_EQ(trust({"add", write("given", pki().revocations), "--crl"}), ExitCode::configuration);
  EXPECT_THAT(err, HasSubstr("smev.revocations = "));
}

TEST_F(TrustCommands, add_refuses_what_is_over_unless_forced) {
  EXPECT_EQ(trust({"add", file("given", pki().over), "--yes"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("--force"));
  EXPECT_EQ(trust({"add", file("given", pki().over), "--yes", "--force"}), ExitCode::done);
  EXPECT_EQ(trust({"add", file("given", pki().next), "--yes"}), ExitCode::done)
      << "the next one is added in advance";
}

TEST_F(TrustCommands, add_refuses_what_is_no_gost_certificate) {
  EXPECT_EQ(trust({"add", write("given", "rubbish"), "--yes"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("Это не сертификат с ключом ГОСТ"));
  EXPECT_EQ(trust({"add", write("given", testing_support::rsa_key().certificate_pem), "--yes"}),
            ExitCode::validation);
  EXPECT_EQ(trust({"add", write("given", "rubbish"), "--crl"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("Это не список отозванных"));
  EXPECT_EQ(trust({"add", path("absent"), "--yes"}), ExitCode::storage);
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(trust({"add", path("fifo"), "--yes"}), ExitCode::storage);
  EXPECT_THAT(kept("trusted"), IsEmpty());
}

TEST_F(TrustCommands, add_takes_authorities_alone_for_intermediates) {
  EXPECT_EQ(trust({"add", file("given", pki().leaf), "--intermediate", "--yes"}),
            ExitCode::validation);
  EXPECT_EQ(trust({"add", file("given", pki().intermediate), "--intermediate", "--yes"}),
            ExitCode::done);
  EXPECT_THAT(kept("intermediates"), SizeIs(1));
  EXPECT_THAT(kept("trusted"), IsEmpty());
  EXPECT_EQ(trust({"add", "x", "--intermediate", "--crl"}), ExitCode::usage);
}

TEST_F(TrustCommands, add_takes_a_revocation_list_that_a_known_authority_signed) {
  const std::string given = write("given.crl", pki().revocations);
  EXPECT_EQ(trust({"add", given, "--crl"}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("никто не ручается"), HasSubstr("CN=Промежуточный УЦ")));
  file("intermediates/i.pem", pki().intermediate);
  EXPECT_EQ(trust({"add", given, "--crl"}), ExitCode::done) << err;
  EXPECT_EQ(trust({"add", given, "--crl"}), ExitCode::done) << err;
  EXPECT_THAT(out, HasSubstr("Уже есть"));
  EXPECT_THAT(kept("revocations"), SizeIs(1));
}

TEST_F(TrustCommands, add_puts_a_newer_revocation_list_in_place_of_the_older) {
  file("intermediates/i.pem", pki().intermediate);
  EXPECT_EQ(trust({"add", write("old.crl", pki().revocations), "--crl"}), ExitCode::done);
  const auto newer =
      *signature::issue_revocations(pki().intermediate, {}, days_from_now(0), days_from_now(9));
  EXPECT_EQ(trust({"add", write("new.crl", newer), "--crl"}), ExitCode::done) << err;
  EXPECT_THAT(kept("revocations"), SizeIs(1));
  EXPECT_EQ(trust({"add", write("old.crl", pki().revocations), "--crl"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("новее"));
  trust({"list", "--json"});
  EXPECT_EQ(told().at("revocations").at(0).at("entries"), 0);
}

/// Two authorities of one name, as after a change of key, and what the former one revoked.
struct Rekeyed {
  Issued former = *signature::make_authority("УЦ", days_from_now(-50), days_from_now(50));
  Issued present = *signature::make_authority("УЦ", days_from_now(-50), days_from_now(50));
  Issued leaf = *signature::issue(former, "СМЭВ", days_from_now(-40), days_from_now(20));
  std::string revokes_leaf = *signature::issue_revocations(
      former, {{leaf.certificate_pem, days_from_now(-3)}}, days_from_now(-2), days_from_now(7));
  std::string revokes_nothing =
      *signature::issue_revocations(present, {}, days_from_now(-1), days_from_now(7));
};

TEST_F(TrustCommands, add_keeps_what_an_authority_revoked_under_its_former_key) {
  const Rekeyed pair;
  file("trusted/former.pem", pair.former);
  file("trusted/present.pem", pair.present);
  EXPECT_EQ(trust({"add", write("a.crl", pair.revokes_leaf), "--crl"}), ExitCode::done) << err;
  EXPECT_EQ(trust({"add", write("b.crl", pair.revokes_nothing), "--crl"}), ExitCode::done) << err;
  EXPECT_THAT(kept("revocations"), SizeIs(2));
  EXPECT_EQ(trust({"check", file("leaf", pair.leaf)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("отозван: «СМЭВ»"));
}

TEST_F(TrustCommands, add_puts_a_list_that_nobody_vouches_for_beside_the_others) {
  const Rekeyed pair;
  file("trusted/former.pem", pair.former);
  EXPECT_EQ(trust({"add", write("a.crl", pair.revokes_leaf), "--crl"}), ExitCode::done) << err;
  EXPECT_EQ(trust({"add", write("b.crl", pair.revokes_nothing), "--crl", "--force", "--yes"}),
            ExitCode::done)
      << err;
  EXPECT_THAT(kept("revocations"), SizeIs(2));
  EXPECT_EQ(trust({"check", file("leaf", pair.leaf)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("отозван: «СМЭВ»"));
}

// --- remove -------------------------------------------------------------------------------------

TEST_F(TrustCommands, remove_goes_by_fingerprint_serial_number_or_file) {
  file("trusted/root.pem", pki().root);
  const std::string print = fingerprint(pki().leaf);
  std::string colons;
  for (std::size_t i = 0; i < 8; i += 2) colons += (i == 0 ? "" : ":") + print.substr(i, 2);
  std::transform(colons.begin(), colons.end(), colons.begin(), ::toupper);
  for (const std::string& what :
       {print, print.substr(0, 16), colons, facts(pki().leaf).serial,
        "00" + facts(pki().leaf).serial, std::string("leaf.pem"), path("trusted/leaf.pem")}) {
    file("trusted/leaf.pem", pki().leaf);
    EXPECT_EQ(trust({"remove", what}), ExitCode::done) << what << err;
    EXPECT_THAT(kept("trusted"), testing::ElementsAre("root.pem")) << what;
  }
  write("revocations/r.crl", pki().revocations);
  EXPECT_EQ(trust({"remove", "r.crl", "--json"}), ExitCode::done);
  EXPECT_EQ(told().at("removed"), path("revocations/r.crl"));
  write("trusted/rubbish.pem", "rubbish");
  EXPECT_EQ(trust({"remove", "rubbish.pem"}), ExitCode::done) << err;
}

TEST_F(TrustCommands, remove_of_what_is_not_there_is_no_success) {
  file("trusted/root.pem", pki().root);
  for (const char* what : {"abc", "0123456789abcdef", "other.pem", "0000", ""}) {
    EXPECT_NE(trust({"remove", what}), ExitCode::done) << what;
  }
  EXPECT_EQ(trust({"remove", fingerprint(pki().root).substr(0, 3)}), ExitCode::validation);
  EXPECT_THAT(kept("trusted"), SizeIs(1));
}

TEST_F(TrustCommands, remove_of_what_is_in_two_places_asks_for_the_file) {
  file("trusted/a.pem", pki().root);
  file("intermediates/b.pem", pki().root);
  EXPECT_EQ(trust({"remove", fingerprint(pki().root)}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr(path("trusted/a.pem")), HasSubstr(path("intermediates/b.pem"))));
  EXPECT_EQ(trust({"remove", "b.pem"}), ExitCode::done);
}

TEST_F(TrustCommands, remove_of_a_file_with_several_asks_for_the_file) {
  file("trusted/root.pem", pki().root);
  write("trusted/two.pem", pki().leaf.certificate_pem + pki().over.certificate_pem);
  EXPECT_EQ(trust({"remove", fingerprint(pki().leaf)}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr(path("trusted/two.pem")));
  EXPECT_EQ(trust({"remove", "two.pem"}), ExitCode::done);
}

TEST_F(TrustCommands, remove_of_the_last_trusted_certificate_needs_yes) {
  file("trusted/root.pem", pki().root);
  file("intermediates/i.pem", pki().intermediate);
  EXPECT_EQ(trust({"remove", "root.pem"}), ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("последний"), HasSubstr("--yes")));
  EXPECT_THAT(kept("trusted"), SizeIs(1));
  EXPECT_EQ(trust({"remove", "i.pem"}), ExitCode::done);
  EXPECT_EQ(trust({"remove", "root.pem", "--yes"}), ExitCode::done);
  EXPECT_THAT(kept("trusted"), IsEmpty());
}

TEST_F(TrustCommands, remove_of_a_faulty_file_is_never_that_of_the_last_certificate) {
  file("trusted/root.pem", pki().root);
  write("trusted/other.pem", testing_support::rsa_key().certificate_pem);
  EXPECT_EQ(trust({"remove", "root.pem"}), ExitCode::validation) << "the other one does not count";
  std::filesystem::remove(path("trusted/root.pem"));
  EXPECT_EQ(trust({"remove", "other.pem"}), ExitCode::done) << err;
}

TEST_F(TrustCommands, a_change_that_programs_do_not_see_names_the_file_that_keeps_them_from_it) {
  file("trusted/root.pem", pki().root);
  file("intermediates/i.pem", pki().intermediate);
  write("trusted/rubbish.pem", "rubbish");
  const auto unseen = AllOf(HasSubstr("НЕ увидят"), HasSubstr(path("trusted/rubbish.pem")));
  EXPECT_EQ(trust({"add", file("given", pki().leaf), "--yes", "--quiet"}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("Добавлено"));
  EXPECT_THAT(err, unseen);
  const auto seen = AllOf(HasSubstr("увидят это в течение секунды, но добавленного не увидят"),
                          HasSubstr(path("trusted/rubbish.pem")));
  EXPECT_EQ(trust({"add", write("r.crl", pki().revocations), "--crl"}), ExitCode::crypto);
  EXPECT_THAT(err, seen);
  EXPECT_EQ(trust({"remove", fingerprint(pki().leaf)}), ExitCode::crypto);
  EXPECT_THAT(err, seen);
  EXPECT_EQ(trust({"remove", kept("revocations").front()}), ExitCode::crypto);
  EXPECT_THAT(err, unseen);
  EXPECT_EQ(trust({"remove", "rubbish.pem"}), ExitCode::done);
  EXPECT_THAT(err, HasSubstr("увидят это в течение секунды.\n"));
}

TEST_F(TrustCommands, remove_leaves_files_that_the_configuration_names) {
  config = "smev.trusted = [\"root.pem\"]\n";
  const std::string root = file("root.pem", pki().root);
  EXPECT_EQ(trust({"remove", fingerprint(pki().root), "--yes"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("smev.trusted"));
  EXPECT_TRUE(std::filesystem::exists(root));
}

// --- check --------------------------------------------------------------------------------------

TEST_F(TrustCommands, check_tells_the_chain_of_a_certificate) {
  file("trusted/root.pem", pki().root);
  file("intermediates/i.pem", pki().intermediate);
  const std::string leaf = file("leaf", pki().leaf);
  EXPECT_EQ(trust({"check", leaf}), ExitCode::done) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("✓ «СМЭВ» — доверие: «Головной УЦ»"),
                         HasSubstr("← CN=Промежуточный УЦ"), HasSubstr("← CN=Головной УЦ")));
  EXPECT_EQ(trust({"check", leaf, "--json"}), ExitCode::done);
  EXPECT_EQ(told().at("trusted"), true);
  const json judged = told().at("certificates").at(0);
  EXPECT_EQ(judged.at("trust"), "trusted");
  EXPECT_EQ(judged.at("problem"), nullptr);
  ASSERT_THAT(judged.at("chain"), SizeIs(3));
  EXPECT_EQ(judged.at("chain").at(2).at("fingerprint"), fingerprint(pki().root));
}

TEST_F(TrustCommands, check_tells_every_reason_against_a_certificate) {
  file("trusted/root.pem", pki().root);
  const std::string leaf = file("leaf", pki().leaf);
  EXPECT_EQ(trust({"check", leaf}), ExitCode::crypto);
  EXPECT_THAT(out, AllOf(HasSubstr("✗ «СМЭВ» — доверия нет"), HasSubstr("CN=Промежуточный УЦ")));
  EXPECT_EQ(trust({"check", file("over", pki().over)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("истёк: «Прежняя СМЭВ»"));
  EXPECT_EQ(trust({"check", file("next", pki().next)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("ещё не действовал: «Будущая СМЭВ»"));
  file("intermediates/i.pem", pki().intermediate);
  write("revocations/r.crl", pki().revocations);
  EXPECT_EQ(trust({"check", leaf}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("отозван: «СМЭВ»"));
  EXPECT_EQ(trust({"check", leaf, "--json"}), ExitCode::crypto);
  EXPECT_EQ(told().at("certificates").at(0).at("trust"), "revoked");
  EXPECT_NE(told().at("certificates").at(0).at("chain").at(0).at("revoked_at"), nullptr);
}

TEST_F(TrustCommands, check_tells_that_an_authority_signs_no_messages) {
  file("trusted/root.pem", pki().root);
  EXPECT_EQ(trust({"check", file("i", pki().intermediate)}), ExitCode::crypto);
  EXPECT_THAT(out, HasSubstr("«Промежуточный УЦ» выдан не для подписи сообщений"));
}

TEST_F(TrustCommands, check_judges_at_the_moment_given) {
  file("trusted/root.pem", pki().root);
  const std::string over = file("over", pki().over);
  const auto at = [](int days) { return to_utc_text(days_from_now(days)).substr(0, 19) + "Z"; };
  EXPECT_EQ(trust({"check", over, "--at", at(-3)}), ExitCode::done) << err;
  EXPECT_EQ(trust({"check", over, "--at", at(-41)}), ExitCode::crypto);
  EXPECT_EQ(trust({"check", over, "--at", at(-3).substr(0, 10)}), ExitCode::done);
  EXPECT_EQ(trust({"check", over, "--at", "yesterday"}), ExitCode::usage);
}

TEST_F(TrustCommands, check_judges_every_signer_of_a_message) {
  file("trusted/root.pem", pki().root);
  const auto signature_of = [&](const Issued& issued) {
    return "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><KeyInfo><X509Data>"
           "<X509Certificate>" +
           base64_encode(facts(issued).der) + "</X509Certificate></X509Data></KeyInfo></Signature>";
  };
  const std::string other = signature_of(pki().leaf);
  const std::string good = signature_of(pki().root);
  EXPECT_EQ(trust({"check", write("m.xml", "\n<a>" + good + "<b>" + good + "</b></a>"), "--json"}),
            ExitCode::done);
  EXPECT_THAT(told().at("certificates"), SizeIs(1));
  EXPECT_EQ(trust({"check", write("m.xml", "<a>" + good + "<b>" + other + "</b></a>"), "--json"}),
            ExitCode::crypto);
  ASSERT_THAT(told().at("certificates"), SizeIs(2));
  EXPECT_EQ(told().at("certificates").at(0).at("trust"), "trusted");
  EXPECT_EQ(told().at("certificates").at(1).at("trust"), "unknown");
}

TEST_F(TrustCommands, check_reads_a_body_as_it_came) {
  file("trusted/root.pem", pki().root);
  const std::string body =
      "--uuid:1\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n"
      "Content-ID: <root>\r\n\r\n<a><X509Certificate "
      "xmlns=\"http://www.w3.org/2000/09/xmldsig#\">" +
      base64_encode(facts(pki().root).der) + "</X509Certificate></a>\r\n--uuid:1--\r\n";
  EXPECT_EQ(trust({"check", write("m.bin", body)}), ExitCode::done) << err;
  EXPECT_THAT(out, HasSubstr("«Головной УЦ»"));
}

TEST_F(TrustCommands, check_of_what_has_no_signer_is_no_success) {
  file("trusted/root.pem", pki().root);
  EXPECT_EQ(trust({"check", write("m.xml", "<a/>")}), ExitCode::crypto);
  EXPECT_EQ(trust({"check", write("m.xml", "<a>")}), ExitCode::validation);
  EXPECT_EQ(trust({"check", write("c", "rubbish")}), ExitCode::crypto);
  EXPECT_THAT(err, HasSubstr("Это не сертификат и не подписанное сообщение XML"));
  EXPECT_EQ(trust({"check", path("absent")}), ExitCode::storage);
  write("trusted/rubbish.pem", "rubbish");
  EXPECT_EQ(trust({"check", file("root", pki().root)}), ExitCode::crypto)
      << "a verifier would not begin";
  EXPECT_THAT(err, AllOf(HasSubstr("Файл доверия (smev.trusted) не годится"),
                         HasSubstr("rubbish.pem"), Not(HasSubstr("ключ"))));
}

void collect_names(const json& value, std::set<std::string>& names) {
  for (const auto& [name, inner] : value.items()) {
    if (value.is_object()) names.insert(name);
    if (inner.is_structured()) collect_names(inner, names);
  }
}

TEST_F(TrustCommands, every_field_of_the_json_is_documented) {
  std::set<std::string> names;
  const auto look = [&](std::vector<std::string> arguments) {
    arguments.push_back("--json");
    trust(std::move(arguments));
    collect_names(told(), names);
  };
  look({"add", file("given", pki().root), "--yes"});
  write("revocations/r.crl", pki().revocations);
  write("trusted/rubbish.pem", "rubbish");
  look({"list"});
  look({"remove", "rubbish.pem"});
  look({"check", file("leaf", pki().leaf)});
  EXPECT_GT(names.size(), 25U);
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  const std::string page =
      *read_file(std::string(root == nullptr ? "." : root) + "/docs/smev-send.md");
  for (const std::string& name : names) {
    EXPECT_TRUE(page.find('`' + name + '`') != std::string::npos ||
                page.find('"' + name + '"') != std::string::npos)
        << name;
  }
}

TEST_F(TrustCommands, wrong_lines_are_told) {
  EXPECT_EQ(trust({}), ExitCode::usage);
  EXPECT_EQ(trust({"add"}), ExitCode::usage);
  EXPECT_EQ(trust({"remove"}), ExitCode::usage);
  EXPECT_EQ(trust({"check"}), ExitCode::usage);
  EXPECT_EQ(trust({"list", "more"}), ExitCode::usage);
}

}  // namespace
}  // namespace smev::cli
