#pragma once
// Parts of the command line's grammar that several groups of commands are made of.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "smev-send/invocation.hpp"

namespace smev::cli {

inline constexpr char kOptionsTitle[] = "Ключи";

inline constexpr std::int64_t kNumberMax = std::numeric_limits<std::int64_t>::max();

/// Refuses in Russian what is no whole number from `least` to `most`.
CLI::Validator whole_number(std::int64_t least, std::int64_t most = kNumberMax);

CLI::App& add_command(CLI::App& parent, const char* name, const char* text);

CLI::Option* add_duration(CLI::App& command, const char* flag, std::optional<Duration>& to,
                          const std::string& text);
CLI::Option* add_moment(CLI::App& command, const char* flag, std::optional<TimePoint>& to,
                        const std::string& text);
/// The id of one update, as submit and list print it.
void add_update_id(CLI::App& command, UpdateId& to);
/// --state, --order, --hold-reason, --fault, --since, --until, --older
void add_criteria(CLI::App& command, UpdateCriteria& to);
void add_limit(CLI::App& command, int& to);
/// --after and --limit
void add_page(CLI::App& command, UpdateId& after, int& limit);

}  // namespace smev::cli
