#include "mock-smev/journal.hpp"

#include <gtest/gtest.h>

namespace smev::mock {
namespace {

JournalEntry entry(const std::string& operation, const std::string& outcome) {
  JournalEntry made;
  made.operation = operation;
  made.outcome = outcome;
  return made;
}

TEST(Journal, counts_outcomes_by_operation) {
  Journal journal;
  journal.record(entry("SendRequest", "accepted"));
  journal.record(entry("SendRequest", "accepted"));
  JournalEntry duplicate = entry("SendRequest", "fault");
  duplicate.duplicate = true;
  journal.record(duplicate);
  journal.record(entry("", "fault"));
  const auto counters = journal.counters();
  EXPECT_EQ(counters.at("SendRequest.accepted"), 2u);
  EXPECT_EQ(counters.at("SendRequest.fault"), 1u);
  EXPECT_EQ(counters.at("unreadable.fault"), 1u);
  EXPECT_EQ(counters.at("duplicates"), 1u);
  EXPECT_EQ(counters.at("dropped"), 0u);
}

TEST(Journal, forgets_the_oldest_calls_but_not_their_count) {
  Journal journal;
  for (std::size_t i = 0; i < kJournalEntriesMax; ++i) journal.record(entry("Ack", "first"));
  EXPECT_EQ(journal.entries().size(), kJournalEntriesMax);
  journal.record(entry("Ack", "last"));
  EXPECT_EQ(journal.entries().size(), kJournalEntriesMax);
  EXPECT_EQ(journal.entries().back().outcome, "last");
  EXPECT_EQ(journal.counters().at("Ack.first"), kJournalEntriesMax);
}

}  // namespace
}  // namespace smev::mock
