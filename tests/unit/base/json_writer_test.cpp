#include "sdk/base/json_writer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

namespace smev {
namespace {

std::string dumped(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

TEST(JsonWriter, puts_commas_between_what_stands_side_by_side) {
  JsonWriter json;
  json.open_object().member("a", "x").member("b", 2).member("yes", true).member("no", false);
  json.key("list").open_list().value("[").value("{:").open_object().close_object().value(-1);
  json.open_list().close_list().close_list();
  json.key("inside").open_object().member("c", std::numeric_limits<std::int64_t>::min());
  json.close_object().key("raw").raw("[1]").member("last", "").close_object();
  EXPECT_EQ(json.take(), R"({"a":"x","b":2,"yes":true,"no":false,"list":["[","{:",{},-1,[]],)"
                         R"("inside":{"c":-9223372036854775808},"raw":[1],"last":""})");
}

TEST(JsonWriter, writes_any_octets_as_nlohmann_does) {
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (unsigned length = random() % 6; length > 0; --length) {
      switch (random() % 4) {
        case 0:
          text += static_cast<char>(random() % 256);
          break;
        case 1:
          text += "я€𝄞\x7f";
          break;
        default:
          text += static_cast<char>(random() % 128);
      }
    }
    JsonWriter json;
    json.open_object().member("text", text).close_object();
    nlohmann::ordered_json expected;
    expected["text"] = text;
    ASSERT_EQ(json.take(), dumped(expected));
  }
}

}  // namespace
}  // namespace smev
