#include "sdk/sender/inbox_reader.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/kept_files.hpp"
#include "sdk/outbox/table_outbox.hpp"
#include "smev/testing/manual_clock.hpp"

namespace smev {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUpdate =
    R"({"order": {"number": "1"}, "status": {"code": 7, "at": "2026-04-16T10:47:33+03:00"}})";

/// A store that has an inbox and nothing else.
class InboxOnly final : public outbox::TableOutbox {
 public:
  InboxOnly(const std::string& folder, std::shared_ptr<Clock> clock)
      : TableOutbox(*outbox::KeptFiles::open(folder, 1), std::move(clock)) {}

  Result<std::vector<InboxEntry>> take_inbox(const std::string& sender, Contour contour,
                                             int limit) override {
    EXPECT_EQ(sender, "TEST01");
    EXPECT_EQ(contour, Contour::test);
    EXPECT_GT(limit, 0);
    return std::exchange(waiting, {});
  }
  Result<void> settle_inbox(std::int64_t entry, const InboxVerdict& verdict) override {
    if (entry == taken_over) return fail(local_error(ErrorCode::stale_lease, "another reader's"));
    settled.emplace_back(entry, verdict);
    return {};
  }
  Result<std::shared_ptr<void>> start_dispatching() override { return std::shared_ptr<void>(); }

  std::vector<InboxEntry> waiting;
  std::vector<std::pair<std::int64_t, InboxVerdict>> settled;
  std::int64_t taken_over = -1;

 protected:
  Result<void> run_reading(const Work&) override { return {}; }
  Result<void> run_change(const Work&, const outbox::CommitPoints*) override { return {}; }
  Result<std::vector<UpdateId>> lease_updates(outbox::Database&, TimePoint, int,
                                              Duration) override {
    return std::vector<UpdateId>{};
  }
};

class InboxReaderTest : public ::testing::Test {
 protected:
  InboxReaderTest() {
    std::filesystem::create_directories(folder_);
    store_ = std::make_shared<InboxOnly>(folder_ + "/files", clock_);
    parts_.options.mnemonic = "TEST01";
    parts_.options.outbox = store_;
    parts_.options.clock = clock_;
    parts_.options.logger = null_logger();
  }
  ~InboxReaderTest() override { std::filesystem::remove_all(folder_); }

  Result<bool> round() { return reader_.round(); }
  Result<UpdateId> submit(const elk::Update& update, const SubmitOptions& options) {
    submitted_.push_back(update.order.number.text() + " " + options.idempotency_key);
    for (const File& file : update.status.results) {
      if (meanwhile_) meanwhile_();
      std::stringstream content;
      content << std::ifstream(file.path).rdbuf();
      files_.push_back(content.str() + " as " + file.name);
      const auto hashed = outbox::hash_file(file.path, 100);
      EXPECT_TRUE(hashed) << hashed.error().describe();
      EXPECT_EQ(hashed.value_or(StoredFile{}).sha256, sha256_hex(content.str()));
    }
    return answer_;
  }

  std::string folder_ =
      (std::filesystem::temp_directory_path() / ("smev-inbox-" + std::to_string(::getpid())))
          .string();
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<InboxOnly> store_;
  SenderParts parts_;
  InboxReader reader_{parts_, [this](const elk::Update& update, const SubmitOptions& options) {
                        return submit(update, options);
                      }};
  Result<UpdateId> answer_ = UpdateId{42};
  std::vector<std::string> submitted_;
  std::vector<std::string> files_;   ///< content and name
  std::function<void()> meanwhile_;  ///< runs before a submitted file is read
};

TEST_F(InboxReaderTest, an_empty_inbox_is_no_work) {
  EXPECT_FALSE(*round());
  EXPECT_THAT(submitted_, IsEmpty());
}

TEST_F(InboxReaderTest, what_the_store_does_not_give_out_is_refused_and_the_next_goes_on) {
  store_->waiting = {{7, "k1", std::nullopt}, {8, "k2", kUpdate}};
  EXPECT_TRUE(*round());
  EXPECT_THAT(submitted_, ElementsAre("1 k2"));
  ASSERT_EQ(store_->settled.size(), 2u);
  EXPECT_THAT(store_->settled[0].second.faults, HasSubstr("limit_exceeded"));
  EXPECT_TRUE(store_->settled[1].second.update);
}

TEST_F(InboxReaderTest, what_waits_is_submitted_in_its_order_with_its_key) {
  std::string second = kUpdate;
  second.replace(second.find("\"1\""), 3, "\"2\"");
  store_->waiting = {{7, "k1", kUpdate}, {8, "k2", second}};
  EXPECT_TRUE(*round());
  EXPECT_THAT(submitted_, ElementsAre("1 k1", "2 k2"));
  ASSERT_EQ(store_->settled.size(), 2u);
  EXPECT_EQ(store_->settled[0].first, 7);
  EXPECT_EQ(store_->settled[0].second.update, 42);
}

TEST_F(InboxReaderTest, what_breaks_the_rules_is_refused_with_its_faults) {
  answer_ = fail(validation_error({{"status.code", "unknown", "Нет такого статуса.", ""}}));
  store_->waiting = {{7, "k1", kUpdate}, {8, "k2", R"({"oops": 1})"}};
  EXPECT_TRUE(*round());
  ASSERT_EQ(store_->settled.size(), 2u);
  const auto refused = nlohmann::json::parse(store_->settled[0].second.faults);
  EXPECT_FALSE(store_->settled[0].second.update);
  EXPECT_EQ(refused["code"], "validation");
  EXPECT_EQ(refused["faults"][0]["field"], "status.code");
  const auto unreadable = nlohmann::json::parse(store_->settled[1].second.faults);
  EXPECT_EQ(unreadable["code"], "bad_json");
  EXPECT_THAT(submitted_, ElementsAre("1 k1"));
}

class InboxFilesTest : public InboxReaderTest {
 protected:
  InboxFilesTest() {
    std::filesystem::create_directories(folder_ + "/inbox/a");
    folder_ = std::filesystem::canonical(folder_).string();
    for (const char* name : {"/secret.pdf", "/inbox/a/result.pdf", "/inbox-beside.pdf"}) {
      std::ofstream(folder_ + name) << "%PDF" << name;
    }
    std::filesystem::create_symlink(folder_ + "/secret.pdf", folder_ + "/inbox/link.pdf");
    std::filesystem::create_symlink("../secret.pdf", folder_ + "/inbox/relative.pdf");
    std::filesystem::create_directory_symlink("..", folder_ + "/inbox/up");
    std::filesystem::create_directory_symlink("a", folder_ + "/inbox/b");
    parts_.options.inbox_files = folder_ + "/inbox";
  }
  static std::string with_file(const std::string& path) {
    nlohmann::json update = nlohmann::json::parse(kUpdate);
    update["status"]["results"] = {{{"path", path}}};
    return update.dump();
  }
  void hand_over(const std::string& path) {
    store_->waiting = {{7, "k1", with_file(path)}};
    store_->settled.clear();
    EXPECT_TRUE(*round());
  }
  void expect_refused(const std::string& path) {
    hand_over(path);
    EXPECT_THAT(submitted_, IsEmpty()) << path;
    ASSERT_EQ(store_->settled.size(), 1u) << path;
    const auto refused = nlohmann::json::parse(store_->settled[0].second.faults);
    EXPECT_EQ(refused["code"], "validation") << path;
    EXPECT_EQ(refused["faults"][0]["field"], "status.results[0].path") << path;
    EXPECT_THAT(std::string(refused["faults"][0]["text"]), HasSubstr("outbox.inbox_files"));
  }
};

TEST_F(InboxFilesTest, are_taken_from_their_folder) {
  hand_over(folder_ + "/inbox/a/result.pdf");
  hand_over("a/result.pdf");
  hand_over("b/../a/result.pdf");
  hand_over(folder_ + "/inbox/b/result.pdf");
  const std::string taken = "%PDF/inbox/a/result.pdf as result.pdf";
  EXPECT_THAT(files_, ElementsAre(taken, taken, taken, taken));
}

TEST_F(InboxFilesTest, are_refused_from_elsewhere) {
  for (const char* path : {"/secret.pdf", "/inbox/../secret.pdf", "/inbox/a/../../secret.pdf",
                           "/inbox/link.pdf", "/inbox/relative.pdf", "/inbox/up/secret.pdf",
                           "/inbox-beside.pdf", "/none.pdf", "/inbox/../none.pdf", "/inbox"}) {
    expect_refused(folder_ + path);
  }
  for (const char* path : {"../secret.pdf", "a/../../secret.pdf", "../none.pdf", "link.pdf",
                           "relative.pdf", "up/secret.pdf", "/proc/self/fd/0"}) {
    expect_refused(path);
  }
}

TEST_F(InboxFilesTest, are_read_as_they_were_opened_whatever_is_put_in_their_place) {
  meanwhile_ = [&] {
    const std::string place = folder_ + "/inbox/a/result.pdf";
    std::filesystem::create_symlink(folder_ + "/secret.pdf", place + ".new");
    std::filesystem::rename(place + ".new", place);
  };
  hand_over("a/result.pdf");
  EXPECT_THAT(files_, ElementsAre("%PDF/inbox/a/result.pdf as result.pdf"));
}

TEST_F(InboxFilesTest, that_cannot_be_taken_are_told_of_by_the_path_that_was_given) {
  hand_over("a/none.pdf");
  ASSERT_EQ(store_->settled.size(), 1u);
  EXPECT_THAT(store_->settled[0].second.faults, HasSubstr("По этому пути файла нет: a/none.pdf"));
  hand_over("a");
  EXPECT_THAT(store_->settled[0].second.faults, HasSubstr("не обычный файл"));
  answer_ = fail(validation_error({{"status.results[0].path", "file", "Не читается: ", ""}}));
  const auto name_the_file = [&](const elk::Update& update, const SubmitOptions&) {
    Error error = answer_.error();
    error.fields[0].text += update.status.results[0].path;
    return Result<UpdateId>(fail(std::move(error)));
  };
  store_->waiting = {{7, "k1", with_file("a/result.pdf")}};
  store_->settled.clear();
  ASSERT_TRUE(InboxReader(parts_, name_the_file).round());
  EXPECT_THAT(store_->settled[0].second.faults, HasSubstr("Не читается: a/result.pdf\""));
}

TEST_F(InboxFilesTest, are_not_too_many_at_once) {
  nlohmann::json update = nlohmann::json::parse(kUpdate);
  for (int i = 0; i < 101; ++i) update["status"]["results"].push_back({{"path", "a/result.pdf"}});
  store_->waiting = {{7, "k1", update.dump()}};
  EXPECT_TRUE(*round());
  EXPECT_THAT(submitted_, IsEmpty());
  EXPECT_THAT(store_->settled[0].second.faults, HasSubstr("status.results[100].path"));
}

TEST_F(InboxFilesTest, are_refused_where_no_folder_is_named) {
  parts_.options.inbox_files = "";
  expect_refused(folder_ + "/inbox/a/result.pdf");
  expect_refused("a/result.pdf");
  store_->waiting = {{7, "k1", kUpdate}};
  EXPECT_TRUE(*round());
  EXPECT_THAT(submitted_, ElementsAre("1 k1")) << "without files as ever";
}

TEST_F(InboxReaderTest, a_fault_of_the_store_refuses_nothing) {
  answer_ = fail(local_error(ErrorCode::store, "away", Retry::later));
  store_->waiting = {{7, "k1", kUpdate}, {8, "k2", kUpdate}};
  const auto done = round();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::store);
  EXPECT_THAT(submitted_, ElementsAre("1 k1")) << "nothing overtakes it";
  EXPECT_THAT(store_->settled, IsEmpty());
}

TEST_F(InboxReaderTest, an_error_that_stays_stops_the_inbox_and_not_the_sender) {
  answer_ = fail(local_error(ErrorCode::store, "no right", Retry::after_fix));
  const std::vector<InboxEntry> waiting = {{7, "k1", kUpdate}, {8, "k2", kUpdate}};
  store_->waiting = waiting;
  EXPECT_FALSE(*round());
  EXPECT_THAT(submitted_, ElementsAre("1 k1")) << "nothing overtakes it";
  EXPECT_THAT(store_->settled, IsEmpty());
  ASSERT_TRUE(reader_.trouble());
  EXPECT_EQ(reader_.trouble()->detail, "no right");

  answer_ = UpdateId{42};
  store_->waiting = waiting;
  clock_->advance(InboxReader::kStuckPause - std::chrono::microseconds(1));
  EXPECT_FALSE(*round());
  EXPECT_EQ(submitted_.size(), 1u) << "it is left alone for a while";
  clock_->advance(std::chrono::microseconds(1));
  EXPECT_TRUE(*round());
  EXPECT_THAT(submitted_, ElementsAre("1 k1", "1 k1", "1 k2"));
  EXPECT_FALSE(reader_.trouble());
}

TEST_F(InboxReaderTest, a_reader_that_was_replaced_stops) {
  store_->taken_over = 7;
  store_->waiting = {{7, "k1", kUpdate}, {8, "k2", kUpdate}};
  EXPECT_FALSE(*round());
  EXPECT_THAT(submitted_, ElementsAre("1 k1"));
}

}  // namespace
}  // namespace smev
