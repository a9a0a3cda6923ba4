// Random valid updates with one fault each: the rules refuse every one of them by the field that is
// to blame, and so does the schema where the rule is the schema's.

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>

#include "sdk/elk/faults.hpp"
#include "sdk/elk/identity.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/xml/schema.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/elk/fixtures.hpp"
#include "tests/unit/elk/random_update.hpp"

namespace smev::elk {
namespace {

using testing::kNow;
using testing::RandomUpdates;
using testing::test_profile;

constexpr std::size_t kUpdates = 3000;

enum class Rule {
  schema,  ///< the schema says so too
  ours,
};

/// What a fault is told as.
struct Blame {
  std::string code;
  std::string source;
};

struct OneFault {
  std::string field;  ///< that is to blame
  Rule rule;
  Blame blame;
  /// Makes the fault; false when the update has no such place.
  std::function<bool(Update&, RandomUpdates&)> make;
  /// The past of the order; none: it is a first update.
  std::function<OrderHistory(const Update&)> past = {};
  bool later = false;  ///< in an update that has nothing of its order but the number
};

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// The same number with its last digit changed: no check digit survives that.
template <class Type>
Type mistyped(const Type& number) {
  std::string text = number.text();
  text.back() = text.back() == '9' ? '0' : static_cast<char>(text.back() + 1);
  return text;
}

/// A fault in a member of one kind of applicant.
template <class Kind, class Make>
OneFault in(std::string member, Rule rule, Blame blame, Make make) {
  return {"order.applicant" + (member.empty() ? "" : "." + member), rule, std::move(blame),
          [make](Update& update, RandomUpdates&) {
            auto* kind = std::get_if<Kind>(&*update.order.applicant);
            if (kind == nullptr) return false;
            if constexpr (std::is_same_v<std::invoke_result_t<Make, Kind&>, bool>) {
              return make(*kind);
            } else {
              make(*kind);
              return true;
            }
          }};
}

/// A fault that every update has room for.
template <class Make>
OneFault anywhere(std::string field, Rule rule, Blame blame, Make make) {
  return {std::move(field), rule, std::move(blame), [make](Update& update, RandomUpdates&) {
            make(update);
            return true;
          }};
}

/// A person's names and citizenship are the same in three kinds.
template <class Kind>
void add_names(std::vector<OneFault>& faults) {
  faults.push_back(in<Kind>("last_name", Rule::schema, {"too_long", source::kSchema},
                            [](Kind& person) { person.last_name = repeated("Я", kNameMax + 1); }));
  faults.push_back(in<Kind>("first_name", Rule::schema, {"too_long", source::kSchema},
                            [](Kind& person) { person.first_name = repeated("я", kNameMax + 1); }));
  faults.push_back(
      in<Kind>("middle_name", Rule::schema, {"too_long", source::kSchema},
               [](Kind& person) { person.middle_name = repeated("𝄞", kNameMax + 1); }));
  faults.push_back(in<Kind>("last_name", Rule::ours, {"blank", source::kSdk},
                            [](Kind& person) { person.last_name = "  "; }));
  faults.push_back(in<Kind>("last_name", Rule::ours, {"missing", source::kSdk},
                            [](Kind& person) { person.last_name = person.first_name = ""; }));
  faults.push_back(in<Kind>("first_name", Rule::ours, {"forbidden_character", source::kSdk},
                            [](Kind& person) { person.first_name = "Ан\u202Eна"; }));
}

std::vector<OneFault> faults_of_applicants() {
  std::vector<OneFault> faults = {
      in<PersonByDocument>("series", Rule::schema, {"too_long", source::kSchema},
                           [](auto& p) { p.series = repeated("9", kDocumentPartMax + 1); }),
      in<PersonByDocument>("number", Rule::schema, {"too_long", source::kSchema},
                           [](auto& p) { p.number = repeated("9", kDocumentPartMax + 1); }),
      in<PersonByDocument>("number", Rule::ours, {"missing", source::kSchema},
                           [](auto& p) { p.number = ""; }),
      in<PersonBySnils>("snils", Rule::ours, {"check_digit", source::kCheckDigit},
                        [](auto& p) { p.snils = mistyped(p.snils); }),
      in<PersonBySnils>("snils", Rule::schema, {"pattern", source::kSdk},
                        [](auto& p) { p.snils = "112-233-445  95"; }),
      in<PersonBySnils>("snils", Rule::ours, {"pattern", source::kSdk},
                        [](auto& p) { p.snils = "112 233 445 95"; }),
      in<PersonBySnilsAndBirthDate>("snils", Rule::ours, {"check_digit", source::kCheckDigit},
                                    [](auto& p) { p.snils = mistyped(p.snils); }),
      in<PersonBySnilsAndBirthDate>("birth_date", Rule::schema, {"date", source::kSchema},
                                    [](auto& p) { p.birth_date = "2025-02-29"; }),
      in<PersonBySnilsAndBirthDate>("birth_date", Rule::schema, {"date", source::kSchema},
                                    [](auto& p) { p.birth_date = "29.02.1980"; }),
      in<PersonBySnilsAndBirthDate>("birth_date", Rule::ours, {"future", source::kSdk},
                                    [](auto& p) { p.birth_date = "2026-04-17"; }),
      in<PersonByInn>("inn", Rule::ours, {"check_digit", source::kCheckDigit},
                      [](auto& p) { p.inn = mistyped(p.inn); }),
      in<PersonByInn>("inn", Rule::schema, {"pattern", source::kSchema},
                      [](auto& p) { p.inn = "990100001169990"; }),
      in<PersonByInn>("inn", Rule::ours, {"pattern", source::kSchema},
                      [](auto& p) { p.inn = "9901000010"; }),
      in<PersonByEsiaId>("esia_id", Rule::schema, {"too_long", source::kSchema},
                         [](auto& p) { p.esia_id = repeated("1", kPersonEsiaIdMax + 1); }),
      in<PersonByEsiaId>("esia_id", Rule::ours, {"missing", source::kSchema},
                         [](auto& p) { p.esia_id = ""; }),
      in<PersonByErn>("ern", Rule::schema, {"pattern", source::kSchema},
                      [](auto& p) { p.ern = repeated("1", kErnDigits - 1); }),
      in<PersonByErn>("ern", Rule::schema, {"pattern", source::kSchema},
                      [](auto& p) { p.ern = repeated("1", kErnDigits + 1); }),
      in<PersonByErn>("ern", Rule::ours, {"pattern", source::kSchema},
                      [](auto& p) { p.ern = repeated("٣", kErnDigits); }),
      in<OrganizationByEsiaId>(
          "esia_id", Rule::schema, {"too_long", source::kSchema},
          [](auto& o) { o.esia_id = repeated("1", kOrganizationEsiaIdMax + 1); }),
      in<OrganizationByEsiaId>("esia_id", Rule::schema, {"missing", source::kSchema},
                               [](auto& o) { o.esia_id = ""; }),
      in<LegalEntity>("ogrn", Rule::schema, {"pattern", source::kSchema},
                      [](auto& e) {
                        if (e.ogrn) e.ogrn = "3999900000010";
                        return e.ogrn.has_value();
                      }),
      in<LegalEntity>("ogrn", Rule::ours, {"check_digit", source::kCheckDigit},
                      [](auto& e) {
                        if (e.ogrn) e.ogrn = mistyped(*e.ogrn);
                        return e.ogrn.has_value();
                      }),
      in<LegalEntity>("inn", Rule::schema, {"pattern", source::kSchema},
                      [](auto& e) {
                        if (e.inn) e.inn = "990100001169";
                        return e.inn.has_value();
                      }),
      in<LegalEntity>("inn", Rule::ours, {"check_digit", source::kCheckDigit},
                      [](auto& e) {
                        if (e.inn) e.inn = mistyped(*e.inn);
                        return e.inn.has_value();
                      }),
      in<LegalEntity>("kpp", Rule::schema, {"pattern", source::kSchema},
                      [](auto& e) {
                        if (e.inn) e.kpp = "99020100";
                        return e.inn.has_value();
                      }),
      in<LegalEntity>("", Rule::ours, {"one_of", source::kSchema},
                      [](auto& e) {
                        if (e.ogrn) e.inn = "9902000044";
                        return e.ogrn.has_value();
                      }),
      in<LegalEntity>("title", Rule::schema, {"too_long", source::kSchema},
                      [](auto& e) { e.title = repeated("Ю", kTitleMax + 1); }),
      in<Entrepreneur>("ogrnip", Rule::schema, {"pattern", source::kSchema},
                       [](auto& e) { e.ogrnip = "199990000000013"; }),
      in<Entrepreneur>("ogrnip", Rule::schema, {"missing", source::kSchema},
                       [](auto& e) { e.ogrnip = ""; }),
      in<Entrepreneur>("ogrnip", Rule::ours, {"check_digit", source::kCheckDigit},
                       [](auto& e) { e.ogrnip = mistyped(e.ogrnip); }),
      in<Entrepreneur>("inn", Rule::schema, {"pattern", source::kSchema},
                       [](auto& e) { e.inn = "9901000010"; }),
      in<Entrepreneur>("inn", Rule::ours, {"check_digit", source::kCheckDigit},
                       [](auto& e) { e.inn = mistyped(e.inn); }),
      in<Entrepreneur>("first_name", Rule::schema, {"too_long", source::kSchema},
                       [](auto& e) { e.first_name = repeated("Я", kNameMax + 1); }),
  };
  add_names<PersonByDocument>(faults);
  add_names<PersonBySnils>(faults);
  add_names<PersonByInn>(faults);
  return faults;
}

std::vector<OneFault> faults_of_orders() {
  const auto office = [](Update& u) -> Office& {
    if (!u.order.office) u.order.office.emplace();
    return *u.order.office;
  };
  return {
      anywhere("order.number", Rule::schema, {"too_long", source::kSchema},
               [](Update& u) { u.order.number = repeated("Щ", kOrderNumberMax + 1); }),
      anywhere("order.number", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.order.number = ""; }),
      anywhere("order.number", Rule::ours, {"line_break", source::kSchema},
               [](Update& u) { u.order.number = "1\t2"; }),
      anywhere("order.number", Rule::ours, {"blank", source::kSdk},
               [](Update& u) { u.order.number = "   "; }),
      anywhere("order.service", Rule::schema, {"too_long", source::kSchema},
               [](Update& u) { u.order.service = "-" + repeated("9", kServiceCodeMax); }),
      anywhere("order.region", Rule::schema, {"pattern", source::kSchema},
               [](Update& u) { u.order.region = "18401000000"; }),
      anywhere("order.region", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.order.region = ""; }),
      anywhere("order.region", Rule::schema, {"pattern", source::kSchema},
               [](Update& u) { u.order.region = "4500000O"; }),
      anywhere("order.region", Rule::ours, {"pattern", source::kSchema},
               [](Update& u) { u.order.region = "٤٥"; }),
      anywhere("order.sender_kpp", Rule::schema, {"pattern", source::kSchema},
               [](Update& u) { u.order.sender_kpp = "99010100"; }),
      anywhere("order.sender_kpp", Rule::ours, {"not_in_profile", source::kProfile},
               [](Update& u) { u.order.sender_kpp = "990101002"; }),
      anywhere("order.sender_inn", Rule::schema, {"pattern", source::kSchema},
               [](Update& u) { u.order.sender_inn = "990100001169"; }),
      anywhere("order.sender_inn", Rule::ours, {"not_in_profile", source::kProfile},
               [](Update& u) { u.order.sender_inn = "9902000044"; }),
      anywhere("order.sender_inn", Rule::ours, {"check_digit", source::kCheckDigit},
               [](Update& u) { u.order.sender_inn = "9901000011"; }),
      anywhere("order.elk_number", Rule::ours, {"out_of_range", source::kSdk},
               [](Update& u) { u.order.elk_number = -1; }),
      anywhere("order.filed_at", Rule::ours, {"future", source::kSdk},
               [](Update& u) { u.order.filed_at = DateTime(kNow + std::chrono::hours(1)); }),
      anywhere("order.office.name", Rule::schema, {"too_long", source::kSchema},
               [=](Update& u) { office(u).name = repeated("Ж", kOfficeTextMax + 1); }),
      anywhere("order.office.address", Rule::schema, {"too_long", source::kSchema},
               [=](Update& u) { office(u).address = repeated("Ж", kOfficeAddressMax + 1); }),
      anywhere("order.office.frgu_code", Rule::schema, {"too_long", source::kSchema},
               [=](Update& u) { office(u).frgu_code = repeated("7", kOfficeTextMax + 1); }),
      anywhere("order.applicant", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.order.applicant.reset(); }),
      anywhere("order.service", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.order.service = ""; }),
      anywhere("order.filed_at", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.order.filed_at = {}; }),
  };
}

std::vector<OneFault> faults_of_statuses() {
  return {
      anywhere("status.code", Rule::ours, {"first_status", source::kProfile},
               [](Update& u) { u.status.code = 3; }),
      anywhere("status.at", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.status.at = {}; }),
      anywhere("status.at", Rule::ours, {"future", source::kSdk},
               [](Update& u) {
                 u.status.at = DateTime(kNow + std::chrono::minutes(6));
                 u.more_statuses.clear();
               }),
      anywhere("status.message_type", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.status.message_type = ""; }),
      anywhere("status.parameters[0].name", Rule::schema, {"missing", source::kSchema},
               [](Update& u) {
                 u.status.parameters.insert(u.status.parameters.begin(), {"", "1"});
               }),
      anywhere("status.parameters[0].value", Rule::ours, {"encoding", source::kSchema},
               [](Update& u) {
                 u.status.parameters.insert(u.status.parameters.begin(), {"a", "\xFF"});
               }),
      anywhere("status.results[0].document_type", Rule::schema, {"too_long", source::kSchema},
               [](Update& u) {
                 File file = File::at("a.pdf");
                 file.document_type = repeated("д", kDocumentTypeMax + 1);
                 u.status.results.insert(u.status.results.begin(), file);
               }),
      anywhere("status.results[0].path", Rule::ours, {"missing", source::kSchema},
               [](Update& u) { u.status.results.insert(u.status.results.begin(), File{}); }),
      anywhere("status.results[0].name", Rule::ours, {"pattern", source::kSdk},
               [](Update& u) {
                 File file = File::at("a.pdf");
                 file.name = "../a.pdf";
                 u.status.results.insert(u.status.results.begin(), file);
               }),
      anywhere("status.data_mart_results[0].uuid", Rule::schema, {"too_long", source::kSchema},
               [](Update& u) {
                 u.status.data_mart_results.insert(u.status.data_mart_results.begin(),
                                                   {.uuid = repeated("u", kDataMartUuidMax + 1)});
               }),
      {"more_statuses[0].at",
       Rule::ours,
       {"date_order", source::kSdk},
       [](Update& u, RandomUpdates&) {
         if (u.more_statuses.size() != 1) return false;
         u.more_statuses[0].at = DateTime(u.status.at.instant() - Duration(1));
         return true;
       }},
      {"more_statuses[0].message_type",
       Rule::schema,
       {"missing", source::kSchema},
       [](Update& u, RandomUpdates&) {
         if (u.more_statuses.empty()) return false;
         u.more_statuses[0].message_type = "";
         return true;
       }},
  };
}

constexpr TimePoint kBefore = kNow - std::chrono::seconds(50'000'000);  // all of the updates

/// What the order's past makes of an update that would pass without it.
std::vector<OneFault> faults_against_the_past() {
  OneFault too_early =
      anywhere("status.at", Rule::ours, {"date_order", source::kSdk},
               [](Update& u) { u.status.at = DateTime(kBefore - std::chrono::seconds(1)); });
  too_early.past = [](const Update&) {
    return OrderHistory{.first_update = false, .latest = LatestDate{kBefore, kBefore}};
  };
  OneFault other_person = in<PersonByErn>("", Rule::ours, {"not_as_known", source::kSdk},
                                          [](auto& p) { p.ern = mistyped(p.ern); });
  other_person.past = [](const Update& u) {
    return OrderHistory{.first_update = false, .identities = identities_of(*u.order.applicant)};
  };
  OneFault other_number = anywhere("order.elk_number", Rule::ours, {"not_as_known", source::kSdk},
                                   [](Update& u) { u.order.elk_number = 4654266660; });
  other_number.past = [](const Update&) {
    return OrderHistory{.first_update = false, .elk_number = 4654266659};
  };
  return {too_early, other_person, other_number};
}

std::vector<OneFault> faults_of_later_updates() {
  std::vector<OneFault> faults = {
      anywhere("order.number", Rule::schema, {"too_long", source::kSchema},
               [](Update& u) { u.order.number = repeated("Щ", kOrderNumberMax + 1); }),
      anywhere("order.number", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.order.number = ""; }),
      anywhere("order.number", Rule::ours, {"pattern", source::kSdk},
               [](Update& u) { u.order.number = "elk:777"; }),
      anywhere("order.sender_kpp", Rule::schema, {"pattern", source::kSchema},
               [](Update& u) { u.order.sender_kpp = "99010100"; }),
      anywhere("order.elk_number", Rule::ours, {"out_of_range", source::kSdk},
               [](Update& u) { u.order.elk_number = 0; }),
      anywhere("status.at", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.status.at = {}; }),
      anywhere("status.at", Rule::ours, {"out_of_range", source::kSdk},
               [](Update& u) { u.status.at = *DateTime::parse("1899-12-31T23:59:59"); }),
      anywhere("status.message_type", Rule::schema, {"missing", source::kSchema},
               [](Update& u) { u.status.message_type = ""; }),
      anywhere("status.data_mart_results[0].uuid", Rule::schema, {"too_long", source::kSchema},
               [](Update& u) {
                 u.status.data_mart_results.insert(u.status.data_mart_results.begin(),
                                                   {.uuid = repeated("u", kDataMartUuidMax + 1)});
               }),
  };
  for (OneFault& fault : faults) {
    fault.later = true;
    fault.past = [](const Update&) { return OrderHistory{.first_update = false}; };
  }
  return faults;
}

std::vector<OneFault> all_faults() {
  std::vector<OneFault> all = faults_of_applicants();
  for (auto* more : {&faults_of_orders, &faults_of_statuses, &faults_against_the_past,
                     &faults_of_later_updates}) {
    for (OneFault& fault : more()) all.push_back(std::move(fault));
  }
  return all;
}

std::string written(const Update& update, RequestKind kind) {
  const std::vector<std::string> uuids(all_results(update).size(),
                                       "8732c77a-3968-11f1-9205-b68311fca2e0");
  const Request request{
      .env = "SVCDEV", .kind = kind, .orders = {compose(update, test_profile(), uuids)}};
  return to_xml(request);
}

bool accepted(const xml::Schema& schema, const std::string& text) {
  const auto document = xml::Document::parse(text);
  return document && schema.check(*document).empty();
}

/// Ours, and the reference where it lies beside the project.
std::vector<std::shared_ptr<const xml::Schema>> schemas() {
  std::vector<std::string> paths = {xml::schema_directory() + "/elk-status-1.0.2.xsd"};
  const auto reference =
      ::smev::testing::shared_folder() / "reference" / "elk-status-1.0.2.draft.xsd";
  if (std::filesystem::exists(reference)) paths.push_back(reference.string());
  std::vector<std::shared_ptr<const xml::Schema>> loaded;
  for (const std::string& path : paths) {
    const auto schema = xml::Schema::load(path);
    EXPECT_TRUE(schema) << path;
    if (schema) loaded.push_back(*schema);
  }
  std::cout << loaded.size() << " schemas\n";
  return loaded;
}

TEST(OneFault, is_refused_by_the_rules_and_by_the_schemas_where_it_is_theirs) {
  const auto judges = schemas();
  ASSERT_FALSE(judges.empty());
  const unsigned seed = testing::test_seed();
  std::cout << "seed " << seed << '\n';
  RandomUpdates random(seed);
  const std::vector<OneFault> faults = all_faults();
  for (std::size_t i = 0; i < kUpdates; ++i) {
    const OneFault& fault = faults[i % faults.size()];
    SCOPED_TRACE("seed " + std::to_string(seed) + " update " + std::to_string(i) + " fault " +
                 std::to_string(i % faults.size()) + " in " + fault.field);
    Update faulty;
    OrderHistory past;
    int kind = 0;
    do {  // until an update has the place
      faulty = random.next(kind++ % RandomUpdates::kKinds);
      if (fault.later) faulty.order = {.number = faulty.order.number};
      past = fault.past ? fault.past(faulty) : OrderHistory{};
      ASSERT_TRUE(check(faulty, test_profile(), past, kNow).faults.empty());
    } while (!fault.make(faulty, random));
    const auto found = check(faulty, test_profile(), past, kNow).faults;
    ASSERT_EQ(found.size(), 1U) << validation_error(found).describe();
    ASSERT_EQ(found[0].field, fault.field) << found[0].text;
    ASSERT_EQ(found[0].code, fault.blame.code) << found[0].text;
    ASSERT_EQ(found[0].source, fault.blame.source) << found[0].text;
    if (fault.rule != Rule::schema) continue;
    const std::string text =
        written(faulty, fault.later ? RequestKind::update : RequestKind::create);
    for (const auto& schema : judges) ASSERT_FALSE(accepted(*schema, text));
  }
}

}  // namespace
}  // namespace smev::elk
