// smev-send/db.cpp

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "command_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "smev/sender/sender.hpp"

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class DbCommands : public QueueCommands {};

TEST_F(DbCommands, check_of_a_sound_database_says_so) {
  submit({"A-1"});
  deliver();
  EXPECT_EQ(run({"db", "check"}), ExitCode::done);
  EXPECT_EQ(out, "Проверено сообщений 1, ответов 1, файлов 0: всё цело\n");
  const json document = told({"db", "check", "--files"});
  EXPECT_EQ(document.at("sound"), true);
  EXPECT_EQ(document.at("messages"), 1);
  EXPECT_EQ(document.at("faults"), json::array());
}

TEST_F(DbCommands, check_tells_each_fault_and_ends_with_74) {
  in = first_update("A-1");
  ASSERT_EQ(run({"submit", "-"}), ExitCode::done);
  in = later_update("A-1", 3, R"([{"path": ")" + write("result.pdf", "%PDF-1.4 result") + "\"}]");
  ASSERT_EQ(run({"submit", "-"}), ExitCode::done) << err;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path("files"))) {
    if (entry.is_regular_file() && entry.path().filename() != ".lock") {
      std::ofstream(entry.path()) << "short";
    }
  }
  EXPECT_EQ(run({"db", "check"}), ExitCode::storage);
  EXPECT_THAT(out, HasSubstr("ЕСТЬ ПОВРЕЖДЕНИЯ"));
  EXPECT_THAT(err, HasSubstr("file "));
  EXPECT_EQ(told({"db", "check"}, ExitCode::storage).at("faults").size(), 1u);
}

TEST_F(DbCommands, check_of_rubbish_ends_with_74) {
  write("outbox.db", std::string(8192, 'x'));
  EXPECT_EQ(run({"db", "check"}), ExitCode::storage);
}

TEST_F(DbCommands, backup_makes_an_outbox_and_names_the_folder_that_belongs_to_it) {
  submit({"A-1"});
  const json document = told({"db", "backup", path("copy.db")});
  EXPECT_EQ(document.at("file"), path("copy.db"));
  EXPECT_EQ(document.at("bytes"), std::filesystem::file_size(path("copy.db")));
  EXPECT_THAT(document.at("files").get<std::string>(), testing::EndsWith("/files"));
  EXPECT_TRUE(sqlite_outbox({.path = path("copy.db")}, system_clock()));
  EXPECT_EQ(run({"db", "backup", path("copy.db")}), ExitCode::storage);
  EXPECT_EQ(run({"db", "backup", path("second.db")}), ExitCode::done);
  EXPECT_THAT(err, HasSubstr("скопируйте каталог"));
}

TEST_F(DbCommands, migrate_of_a_new_database_has_nothing_to_do) {
  submit({"A-1"});
  EXPECT_EQ(run({"db", "migrate"}), ExitCode::done);
  EXPECT_THAT(out, HasSubstr("Таблицы уже версии"));
  const json document = told({"db", "migrate", "--dry-run"});
  EXPECT_EQ(document.at("from"), document.at("to"));
  EXPECT_EQ(document.at("sql"), "");
  EXPECT_EQ(document.at("dry_run"), true);
}

TEST_F(DbCommands, of_nothing_are_errors_and_make_no_database) {
  EXPECT_EQ(run({"db", "check"}), ExitCode::storage);
  EXPECT_EQ(run({"db", "backup", path("copy.db")}), ExitCode::storage);
  EXPECT_EQ(run({"db", "migrate"}), ExitCode::storage);
  EXPECT_FALSE(std::filesystem::exists(path("outbox.db")));
  EXPECT_EQ(run({"db"}), ExitCode::usage);
}

TEST_F(DbCommands, every_field_of_queue_and_db_is_documented) {
  std::set<std::string> names;
  const auto look = [&](std::vector<std::string> arguments, ExitCode code = ExitCode::done) {
    const json document = told(std::move(arguments), code);
    const std::function<void(const json&)> collect = [&](const json& value) {
      for (const auto& [key, inner] : value.items()) {
        if (value.is_object()) names.insert(key);
        if (inner.is_structured()) collect(inner);
      }
    };
    collect(document);
  };
  hold({"A-1", "A-1", "A-2"});
  look({"queue", "stats"});
  look({"queue", "blocked"});
  look({"queue", "skip", "1", "9", "--reason", "r"}, ExitCode::validation);
  look({"queue", "pause", "--reason", "r"});
  look({"queue", "log"});
  look({"queue", "prune", "--older", "0s", "--reason", "r", "--yes"});
  look({"queue", "export", "2", "--out", path("e.tar")});
  look({"db", "check"});
  look({"db", "backup", path("copy.db")});
  look({"db", "migrate"});
  EXPECT_GT(names.size(), 60u);
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  const std::string page =
      *read_file(std::string(root == nullptr ? "." : root) + "/docs/smev-send.md");
  for (const std::string& name : names) {
    EXPECT_TRUE(page.find('`' + name + '`') != std::string::npos ||
                page.find('"' + name + '"') != std::string::npos)
        << name;
  }
}

}  // namespace
}  // namespace smev::cli
