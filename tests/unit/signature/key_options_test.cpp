#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smev/signature/key.hpp"

namespace smev {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> faults_of(const KeyOptions& options) {
  std::vector<std::string> faults;
  for (const FieldFault& fault : options.validate()) {
    EXPECT_FALSE(fault.text.empty()) << fault.field;
    faults.push_back(fault.field + " " + fault.code);
  }
  return faults;
}

KeyOptions of_file() { return {.key = "k", .certificate = "c"}; }
KeyOptions of_engine() { return {.key = "k", .certificate = "c", .engine = "e"}; }
KeyOptions of_command() { return {.certificate = "c", .command = {"sign"}}; }

TEST(KeyOptions, tell_which_kind_of_key_they_speak_of) {
  EXPECT_EQ(KeyOptions{}.kind(), KeyKind::file);
  EXPECT_EQ(of_file().kind(), KeyKind::file);
  EXPECT_EQ(of_engine().kind(), KeyKind::engine);
  EXPECT_EQ(of_command().kind(), KeyKind::command);
  EXPECT_EQ(name(KeyKind::command), "command");
}

TEST(KeyOptions, of_each_kind_have_no_faults) {
  for (const KeyOptions& options : {of_file(), of_engine(), of_command()}) {
    EXPECT_THAT(faults_of(options), IsEmpty());
  }
  EXPECT_THAT(faults_of({.key = "container.p12"}), IsEmpty());
}

TEST(KeyOptions, tell_everything_that_is_missing) {
  EXPECT_THAT(faults_of({}), ElementsAre("key missing"));
  EXPECT_THAT(faults_of({.engine = "e"}),
              UnorderedElementsAre("key missing", "certificate missing"));
  EXPECT_THAT(faults_of({.command = {""}}),
              UnorderedElementsAre("command[0] missing", "certificate missing"));
}

TEST(KeyOptions, name_one_kind_of_key_only) {
  KeyOptions options = of_engine();
  options.command = {"sign"};
  EXPECT_THAT(faults_of(options), ElementsAre("command conflict"));
  options = of_command();
  options.key = "k";
  EXPECT_THAT(faults_of(options), ElementsAre("key conflict"));
  options = of_file();
  options.engine_library = "/usr/lib/e.so";
  options.engine_commands = {{"A", "b"}};
  EXPECT_THAT(faults_of(options),
              UnorderedElementsAre("engine_library conflict", "engine_commands conflict"));
}

TEST(KeyOptions, take_no_pin_and_say_where_it_belongs) {
  KeyOptions options = of_engine();
  options.engine_commands = {{"PIN", "1234"}};
  EXPECT_THAT(faults_of(options), ElementsAre("engine_commands[0] secret"));
  options = of_engine();
  for (const char* key : {"pkcs11:object=k?pin-value=1234", "pkcs11:object=k?PIN-VALUE=1234",
                          "pkcs11:object=k;Pin-Value=1234"}) {
    options.key = key;
    EXPECT_THAT(faults_of(options), ElementsAre("key secret")) << key;
    EXPECT_EQ(options.validate().front().text.find("1234"), std::string::npos);
  }
  options.key = "pkcs11:object=k?pin-source=file";
  EXPECT_THAT(faults_of(options), IsEmpty());
}

TEST(KeyOptions, take_the_pin_from_one_place) {
  KeyOptions options = of_file();
  options.pin = {.file = "f", .environment = "E"};
  EXPECT_THAT(faults_of(options), ElementsAre("pin_env conflict"));
  options.pin = {.file = "f", .credential = "c"};
  EXPECT_THAT(faults_of(options), ElementsAre("pin_credential conflict"));
  options.pin = {.environment = "E", .credential = "c"};
  EXPECT_THAT(faults_of(options), ElementsAre("pin_credential conflict"));
  options.pin = {.environment = "MY PIN"};
  EXPECT_THAT(faults_of(options), ElementsAre("pin_env pattern"));
  for (const char* path : {"/etc/pin", "a/b", "..", "."}) {
    options.pin = {.credential = path};
    EXPECT_THAT(faults_of(options), ElementsAre("pin_credential pattern")) << path;
  }
}

TEST(KeyOptions, concurrency_ends_at_256) {
  KeyOptions options = of_file();
  for (const int good : {0, 1, 256}) {
    options.concurrency = good;
    EXPECT_THAT(faults_of(options), IsEmpty()) << good;
  }
  for (const int bad : {-1, 257}) {
    options.concurrency = bad;
    EXPECT_THAT(faults_of(options), ElementsAre("concurrency range")) << bad;
  }
}

TEST(KeyOptions, commands_of_an_engine_are_16_at_most_and_have_names) {
  KeyOptions options = of_engine();
  options.engine_commands.assign(16, {"NAME", ""});
  EXPECT_THAT(faults_of(options), IsEmpty());
  options.engine_commands.push_back({"NAME", "v"});
  EXPECT_THAT(faults_of(options), ElementsAre("engine_commands too_long"));
  options.engine_commands = {{"NAME", "v"}, {"", "v"}, {"A-B", "v"}, {"A", std::string(1, '\0')}};
  EXPECT_THAT(faults_of(options),
              ElementsAre("engine_commands[1] pattern", "engine_commands[2] pattern",
                          "engine_commands[3] pattern"));
}

TEST(KeyOptions, command_has_64_words_at_most) {
  KeyOptions options = of_command();
  options.command.resize(64, "word");
  EXPECT_THAT(faults_of(options), IsEmpty());
  options.command.emplace_back("word");
  EXPECT_THAT(faults_of(options), ElementsAre("command too_long"));
  options.command = {"sign", std::string("a\0b", 3), ""};
  EXPECT_THAT(faults_of(options), ElementsAre("command[1] pattern"));
}

}  // namespace
}  // namespace smev
