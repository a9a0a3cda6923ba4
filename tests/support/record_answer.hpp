#pragma once
// An answer of which a test knows beforehand what it means.

#include <utility>
#include <vector>

#include "smev/outbox/outbox.hpp"

namespace smev::testing {

inline Result<RecordedAnswer> record_answer(Outbox& outbox, NewAnswer answer,
                                            std::vector<Settlement> settlements = {}) {
  answer.check = [&settlements](const std::vector<AnsweredUpdate>&) {
    return SettledAnswer{settlements, {}};
  };
  SMEV_ASSIGN(std::vector<RecordedAnswer> recorded, outbox.record_answers({std::move(answer)}));
  return std::move(recorded.front());
}

}  // namespace smev::testing
