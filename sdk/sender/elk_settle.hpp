#pragma once
// What an answer to a message of ours means for each of its updates: docs/answers.md as code.

#include "sdk/sender/information_type.hpp"
#include "smev/elk/dictionary.hpp"

namespace smev {

/// `dictionaries`: words for the result codes. Every order settles by its own result code: never by
/// a text, never by the code of the message.
SettledAnswer settle_elk_answer(const std::vector<AnsweredUpdate>& items,
                                const IncomingMessage& answer,
                                const elk::Dictionaries& dictionaries);

}  // namespace smev
