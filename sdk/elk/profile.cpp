#include "smev/elk/profile.hpp"

namespace smev::elk {

std::string_view name(TimeForm form) {
  switch (form) {
    case TimeForm::utc:
      return "utc";
    case TimeForm::none:
      return "none";
    case TimeForm::moscow:
      break;
  }
  return "moscow";
}

std::optional<TimeForm> time_form(std::string_view text) {
  for (const TimeForm form : {TimeForm::moscow, TimeForm::utc, TimeForm::none}) {
    if (name(form) == text) return form;
  }
  return std::nullopt;
}

std::string_view name(EqualDates policy) {
  return policy == EqualDates::refuse ? "refuse" : "step";
}

std::optional<EqualDates> equal_dates(std::string_view text) {
  for (const EqualDates policy : {EqualDates::step, EqualDates::refuse}) {
    if (name(policy) == text) return policy;
  }
  return std::nullopt;
}

std::string_view name(CodeOrigin origin) { return origin == CodeOrigin::kcr ? "КЦР" : "РГУ"; }

std::optional<CodeOrigin> code_origin(std::string_view text) {
  for (const CodeOrigin origin : {CodeOrigin::rgu, CodeOrigin::kcr}) {
    if (name(origin) == text) return origin;
  }
  return std::nullopt;
}

}  // namespace smev::elk
