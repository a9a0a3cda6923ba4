#include "mock-smev/journal.hpp"

namespace smev::mock {

void Journal::record(JournalEntry entry) {
  const std::lock_guard lock(mutex_);
  const std::string operation = entry.operation.empty() ? "unreadable" : entry.operation;
  ++counters_[operation + '.' + entry.outcome];
  counters_["duplicates"] += entry.duplicate ? 1 : 0;
  counters_["dropped"] += entry.dropped ? 1 : 0;
  counters_["tampered"] += entry.tampered ? 1 : 0;
  entries_.push_back(std::move(entry));
  if (entries_.size() > kJournalEntriesMax) entries_.pop_front();
}

std::vector<JournalEntry> Journal::entries() const {
  const std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

std::map<std::string, std::uint64_t> Journal::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace smev::mock
