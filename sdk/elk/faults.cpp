#include "sdk/elk/faults.hpp"

#include <algorithm>

#include "sdk/base/text.hpp"

namespace smev::elk {
namespace {

/// XML 1.0 §2.2.
bool is_forbidden_in_xml(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\r';
  return c == 0xFFFE || c == 0xFFFF;
}

/// What XML allows and nobody sees: controls of C1, direction marks, blanks of no width. They come
/// from a clipboard or from malice. Joiners (U+200C, U+200D) belong to some scripts.
bool is_invisible(char32_t c) {
  return (c >= 0x7F && c <= 0x9F) || c == 0x200B || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF;
}

/// The word form that Russian wants after a number.
std::string_view counted(std::size_t count, std::string_view one, std::string_view few,
                         std::string_view many) {
  const std::size_t tens = count % 100;
  if (tens >= 11 && tens <= 14) return many;
  const std::size_t units = count % 10;
  if (units == 1) return one;
  return units >= 2 && units <= 4 ? few : many;
}

std::string with_word(std::size_t count, std::string_view one, std::string_view few,
                      std::string_view many) {
  return std::to_string(count) + " " + std::string(counted(count, one, few, many));
}

/// «не больше 36 символов»: the genitive after a comparison.
std::string genitive_characters(std::size_t count) {
  const bool singular = count % 10 == 1 && count % 100 != 11;
  return std::to_string(count) + (singular ? " символа" : " символов");
}

}  // namespace

void Faults::add(std::string field, std::string code, std::string text, std::string_view from) {
  if (list_.size() >= kFaultsToldMax) {
    ++untold_;
    return;
  }
  list_.push_back({std::move(field), std::move(code), std::move(text), std::string(from)});
}

void Faults::add(std::vector<FieldFault> faults) {
  for (FieldFault& fault : faults) {
    add(std::move(fault.field), std::move(fault.code), std::move(fault.text), fault.source);
  }
}

std::vector<FieldFault> Faults::take() {
  if (untold_ > 0) {
    list_.push_back({"…", kMoreFaults, "и ещё " + std::to_string(untold_), source::kSdk});
  }
  return std::move(list_);
}

bool is_at_or_below(std::string_view field, std::string_view top) {
  return field.starts_with(top) &&
         (field.size() == top.size() || field[top.size()] == '.' || field[top.size()] == '[');
}

std::vector<FieldFault> with_later(std::vector<FieldFault> faults, std::vector<FieldFault> later) {
  // More than can be told are there already.
  if (!faults.empty() && faults.back().code == kMoreFaults) return faults;
  const auto unread = [&faults](const FieldFault& fault) {
    return std::any_of(faults.begin(), faults.end(), [&fault](const FieldFault& form) {
      return form.field == kWholeUpdate || is_at_or_below(fault.field, form.field) ||
             (fault.code != "too_many" && is_at_or_below(form.field, fault.field));
    });
  };
  Faults all;
  later.erase(std::remove_if(later.begin(), later.end(), unread), later.end());
  all.add(std::move(faults));
  all.add(std::move(later));
  return all.take();
}

std::string characters_text(std::size_t count) {
  return with_word(count, "символ", "символа", "символов");
}

bool check_text(Faults& faults, const std::string& field, std::string_view text,
                const TextLimits& limits) {
  if (!is_valid_utf8(text)) {
    faults.add(field, "encoding", "Текст не в кодировке UTF-8", source::kSchema);
    return false;
  }
  if (has_character(text, is_forbidden_in_xml)) {
    faults.add(field, "forbidden_character",
               "Есть управляющий символ, который в XML недопустим: удалите его", source::kSchema);
    return false;
  }
  if (has_character(text, is_invisible)) {
    faults.add(field, "forbidden_character",
               "Есть невидимый символ (управляющий, метка направления или пробел нулевой ширины): "
               "наберите текст заново",
               source::kSdk);
    return false;
  }
  if (limits.one_line && text.find_first_of("\t\r\n") != std::string_view::npos) {
    faults.add(field, "line_break",
               "Табуляция и перевод строки здесь недопустимы: нужна одна строка", source::kSchema);
    return false;
  }
  const std::size_t length = utf8_length(text);
  if (length == 0 && limits.least > 0) {
    faults.add(field, "missing", "Обязательное поле не заполнено", source::kSchema);
    return false;
  }
  if (length < limits.least) {
    faults.add(field, "too_short",
               "Слишком коротко: " + characters_text(length) + ", нужно не меньше " +
                   genitive_characters(limits.least),
               source::kSchema);
    return false;
  }
  if (length > limits.most) {
    faults.add(field, "too_long",
               "Слишком длинно: " + characters_text(length) + ", допустимо не больше " +
                   genitive_characters(limits.most),
               source::kSchema);
    return false;
  }
  return true;
}

bool check_not_blank(Faults& faults, const std::string& field, std::string_view text) {
  if (text.find_first_not_of(' ') != std::string_view::npos) return true;
  faults.add(field, "blank", "Поле состоит из одних пробелов", source::kSdk);
  return false;
}

bool check_digits(Faults& faults, const std::string& field, std::string_view text,
                  std::size_t least, std::size_t most) {
  if (text.empty()) {
    faults.add(field, "missing", "Обязательное поле не заполнено", source::kSchema);
    return false;
  }
  if (all_ascii_digits(text) && text.size() >= least && text.size() <= most) return true;
  const std::string expected =
      least == most ? with_word(most, "цифра", "цифры", "цифр")
                    : "от " + std::to_string(least) + " до " + std::to_string(most) + " цифр";
  faults.add(field, "pattern", "Ожидается " + expected + " без других знаков", source::kSchema);
  return false;
}

}  // namespace smev::elk
