#pragma once
// What every SOAP call asked and what became of it: for tests that count, and for a person who
// wonders. Names and ids only, never content. Thread-safe.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "smev/base/clock.hpp"

namespace smev::mock {

/// Older calls are forgotten; the counters go on.
inline constexpr std::size_t kJournalEntriesMax = 50'000;

struct JournalEntry {
  TimePoint time{};
  std::string operation;   ///< "SendRequest"; empty when the call could not be read
  std::string message_id;  ///< sent, delivered or acknowledged; may be empty
  std::string sender;      ///< mnemonic; empty until the signature was accepted
  /// "accepted", "rejected" (accepted, then refused asynchronously), "delivered", "redelivered",
  /// "empty", "acknowledged", "kept" (accepted="false"), "lost" (an Ack that was not looked at),
  /// "fault", "injected"
  std::string outcome;
  std::string fault;   ///< "SignatureVerificationFault"
  std::string reason;  ///< "NoSignatureFound"
  std::string detail;  ///< English: what exactly is wrong with the caller's signature
  bool duplicate = false;
  bool dropped = false;   ///< the caller got no answer
  bool tampered = false;  ///< the answer was changed after signing
};

class Journal {
 public:
  void record(JournalEntry entry);
  [[nodiscard]] std::vector<JournalEntry> entries() const;
  /// "SendRequest.accepted" → how often; besides "duplicates", "dropped", "tampered".
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const;

 private:
  mutable std::mutex mutex_;
  std::deque<JournalEntry> entries_;
  std::map<std::string, std::uint64_t> counters_;
};

}  // namespace smev::mock
