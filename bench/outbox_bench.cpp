// What a durable submit costs, beside plain commits of SQLite in the same run: one row with all
// that a submit keeps, into one table with all the indexes that a submit fills.

#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "bench/sender_fixture.hpp"
#include "bench/slow_sync.hpp"
#include "sdk/base/bytes.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/outbox/sqlite_schema.hpp"

namespace smev::bench {
namespace {

constexpr int kThreads = 64;
constexpr int kPerThread = 50;
constexpr int kUngroupedConnections = 8;
constexpr auto kSlowSync = std::chrono::milliseconds(2);

using outbox::SqliteDatabase;

/// What the store keeps of an update in the row of its order.
std::string facts_of_first_update() {
  const Workplace workplace;
  Sender sender = *Sender::open(workplace.options("facts"));
  const UpdateRow row = (*sender.find(*sender.submit(first_update(1))))->update;
  return (*sender.outbox().find_order(row.order))->facts;
}

/// The store's table of updates, with what a submit writes elsewhere as columns of its own.
class PlainRows {
 public:
  explicit PlainRows(const std::filesystem::path& path) {
    const bool made_before = std::filesystem::exists(path);
    std::filesystem::create_directories(path.parent_path());
    database_ = *SqliteDatabase::open(path.string(), std::chrono::seconds(60));
    ensure_schema(*database_).value();
    database_->execute("PRAGMA foreign_keys = OFF").value();  // no order stands behind the rows
    if (made_before) return;
    database_
        ->execute(
            "ALTER TABLE updates ADD COLUMN sender TEXT; ALTER TABLE updates ADD COLUMN contour "
            "TEXT; ALTER TABLE updates ADD COLUMN number TEXT; ALTER TABLE updates ADD COLUMN "
            "facts TEXT; CREATE UNIQUE INDEX updates_of_order ON updates (sender, contour, number)")
        .value();
  }

  void insert(std::int64_t order) {
    database_
        ->run(
            "INSERT INTO updates (order_id, sequence, state, head, submitted_at, type, payload, "
            "mark, content_digest, sender, contour, number, facts) VALUES (?, 1, 'queued', 1, ?, "
            "'elk/status/1.0.2', ?, ?, ?, 'TEST01', 'test', ?, ?)",
            order, now_, payload_, mark_, sha256_hex(std::to_string(order)), std::to_string(order),
            facts_)
        .value();
  }
  void insert_alone(std::int64_t order) {
    auto transaction = *outbox::Transaction::begin(*database_);
    insert(order);
    transaction.commit().value();
  }
  void insert_group(std::int64_t first, int count) {
    auto transaction = *outbox::Transaction::begin(*database_);
    for (int i = 0; i < count; ++i) insert(first + i);
    transaction.commit().value();
  }

 private:
  std::unique_ptr<SqliteDatabase> database_;
  TimePoint now_ = system_clock()->now();
  std::string payload_ = elk::to_json(first_update(1));
  std::string mark_ = to_utc_text(now_);
  std::string facts_ = facts_of_first_update();
};

void submit_one(benchmark::State& state) {
  const Workplace workplace;
  Result<Sender> sender = Sender::open(workplace.options("submit"));
  if (!sender) return state.SkipWithError(sender.error().describe().c_str());
  int index = 0;
  for (auto _ : state) {
    if (Result<UpdateId> id = sender->submit(first_update(++index)); !id) {
      return state.SkipWithError(id.error().describe().c_str());
    }
  }
}
BENCHMARK(submit_one)->Name("submit")->Unit(benchmark::kMicrosecond)->UseRealTime();

void submit_one_bare(benchmark::State& state) {
  const Workplace workplace;
  PlainRows rows(workplace.folder() / "plain" / "outbox.db");
  std::int64_t order = 0;
  for (auto _ : state) rows.insert_alone(++order);
}
BENCHMARK(submit_one_bare)->Name("submit.bare")->Unit(benchmark::kMicrosecond)->UseRealTime();

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
        for (int n = 0; n < kPerThread; ++n) {
          if (!sender->submit(first_update(++index))) ++failed;
        }
      });
    }
  }
  if (failed > 0) state.SkipWithError("a submit failed");
}

void submit_64(benchmark::State& state) { submit_by_many(state, Duration::zero()); }
BENCHMARK(submit_64)->Name("submit_64_threads")->Unit(benchmark::kMillisecond)->UseRealTime();

// As many rows, 64 in a commit.
void submit_64_bare(benchmark::State& state) {
  const Workplace workplace;
  PlainRows rows(workplace.folder() / "plain" / "outbox.db");
  std::int64_t order = 0;
  for (auto _ : state) {
    for (int group = 0; group < kPerThread; ++group) {
      rows.insert_group(order + 1, kThreads);
      order += kThreads;
    }
  }
}
BENCHMARK(submit_64_bare)
    ->Name("submit_64_threads.bare")
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

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
