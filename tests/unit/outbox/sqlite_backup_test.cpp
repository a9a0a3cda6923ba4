// sdk/outbox/sqlite_backup.cpp

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/file_handle.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class SqliteBackupTest : public OutboxContract {
 protected:
  [[nodiscard]] SqliteOptions options() const { return {.path = directory_.file("outbox.db")}; }
  [[nodiscard]] std::string copy() const { return directory_.file("copy.db"); }
};
INSTANTIATE_TEST_SUITE_P(File, SqliteBackupTest, ::testing::Values(all_stores()[0]),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(SqliteBackupTest, is_an_outbox_that_holds_all_that_was_there) {
  const UpdateId id = submit("a");
  deliver(send_one(), id);
  submit("a");
  const auto made = back_up_sqlite(options(), copy());
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->bytes, fs::file_size(copy()));
  EXPECT_EQ(made->files, directory_.file("files"));
  submit("later");
  const auto restored = sqlite_outbox({.path = copy()}, clock_);
  ASSERT_TRUE(restored) << restored.error().describe();
  EXPECT_EQ((*restored)->stats()->final, 1);
  EXPECT_EQ((*restored)->stats()->queued, 1);
  EXPECT_TRUE((*restored)->check_store(true)->sound());
}

TEST_P(SqliteBackupTest, can_be_read_by_its_owner_alone) {
  ASSERT_TRUE(back_up_sqlite(options(), copy()));
  struct stat status {};
  ASSERT_EQ(::stat(copy().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_P(SqliteBackupTest, never_writes_over_a_file_and_leaves_nothing_half_done) {
  const std::string there = write_file("copy.db", "something else");
  const Error error = error_of(back_up_sqlite(options(), there));
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_THAT(error.text, HasSubstr(there));
  EXPECT_EQ(*read_file(there), "something else");
  const Error nowhere = error_of(back_up_sqlite(options(), "/nowhere/copy.db"));
  EXPECT_EQ(nowhere.code, ErrorCode::io);
  EXPECT_EQ(nowhere.text, "Не удалось записать файл: такого файла или каталога нет");
  EXPECT_THAT(nowhere.detail, HasSubstr("/nowhere/copy.db:"));
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    EXPECT_THAT(entry.path().string(), ::testing::Not(HasSubstr(".part-")));
  }
}

TEST_P(SqliteBackupTest, never_takes_a_name_that_is_the_base_s_own) {
  const std::string idle = directory_.file("idle.db");
  ASSERT_TRUE(sqlite_outbox({.path = idle}, clock_));
  const std::string link = directory_.file("link");
  fs::create_directory_symlink(directory_.path(), link);
  fs::remove(idle + ".mark");
  for (const char* suffix : {"-journal", "-wal", "-shm", ".mark", ".lock"}) {
    for (const std::string& to : {idle + suffix, link + "/idle.db" + suffix}) {
      const Error error = error_of(back_up_sqlite({.path = idle}, to));
      EXPECT_EQ(error.code, ErrorCode::io) << to;
      EXPECT_THAT(error.text, HasSubstr("занято самой базой")) << to;
      EXPECT_FALSE(fs::exists(to)) << to;
    }
  }
}

TEST_P(SqliteBackupTest, takes_away_what_a_killed_one_has_left_and_nothing_else) {
  const std::string left = write_file("copy.db.part-a1B2c3", "half");
  const std::string journal = write_file("copy.db.part-a1B2c3-journal", "half");
  const std::string at_work = write_file("copy.db.part-d4E5f6", "half");
  const std::string others = write_file("other.db.part-a1B2c3", "half");
  const std::string longer = write_file("copy.db.part-a1B2c3.tar", "whole");
  const outbox::FileHandle other(::open(at_work.c_str(), O_RDONLY));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  ASSERT_TRUE(back_up_sqlite(options(), copy()));
  for (const std::string& path : {left, journal}) EXPECT_FALSE(fs::exists(path)) << path;
  for (const std::string& path : {at_work, others, longer}) EXPECT_TRUE(fs::exists(path)) << path;
}

TEST_P(SqliteBackupTest, that_finds_no_room_says_which_disk_and_leaves_nothing) {
  ASSERT_TRUE(submit("a"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{8192, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const Error error = error_of(back_up_sqlite(options(), copy()));
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(error.text, HasSubstr("На диске, куда пишется копия, нет места")) << error.describe();
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    EXPECT_THAT(entry.path().string(), ::testing::Not(HasSubstr(".part-")));
  }
}

TEST_P(SqliteBackupTest, of_nothing_is_an_error_and_makes_no_database) {
  const std::string nowhere = directory_.file("absent.db");
  EXPECT_EQ(error_of(back_up_sqlite({.path = nowhere}, copy())).code, ErrorCode::store);
  EXPECT_FALSE(fs::exists(nowhere));
  EXPECT_FALSE(fs::exists(copy()));
}

TEST_P(SqliteBackupTest, of_what_cannot_be_looked_at_is_not_taken_for_nothing) {
  const std::string loop = directory_.file("loop.db");
  fs::create_symlink(loop, loop);
  const Error error = error_of(back_up_sqlite({.path = loop}, copy()));
  EXPECT_EQ(error.code, ErrorCode::io);
  EXPECT_THAT(error.detail, HasSubstr(loop));
}

TEST_P(SqliteBackupTest, of_another_program_is_refused) {
  const std::string stranger = directory_.file("stranger.db");
  {
    auto database = outbox::SqliteDatabase::open(stranger, seconds(1));
    ASSERT_TRUE((*database)->execute("CREATE TABLE t (x)"));
  }
  EXPECT_EQ(error_of(back_up_sqlite({.path = stranger}, copy())).code, ErrorCode::store);
  EXPECT_FALSE(fs::exists(copy()));
}

TEST_P(SqliteBackupTest, is_not_opened_beside_the_log_of_its_base) {
  submit("a");
  ASSERT_TRUE(back_up_sqlite(options(), copy()));
  const std::string restored = directory_.file("restored.db");
  fs::copy_file(copy(), restored);
  const std::string octets = *read_file(restored);
  for (const bool marked : {true, false}) {
    fs::copy_file(options().path + "-wal", restored + "-wal");
    if (marked) fs::copy_file(options().path + ".mark", restored + ".mark");
    const Error error = error_of(sqlite_outbox({.path = restored}, clock_));
    EXPECT_THAT(error.text, HasSubstr("журнал другой базы")) << marked;
    EXPECT_EQ(*read_file(restored), octets) << "nothing was mixed in";
    for (const char* suffix : {"-wal", "-shm", ".mark"}) fs::remove(restored + suffix);
  }
  EXPECT_TRUE(sqlite_outbox({.path = restored}, clock_));
}

// The store as a process leaves it that is killed, and then its log is hurt.
TEST_P(SqliteBackupTest, of_a_store_whose_log_is_damaged_or_lost_is_refused_and_changes_nothing) {
  submit("a");
  const std::string killed = directory_.file("killed.db");
  for (const char* suffix : {"", "-wal", ".mark"}) {
    fs::copy_file(options().path + suffix, killed + suffix);
  }
  const std::string sound = *read_file(killed + "-wal");
  std::string flipped = sound;
  flipped[sound.size() / 2] = static_cast<char>(flipped[sound.size() / 2] ^ 1);
  const std::string mark = *read_file(killed + ".mark");
  for (const std::string& log : {flipped, sound.substr(0, sound.size() - 4120), std::string()}) {
    std::ofstream(killed + "-wal", std::ios::binary | std::ios::trunc) << log;
    for (const bool dry_run : {true, false}) {
      EXPECT_THAT(error_of(migrate_sqlite({.path = killed}, dry_run)).text, HasSubstr("-wal"));
    }
    EXPECT_THAT(error_of(back_up_sqlite({.path = killed}, copy())).text, HasSubstr("-wal"));
    EXPECT_FALSE(fs::exists(copy()));
    EXPECT_EQ(*read_file(killed + "-wal"), log) << "it shows what was lost";
    EXPECT_EQ(*read_file(killed + ".mark"), mark);
  }
  fs::remove(killed + "-wal");
  EXPECT_THAT(error_of(back_up_sqlite({.path = killed}, copy())).text, HasSubstr("-wal"));
  std::ofstream(killed + "-wal", std::ios::binary) << sound;
  EXPECT_TRUE(back_up_sqlite({.path = killed}, copy()));
  EXPECT_TRUE(sqlite_outbox({.path = killed}, clock_)) << "and the last to leave left all in order";
}

TEST_P(SqliteBackupTest, in_the_place_of_a_killed_base_opens_once_its_mark_is_put_aside) {
  submit("a");
  ASSERT_TRUE(back_up_sqlite(options(), copy()));
  submit("b");
  const std::string restored = directory_.file("restored.db");
  fs::copy_file(copy(), restored);
  fs::copy_file(options().path + ".mark", restored + ".mark");
  const Error error = error_of(sqlite_outbox({.path = restored}, clock_));
  EXPECT_THAT(error.text, HasSubstr("уберите в сторону"));
  EXPECT_THAT(error.text, HasSubstr(restored + ".mark"));
  fs::remove(restored + ".mark");
  const auto opened = sqlite_outbox({.path = restored}, clock_);
  ASSERT_TRUE(opened) << opened.error().describe();
  EXPECT_EQ((*opened)->stats()->queued, 1);
}

TEST_P(SqliteBackupTest, is_of_one_moment_while_others_write) {
  const auto writer_store = sqlite_outbox(options(), clock_);
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    for (int i = 0; !enough; ++i) {
      NewUpdate update;
      update.order = order("busy");
      update.type = "type";
      update.idempotency_key = update.payload_digest = "busy " + std::to_string(i);
      EXPECT_TRUE((*writer_store)->submit(update, {}));
    }
  });
  for (int i = 0; i < 5; ++i) {
    const std::string to = directory_.file("copy " + std::to_string(i));
    EXPECT_TRUE(back_up_sqlite(options(), to));
    const auto copied = sqlite_outbox({.path = to}, clock_);
    EXPECT_TRUE(copied && (*copied)->check_store(false)->sound());
  }
  enough = true;
  writer.join();
}

}  // namespace
}  // namespace smev::outbox_test
