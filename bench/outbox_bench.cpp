// What a durable submit costs, beside plain commits of SQLite in the same run.

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "bench/sender_fixture.hpp"
#include "bench/slow_sync.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/elk/json.hpp"

namespace smev::bench {
namespace {

constexpr int kThreads = 64;
constexpr int kPerThread = 50;
constexpr int kUngroupedConnections = 8;
// A disk has its moods: in turn, and by the median.
constexpr int kRepetitions = 7;
constexpr auto kSlowSync = std::chrono::milliseconds(2);

/// What the store keeps of an update in the row of its order.
std::string facts_of_first_update() {
  const Workplace workplace;
  Sender sender = *Sender::open(workplace.options("facts"));
  const UpdateRow row = (*sender.find(*sender.submit(first_update(1))))->update;
  return (*sender.outbox().find_order(row.order))->facts;
}

// One table with all that a submit keeps, and the indexes that it fills; no checks.
constexpr const char* kPlainTable = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS plain (
  id INTEGER PRIMARY KEY, sender TEXT, contour TEXT, number TEXT, facts TEXT, order_id INTEGER,
  sequence INTEGER, revision INTEGER, state TEXT, head INTEGER, not_before TEXT, deadline TEXT,
  submitted_at TEXT, lease_epoch INTEGER, type TEXT, payload TEXT, mark TEXT, content_digest TEXT,
  UNIQUE (sender, contour, number), UNIQUE (order_id, sequence, revision)) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS plain_content ON plain (order_id, content_digest)
  WHERE content_digest <> '';
CREATE UNIQUE INDEX IF NOT EXISTS plain_head ON plain (order_id) WHERE head = 1;
CREATE INDEX IF NOT EXISTS plain_claimable ON plain (not_before, id)
  WHERE head = 1 AND state = 'queued';
CREATE INDEX IF NOT EXISTS plain_state ON plain (state, id);
)sql";
constexpr const char* kPlainInsert =
    "INSERT INTO plain (sender, contour, number, facts, order_id, sequence, revision, state, head, "
    "not_before, deadline, submitted_at, lease_epoch, type, payload, mark, content_digest) VALUES "
    "('TEST01', 'test', ?1, ?2, ?3, 1, 0, 'queued', 1, '', '', ?4, 0, 'elk/status/1.0.2', ?5, ?4, "
    "?6)";

/// Rows by SQLite alone, through its own VFS.
class PlainRows {
 public:
  explicit PlainRows(const std::filesystem::path& path) {
    std::filesystem::create_directories(path.parent_path());
    check(sqlite3_open(path.c_str(), &connection_));
    sqlite3_busy_timeout(connection_, 60'000);
    run(kPlainTable);
    check(sqlite3_prepare_v2(connection_, kPlainInsert, -1, &insert_, nullptr));
  }
  ~PlainRows() {
    sqlite3_finalize(insert_);
    sqlite3_close(connection_);
  }
  PlainRows(const PlainRows&) = delete;
  PlainRows& operator=(const PlainRows&) = delete;

  void begin() { run("BEGIN IMMEDIATE"); }
  void commit() { run("COMMIT"); }
  void insert(std::int64_t order) {
    const std::string number = std::to_string(order);
    const std::string digest = sha256_hex(number);
    text(1, number);
    text(2, facts_);
    sqlite3_bind_int64(insert_, 3, order);
    text(4, now_);
    text(5, payload_);
    text(6, digest);
    if (sqlite3_step(insert_) != SQLITE_DONE) check(SQLITE_ERROR);
    sqlite3_reset(insert_);
  }
  void insert_alone(std::int64_t order) {
    begin();
    insert(order);
    commit();
  }

 private:
  void check(int code) const {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(connection_));
  }
  void run(const char* sql) { check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr)); }
  void text(int index, const std::string& value) {
    sqlite3_bind_text(insert_, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }

  sqlite3* connection_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::string now_ = to_utc_text(system_clock()->now());
  std::string payload_ = elk::to_json(first_update(1));
  std::string facts_ = facts_of_first_update();
};

/// One thread that writes what others hand over, all that waits in one commit.
class GroupingWriter {
 public:
  explicit GroupingWriter(PlainRows& rows) : rows_(rows), thread_([this] { work(); }) {}
  ~GroupingWriter() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    waits_.notify_one();
  }
  GroupingWriter(const GroupingWriter&) = delete;
  GroupingWriter& operator=(const GroupingWriter&) = delete;

  /// Durable when this returns.
  void insert(std::int64_t order) {
    Row row{order, {}};
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(&row);
    }
    waits_.notify_one();
    row.written.get_future().wait();
  }

 private:
  struct Row {
    std::int64_t order;
    std::promise<void> written;
  };
  void work() {
    while (true) {
      std::vector<Row*> group;
      {
        std::unique_lock lock(mutex_);
        waits_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        group.swap(waiting_);
      }
      rows_.begin();
      for (const Row* row : group) rows_.insert(row->order);
      rows_.commit();
      for (Row* row : group) row->written.set_value();
    }
  }

  PlainRows& rows_;
  std::mutex mutex_;  // guards what follows
  std::vector<Row*> waiting_;
  bool ended_ = false;
  std::condition_variable waits_;
  std::jthread thread_;  // the last: it uses the others
};

void submit_one(benchmark::State& state) {
  const Workplace workplace;
  Result<Sender> sender = Sender::open(workplace.options("submit"));
  if (!sender) return state.SkipWithError(sender.error().describe().c_str());
  elk::Update update = first_update(1);
  int index = 0;
  for (auto _ : state) {
    update.order.number = std::to_string(++index);
    if (Result<UpdateId> id = sender->submit(update); !id) {
      return state.SkipWithError(id.error().describe().c_str());
    }
  }
}
BENCHMARK(submit_one)
    ->Name("submit")
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime()
    ->Repetitions(kRepetitions);

void submit_one_bare(benchmark::State& state) {
  const Workplace workplace;
  PlainRows rows(workplace.folder() / "plain" / "outbox.db");
  std::int64_t order = 0;
  for (auto _ : state) rows.insert_alone(++order);
}
BENCHMARK(submit_one_bare)
    ->Name("submit.bare")
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime()
    ->Repetitions(kRepetitions);

/// 64 threads, 50 updates each.
void submit_by_many(benchmark::State& state, Duration added_to_sync) {
  const SlowSync slow(added_to_sync);
  const Workplace workplace;
  Result<Sender> sender = Sender::open(workplace.options("submit"));
  if (!sender) return state.SkipWithError(sender.error().describe().c_str());
  std::atomic<int> index = 0;
  std::atomic<int> failed = 0;
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        elk::Update update = first_update(1);
        for (int n = 0; n < kPerThread; ++n) {
          update.order.number = std::to_string(++index);
          if (!sender->submit(update)) ++failed;
        }
      });
    }
  }
  if (failed > 0) state.SkipWithError("a submit failed");
}

void submit_64(benchmark::State& state) { submit_by_many(state, Duration::zero()); }
BENCHMARK(submit_64)
    ->Name("submit_64_threads")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Repetitions(kRepetitions);

// As many rows from as many threads, by one writer that groups them.
void submit_64_bare(benchmark::State& state) {
  const Workplace workplace;
  PlainRows rows(workplace.folder() / "plain" / "outbox.db");
  GroupingWriter writer(rows);
  std::atomic<std::int64_t> order = 0;
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kPerThread; ++n) writer.insert(++order);
      });
    }
  }
}
BENCHMARK(submit_64_bare)
    ->Name("submit_64_threads.bare")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Repetitions(kRepetitions);

// As many rows by one thread that has them all, 64 in a commit: what no store for many callers
// reaches.
void submit_64_chained(benchmark::State& state) {
  const Workplace workplace;
  PlainRows rows(workplace.folder() / "plain" / "outbox.db");
  std::int64_t order = 0;
  for (auto _ : state) {
    for (int group = 0; group < kPerThread; ++group) {
      rows.begin();
      for (int i = 0; i < kThreads; ++i) rows.insert(++order);
      rows.commit();
    }
  }
}
BENCHMARK(submit_64_chained)
    ->Name("submit_64_threads.chained")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Repetitions(kRepetitions);

void submit_64_slow(benchmark::State& state) { submit_by_many(state, kSlowSync); }
BENCHMARK(submit_64_slow)
    ->Name("submit_64_slow_sync")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// As many rows by 8 connections, each with commits of its own.
void submit_64_slow_bare(benchmark::State& state) {
  const SlowSync slow(kSlowSync);
  const Workplace workplace;
  const auto path = workplace.folder() / "plain" / "outbox.db";
  std::vector<std::unique_ptr<PlainRows>> connections;
  for (int i = 0; i < kUngroupedConnections; ++i) {
    connections.push_back(std::make_unique<PlainRows>(path));
  }
  std::atomic<std::int64_t> order = 0;
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (const auto& connection : connections) {
      threads.emplace_back([&] {
        constexpr int kRows = kThreads * kPerThread / kUngroupedConnections;
        for (int n = 0; n < kRows; ++n) connection->insert_alone(++order);
      });
    }
  }
}
BENCHMARK(submit_64_slow_bare)
    ->Name("submit_64_slow_sync.bare")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace smev::bench
