#include "sdk/sender/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "smev/sender/options.hpp"

namespace smev {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

// In dotted form, so that a test may put further keys or sections before or after it.
const char kMinimal[] = R"(mnemonic = "MOCK01"
profile.inn = "1234567894"
outbox.path = "outbox.db"
key.key = "key.pem"
key.certificate = "/etc/smev/cert.pem"
smev.url = "http://127.0.0.1:7500/smev/v1.2/ws"
smev.trusted = ["smev.pem", "../ca.pem"]
)";

class Config : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "smev-config-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<SenderOptions> load(const std::string& text) {
    std::ofstream(file()) << text;
    return load_options(file());
  }
  /// The faults of a file; a file without faults fails the test.
  std::vector<FieldFault> faults_of(const std::string& text) {
    const Result<SenderOptions> options = load(text);
    if (options) {
      ADD_FAILURE() << "loaded:\n" << text;
      return {};
    }
    EXPECT_EQ(options.error().code, ErrorCode::config);
    return options.error().fields;
  }
  [[nodiscard]] std::string file() const { return (folder_ / "smev.toml").string(); }
  [[nodiscard]] std::string in_folder(const char* name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

auto fault(const std::string& field, const std::string& code) {
  return AllOf(Field(&FieldFault::field, field), Field(&FieldFault::code, code));
}
auto fault(const std::string& field, const std::string& code, const std::string& text) {
  return AllOf(Field(&FieldFault::field, field), Field(&FieldFault::code, code),
               Field(&FieldFault::text, HasSubstr(text)));
}

TEST_F(Config, minimal_file_leaves_every_default) {
  const auto options = load(kMinimal);
  ASSERT_TRUE(options) << options.error().describe();
  const SenderOptions defaults;
  EXPECT_EQ(options->mnemonic, "MOCK01");
  EXPECT_EQ(options->contour, Contour::test);
  EXPECT_EQ(options->soap.connect_timeout, defaults.soap.connect_timeout);
  EXPECT_EQ(options->poll.deadline, defaults.poll.deadline);
  EXPECT_EQ(options->message_age_max, defaults.message_age_max);
  EXPECT_EQ(options->profile.first_statuses, defaults.profile.first_statuses);
  EXPECT_FALSE(options->sole_consumer);
  EXPECT_EQ(options->config, "");
}

TEST_F(Config, relative_paths_are_taken_from_the_folder_of_the_file) {
  const auto options = load(kMinimal);
  ASSERT_TRUE(options) << options.error().describe();
  EXPECT_EQ(options->outbox_path, in_folder("outbox.db"));
  EXPECT_EQ(options->key.key, in_folder("key.pem"));
  EXPECT_EQ(options->key.certificate, "/etc/smev/cert.pem");
  EXPECT_THAT(options->trust.trusted,
              ElementsAre(in_folder("smev.pem"), (folder_.parent_path() / "ca.pem").string()));
}

TEST_F(Config, a_database_may_stand_in_place_of_the_outbox_file) {
  std::string text = kMinimal;
  const std::string file = "outbox.path = \"outbox.db\"";
  ASSERT_NE(text.find(file), std::string::npos);
  text.replace(text.find(file), file.size(),
               "outbox.postgres = \"service=smev\"\noutbox.files = \"files\"\n"
               "outbox.schema = \"smev_test\"\noutbox.lease = \"30s\"");
  const auto options = load(text);
  ASSERT_TRUE(options) << options.error().describe();
  EXPECT_EQ(options->outbox_path, "");
  EXPECT_EQ(options->postgres.connection, "service=smev");
  EXPECT_EQ(options->postgres.files, in_folder("files"));
  EXPECT_EQ(options->postgres.schema, "smev_test");
  EXPECT_EQ(options->postgres.lease, std::chrono::seconds(30));
}

TEST_F(Config, reads_every_key) {
  const auto options = load(R"(mnemonic = "RPTN01"
contour = "production"
node_id = "node-2"
sole_consumer = true
orders_per_message_max = 20
message_age_max = "47h"
[profile]
inn = "1234567894"
kpp = "123401001"
env = "EPGU"
region = "45000000"
citizenship = 0
services = ["-60012726", { code = "-10000076191", first_statuses = [6, 1], contours = ["test"] }]
first_statuses = [6, 1]
time = "utc"
equal_dates = "refuse"
future_tolerance = "0s"
filed_age_warning = "365d"
[profile.office]
name = "Отдел"
address = "Город, улица, дом"
frgu_code = "770"
channel = -1
[profile.registration]
full_name = "Администрация города Образцово"
short_name = "Администрация"
okato = "99401000000"
source_system = "RPTN02"
organization_type = ""
ogrn = "1999900000010"
region_name = "Образцовая область"
letter_to = "elk@region.example"
letter_subject = "ЕЛК"
contact = { name = "Петрова Анна", phone = "+7 000", email = "p@a.example" }
[outbox]
path = "/var/lib/smev/outbox.db"
[key]
key = "k"
certificate = "c"
concurrency = 4
pin_file = "p"
[smev]
url = "https://smev.example/smev/v1.2/ws"
trusted = ["t"]
connect_timeout = "250ms"
total_timeout = "15m"
answer_size_max = "50MiB"
in_flight_max = 256
selector = { namespace = "http://epgu.gosuslugi.ru/elk/status/1.0.2", root = "ElkOrderResponse" }
[file_store]
url = "ftp://smev.example:21"
user = "vis"
password = "secret"
connect_timeout = "1s"
total_timeout = "2h"
[retry]
base = "1s"
cap = "3m"
throttled = "7m"
breaker_failures = 3
breaker_pause = "20s"
deadline_lead = "2h"
[poll]
fast = "2s"
slow = "1m"
deadline = "3d"
pollers = 16
)");
  ASSERT_TRUE(options) << options.error().describe();
  using namespace std::chrono_literals;
  EXPECT_EQ(options->contour, Contour::production);
  EXPECT_EQ(options->node_id, "node-2");
  EXPECT_EQ(options->selector.node_id, "node-2");
  EXPECT_TRUE(options->sole_consumer);
  EXPECT_EQ(options->orders_per_message_max, 20);
  EXPECT_EQ(options->message_age_max, 47h);
  EXPECT_EQ(options->profile.kpp, "123401001");
  EXPECT_EQ(options->profile.env, "EPGU");
  EXPECT_EQ(options->profile.region, "45000000");
  EXPECT_EQ(options->profile.citizenship, 0);
  EXPECT_THAT(options->profile.services,
              ElementsAre(elk::Service{.code = "-60012726"}, elk::Service{.code = "-10000076191",
                                                                          .first_statuses = {6, 1},
                                                                          .in_production = false}));
  EXPECT_THAT(options->profile.first_statuses, ElementsAre(6, 1));
  EXPECT_EQ(options->profile.time, elk::TimeForm::utc);
  EXPECT_EQ(options->profile.equal_dates, elk::EqualDates::refuse);
  EXPECT_EQ(options->profile.future_tolerance, 0s);
  EXPECT_EQ(options->profile.filed_age_warning, 365 * 24h);
  EXPECT_EQ(options->profile.office.name, "Отдел");
  EXPECT_EQ(options->profile.office.address, "Город, улица, дом");
  EXPECT_EQ(options->profile.office.frgu_code, "770");
  EXPECT_EQ(options->profile.office.channel, std::int16_t{-1});
  const elk::Registration& registration = options->profile.registration;
  EXPECT_EQ(registration.full_name, "Администрация города Образцово");
  EXPECT_EQ(registration.short_name, "Администрация");
  EXPECT_EQ(registration.okato, "99401000000");
  EXPECT_EQ(registration.source_system, "RPTN02");
  EXPECT_EQ(registration.organization_type, "");
  EXPECT_EQ(registration.ogrn, "1999900000010");
  EXPECT_EQ(registration.region_name, "Образцовая область");
  EXPECT_EQ(registration.letter_to, "elk@region.example");
  EXPECT_EQ(registration.letter_subject, "ЕЛК");
  EXPECT_EQ(registration.contact.name, "Петрова Анна");
  EXPECT_EQ(registration.contact.phone, "+7 000");
  EXPECT_EQ(registration.contact.email, "p@a.example");
  EXPECT_EQ(options->key.key, in_folder("k"));
  EXPECT_EQ(options->key.certificate, in_folder("c"));
  EXPECT_EQ(options->key.concurrency, 4);
  EXPECT_EQ(options->key.pin.file, in_folder("p"));
  EXPECT_EQ(options->soap.connect_timeout, 250ms);
  EXPECT_EQ(options->soap.total_timeout, 15min);
  EXPECT_EQ(options->soap.answer_bytes_max, 50u << 20);
  EXPECT_EQ(options->soap.in_flight_max, 256);
  EXPECT_EQ(options->selector.namespace_uri, "http://epgu.gosuslugi.ru/elk/status/1.0.2");
  EXPECT_EQ(options->selector.root_element, "ElkOrderResponse");
  EXPECT_EQ(options->file_store.user, "vis");
  EXPECT_EQ(options->file_store.password, "secret");
  EXPECT_EQ(options->file_store.total_timeout, 2h);
  EXPECT_EQ(options->retry.base, 1s);
  EXPECT_EQ(options->retry.cap, 3min);
  EXPECT_EQ(options->retry.throttled, 7min);
  EXPECT_EQ(options->retry.breaker_failures, 3);
  EXPECT_EQ(options->retry.breaker_pause, 20s);
  EXPECT_EQ(options->retry.deadline_lead, 2h);
  EXPECT_EQ(options->poll.fast, 2s);
  EXPECT_EQ(options->poll.slow, 1min);
  EXPECT_EQ(options->poll.deadline, 72h);
  EXPECT_EQ(options->poll.pollers, 16);
}

class ConfiguredKey : public Config {
 protected:
  Result<SenderOptions> load_key(const std::string& section) {
    return load(without_key() + "[key]\n" + section);
  }
  std::vector<FieldFault> faults_of_key(const std::string& section) {
    return faults_of(without_key() + "[key]\n" + section);
  }
  static std::string without_key() {
    std::istringstream lines(kMinimal);
    std::string rest;
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("key.", 0) != 0) rest += line + "\n";
    }
    return rest;
  }
};

TEST_F(ConfiguredKey, in_an_engine_has_an_id_that_is_no_path) {
  const auto options = load_key(R"(engine = "gostengy"
engine_library = "engines/gostengy.so"
engine_commands = ["MODULE_PATH=/usr/lib/x.so", "VERBOSE", "A=b=c"]
key = "relative/id"
certificate = "c.pem"
pin_env = "TOKEN_PIN"
)");
  ASSERT_TRUE(options) << options.error().describe();
  const KeyOptions& key = options->key;
  EXPECT_EQ(key.kind(), KeyKind::engine);
  EXPECT_EQ(key.engine, "gostengy");
  EXPECT_EQ(key.engine_library, in_folder("engines/gostengy.so"));
  EXPECT_EQ(key.key, "relative/id");
  EXPECT_EQ(key.certificate, in_folder("c.pem"));
  EXPECT_EQ(key.pin.environment, "TOKEN_PIN");
  ASSERT_EQ(key.engine_commands.size(), 3u);
  EXPECT_EQ(key.engine_commands[0].name, "MODULE_PATH");
  EXPECT_EQ(key.engine_commands[0].value, "/usr/lib/x.so");
  EXPECT_EQ(key.engine_commands[1].name, "VERBOSE");
  EXPECT_EQ(key.engine_commands[1].value, "");
  EXPECT_EQ(key.engine_commands[2].value, "b=c");
}

TEST_F(ConfiguredKey, behind_a_command_has_a_program_that_may_be_a_path) {
  const auto command = [this](const std::string& words) {
    const auto options =
        load_key("command = " + words + "\ncertificate = \"c\"\npin_credential = \"token\"\n");
    EXPECT_TRUE(options) << options.error().describe();
    EXPECT_EQ(options->key.pin.credential, "token");
    return options->key.command;
  };
  EXPECT_THAT(command(R"(["sign", "a/b"])"), ElementsAre("sign", "a/b"));
  EXPECT_THAT(command(R"(["bin/sign"])"), ElementsAre(in_folder("bin/sign")));
  EXPECT_THAT(command(R"(["/usr/bin/sign"])"), ElementsAre("/usr/bin/sign"));
}

TEST_F(ConfiguredKey, is_of_one_kind_and_its_faults_carry_their_lines) {
  EXPECT_THAT(faults_of_key("engine = \"e\"\ncommand = [\"sign\"]\nkey = \"k\"\n"),
              UnorderedElementsAre(fault("key.command", "conflict", "строка 8: "),
                                   fault("key.certificate", "missing")));
  EXPECT_THAT(faults_of_key("key = \"k\"\nconcurrency = 257\nengine_commands = [\"A=b\"]\n"),
              UnorderedElementsAre(fault("key.concurrency", "range", "строка 8: "),
                                   fault("key.engine_commands", "conflict", "строка 9: ")));
}

TEST_F(ConfiguredKey, has_no_pin_in_the_file) {
  const auto faults = faults_of_key(
      "engine = \"e\"\nkey = \"k\"\ncertificate = \"c\"\nengine_commands = [\"PIN=4321\"]\n");
  EXPECT_THAT(faults, ElementsAre(fault("key.engine_commands[0]", "secret", "pin_file")));
  EXPECT_THAT(faults.at(0).text, Not(HasSubstr("4321")));
  EXPECT_THAT(
      faults_of_key("key = \"k\"\npin = \"4321\"\n"),
      ElementsAre(fault("key.pin", "unknown_field", "pin_file, pin_env или pin_credential")));
}

class ConfiguredDictionaries : public Config {
 protected:
  void SetUp() override {
    Config::SetUp();
    std::filesystem::create_directory(folder_ / "dictionaries");
  }
  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / "dictionaries" / name) << text;
  }
  static std::string with_folder() {
    return "profile.dictionaries = \"dictionaries\"\n" + std::string(kMinimal);
  }
};

TEST_F(ConfiguredDictionaries, folder_is_taken_from_the_folder_of_the_file_and_loaded) {
  write("statuses.csv", "code,name\n6,Принято\n");
  const auto options = load(with_folder());
  ASSERT_TRUE(options) << options.error().describe();
  const elk::Dictionaries& loaded = options->profile.dictionaries;
  EXPECT_EQ(loaded.folder(), in_folder("dictionaries"));
  EXPECT_TRUE(loaded.lacks(elk::DictionaryKind::statuses, 7));
  EXPECT_FALSE(loaded.lacks(elk::DictionaryKind::statuses, 6));
}

TEST_F(ConfiguredDictionaries, no_key_and_an_empty_one_leave_the_built_in_dictionaries) {
  for (const char* line : {"", "profile.dictionaries = \"\"\n"}) {
    const auto options = load(line + std::string(kMinimal));
    ASSERT_TRUE(options) << options.error().describe();
    EXPECT_EQ(options->profile.dictionaries.folder(), "");
    EXPECT_TRUE(options->profile.dictionaries.of(elk::DictionaryKind::statuses).is_built_in());
  }
}

TEST_F(ConfiguredDictionaries, missing_folder_is_told_with_its_name) {
  EXPECT_THAT(faults_of("profile.dictionaries = \"absent\"\n" + std::string(kMinimal)),
              ElementsAre(AllOf(fault("profile.dictionaries", "folder", "строка 1: Каталога"),
                                Field(&FieldFault::text, HasSubstr(in_folder("absent"))))));
}

TEST_F(ConfiguredDictionaries,
       every_fault_of_every_file_is_told_beside_those_of_the_configuration) {
  write("statuses.csv", "code,name\nsix,Принято\n6,A\n6,B\n");
  write("channels.csv", "\xD0");
  EXPECT_THAT(faults_of(with_folder() + "poll.pollers = 17\n"),
              UnorderedElementsAre(
                  fault("profile.dictionaries", "pattern", "строка 1: statuses.csv: строка 2: "),
                  fault("profile.dictionaries", "duplicate", "строка 1: statuses.csv: строка 4: "),
                  fault("profile.dictionaries", "encoding", "строка 1: channels.csv: "),
                  fault("poll.pollers", "range")));
}

TEST_F(ConfiguredDictionaries, value_that_is_no_path_is_told) {
  EXPECT_THAT(faults_of("profile.dictionaries = 5\n" + std::string(kMinimal)),
              ElementsAre(fault("profile.dictionaries", "wrong_type", "строка в кавычках")));
}

TEST_F(Config, unknown_key_is_told_with_its_line_and_the_nearest_name) {
  EXPECT_THAT(faults_of(std::string(kMinimal) + "smev.conect_timeout = \"5s\"\n"),
              ElementsAre(fault("smev.conect_timeout", "unknown_field",
                                "строка 8: такого ключа нет; возможно, нужен "
                                "«smev.connect_timeout»")));
}

TEST_F(Config, key_in_the_wrong_section_is_told_where_it_belongs) {
  EXPECT_THAT(faults_of("pollers = 2\n" + std::string(kMinimal)),
              ElementsAre(fault("pollers", "unknown_field", "«poll.pollers»")));
}

TEST_F(Config, key_that_resembles_nothing_gets_no_suggestion) {
  const auto faults = faults_of("wholly_other_word = 2\n" + std::string(kMinimal));
  EXPECT_THAT(faults, ElementsAre(fault("wholly_other_word", "unknown_field")));
  EXPECT_THAT(faults.at(0).text, Not(HasSubstr("возможно")));
}

TEST_F(Config, unknown_section_is_one_fault_with_the_nearest_section) {
  EXPECT_THAT(faults_of(std::string(kMinimal) + "[filestore]\nurl = \"x\"\nuser = \"y\"\n"),
              ElementsAre(fault("filestore", "unknown_field", "«file_store»")));
}

TEST_F(Config, section_given_as_a_value_is_told) {
  EXPECT_THAT(faults_of("poll = 5\n" + std::string(kMinimal)),
              ElementsAre(fault("poll", "wrong_type", "строка 1: это раздел")));
}

TEST_F(Config, value_given_as_a_section_is_told) {
  EXPECT_THAT(faults_of(std::string(kMinimal) + "[contour]\nname = \"test\"\n"),
              ElementsAre(fault("contour", "wrong_type")));
}

struct WrongValue {
  const char* line;
  const char* field;
  const char* text;
};
class WrongType : public Config, public testing::WithParamInterface<WrongValue> {};

TEST_P(WrongType, is_told_with_what_is_wanted) {
  const auto faults = faults_of(std::string(GetParam().line) + "\n" + kMinimal);
  EXPECT_THAT(faults, ElementsAre(fault(GetParam().field, "wrong_type", GetParam().text)));
  EXPECT_THAT(faults.at(0).text, HasSubstr("строка 1: "));
}

INSTANTIATE_TEST_SUITE_P(
    Config, WrongType,
    testing::Values(
        WrongValue{"node_id = 5", "node_id", "строка в кавычках"},
        WrongValue{"sole_consumer = \"true\"", "sole_consumer", "true или false"},
        WrongValue{"orders_per_message_max = \"1\"", "orders_per_message_max", "целое число"},
        WrongValue{"orders_per_message_max = 1.5", "orders_per_message_max", "целое число"},
        WrongValue{"orders_per_message_max = 2147483648", "orders_per_message_max", "вне пределов"},
        WrongValue{"profile.citizenship = 32768", "profile.citizenship", "вне пределов"},
        WrongValue{"profile.citizenship = -32769", "profile.citizenship", "вне пределов"},
        WrongValue{"profile.services = \"-60012726\"", "profile.services", "список"},
        WrongValue{"profile.services = [\"-1\", 2]", "profile.services", "элемент 2"},
        WrongValue{"profile.services = [{code = 1}]", "profile.services", "элемент 1: code"},
        WrongValue{"profile.services = [{name = \"a\"}]", "profile.services", "такого ключа нет"},
        WrongValue{"profile.services = [{contours = [\"dev\"]}]", "profile.services", "\"test\""},
        WrongValue{"profile.services = [{origin = \"rgu\"}]", "profile.services", "\"РГУ\""},
        WrongValue{"profile.services = [{shown_before = \"НЕТ\"}]", "profile.services", "true"},
        WrongValue{"profile.registration.okato = 994", "profile.registration.okato", "кавычках"},
        WrongValue{"profile.time = \"local\"", "profile.time", "\"moscow\""},
        WrongValue{"profile.equal_dates = true", "profile.equal_dates", "\"step\""},
        WrongValue{"message_age_max = 36", "message_age_max", "нужен срок"},
        WrongValue{"message_age_max = \"36\"", "message_age_max", "нужен срок"},
        WrongValue{"smev.answer_size_max = 5000", "smev.answer_size_max", "нужен размер"},
        WrongValue{"smev.answer_size_max = \"5MB\"", "smev.answer_size_max", "нужен размер"},
        WrongValue{"key.command = \"sign\"", "key.command", "список"},
        WrongValue{"key.engine_commands = [1]", "key.engine_commands", "элемент 1"},
        WrongValue{"contour = \"prod\"", "contour", "\"production\""},
        WrongValue{"contour = 1979-05-27", "contour", "\"production\""}),
    [](const auto& each) { return "case" + std::to_string(each.index); });

TEST_F(Config, every_fault_of_the_file_is_reported_at_once) {
  EXPECT_THAT(faults_of(R"(mnemonic = 1
contur = "test"
[profile]
inn = "1234567890"
[smev]
url = "smev.example"
total_timeout = "5x"
[poll]
pollers = 17
)"),
              UnorderedElementsAre(fault("mnemonic", "wrong_type", "строка 1: "),
                                   fault("contur", "unknown_field", "строка 2: "),
                                   fault("profile.inn", "check_digit", "строка 4: "),
                                   fault("outbox.path", "missing"), fault("key.key", "missing"),
                                   fault("smev.trusted", "missing"),
                                   fault("smev.url", "pattern", "строка 6: "),
                                   fault("smev.total_timeout", "wrong_type", "строка 7: "),
                                   fault("poll.pollers", "range", "строка 9: ")));
}

TEST_F(Config, fault_inside_a_list_carries_the_line_of_the_list) {
  EXPECT_THAT(
      faults_of("profile.services = [\"-1\", \"123456789012345678901\"]\n" + std::string(kMinimal)),
      ElementsAre(fault("profile.services[1].code", "too_long", "строка 1: ")));
}

TEST_F(Config, broken_syntax_is_told_with_line_and_column) {
  EXPECT_THAT(faults_of("mnemonic = \"MOCK01\"\ncontour = = \"test\"\n"),
              ElementsAre(fault("smev.toml", "syntax", "строка 2, столбец 11")));
}

TEST_F(Config, key_given_twice_is_broken_syntax) {
  EXPECT_THAT(faults_of("mnemonic = \"A\"\nmnemonic = \"B\"\n"),
              ElementsAre(fault("smev.toml", "syntax", "строка 2")));
}

TEST_F(Config, octets_that_are_no_utf8_are_broken_syntax) {
  EXPECT_THAT(faults_of("mnemonic = \"\xFF\xFE\"\n"), ElementsAre(fault("smev.toml", "syntax")));
}

TEST_F(Config, missing_file_is_a_configuration_error_that_names_it) {
  const auto options = load_options(in_folder("absent.toml"));
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().code, ErrorCode::config);
  EXPECT_THAT(options.error().detail, HasSubstr("absent.toml"));
}

TEST_F(Config, largest_file_is_read_and_a_larger_one_is_not) {
  std::string text = kMinimal;
  text += "#" + std::string(kConfigBytesMax - text.size() - 2, 'x') + "\n";
  ASSERT_EQ(text.size(), kConfigBytesMax);
  EXPECT_TRUE(load(text));
  EXPECT_THAT(faults_of(text + "#"), IsEmpty());
}

TEST_F(Config, services_may_be_sections_with_what_onboarding_asks) {
  const auto options = load(std::string(kMinimal) + R"([[profile.services]]
code = "-1"
title = "Выдача справки"
origin = "КЦР"
shown_before = false
in_svcdev_before = true
[[profile.services]]
code = "-2"
)");
  ASSERT_TRUE(options) << options.error().describe();
  EXPECT_THAT(options->profile.services, ElementsAre(elk::Service{.code = "-1",
                                                                  .title = "Выдача справки",
                                                                  .origin = elk::CodeOrigin::kcr,
                                                                  .shown_before = false,
                                                                  .in_svcdev_before = true},
                                                     elk::Service{.code = "-2"}));
}

TEST_F(Config, registration_that_is_wrong_is_a_fault_and_an_empty_one_is_none) {
  EXPECT_THAT(faults_of("profile.registration.okato = \"99401000\"\n" + std::string(kMinimal)),
              ElementsAre(fault("profile.registration.okato", "pattern", "строка 1: ")));
  EXPECT_TRUE(load("profile.registration = {}\n" + std::string(kMinimal)));
}

TEST_F(Config, options_can_be_read_without_judging_the_values) {
  std::ofstream(file()) << "profile.inn = \"1\"\npoll.pollers = 17\n";
  const auto options = read_options(file());
  ASSERT_TRUE(options) << options.error().describe();
  EXPECT_EQ(options->profile.inn, "1");
  EXPECT_EQ(options->poll.pollers, 17);
  std::ofstream(file()) << "contur = \"test\"\npoll.pollers = \"17\"\n";
  const auto refused = read_options(file());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().fields, UnorderedElementsAre(fault("contur", "unknown_field"),
                                                           fault("poll.pollers", "wrong_type")));
}

// --- docs/configuration.md ----------------------------------------------------------------------

struct DocumentedKey {
  std::string path;
  std::string default_value;
};

/// Rows `| `key` | type | `default` or — | range | meaning |`.
std::vector<DocumentedKey> documented_keys(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  const std::regex row(R"(^\| `([a-z_.]+)` \| [^|]+ \| (?:—|`([^`]*)`) \| [^|]* \| [^|]+ \|$)");
  std::vector<DocumentedKey> keys;
  for (std::string line; std::getline(file, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, row)) keys.push_back({parts[1], parts[2]});
  }
  return keys;
}

std::string source_folder() {
  const char* folder = std::getenv("SMEV_SOURCE_DIR");
  return folder == nullptr ? "." : folder;
}

TEST(ConfigurationPage, names_every_key_with_its_default_and_no_other) {
  const auto documented = documented_keys(source_folder() + "/docs/configuration.md");
  std::vector<std::string> in_page;
  for (const DocumentedKey& each : documented)
    in_page.push_back(each.path + " = " + each.default_value);
  std::vector<std::string> in_code;
  for (const ConfigKey& each : config_keys())
    in_code.push_back(each.path + " = " + each.default_value);
  EXPECT_EQ(in_page, in_code);
}

TEST_F(Config, documented_defaults_can_be_written_down) {
  std::string text;
  for (const ConfigKey& each : config_keys()) {
    if (!each.default_value.empty()) text += each.path + " = " + each.default_value + "\n";
  }
  const auto options = load(text + kMinimal);
  ASSERT_TRUE(options) << options.error().describe();
  const SenderOptions defaults;
  EXPECT_EQ(options->message_age_max, defaults.message_age_max);
  EXPECT_EQ(options->soap.answer_bytes_max, defaults.soap.answer_bytes_max);
  EXPECT_EQ(options->poll.deadline, defaults.poll.deadline);
  EXPECT_EQ(options->profile.office, defaults.profile.office);
}

TEST_F(Config, example_file_of_the_project_is_valid) {
  const auto options = load_options(source_folder() + "/examples/smev.toml");
  EXPECT_TRUE(options) << options.error().describe();
}

}  // namespace
}  // namespace smev
