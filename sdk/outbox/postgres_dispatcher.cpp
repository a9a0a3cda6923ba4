#include "sdk/outbox/postgres_dispatcher.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "sdk/base/threads.hpp"
#include "sdk/outbox/rows.hpp"
#include "sdk/outbox/transitions.hpp"

namespace smev::outbox {
namespace {

// Two beats may fail before a lease runs out.
constexpr int kBeatsPerLease = 3;
constexpr std::size_t kHostNameMax = 256;

// For people who look into the table; nothing hangs on it.
std::string place_of_process() {
  std::array<char, kHostNameMax> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("{}:{}", host.data(), ::getpid());
}

// What dispatchers have left that are not alive: attempts that nobody ends, claims that nobody
// uses. What somebody writes just now is not left.
Result<void> free_abandoned(PostgresDatabase& database, TimePoint now) {
  std::vector<MessageKey> open;
  {
    SMEV_ASSIGN(Statement statement,
                database.query("SELECT m.id FROM attempts a JOIN messages m ON m.id = a.message "
                               "WHERE a.ended = '' AND NOT EXISTS (SELECT 1 FROM dispatchers d "
                               "WHERE d.owner = m.lease_owner AND d.alive_until > ?) "
                               "ORDER BY m.id FOR UPDATE OF m SKIP LOCKED",
                               now));
    SMEV_ASSIGN(open, read_numbers(statement));
  }
  for (const MessageKey message : open) SMEV_TRY(interrupt_attempt(database, now, message));
  SMEV_TRY(
      database.run("UPDATE updates SET lease_until = '' WHERE id IN (SELECT id FROM updates u "
                   "WHERE lease_until <> '' AND NOT EXISTS (SELECT 1 FROM dispatchers d "
                   "WHERE d.owner = u.lease_owner AND d.alive_until > ?) FOR UPDATE SKIP LOCKED)",
                   now));
  SMEV_TRY(database.run("DELETE FROM dispatchers WHERE alive_until <= ?", now));
  return {};
}

// A row that is written just now is left out: it would have to be waited for, in whatever order.
Result<void> prolong(PostgresDatabase& database, const std::string& owner, TimePoint until) {
  SMEV_TRY(
      database.run("UPDATE updates SET lease_until = least(lease_limit, ?) WHERE id IN "
                   "(SELECT id FROM updates WHERE lease_until <> '' AND lease_owner = ? "
                   "FOR UPDATE SKIP LOCKED)",
                   until, owner));
  SMEV_TRY(
      database.run("UPDATE messages SET lease_until = least(lease_limit, ?) WHERE id IN "
                   "(SELECT id FROM messages WHERE state = 'sending' AND lease_owner = ? "
                   "FOR UPDATE SKIP LOCKED)",
                   until, owner));
  return {};
}

}  // namespace

PostgresDispatcher::PostgresDispatcher(std::shared_ptr<PostgresPool> pool, std::string owner,
                                       Duration lease, std::shared_ptr<Clock> clock)
    : pool_(std::move(pool)), owner_(std::move(owner)), lease_(lease), clock_(std::move(clock)) {}

Result<std::shared_ptr<PostgresDispatcher>> PostgresDispatcher::start(
    std::shared_ptr<PostgresPool> pool, std::string owner, Duration lease,
    std::shared_ptr<Clock> clock) {
  std::shared_ptr<PostgresDispatcher> dispatcher(
      new PostgresDispatcher(std::move(pool), std::move(owner), lease, std::move(clock)));
  SMEV_TRY(dispatcher->register_owner());
  PostgresDispatcher* self = dispatcher.get();
  self->heart_ = quiet_thread([self](const std::stop_token& stop) { self->run(stop); });
  return dispatcher;
}

PostgresDispatcher::~PostgresDispatcher() {
  if (!heart_.joinable()) return;
  heart_.request_stop();
  heart_.join();
  // Without a database the leases run out by themselves.
  static_cast<void>(leave());
}

Result<void> PostgresDispatcher::register_owner() {
  SMEV_ASSIGN(auto database, pool_->borrow());
  const TimePoint now = clock_->now();
  {
    SMEV_ASSIGN(PostgresTransaction transaction, PostgresTransaction::begin(*database));
    SMEV_TRY(beat(*database));
    SMEV_TRY(transaction.commit());
  }
  SMEV_ASSIGN(PostgresTransaction transaction, PostgresTransaction::begin(*database));
  SMEV_TRY(free_abandoned(*database, now));
  return transaction.commit();
}

Result<void> PostgresDispatcher::beat(PostgresDatabase& database) {
  const TimePoint now = clock_->now();
  // Again and again: whoever took this process for dead has removed the row.
  SMEV_TRY(
      database.run("INSERT INTO dispatchers (owner, place, started_at, alive_until) "
                   "VALUES (?, ?, ?, ?) ON CONFLICT (owner) DO UPDATE SET alive_until = "
                   "EXCLUDED.alive_until",
                   owner_, place_of_process(), now, now + lease_));
  return prolong(database, owner_, now + lease_);
}

// Over a connection of its own: all others may be busy with work that the leases are for.
void PostgresDispatcher::run(const std::stop_token& stop) {
  std::unique_ptr<PostgresDatabase> database;
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, stop, lease_ / kBeatsPerLease, [] { return false; }) &&
         !stop.stop_requested()) {
    if (!database) {
      Result<std::unique_ptr<PostgresDatabase>> opened = PostgresDatabase::open(pool_->place());
      if (!opened) continue;
      database = std::move(*opened);
    }
    // A failed beat is made up for by the next one, or the leases run out.
    if (!beat(*database) && !database->usable()) database.reset();
  }
}

Result<void> PostgresDispatcher::leave() {
  SMEV_ASSIGN(auto database, pool_->borrow());
  SMEV_ASSIGN(PostgresTransaction transaction, PostgresTransaction::begin(*database));
  SMEV_TRY(database->run("DELETE FROM dispatchers WHERE owner = ?", owner_));
  SMEV_TRY(database->run("UPDATE inbox_readers SET lease_until = '' WHERE owner = ?", owner_));
  SMEV_TRY(free_abandoned(*database, clock_->now()));
  return transaction.commit();
}

}  // namespace smev::outbox
