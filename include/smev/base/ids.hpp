#pragma once
/// UUIDs of version 1 (time and node), lower case, as SMEV asks of a MessageID (smev3 §2.1).

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev {

class Uuid {
 public:
  Uuid() = default;
  /// Accepts lower-case hexadecimal 8-4-4-4-12 only (upper case fails in SMEV's schema).
  static Result<Uuid> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// 1 for time-based ids; 0 for an empty one.
  [[nodiscard]] int version() const;
  /// The time inside a version 1 id; nothing for other versions.
  [[nodiscard]] std::optional<TimePoint> time() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  explicit Uuid(std::string text) : text_(std::move(text)) {}
  friend class UuidBuilder;
  std::string text_;
};

/// Thread-safe. Never gives the same id twice in a process; a random node makes clashes between
/// processes as unlikely as random ids.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual Uuid next() = 0;
};

/// Version 1 ids from the clock's time and a random node drawn once (multicast bit set, RFC 4122
/// §4.5).
std::shared_ptr<IdSource> time_based_ids(std::shared_ptr<Clock> clock);
/// The same with node and clock sequence from a seed, so that a simulation can replay them.
std::shared_ptr<IdSource> seeded_ids(std::shared_ptr<Clock> clock, unsigned long long seed);

}  // namespace smev
