#include "sdk/elk/answer.hpp"
#include "sdk/elk/lexical.hpp"

namespace smev::elk {

std::string explain_result(int code, std::string_view message, const Dictionaries& dictionaries) {
  const DictionaryEntry* entry = dictionaries.of(DictionaryKind::result_codes).find(code);
  if (entry != nullptr && !entry->explanation.empty()) return entry->explanation;
  const std::string said = shown(message, kShownMessageLength);
  return "Личный кабинет вернул код результата " + std::to_string(code) +
         ", значение которого не опубликовано" + (said.empty() ? "" : ": «" + said + "»") +
         ". Обновление не доставлено; обратитесь в Ситуационный центр с номером сообщения и этим "
         "кодом.";
}

}  // namespace smev::elk
