#pragma once
// The grammar of `queue …` and `db …`; CLI11 fills the commands while it parses.

#include <array>
#include <functional>
#include <string>

#include "smev-send/grammar.hpp"

namespace smev::cli {

class QueueGrammar {
 public:
  using Choose = std::function<void(QueueCommand)>;
  void add(CLI::App& group, const Choose& choose);

 private:
  void add_looks(CLI::App& group, const Choose& choose);
  void add_decision(CLI::App& group, const char* name, UpdateEvent event, const char* text,
                    const Choose& choose);
  void add_replace(CLI::App& group, const Choose& choose);
  void add_hurry(CLI::App& group, const Choose& choose);
  void add_pause(CLI::App& group, const Choose& choose);
  void add_prune(CLI::App& group, const Choose& choose);

  QueueBlockedCommand blocked_;
  QueueDecideCommand decide_;  // one of them is parsed
  QueueReplaceCommand replace_;
  QueueHurryCommand hurry_;
  QueuePauseCommand pause_;
  QueueResumeCommand resume_;
  QueueLogCommand log_;
  QueuePruneCommand prune_;
  std::optional<Duration> older_;
  QueueExportCommand export_;
};

class DbGrammar {
 public:
  using Choose = std::function<void(DbCommand)>;
  void add(CLI::App& group, const Choose& choose);

 private:
  DbCheckCommand check_;
  DbBackupCommand backup_;
  DbMigrateCommand migrate_;
};

}  // namespace smev::cli
