#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "smev/transport/transport.hpp"
#include "tests/support/signed_answers.hpp"
#include "tests/unit/transport/ftp_server.hpp"

namespace smev {
namespace {

using ::smev::testing::FtpScript;
using ::smev::testing::FtpServer;
using ::testing::Contains;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kId[] = "b077cd84-3959-11f1-b8b2-0242333cce59";
constexpr char kOtherId[] = "b09d7e45-3959-11f1-a763-938a8f3d61d2";
constexpr char kThirdId[] = "b09d7e45-3959-11f1-a763-938a8f3d61d3";

class FtpFileStoreTest : public ::testing::Test {
 protected:
  OutgoingFile file(const std::string& octets, const std::string& name = "Решение 1.pdf",
                    const std::string& uuid = kId) {
    const std::string path = (folder_.path() / std::to_string(++count_)).string();
    std::ofstream(path, std::ios::binary) << octets;
    return {*Uuid::parse(uuid), path, name, "application/pdf"};
  }

  static std::shared_ptr<FileStore> store(const std::string& url) {
    FtpOptions options;
    options.url = url;
    options.connect_timeout = options.total_timeout = std::chrono::seconds(10);
    return ftp_file_store(options);
  }

 private:
  testing::TemporaryFolder folder_;
  int count_ = 0;
};

std::string all_octets() {
  std::string octets;
  for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
  return octets + "\r\n\n\r";
}

TEST_F(FtpFileStoreTest, puts_the_octets_into_the_folder_of_the_uuid) {
  FtpServer server;
  const auto put = store(server.url())->put(file(all_octets()));
  ASSERT_TRUE(put) << put.error().describe();
  EXPECT_EQ(server.files(), (std::map<std::string, std::string>{
                                {std::string("/") + kId + "/Решение 1.pdf", all_octets()}}));
  EXPECT_THAT(server.commands(), Contains("TYPE I"));
  EXPECT_THAT(server.commands(), Contains("USER anonymous"));
  EXPECT_THAT(server.commands(), Contains("PASS smev"));
  EXPECT_THAT(server.commands(), Contains("EPSV"));
}

TEST_F(FtpFileStoreTest, takes_empty_and_large_files) {
  FtpServer server;
  const auto files = store(server.url());
  const std::string large(5u << 20, '\x00');
  EXPECT_TRUE(files->put(file("", "empty")));
  EXPECT_TRUE(files->put(file(large, "large", kOtherId)));
  EXPECT_EQ(server.files().at(std::string("/") + kId + "/empty"), "");
  EXPECT_EQ(server.files().at(std::string("/") + kOtherId + "/large"), large);
}

TEST_F(FtpFileStoreTest, may_put_the_same_file_again) {
  FtpServer server;
  const auto files = store(server.url());
  const OutgoingFile same = file("content");
  EXPECT_TRUE(files->put(same));
  EXPECT_TRUE(files->put(same));
  EXPECT_EQ(server.files().size(), 1u);
}

TEST_F(FtpFileStoreTest, keeps_its_connection_between_files) {
  FtpServer server;
  const auto files = store(server.url() + "/");
  EXPECT_TRUE(files->put(file("1", "a")));
  EXPECT_TRUE(files->put(file("2", "b", kOtherId)));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.files().size(), 2u);
}

TEST_F(FtpFileStoreTest, names_cannot_lead_elsewhere) {
  FtpServer server;
  const auto files = store(server.url());
  EXPECT_TRUE(files->put(file("x", "../../etc/passwd")));
  EXPECT_TRUE(files->put(file("x", "a\r\nDELE b", kOtherId)));
  EXPECT_TRUE(files->put(file("x", "100%;type=a", kThirdId)));
  EXPECT_EQ(server.files(), (std::map<std::string, std::string>{
                                {std::string("/") + kId + "/.._.._etc_passwd", "x"},
                                {std::string("/") + kOtherId + "/a__DELE b", "x"},
                                {std::string("/") + kThirdId + "/100%;type=a", "x"}}));
  EXPECT_THAT(server.commands(), Not(Contains(StartsWith("DELE"))));
}

Error failure(const Result<void>& put) {
  EXPECT_FALSE(put);
  return put ? Error() : put.error();
}

TEST_F(FtpFileStoreTest, tells_what_went_wrong_and_what_may_be_done) {
  FtpScript refuses;
  refuses.login_reply = "530 not you";
  FtpScript full;
  full.store_reply = "552 no space";
  FtpScript fails;
  fails.store_reply = "451 local error";
  FtpScript hangs_up;
  hangs_up.hang_up_on_store = true;
  const std::pair<FtpScript, Retry> scripts[] = {{refuses, Retry::after_fix},
                                                 {full, Retry::later},
                                                 {fails, Retry::later},
                                                 {hangs_up, Retry::later}};
  for (const auto& [script, retry] : scripts) {
    FtpServer server(script);
    const Error error = failure(store(server.url())->put(file("x")));
    EXPECT_EQ(error.code, ErrorCode::file_store);
    EXPECT_EQ(error.retry, retry) << error.describe();
    EXPECT_FALSE(error.text.empty());
    EXPECT_TRUE(server.files().empty());
  }
}

TEST_F(FtpFileStoreTest, an_absent_server_is_tried_later) {
  std::string url;
  {
    FtpServer gone;
    url = gone.url();
  }
  EXPECT_EQ(failure(store(url)->put(file("x"))).retry, Retry::later);
}

TEST_F(FtpFileStoreTest, a_server_that_stalls_is_given_up_in_time) {
  testing::Event ended;
  FtpScript stalls;
  stalls.before_data = [&] { ended.wait(); };
  FtpServer server(stalls);
  FtpOptions options;
  options.url = server.url();
  options.total_timeout = std::chrono::milliseconds(150);
  const Error error = failure(ftp_file_store(options)->put(file("x")));
  ended.set();
  EXPECT_EQ(error.code, ErrorCode::file_store);
  EXPECT_EQ(error.retry, Retry::later);
}

TEST_F(FtpFileStoreTest, a_file_that_is_gone_needs_a_person) {
  FtpServer server;
  OutgoingFile gone = file("x");
  gone.path += ".gone";
  const Error error = failure(store(server.url())->put(gone));
  EXPECT_EQ(error.code, ErrorCode::file_store);
  EXPECT_EQ(error.retry, Retry::after_fix);
  EXPECT_EQ(error.origin, Origin::local);
  EXPECT_EQ(error.detail.find("gone"), std::string::npos);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(FtpFileStoreTest, says_at_every_put_that_its_options_are_wrong) {
  const Error error = failure(store("http://h")->put(file("x")));
  EXPECT_EQ(error.code, ErrorCode::config);
  ASSERT_EQ(error.fields.size(), 1u);
  EXPECT_EQ(error.fields.front().field, "url");
}

}  // namespace
}  // namespace smev
