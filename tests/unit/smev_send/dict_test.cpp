#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "command_fixture.hpp"
#include "smev-send/commands.hpp"

// smev-send/dictionaries.cpp

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Dict : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    std::filesystem::create_directory(path("dictionaries"));
  }

  /// Runs `smev-send dict ARGUMENTS` with the folder of dictionaries, or without.
  ExitCode dict(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "dict");
    std::istringstream input;
    std::ostringstream output;
    std::ostringstream errors;
    const Environment environment{input, output, errors, [](const char*) { return std::nullopt; },
                                  [this](const std::string&) -> Result<SenderOptions> {
                                    SenderOptions made;  // neither outbox nor key nor address
                                    if (!with_folder) return made;
                                    SMEV_ASSIGN(made.profile.dictionaries,
                                                elk::Dictionaries::load_folder(folder()));
                                    if (folder_vanishes) std::filesystem::remove_all(folder());
                                    return made;
                                  }};
    const ExitCode code = run_command_line(std::move(arguments), environment);
    out = output.str();
    err = errors.str();
    return code;
  }
  [[nodiscard]] std::string folder() const { return path("dictionaries"); }
  [[nodiscard]] std::string kept() const {
    std::ifstream file(folder() + "/statuses.csv");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::size_t files() const {
    using Iterator = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Iterator(folder()), Iterator()));
  }

  bool with_folder = true;
  bool folder_vanishes = false;  ///< after it was loaded
};

const char kExport[] =
    "<document xmlns='urn:any'><simple-classifier code='ELK_STATUS' uid='c' version='55'>"
    "<string-attribute uid='1' name='Код'/><string-attribute uid='2' name='Наименование'/>"
    "</simple-classifier><data classifier-ref='c'>"
    "<record><attribute-value attribute-ref='1'><string>6</string></attribute-value>"
    "<attribute-value attribute-ref='2'><string>Принято, в работе</string></attribute-value>"
    "</record>"
    "<record><attribute-value attribute-ref='1'><string>222</string></attribute-value>"
    "<attribute-value attribute-ref='2'><string>Новое</string></attribute-value></record>"
    "</data></document>";

TEST_F(Dict, list_names_every_dictionary_and_where_it_comes_from) {
  EXPECT_EQ(dict({"list"}), ExitCode::done);
  for (const elk::DictionaryKind kind : elk::kDictionaryKinds) {
    EXPECT_THAT(out, HasSubstr("\n" + std::string(name(kind)) + "  "));
    EXPECT_THAT(out, HasSubstr(std::string(esnsi_id(kind))));
  }
  EXPECT_THAT(out, AllOf(StartsWith("имя "), HasSubstr("встроенный")));

  dict({"load", "statuses", write("e.xml", kExport)});
  dict({"list"});
  EXPECT_THAT(out, testing::ContainsRegex("statuses +ЕЛК.Статусы +7212 +2 +" + folder() +
                                          "/statuses.csv от [-0-9]+ [:0-9]+ МСК, ревизия 55\n"));
}

TEST_F(Dict, list_tells_it_as_json) {
  dict({"load", "statuses", write("e.xml", kExport)});
  EXPECT_EQ(dict({"list", "--json"}), ExitCode::done);
  const json all = json::parse(out).at("dictionaries");
  ASSERT_EQ(all.size(), elk::kDictionaryKinds.size());
  EXPECT_EQ(all.at(0).at("name"), "statuses");
  EXPECT_EQ(all.at(0).at("count"), 2);
  EXPECT_EQ(all.at(0).at("built_in"), false);
  EXPECT_EQ(all.at(0).at("path"), folder() + "/statuses.csv");
  EXPECT_EQ(all.at(0).at("revision"), "55");
  EXPECT_THAT(all.at(0).at("written_at").get<std::string>(), testing::EndsWith("Z"));
  EXPECT_EQ(all.at(1).at("built_in"), true);
  EXPECT_EQ(all.at(1).at("path"), nullptr);
  EXPECT_EQ(all.at(6).at("esnsi_id"), nullptr);
}

TEST_F(Dict, load_keeps_the_dictionary_in_its_canonical_form_and_counts_what_is_new) {
  EXPECT_EQ(dict({"load", "statuses", write("e.xml", kExport)}), ExitCode::done) << err;
  EXPECT_EQ(kept(),
            "# revision: 55\ncode,name,final\n6,\"Принято, в работе\",false\n222,Новое,false\n");
  EXPECT_THAT(out, HasSubstr("statuses: записей 2 (новых 1, изменено 1, исчезло "));
  EXPECT_THAT(err, HasSubstr("после перезапуска"));
  EXPECT_EQ(files(), 1U);

  const std::string csv = write("n.csv", "Код;Наименование\n222;Новое\n6;Принято\n7;Далее\n");
  EXPECT_EQ(dict({"load", "statuses", csv, "--json", "--quiet"}), ExitCode::done);
  const json loaded = json::parse(out);
  EXPECT_EQ(loaded.at("added"), 1);
  EXPECT_EQ(loaded.at("changed"), 1);
  EXPECT_EQ(loaded.at("removed"), 0);
  EXPECT_EQ(loaded.at("dictionary").at("count"), 3);
  EXPECT_EQ(err, "");

  EXPECT_EQ(dict({"load", "statuses", write("o.csv", "code,name\n6,Принято\n"), "--quiet"}),
            ExitCode::done);
  EXPECT_THAT(out, HasSubstr("записей 1 (новых 0, изменено 0, исчезло 2)"));
}

TEST_F(Dict, load_lets_the_user_of_the_service_read_the_file) {
  dict({"load", "statuses", write("e.xml", kExport)});
  struct stat status {};
  ASSERT_EQ(stat((folder() + "/statuses.csv").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0644U);
}

TEST_F(Dict, load_of_a_wrong_file_changes_nothing) {
  dict({"load", "statuses", write("e.xml", kExport)});
  const std::string before = kept();
  EXPECT_EQ(dict({"load", "statuses", write("w.csv", "code,name\nsix,a\n6,b\n6,c\n")}),
            ExitCode::validation);
  EXPECT_THAT(err, AllOf(HasSubstr("Файл справочника не принят"), HasSubstr("строка 2: "),
                         HasSubstr("строка 4: ")));
  EXPECT_EQ(dict({"load", "statuses", path("absent.csv")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("absent.csv"));
  EXPECT_EQ(dict({"load", "channels", write("e.xml", kExport), "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("fields").at(0).at("code"), "other_dictionary");
  EXPECT_EQ(kept(), before);
  EXPECT_EQ(files(), 1U);
}

TEST_F(Dict, load_without_a_folder_says_which_key_to_set) {
  with_folder = false;
  EXPECT_EQ(dict({"load", "statuses", write("e.xml", kExport)}), ExitCode::configuration);
  EXPECT_THAT(err, HasSubstr("profile.dictionaries = "));
}

TEST_F(Dict, load_into_a_folder_that_is_gone_is_no_success) {
  folder_vanishes = true;
  EXPECT_NE(dict({"load", "statuses", write("e.xml", kExport)}), ExitCode::done);
  EXPECT_THAT(err, HasSubstr(folder()));
  EXPECT_EQ(out, "");
}

TEST_F(Dict, show_is_a_table_of_all_entries) {
  EXPECT_EQ(dict({"show", "statuses"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(HasSubstr("\n3    Услуга оказана  "), HasSubstr("завершает заявление\n"),
                         HasSubstr("не проверено"), HasSubstr("\n6    Заявление принято\n")));
  EXPECT_EQ(dict({"show", "statuses", "--json"}), ExitCode::done);
  const json shown = json::parse(out);
  EXPECT_EQ(shown.at("dictionary").at("name"), "statuses");
  EXPECT_EQ(shown.at("entries").size(), shown.at("dictionary").at("count"));
  EXPECT_EQ(shown.at("entries").at(0).at("code"), "-1");
  EXPECT_EQ(shown.at("entries").at(0).at("proven"), false);
}

TEST_F(Dict, show_of_a_code_tells_all_about_it) {
  EXPECT_EQ(dict({"show", "result_codes", "13"}), ExitCode::done);
  EXPECT_THAT(out, AllOf(StartsWith("13  Incorrect eServiceCode"), HasSubstr("минус")));
  EXPECT_EQ(dict({"show", "statuses", "-1"}), ExitCode::done) << err;
  EXPECT_THAT(out, AllOf(StartsWith("-1  "), HasSubstr("завершает заявление; ")));
  EXPECT_EQ(dict({"show", "document_types", "ELK_RESULT", "--json"}), ExitCode::done);
  EXPECT_EQ(json::parse(out).at("entry").at("code"), "ELK_RESULT");
  EXPECT_EQ(json::parse(out).at("entry").at("explanation"), nullptr);
}

TEST_F(Dict, show_of_an_unknown_code_is_no_success) {
  EXPECT_EQ(dict({"show", "statuses", "999"}), ExitCode::validation);
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, AllOf(HasSubstr("В справочнике statuses нет кода «999»"),
                         HasSubstr("встроенный справочник неполон")));
  EXPECT_EQ(dict({"show", "statuses", "si\nx", "--json"}), ExitCode::validation);
  EXPECT_EQ(json::parse(out).at("error").at("code"), "not_found");
  dict({"load", "statuses", write("e.xml", kExport)});
  EXPECT_EQ(dict({"show", "statuses", "3"}), ExitCode::validation);
  EXPECT_THAT(err, Not(HasSubstr("неполон")));
}

TEST_F(Dict, broken_file_of_the_folder_is_a_configuration_error) {
  std::ofstream(folder() + "/statuses.csv") << "code,name\nsix,a\n";
  EXPECT_EQ(dict({"list"}), ExitCode::configuration);
  EXPECT_THAT(err, HasSubstr("statuses.csv: строка 2"));
}

TEST_F(Dict, wrong_lines_are_told) {
  EXPECT_EQ(dict({}), ExitCode::usage);
  EXPECT_EQ(dict({"load", "statuses"}), ExitCode::usage);
  EXPECT_EQ(dict({"show", "status"}), ExitCode::usage);
  EXPECT_THAT(err, HasSubstr("известны: statuses, channels"));
  EXPECT_EQ(dict({"show", "statuses", "6", "7"}), ExitCode::usage);
}

TEST_F(Dict, page_names_every_dictionary_with_its_number) {
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  std::ifstream file(std::string(root == nullptr ? "." : root) + "/docs/dictionaries.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  for (const elk::DictionaryKind kind : elk::kDictionaryKinds) {
    const std::string id(esnsi_id(kind));
    EXPECT_THAT(page, testing::ContainsRegex("\n\\| `" + std::string(name(kind)) + "` \\| " +
                                             std::string(title(kind)).substr(0, 8) + "[^|]+\\| " +
                                             (id.empty() ? "—" : id) + " \\|"));
  }
}

}  // namespace
}  // namespace smev::cli
