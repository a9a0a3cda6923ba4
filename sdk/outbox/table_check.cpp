// Whether the store still is what was written into it. Pages of rows, so that nobody waits for the
// whole.

#include <fmt/format.h>

#include <array>

#include "sdk/base/bytes.hpp"
#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {
namespace {

constexpr int kPage = 64;  // rows whose octets are in memory at once

struct Invariant {
  const char* broken;  ///< "update 17: …"
  const char* sql;     ///< the ids of rows that break it
};

#define SMEV_OPEN "('queued', 'in_flight', 'held')"
constexpr std::array<Invariant, 6> kInvariants = {{
    {"order {}: it has open updates and no head",
     "SELECT DISTINCT u.order_id FROM updates u WHERE u.state IN " SMEV_OPEN
     " AND NOT EXISTS (SELECT 1 FROM updates h WHERE h.order_id = u.order_id AND h.head = 1)"},
    {"update {}: it is the head, and an earlier one is open",
     "SELECT h.id FROM updates h WHERE h.head = 1 AND EXISTS (SELECT 1 FROM updates b "
     "WHERE b.order_id = h.order_id AND b.sequence < h.sequence AND b.state IN " SMEV_OPEN ")"},
    {"update {}: it is in flight, and no message of it waits",
     "SELECT u.id FROM updates u WHERE u.state = 'in_flight' AND NOT EXISTS (SELECT 1 FROM "
     "message_items i JOIN messages m ON m.id = i.message WHERE i.update_id = u.id "
     "AND m.waiting = 1)"},
    {"message {}: it waits, and no update is in flight in it",
     "SELECT m.id FROM messages m WHERE m.waiting = 1 AND NOT EXISTS (SELECT 1 FROM message_items "
     "i JOIN updates u ON u.id = i.update_id WHERE i.message = m.id AND u.state = 'in_flight')"},
    {"order {}: its next sequence is taken",
     "SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM updates u WHERE u.order_id = o.id "
     "AND u.sequence >= o.next_sequence)"},
    {"update {}: two that are open stand at its place",
     "SELECT a.id FROM updates a WHERE a.state IN " SMEV_OPEN
     " AND EXISTS (SELECT 1 FROM updates b WHERE b.order_id = a.order_id "
     "AND b.sequence = a.sequence AND b.id < a.id AND b.state IN " SMEV_OPEN ")"},
}};
#undef SMEV_OPEN

class Findings {
 public:
  explicit Findings(StoreCheck& check) : check_(check) {}
  void add(std::string fault) {
    if (check_.faults.size() < StoreCheck::kFaultsMax) check_.faults.push_back(std::move(fault));
  }
  void add(const char* format, std::int64_t id) { add(fmt::format(fmt::runtime(format), id)); }

 private:
  StoreCheck& check_;
};

// A page of hashed rows: id, name, hash, octets. Gives the last id; nothing: there are no more.
Result<std::optional<std::int64_t>> check_octets(Statement statement, std::string_view what,
                                                 std::int64_t& count, Findings& findings) {
  std::optional<std::int64_t> last;
  while (true) {
    SMEV_ASSIGN(const bool more, statement.next());
    if (!more) return last;
    last = statement.integer(0);
    ++count;
    const std::optional<std::string> octets = statement.optional_text(3);
    if (!octets) {
      findings.add(fmt::format("{} {}: its octets are gone", what, statement.text(1)));
    } else if (sha256_hex(*octets) != statement.text(2)) {
      findings.add(
          fmt::format("{} {}: its octets are not those that were stored", what, statement.text(1)));
    }
  }
}

constexpr const char* kBodiesSql =
    "SELECT m.id, m.message_id, m.body_sha256, b.body FROM messages m LEFT JOIN message_bodies b "
    "ON b.message = m.id WHERE m.pruned_at = '' AND m.id > ? ORDER BY m.id LIMIT ?";
constexpr const char* kAnswersSql =
    "SELECT id, message_id, raw_sha256, raw FROM answers LEFT JOIN answer_bodies ON answer = id "
    "WHERE id > ? ORDER BY id LIMIT ?";

// The next files by their hash.
Result<std::vector<StoredFile>> files_after(Database& database, const std::string& after) {
  SMEV_ASSIGN(Statement statement,
              database.query("SELECT sha256, max(size) FROM files WHERE sha256 > ? "
                             "GROUP BY sha256 ORDER BY sha256 LIMIT ?",
                             after, kPage));
  return read_all<StoredFile>(statement, [](Statement& row) -> Result<StoredFile> {
    return StoredFile{row.text(0), static_cast<std::uint64_t>(row.integer(1))};
  });
}

Result<void> check_file(const KeptFiles& files, const StoredFile& file, bool read_it) {
  SMEV_TRY(files.check_there(file));
  if (!read_it) return {};
  SMEV_TRY(files.verified_path(file.sha256));
  return {};
}

Result<void> check_invariants(Database& database, Findings& findings) {
  for (const Invariant& invariant : kInvariants) {
    SMEV_ASSIGN(Statement statement, database.query(invariant.sql));
    SMEV_ASSIGN(const std::vector<std::int64_t> broken, read_numbers(statement));
    for (const std::int64_t id : broken) findings.add(invariant.broken, id);
  }
  return {};
}

}  // namespace

Result<StoreCheck> TableOutbox::check_store(bool read_files) {
  StoreCheck check;
  Findings findings(check);
  SMEV_TRY(read([&](Database& database) -> Result<void> {
    SMEV_ASSIGN(const std::vector<std::string> faults, check_engine(database));
    for (const std::string& fault : faults) findings.add(fault);
    return check_invariants(database, findings);
  }));
  const auto read_pages = [&](const char* sql, std::string_view what,
                              std::int64_t& count) -> Result<void> {
    std::optional<std::int64_t> last = 0;
    while (last) {
      SMEV_ASSIGN(last, read([&](Database& database) -> Result<std::optional<std::int64_t>> {
                    SMEV_ASSIGN(Statement page, database.query(sql, *last, kPage));
                    return check_octets(std::move(page), what, count, findings);
                  }));
    }
    return {};
  };
  SMEV_TRY(read_pages(kBodiesSql, "message", check.messages));
  SMEV_TRY(read_pages(kAnswersSql, "answer", check.answers));
  for (std::string after;;) {
    SMEV_ASSIGN(const std::vector<StoredFile> page,
                read([&](Database& database) { return files_after(database, after); }));
    if (page.empty()) return check;
    after = page.back().sha256;
    for (const StoredFile& file : page) {
      ++check.files;
      const Result<void> whole = check_file(files_, file, read_files);
      if (!whole) findings.add("file " + file.sha256 + ": " + whole.error().detail);
    }
  }
}

}  // namespace smev::outbox
