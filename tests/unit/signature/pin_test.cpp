#include "sdk/signature/pin.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/signature/opening.hpp"

namespace smev::signature {
namespace {

using testing_support::Folder;
using testing_support::Variable;

std::string read(const PinSource& source) {
  const auto pin = read_pin(source);
  if (!pin) return "refused: " + pin.error().describe();
  return *pin ? std::string((*pin)->view()) : "none";
}
std::string read_text(const std::string& content) {
  const Folder folder;
  return read({.file = folder.write("pin", content)});
}
testing::AssertionResult refused(const std::string& told, const std::string& part) {
  if (told.rfind("refused: ", 0) == 0 && told.find(part) != std::string::npos) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << told;
}

TEST(Pin, is_nothing_without_a_source) { EXPECT_EQ(read({}), "none"); }

TEST(Pin, is_the_one_line_of_a_file) {
  for (const char* content : {"1234", "1234\n", "1234\r\n"}) EXPECT_EQ(read_text(content), "1234");
  EXPECT_EQ(read_text(" пароль с пробелами \n"), " пароль с пробелами ");
}

TEST(Pin, of_more_lines_or_none_is_refused) {
  for (const char* content : {"1234\n5678", "1234\n\n", "12\r34"}) {
    EXPECT_TRUE(refused(read_text(content), "одна строка")) << content;
  }
  EXPECT_TRUE(refused(read_text(std::string("12\0", 3)), "одна строка"));
  for (const char* content : {"", "\n", "\r\n"}) EXPECT_TRUE(refused(read_text(content), "пусто"));
}

TEST(Pin, has_256_octets_at_most) {
  const std::string longest(256, '1');
  EXPECT_EQ(read_text(longest), longest);
  EXPECT_EQ(read_text(longest + "\r\n"), longest);
  EXPECT_TRUE(refused(read_text(longest + "1"), "не больше 256"));
  EXPECT_TRUE(refused(read_text(longest + "1234567\n"), "слишком велик"));
  const Variable variable("SMEV_TEST_PIN", longest + "1");
  EXPECT_TRUE(refused(read({.environment = "SMEV_TEST_PIN"}), "не больше 256"));
}

TEST(Pin, file_that_everyone_can_read_is_refused) {
  const Folder folder;
  const std::string path = folder.write("pin", "1234");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(read({.file = path}), "1234");
  ASSERT_EQ(chmod(path.c_str(), 0604), 0);
  EXPECT_TRUE(refused(read({.file = path}), "любой пользователь"));
}

TEST(Pin, file_that_is_absent_or_no_file_is_named) {
  const Folder folder;
  EXPECT_TRUE(refused(read({.file = folder / "absent"}), folder / "absent"));
  EXPECT_TRUE(refused(read({.file = folder / ""}), "not a regular file"));
  ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_TRUE(refused(read({.file = folder / "fifo"}), "not a regular file"));
}

TEST(Pin, is_a_variable_of_the_environment) {
  const PinSource source{.environment = "SMEV_TEST_PIN"};
  EXPECT_TRUE(refused(read(source), "SMEV_TEST_PIN): переменная не задана"));
  const Variable variable("SMEV_TEST_PIN", "1234");
  EXPECT_EQ(read(source), "1234");
}

TEST(Pin, is_a_credential_of_systemd) {
  const PinSource source{.credential = "token"};
  EXPECT_TRUE(refused(read(source), "LoadCredential="));
  const Folder folder;
  const Variable variable("CREDENTIALS_DIRECTORY", folder / ".");
  EXPECT_TRUE(refused(read(source), "credential systemd token"));
  folder.write("token", "1234\n");
  EXPECT_EQ(read(source), "1234");
}

TEST(Pin, appears_in_no_error) {
  const Folder folder;
  const std::string path = folder.write("pin", "verysecret\nverysecret");
  EXPECT_EQ(read({.file = path}).find("verysecret"), std::string::npos);
}

TEST(Secret, leaves_nothing_where_it_was_moved_from_or_cut) {
  Secret first(std::string_view("1234"));
  Secret second(std::move(first));
  EXPECT_EQ(first.view(), "");  // NOLINT: what a moved one holds is what is tested
  EXPECT_STREQ(first.c_str(), "");
  EXPECT_EQ(second.view(), "1234");
  second.cut(1);
  EXPECT_EQ(std::string_view(second.data(), 5), std::string_view("1\0\0\0\0", 5));
  EXPECT_STREQ(second.c_str(), "1");
}

}  // namespace
}  // namespace smev::signature
