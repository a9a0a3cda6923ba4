#pragma once
// Looks into the store's file through a connection of its own, past the code that is being tested:
// what is committed is what counts.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smev/outbox/states.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace smev::simulation {

struct ProbedUpdate {
  std::int64_t id = 0;
  UpdateState state = UpdateState::queued;
  HoldReason hold_reason = HoldReason::none;
  bool head = false;
  bool result_refused = false;  ///< ЕЛК gave a code other than 0
};

struct ProbedMessage {
  std::int64_t id = 0;
  MessageState state = MessageState::frozen;
  int doubtful_attempts = 0;
};

struct ProbedAnswer {
  bool verified = false;
  bool stray = false;
  bool settled = false;
};

class StoreProbe {
 public:
  explicit StoreProbe(const std::string& path);
  ~StoreProbe();
  StoreProbe(const StoreProbe&) = delete;
  StoreProbe& operator=(const StoreProbe&) = delete;

  std::vector<ProbedUpdate> updates();
  std::vector<ProbedMessage> messages();
  std::optional<ProbedAnswer> answer(const std::string& message_id);
  /// For mutants, which break what the code would not.
  void execute(const std::string& sql);

 private:
  sqlite3_stmt* prepare(sqlite3_stmt*& kept, const char* sql);

  sqlite3* connection_ = nullptr;
  sqlite3_stmt* updates_ = nullptr;
  sqlite3_stmt* messages_ = nullptr;
  sqlite3_stmt* answer_ = nullptr;
};

}  // namespace smev::simulation
