#pragma once
/// Structured log: one event per line, stable event names and fields, never personal data.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smev {

enum class LogLevel { debug, info, warning, error };

struct LogField {
  std::string_view name{};
  std::string value{};
};

/// Thread-safe; must not throw and must not call back into the SDK.
class Logger {
 public:
  virtual ~Logger() = default;
  /// @param event stable dotted name: "message.accepted"
  /// @param text Russian sentence for the operator; may be empty
  virtual void write(LogLevel level, std::string_view event, std::string_view text,
                     const std::vector<LogField>& fields) = 0;

  void debug(std::string_view event, const std::vector<LogField>& fields = {}) {
    write(LogLevel::debug, event, {}, fields);
  }
  void info(std::string_view event, const std::vector<LogField>& fields = {}) {
    write(LogLevel::info, event, {}, fields);
  }
  void warning(std::string_view event, std::string_view text,
               const std::vector<LogField>& fields = {}) {
    write(LogLevel::warning, event, text, fields);
  }
  void error(std::string_view event, std::string_view text,
             const std::vector<LogField>& fields = {}) {
    write(LogLevel::error, event, text, fields);
  }
};

std::shared_ptr<Logger> null_logger();
/// logfmt to standard error: `time=… level=warning event=… text="…" order=…`.
std::shared_ptr<Logger> stderr_logger(LogLevel least = LogLevel::info);

}  // namespace smev
