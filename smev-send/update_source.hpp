#pragma once
// Updates in whatever form they come (docs/update.md), one after the other. NDJSON and CSV are read
// as they go, one record in memory; the text of the other forms is read whole. Of a JSON array one
// item at a time is made an update of.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sdk/elk/json.hpp"
#include "sdk/elk/json_tree.hpp"
#include "smev-send/environment.hpp"
#include "smev-send/invocation.hpp"
#include "smev/elk/profile.hpp"

namespace smev::cli {

/// Of a line of NDJSON and of a row of CSV; as much as a JSON document may have.
inline constexpr std::size_t kRecordBytesMax = elk::kJsonBytesMax;

/// One update, or why it is none.
struct InputRecord {
  std::size_t number = 0;           ///< from 1
  std::optional<std::size_t> line;  ///< where it begins; business XML does not tell
  elk::UpdateReading read;
  std::string text;  ///< as it came
};

class UpdateSource {
 public:
  virtual ~UpdateSource() = default;

  /// Nothing at the end. An error: there is no reading on.
  virtual Result<std::optional<InputRecord>> next() = 0;
  /// The input is one update and no list.
  [[nodiscard]] virtual bool single() const { return false; }
  /// What makes the texts of some records a file of the same form again.
  struct Frame {
    std::string before;
    std::string between;
    std::string after;
  };
  [[nodiscard]] virtual Frame frame() const { return {}; }
};

/// Opens the file (or standard input), and finds out its form unless the command names it.
Result<std::unique_ptr<UpdateSource>> open_updates(const SubmitCommand& command,
                                                   const Environment& environment,
                                                   const elk::Profile& profile);

}  // namespace smev::cli
