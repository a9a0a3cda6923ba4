#include "sdk/elk/nearest_name.hpp"

#include <limits>

#include "sdk/base/text.hpp"

namespace smev::elk {
namespace {

constexpr std::size_t kComparedMax = 64;
constexpr std::size_t kShortName = 4;

/// lastName, LAST-NAME and last_name are one name to whoever mistook them.
std::string folded(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return letters;
}

const std::vector<std::string_view>& field_names() {
  static const std::vector<std::string_view> names = {
      "address",
      "applicant",
      "at",
      "birth_date",
      "channel",
      "citizenship",
      "code",
      "created_elsewhere",
      "data_mart_results",
      "document_type",
      "elk_number",
      "entrepreneur",
      "ern",
      "esia_id",
      "filed_at",
      "first_name",
      "frgu_code",
      "informed",
      "inn",
      "kpp",
      "last_name",
      "legal_entity",
      "message_type",
      "middle_name",
      "mime",
      "more_statuses",
      "name",
      "number",
      "office",
      "ogrn",
      "ogrnip",
      "order",
      "organization_by_esia_id",
      "parameters",
      "path",
      "person_by_document",
      "person_by_ern",
      "person_by_esia_id",
      "person_by_inn",
      "person_by_snils",
      "person_by_snils_and_birth_date",
      "region",
      "results",
      "sender_inn",
      "sender_kpp",
      "series",
      "service",
      "snils",
      "status",
      "title",
      "uuid",
      "value",
  };
  return names;
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kComparedMax) return {};
  const std::string meant = folded(name);
  std::string_view best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(meant, folded(candidate));
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  const std::size_t tolerated = meant.size() <= kShortName ? 1 : 2;
  return best_distance <= tolerated ? std::string(best) : std::string();
}

bool is_near_to_a_field(std::string_view name) {
  return !nearest_name(name, field_names()).empty();
}

}  // namespace smev::elk
