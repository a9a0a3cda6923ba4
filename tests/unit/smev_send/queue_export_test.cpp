// smev-send/queue_export.cpp

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "command_fixture.hpp"
#include "sdk/base/bytes.hpp"
#include "smev/sender/sender.hpp"

namespace smev::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

class QueueExport : public QueueCommands {
 protected:
  /// The files of an archive, by their names inside its folder.
  std::map<std::string, std::string> bundle(UpdateId id) {
    const std::string to = path("bundle-" + std::to_string(++bundles_) + ".tar");
    EXPECT_EQ(run({"queue", "export", std::to_string(id), "--out", to}), ExitCode::done) << err;
    const std::string octets = read_file(to).value_or("");
    const std::string folder = "update-" + std::to_string(id) + "/";
    std::map<std::string, std::string> files;
    for (std::size_t at = 0; at + 512 <= octets.size() && octets[at] != '\0';) {
      const std::string name(octets.substr(at, 100).c_str());
      const std::size_t size = std::stoul(octets.substr(at + 124, 11), nullptr, 8);
      EXPECT_TRUE(name.starts_with(folder)) << name;
      files[name.substr(folder.size())] = octets.substr(at + 512, size);
      at += 512 + (size + 511) / 512 * 512;
    }
    return files;
  }

 private:
  int bundles_ = 0;
};

TEST_F(QueueExport, holds_all_that_is_on_record_octet_by_octet) {
  hold({"A-1"});
  ASSERT_EQ(run({"queue", "requeue", "1", "--reason", "исправлено"}), ExitCode::done);
  deliver();
  const auto files = bundle(1);
  for (const char* name :
       {"README.txt", "update.json", "payload.json", "actions.json", "message-1/about.json",
        "message-1/request.xml", "message-1/attempts.json", "message-1/attempt-1-verdicts.json",
        "message-1/answer-1.xml", "message-1/answer-1-verdicts.json", "message-2/request.xml",
        "message-2/answer-1.xml", "SHA256SUMS"}) {
    EXPECT_THAT(files, Contains(Key(name)));
  }
  auto sender = Sender::open(options());
  const auto messages = sender->outbox().messages_of(1);
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ(files.at("message-1/request.xml"), messages->at(0).body);
  const auto answers = sender->outbox().answers_to(messages->at(1).message_id);
  EXPECT_EQ(files.at("message-2/answer-1.xml"), answers->at(0).raw);
  EXPECT_EQ(json::parse(files.at("update.json")).at("update").at("state"), "delivered");
  EXPECT_EQ(json::parse(files.at("actions.json")).at(0).at("reason"), "исправлено");
  EXPECT_EQ(json::parse(files.at("message-1/attempts.json")).at(0).at("outcome"), "accepted");
  EXPECT_EQ(json::parse(files.at("message-1/about.json")).at("sha256"),
            sha256_hex(messages->at(0).body));
  EXPECT_THAT(files.at("payload.json"), HasSubstr("Петрова"));
}

TEST_F(QueueExport, the_sums_are_of_every_file_but_themselves) {
  submit({"A-1"});
  deliver();
  auto files = bundle(1);
  const std::string sums = files.at("SHA256SUMS");
  files.erase("SHA256SUMS");
  std::size_t lines = 0;
  for (const auto& [name, octets] : files) {
    EXPECT_THAT(sums, HasSubstr(sha256_hex(octets) + "  " + name + "\n"));
    ++lines;
  }
  EXPECT_EQ(static_cast<std::size_t>(std::count(sums.begin(), sums.end(), '\n')), lines);
}

TEST_F(QueueExport, the_readme_tells_what_each_file_is_and_how_to_check_it) {
  submit({"A-1"});
  deliver();
  EXPECT_THAT(bundle(1).at("README.txt"),
              AllOf(HasSubstr("обновлению 1 заявления A-1"), HasSubstr("sha256sum -c SHA256SUMS"),
                    HasSubstr("smev-send verify"), HasSubstr("персональные данные"),
                    Not(HasSubstr("{")), Not(HasSubstr("Содержание стёрто"))));
}

TEST_F(QueueExport, with_other_orders_in_its_message_says_so) {
  submit({"A-1"});
  deliver();
  EXPECT_THAT(bundle(1).at("README.txt"), Not(HasSubstr("других заявлений")));
  orders_per_message = 10;
  submit({"A-2", "A-3"});
  deliver();
  EXPECT_THAT(bundle(2).at("README.txt"), HasSubstr("других заявлений"));
  EXPECT_THAT(err, HasSubstr("других заявлений"));
}

TEST_F(QueueExport, only_its_owner_may_read_it_and_nothing_is_written_over) {
  submit({"A-1"});
  const std::string to = path("evidence.tar");
  EXPECT_EQ(run({"queue", "export", "1", "--out", to}), ExitCode::done);
  EXPECT_EQ(out, to + "\n");
  EXPECT_THAT(err, HasSubstr("персональные данные"));
  struct stat status {};
  ASSERT_EQ(::stat(to.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  EXPECT_EQ(run({"queue", "export", "1", "--out", to}), ExitCode::storage);
  EXPECT_EQ(run({"queue", "export", "1", "--out", path("nowhere/a.tar")}), ExitCode::storage);
  EXPECT_THAT(err, HasSubstr("nowhere"));
  std::filesystem::create_symlink("nowhere", path("link"));
  EXPECT_EQ(run({"queue", "export", "1", "--out", path("link")}), ExitCode::storage);
  EXPECT_EQ(run({"queue", "export", "1", "--out", path("outbox.db-journal")}),
            ExitCode::validation);
  EXPECT_EQ(run({"queue", "export", "17", "--out", path("other.tar")}), ExitCode::validation);
  EXPECT_FALSE(std::filesystem::exists(path("other.tar")));
}

TEST_F(QueueExport, of_what_was_never_sent_or_is_pruned_holds_what_is_left) {
  submit({"A-1"});
  EXPECT_THAT(bundle(1), Not(Contains(Key("message-1/about.json"))));
  deliver();
  ASSERT_EQ(told({"queue", "prune", "--older", "0s", "--reason", "срок", "--yes"}).at("updates"),
            1);
  const auto files = bundle(1);
  EXPECT_THAT(files, AllOf(Contains(Key("message-1/about.json")),
                           Not(Contains(Key("message-1/request.xml"))),
                           Not(Contains(Key("payload.json")))));
  EXPECT_THAT(files.at("README.txt"), HasSubstr("Содержание стёрто"));
}

}  // namespace
}  // namespace smev::cli
