#pragma once
// What must be in place before the first status can be sent: what onboarding asks about the
// organisation and its services (elk-status §5, §7), as a checklist for people.

#include <string>
#include <string_view>
#include <vector>

#include "sdk/elk/faults.hpp"
#include "smev/elk/profile.hpp"

namespace smev::elk {

enum class Readiness {
  ready,
  attention,  ///< not given yet, or worth a second look: nothing is refused for it
  refused,    ///< as it stands it would be refused
};
/// The stable name: "ready", "attention", "refused".
std::string_view name(Readiness readiness);

struct ChecklistLine {
  std::string field;  ///< the key to set: "profile.registration.okato"
  std::string title;  ///< Russian: what was looked at
  Readiness readiness = Readiness::ready;
  std::string text;  ///< Russian: what is wrong and what to do; empty when ready
  std::string source;
};

/// What is wrong with none of the values, but keeps from being ready.
struct Hint {
  std::string text;  ///< empty: nothing does
  std::string_view source;
};

/// Puts faults and hints in the order in which people go through them.
class Checklist {
 public:
  explicit Checklist(std::vector<FieldFault> faults) : faults_(std::move(faults)) {}

  /// The faults of the field and of those below it; without any, the hint; without that, a line
  /// that says ready. What is missing asks for attention, what is wrong is refused.
  void look(const std::string& field, const std::string& title, const Hint& hint = {});
  void refuse(std::string field, std::string title, std::string text, std::string_view source);
  /// All lines; faults that nobody looked at come last.
  [[nodiscard]] std::vector<ChecklistLine> take();

 private:
  void add(const FieldFault& fault, const std::string& title);

  std::vector<FieldFault> faults_;
  std::vector<ChecklistLine> lines_;
};

/// @param list its faults are named as in the configuration: "profile.inn"
/// @param sender mnemonic of the sender in SMEV
void look_at_profile(Checklist& list, const Profile& profile, const Mnemonic& sender);

/// SRC_SYSTEM: the registered one, else the sender's.
const Mnemonic& source_system(const Profile& profile, const Mnemonic& sender);

/// Faults of what is given; what is not given is none.
void check_registration(Faults& faults, const std::string& field, const Registration& registration);

}  // namespace smev::elk
