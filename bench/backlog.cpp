#include "bench/backlog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "bench/sender_fixture.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/outbox/sqlite_schema.hpp"

namespace smev::bench {
namespace {

constexpr auto kBusy = std::chrono::seconds(60);

// The store keeps what is not committed in memory.
constexpr int kOrdersInCommit = 20'000;

class Writer {
 public:
  explicit Writer(const std::string& path)
      : database_(*outbox::SqliteDatabase::open(path, kBusy)),
        now_(system_clock()->now() - std::chrono::hours(1)),
        payload_(elk::to_json(first_update(1))) {
    outbox::ensure_schema(*database_).value();
  }

  void add_orders(int first, int count) {
    database_
        ->run(fmt::format("{} INSERT INTO orders (id, sender, contour, number, facts, "
                          "next_sequence) SELECT i, 'BENCH01', 'test', 'bench-' || i, ?, 3 FROM n",
                          numbers(first, count)),
              payload_)
        .value();
  }
  /// @param values sequence, state, head, hold_reason and held_since of each
  void add_updates(int first, int count, const char* values) {
    database_
        ->run(fmt::format("{} INSERT INTO updates (order_id, sequence, state, head, hold_reason, "
                          "held_since, submitted_at, type, payload) "
                          "SELECT i, {}, ?1, 'elk/status/1.0.2', ?2 FROM n",
                          numbers(first, count), values),
              now_, payload_)
        .value();
  }
  /// In commits of a moderate size.
  template <class Add>
  void for_each_part(int first, int count, Add add) {
    for (int done = 0; done < count; done += kOrdersInCommit) {
      auto transaction = *outbox::Transaction::begin(*database_);
      add(first + done, std::min(kOrdersInCommit, count - done));
      transaction.commit().value();
    }
  }

 private:
  static std::string numbers(int first, int count) {
    return fmt::format(
        "WITH RECURSIVE n(i) AS (VALUES ({}) UNION ALL SELECT i + 1 FROM n WHERE i < {})", first,
        first + count - 1);
  }

  std::unique_ptr<outbox::SqliteDatabase> database_;
  TimePoint now_;
  std::string payload_;
};

}  // namespace

std::shared_ptr<Outbox> make_backlog(const std::filesystem::path& path, const Backlog& backlog) {
  std::filesystem::create_directories(path.parent_path());
  {
    Writer writer(path.string());
    // The followers first: a search by age alone would meet all of them.
    writer.for_each_part(1, backlog.held_orders, [&](int first, int count) {
      writer.add_orders(first, count);
      writer.add_updates(first, count, "2, 'queued', 0, 'none', ''");
    });
    writer.for_each_part(1, backlog.held_orders, [&](int first, int count) {
      writer.add_updates(first, count, "1, 'held', 1, 'refused', ?1");
    });
    writer.for_each_part(1 + backlog.held_orders, backlog.queued_orders, [&](int first, int count) {
      writer.add_orders(first, count);
      writer.add_updates(first, count, "1, 'queued', 1, 'none', ''");
    });
  }
  auto opened = sqlite_outbox({.path = path.string(), .busy_timeout = kBusy}, system_clock());
  if (!opened) throw std::runtime_error(opened.error().describe());
  return *opened;
}

}  // namespace smev::bench
