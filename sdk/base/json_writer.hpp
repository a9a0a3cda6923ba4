#pragma once
// JSON written as it goes, without a tree of it; the octets are those of nlohmann's dump() without
// indentation. Octets that are no UTF-8 become U+FFFD by nlohmann's own rules.

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace smev {

class JsonWriter {
 public:
  JsonWriter& open_object() { return begin().put('{'); }
  JsonWriter& close_object() { return put('}'); }
  JsonWriter& open_list() { return begin().put('['); }
  JsonWriter& close_list() { return put(']'); }
  /// What is written next is the value of this member.
  JsonWriter& key(std::string_view name) { return value(name).put(':'); }
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
  template <std::integral Number>
  JsonWriter& value(Number number) {
    return raw(std::to_string(number));
  }
  template <class Value>
  JsonWriter& member(std::string_view name, const Value& of) {
    return key(name).value(of);
  }
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  std::string take() { return std::move(out_); }

 private:
  // Inside an object or a list, behind its first value.
  JsonWriter& begin() {
    if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') put(',');
    return *this;
  }
  JsonWriter& put(char c) {
    out_ += c;
    return *this;
  }

  std::string out_;
};

}  // namespace smev
