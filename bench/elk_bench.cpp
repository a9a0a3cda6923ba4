// The information type from an update to XML and from XML back to values, beside the one GOST
// signature that a message cannot do without.

#include <benchmark/benchmark.h>

#include "bench/sender_fixture.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/xml/document.hpp"

namespace smev::bench {
namespace {

elk::Update update() {
  const TimePoint filed{std::chrono::sys_days{std::chrono::year{2026} / 4 / 16}};
  elk::Update update;
  update.order = {.number = "1999290001",
                  .service = "-60012726",
                  .filed_at = filed,
                  .applicant = elk::PersonBySnils{.snils = "112-233-445 95",
                                                  .last_name = "Петрова",
                                                  .first_name = "Анна",
                                                  .middle_name = "Вымышленная"}};
  update.status = {.code = 6,
                   .at = filed + std::chrono::hours(1),
                   .informed = true,
                   .message_type = "TEMPLATE",
                   .parameters = {{.name = "room", .value = "12"}}};
  update.status.data_mart_results = {{.uuid = "265bdb70-b991-11e7-ba7c-a4db30d23ddc"}};
  return update;
}

elk::Profile profile() {
  elk::Profile profile;
  profile.inn = "9901000010";
  profile.kpp = "990101001";
  return profile;
}

std::string written(const elk::Update& update, const elk::Profile& profile) {
  elk::Request request;
  request.env = profile.env;
  request.orders.push_back(elk::compose(update, profile, {}));
  return elk::to_xml(request);
}

void elk_status(benchmark::State& state) {
  const elk::Update given = update();
  const elk::Profile sender = profile();
  for (auto _ : state) {
    const std::string text = written(given, sender);
    const auto document = xml::Document::parse(text);
    const auto request = elk::read_request(document->root());
    if (!request) return state.SkipWithError(request.error().detail.c_str());
    benchmark::DoNotOptimize(request->orders.front().statuses.front().code);
  }
  state.counters["content_bytes"] = static_cast<double>(written(given, sender).size());
}
BENCHMARK(elk_status)->Unit(benchmark::kMicrosecond);

void one_signature(benchmark::State& state) {
  const Workplace workplace;
  const std::string signed_info(1024, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(workplace.signer()->sign(signed_info));
}
BENCHMARK(one_signature)->Name("elk_status.bare")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace smev::bench
