#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "command_fixture.hpp"

// smev-send/profile.cpp, smev-send/letters.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string project_file(const std::string& path) {
  const char* folder = std::getenv("SMEV_SOURCE_DIR");
  return text_of_file(std::string(folder == nullptr ? "." : folder) + '/' + path);
}

/// The letter or row as it has to be.
std::string golden(const std::string& name) {
  return project_file("tests/unit/smev_send/letters/" + name);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class Profile : public CommandLine {
 protected:
  /// Runs `smev-send profile ARGUMENTS` over that configuration.
  ExitCode profile(std::vector<std::string> arguments) {
    const std::string file = write("smev.toml", config);
    arguments.insert(arguments.begin(), {"--config", file, "profile"});
    return run(std::move(arguments));
  }
  std::string verdict(const std::string& field) {
    profile({"check", "--json"});
    const json told = json::parse(out);
    for (const json& line : told.at("checklist")) {
      if (line.at("field") == field) return line.at("verdict");
    }
    return "none";
  }

  std::string config = golden("profile.toml");
};

TEST_F(Profile, letters_are_those_that_are_kept) {
  for (const char* kind : {"organizations-senders", "tku", "standard"}) {
    EXPECT_EQ(profile({"letter", kind, "--quiet"}), ExitCode::done) << err;
    EXPECT_EQ(out, golden(std::string(kind) + ".txt"));
    EXPECT_EQ(err, "");
  }
}

TEST_F(Profile, letters_to_the_situation_centre_have_its_fields_word_for_word) {
  profile({"letter", "tku"});
  EXPECT_THAT(out, AllOf(HasSubstr("Кому: sd@sc.digital.gov.ru\n"),
                         HasSubstr("Соглашение/Услуга: Поддержка ИС ИЭП\n"
                                   "Тип запроса: Регламентная процедура\n"
                                   "Система ИЭП: ЕПГУ\n"
                                   "Тип регламентной процедуры: ЕЛК. Добавление кода услуги\n"
                                   "Тема запроса: Добавление кода услуги в ЕЛК\n"),
                         HasSubstr("в продуктивной и в тестовой")));
  profile({"letter", "standard"});
  EXPECT_THAT(out, AllOf(HasSubstr("Кому: sd@sc.digital.gov.ru\n"),
                         HasSubstr("Соглашение/Услуга: Поддержка ИС ИЭП\n"
                                   "Тип запроса: Консультация участника\n"
                                   "Система ИЭП: ПГС на ГосТех\n"
                                   "Тема запроса: Добавление организации в стандарт\n"),
                         HasSubstr("Номер стандарта: 56196\n")));
  EXPECT_THAT(err, HasSubstr("СНИЛС")) << "blanks for the hand are told";
}

TEST_F(Profile, row_is_csv_in_the_order_of_the_directory) {
  EXPECT_EQ(profile({"row"}), ExitCode::done) << err;
  EXPECT_EQ(out, golden("row.csv"));
  EXPECT_EQ(err, "");
}

TEST_F(Profile, what_the_profile_lacks_is_a_blank_in_the_letter_and_a_line_on_stderr) {
  config = "";
  for (const char* kind : {"organizations-senders", "tku", "standard"}) {
    EXPECT_EQ(profile({"letter", kind, "--quiet"}), ExitCode::validation);
    EXPECT_EQ(out, golden(std::string(kind) + "_of_nobody.txt"));
    EXPECT_THAT(err, HasSubstr("\n  profile.registration.full_name\n"));
  }
  EXPECT_EQ(profile({"row"}), ExitCode::validation);
  EXPECT_THAT(out, AllOf(HasSubstr(",________ (укажите profile.registration.okato),"),
                         HasSubstr(",________ (укажите mnemonic),")));
}

TEST_F(Profile, lacking_keys_are_told_once_and_no_others) {
  config = replaced(config, "okato = \"99401000000\"\n", "");
  EXPECT_EQ(profile({"letter", "organizations-senders"}), ExitCode::validation);
  EXPECT_EQ(err, "Не хватает (в тексте это пропуски):\n  profile.registration.okato\n");
  EXPECT_EQ(profile({"letter", "organizations-senders", "--json"}), ExitCode::validation);
  EXPECT_EQ(err, "");
  EXPECT_THAT(json::parse(out).at("lacking"), ElementsAre("profile.registration.okato"));
  EXPECT_EQ(profile({"letter", "tku"}), ExitCode::done) << "it does not ask for the region";
}

TEST_F(Profile, type_of_organisation_that_is_knowingly_empty_is_no_blank) {
  profile({"row"});
  EXPECT_THAT(out, Not(HasSubstr("____")));
  config = replaced(config, "organization_type = \"\"\n", "");
  EXPECT_EQ(profile({"row"}), ExitCode::validation);
  EXPECT_THAT(out, HasSubstr(",________ (укажите profile.registration.organization_type),\n"));
}

TEST_F(Profile, registered_mnemonic_goes_before_the_senders) {
  config = replaced(config, "[profile.registration]\n",
                    "[profile.registration]\nsource_system = \"MOCK02\"\n");
  profile({"row", "--json"});
  EXPECT_EQ(json::parse(out).at("row").at("SRC_SYSTEM"), "MOCK02");
}

TEST_F(Profile, wrong_value_is_never_put_into_a_letter) {
  config = replaced(config, "9901000010", "9901000011");
  for (const char* kind : {"organizations-senders", "tku", "standard"}) {
    EXPECT_EQ(profile({"letter", kind}), ExitCode::validation);
    EXPECT_EQ(out, "");
    EXPECT_THAT(err, HasSubstr("\n  profile.inn: "));
  }
  EXPECT_EQ(profile({"row", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("fields").at(0).at("field"), "profile.inn");
  config = "mnemonic = \"МНЕМОНИКА\"";
  EXPECT_EQ(profile({"row"}), ExitCode::validation);
  EXPECT_THAT(err, HasSubstr("\n  mnemonic: "));
}

TEST_F(Profile, letter_without_a_kind_lists_the_letters_and_needs_no_configuration) {
  EXPECT_EQ(run({"--config", path("absent.toml"), "profile", "letter"}), ExitCode::done) << err;
  const std::size_t first = out.find("organizations-senders");
  const std::size_t second = out.find("tku");
  const std::size_t third = out.find("standard");
  EXPECT_TRUE(first < second && second < third && third != std::string::npos) << out;
  EXPECT_EQ(run({"profile", "letter", "--json"}), ExitCode::done);
  EXPECT_EQ(json::parse(out).at("letters").at(1).at("to"), "sd@sc.digital.gov.ru");
}

TEST_F(Profile, check_of_what_is_wrong_ends_with_four) {
  EXPECT_EQ(profile({"check"}), ExitCode::done) << out;
  EXPECT_THAT(out, AllOf(HasSubstr("✓ ИНН организации\n"), Not(HasSubstr("✗")),
                         HasSubstr("– Файловое хранилище СМЭВ (file_store)\n")));
  config = replaced(config, "99401000000", "99401000");
  EXPECT_EQ(profile({"check"}), ExitCode::validation);
  EXPECT_THAT(out, HasSubstr("✗ ОКАТО региона, 11 цифр (profile.registration.okato)\n    Это "
                             "похоже на ОКТМО"));
  EXPECT_THAT(err, HasSubstr("✗ будет отвергнуто: 1"));
  EXPECT_EQ(profile({"check", "--quiet"}), ExitCode::validation);
  EXPECT_EQ(err, "");
}

TEST_F(Profile, check_needs_neither_key_nor_network_nor_outbox) {
  EXPECT_EQ(verdict("key.key"), "attention");
  EXPECT_EQ(verdict("smev.url"), "attention");
  EXPECT_EQ(verdict("outbox.path"), "attention");
  EXPECT_EQ(verdict("file_store"), "attention");
  config = golden("profile.toml") +
           "[outbox]\npath = \"outbox.db\"\n[key]\nkey = \"absent.pem\"\ncertificate = "
           "\"absent.pem\"\n[smev]\nurl = \"http://smev.invalid/ws\"\ntrusted = [\"absent.pem\"]\n"
           "[file_store]\nurl = \"ftp://smev.invalid\"\n";
  EXPECT_EQ(verdict("key"), "attention") << "there is no such file";
  config = replaced(config, "key = \"absent.pem\"", "key = \"key.pem\"");
  EXPECT_EQ(verdict("key"), "attention") << "the certificate is still absent";
  config = replaced(config, "certificate = \"absent.pem\"", "certificate = \"key.pem\"");
  write("key.pem", "no key, but it is not opened");
  EXPECT_EQ(profile({"check", "--json"}), ExitCode::done) << out;
  EXPECT_EQ(json::parse(out).at("ready"), true) << out;
  EXPECT_FALSE(std::filesystem::exists(path("outbox.db")));
}

TEST_F(Profile, check_sees_what_is_wrong_beyond_the_profile) {
  config += "[smev]\nurl = \"smev.example\"\n[poll]\npollers = 17\n";
  EXPECT_EQ(verdict("smev.url"), "refused");
  EXPECT_EQ(verdict("poll.pollers"), "refused");
  config = "contour = \"production\"\n" + golden("profile.toml");
  EXPECT_EQ(verdict("profile.env"), "refused");
}

TEST_F(Profile, check_is_coloured_on_a_terminal) {
  colour = true;
  config = replaced(config, "99401000000", "99401000");
  profile({"check"});
  EXPECT_THAT(out, AllOf(HasSubstr("\x1b[32m✓\x1b[0m "), HasSubstr("\x1b[31m✗\x1b[0m "),
                         HasSubstr("\x1b[33m–\x1b[0m ")));
}

TEST_F(Profile, configuration_that_cannot_be_read_ends_with_78) {
  for (const char* broken : {"mnemonic = ", "contur = \"test\"", "profile.inn = 9901000010"}) {
    config = broken;
    EXPECT_EQ(profile({"check"}), ExitCode::configuration) << broken;
    EXPECT_EQ(profile({"letter", "tku"}), ExitCode::configuration) << broken;
    EXPECT_EQ(profile({"row"}), ExitCode::configuration) << broken;
  }
  EXPECT_EQ(run({"--config", path("absent.toml"), "profile", "check"}), ExitCode::configuration);
  EXPECT_THAT(err, HasSubstr("файл настроек: такого файла или каталога нет. Назовите его ключом "
                             "--config или в переменной SMEV_CONFIG"));
}

TEST_F(Profile, check_tells_nothing_of_the_contact) {
  profile({"check"});
  EXPECT_THAT(out + err, AllOf(Not(HasSubstr("Петрова")), Not(HasSubstr("petrova")),
                               Not(HasSubstr("000-00"))));
}

TEST_F(Profile, every_field_of_its_json_is_documented) {
  const std::string page = project_file("docs/smev-send.md");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"check"}, {"letter"}, {"letter", "tku"}, {"row"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--json");
    profile(std::move(arguments));
    const json document = json::parse(out);
    std::set<std::string> names;
    for (const auto& [key, value] : document.items()) {
      names.insert(key);
      if (!value.is_array() || value.empty()) continue;
      for (const auto& [inner, unused] : value.at(0).items()) names.insert(inner);
    }
    for (const std::string& name : names) {
      EXPECT_TRUE(page.find('`' + name + '`') != std::string::npos ||
                  page.find('"' + name + '"') != std::string::npos)
          << name;
    }
  }
}

}  // namespace
}  // namespace smev::cli
