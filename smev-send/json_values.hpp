#pragma once
// Parts of the JSON that commands print: each value has one form wherever it stands.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/sender/sender.hpp"

namespace smev::cli {

using Json = nlohmann::ordered_json;

/// Texts of SMEV and certificates may hold octets that are no UTF-8: they are replaced.
std::string written(const Json& json);

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::optional<TimePoint>& moment);
Json or_null(const std::string& text);

Json json_of(const UpdateRow& update);
Json json_of(const UpdateReport::Message& entry);
Json json_of(const AttemptRow& attempt);
Json json_of(const AuditRow& row);
Json json_of(const FieldFault& fault);
Json json_of(const Error& error, std::string_view code);
Json json_of(const OutboxStats& stats);
Json json_of(const std::optional<Pause>& pause);

}  // namespace smev::cli
