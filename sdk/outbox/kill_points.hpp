#pragma once
// Where a crash test may end the process: before and after every commit that a promise hangs on.

#include <array>

namespace smev::outbox {

struct CommitPoints {
  const char* committing;
  const char* committed;
};

inline constexpr CommitPoints kSubmitPoints{"outbox.submit.committing", "outbox.submit.committed"};
inline constexpr CommitPoints kFreezePoints{"outbox.freeze.committing", "outbox.freeze.committed"};
inline constexpr CommitPoints kAttemptStartedPoints{"outbox.attempt_started.committing",
                                                    "outbox.attempt_started.committed"};
inline constexpr CommitPoints kAttemptFinishedPoints{"outbox.attempt_finished.committing",
                                                     "outbox.attempt_finished.committed"};
inline constexpr CommitPoints kAnswerPoints{"outbox.answer.committing", "outbox.answer.committed"};
inline constexpr CommitPoints kAcknowledgedPoints{"outbox.acknowledged.committing",
                                                  "outbox.acknowledged.committed"};

inline constexpr std::array<CommitPoints, 6> kAllCommitPoints = {
    kSubmitPoints,          kFreezePoints, kAttemptStartedPoints,
    kAttemptFinishedPoints, kAnswerPoints, kAcknowledgedPoints};

}  // namespace smev::outbox
