#include <array>

#include "sdk/outbox/named_values.hpp"
#include "smev/outbox/outbox.hpp"

namespace smev {
namespace {

struct ContourRow {
  Contour value;
  std::string_view name;
};

constexpr std::array<ContourRow, 2> kContours = {{
    {Contour::test, "test"},
    {Contour::production, "production"},
}};
static_assert(outbox::in_order_of_enumeration(kContours));

}  // namespace

std::string_view name(Contour contour) { return outbox::row_of(kContours, contour).name; }

std::optional<Contour> contour(std::string_view name) {
  return outbox::value_named(kContours, name);
}

}  // namespace smev
