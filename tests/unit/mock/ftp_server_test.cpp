#include "mock-smev/ftp_server.hpp"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/mock/fixtures.hpp"
#include "tests/unit/mock/wire.hpp"

namespace smev::mock {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::Folder;
using testing_support::ftp_download;
using testing_support::ftp_upload;
using testing_support::RawConnection;
using testing_support::slurp;
using namespace std::chrono_literals;

constexpr char kUuid[] = "61e7a920-3968-11f1-b8b2-0242333cce59";

class FtpServerTest : public ::testing::Test {
 protected:
  void SetUp() override { start(); }
  void start() {
    server.reset();
    auto started = FtpServer::start("127.0.0.1", 0, limits, store);
    if (!started) FAIL() << started.error().describe();
    server = *std::move(started);
  }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "ftp://anonymous:smev@127.0.0.1:" + std::to_string(server->port()) + '/' + path;
  }
  /// The answer to one command; earlier answers must have been read.
  static std::string say(RawConnection& connection, const std::string& command) {
    connection.send(command + "\r\n");
    return connection.read_line();
  }
  RawConnection& login(RawConnection& connection) {
    EXPECT_THAT(connection.read_line(), StartsWith("220"));
    EXPECT_THAT(say(connection, "USER anonymous"), StartsWith("331"));
    EXPECT_THAT(say(connection, "PASS smev"), StartsWith("230"));
    return connection;
  }
  static int port_of(const std::string& epsv_answer) {
    const auto at = epsv_answer.find("|||");
    return at == std::string::npos ? 0 : std::stoi(epsv_answer.substr(at + 3));
  }

  Folder folder;
  FtpLimits limits;
  std::shared_ptr<FileStore> store =
      std::make_shared<FileStore>(*FileStore::open(folder / "files", folder / "results"));
  std::unique_ptr<FtpServer> server;
};

TEST_F(FtpServerTest, stores_and_gives_back_a_file_of_any_octets) {
  std::string octets;
  for (int i = 0; i < 300'000; ++i) octets += static_cast<char>(i % 256);
  const std::string path = std::string(kUuid) + "/%D1%80%D0%B5%D1%88%D0%B5%D0%BD%D0%B8%D0%B5.pdf";
  EXPECT_EQ(ftp_upload(url(path), octets), CURLE_OK);
  const auto stored = store->only_file(kUuid);
  ASSERT_TRUE(stored) << stored.error().describe();
  EXPECT_EQ(stored->name, "решение.pdf");
  EXPECT_EQ(slurp(stored->path), octets);
  const auto got = ftp_download(url(path));
  EXPECT_EQ(got.curl_code, CURLE_OK);
  EXPECT_EQ(got.body, octets);
}

TEST_F(FtpServerTest, serves_the_older_passive_mode_too) {
  const std::string path = std::string(kUuid) + "/a.txt";
  EXPECT_EQ(ftp_upload(url(path), "octets", false), CURLE_OK);
  EXPECT_EQ(ftp_download(url(path), false).body, "octets");
}

TEST_F(FtpServerTest, stores_an_empty_file_and_replaces_an_earlier_one) {
  const std::string path = std::string(kUuid) + "/a.txt";
  EXPECT_EQ(ftp_upload(url(path), "first"), CURLE_OK);
  EXPECT_EQ(ftp_upload(url(path), ""), CURLE_OK);
  EXPECT_EQ(store->only_file(kUuid)->size, 0u);
}

TEST_F(FtpServerTest, takes_a_file_up_to_its_limit_and_keeps_nothing_of_a_larger_one) {
  limits.file_bytes_max = 100'000;
  start();
  const std::string path = std::string(kUuid) + "/a.bin";
  EXPECT_EQ(ftp_upload(url(path), std::string(100'000, 'x')), CURLE_OK);
  std::filesystem::remove_all(folder / "files/" + kUuid);
  EXPECT_NE(ftp_upload(url(path), std::string(100'001, 'x')), CURLE_OK);
  EXPECT_EQ(store->only_file(kUuid).error().code, ErrorCode::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(folder / "files/" + kUuid));
}

TEST_F(FtpServerTest, keeps_clients_inside_its_root) {
  folder.write("secret", "secret");
  EXPECT_NE(ftp_download(url("../secret")).curl_code, CURLE_OK);
  EXPECT_NE(ftp_download(url("%2F..%2Fsecret")).curl_code, CURLE_OK);
  EXPECT_NE(ftp_upload(url("../planted"), "x"), CURLE_OK);
  EXPECT_NE(ftp_upload(url("plain-name/planted"), "x"), CURLE_OK);
  EXPECT_FALSE(std::filesystem::exists(folder / "planted"));
  RawConnection connection(server->port());
  login(connection);
  EXPECT_THAT(say(connection, "CWD ../../.."), StartsWith("250"));
  EXPECT_THAT(say(connection, "PWD"), StartsWith("257 \"/\""));
  EXPECT_THAT(say(connection, "SIZE ../secret"), StartsWith("550"));
  EXPECT_THAT(say(connection, "MKD ../out"), StartsWith("553"));
  EXPECT_THAT(say(connection, "RETR /../secret"), StartsWith("550"));
}

TEST_F(FtpServerTest, wants_a_login_before_work) {
  RawConnection connection(server->port());
  EXPECT_THAT(connection.read_line(), StartsWith("220"));
  EXPECT_THAT(say(connection, "PWD"), StartsWith("530"));
  EXPECT_THAT(say(connection, "USER x"), StartsWith("331"));
  EXPECT_THAT(say(connection, "PASS y"), StartsWith("230"));
  EXPECT_THAT(say(connection, "PWD"), StartsWith("257 \"/\""));
}

TEST_F(FtpServerTest, walks_through_its_commands) {
  RawConnection connection(server->port());
  login(connection);
  const std::string uuid = kUuid;
  EXPECT_THAT(say(connection, "SYST"), StartsWith("215"));
  EXPECT_THAT(say(connection, "NOOP"), StartsWith("200"));
  EXPECT_THAT(say(connection, "OPTS UTF8 ON"), StartsWith("200"));
  EXPECT_THAT(say(connection, "OPTS MLST x"), StartsWith("501"));
  EXPECT_THAT(say(connection, "TYPE I"), StartsWith("200"));
  EXPECT_THAT(say(connection, "TYPE E"), StartsWith("504"));
  EXPECT_THAT(say(connection, "CWD " + uuid), StartsWith("550"));
  EXPECT_THAT(say(connection, "MKD " + uuid), StartsWith("257"));
  EXPECT_THAT(say(connection, "MKD " + uuid), StartsWith("550"));
  EXPECT_THAT(say(connection, "MKD " + uuid + "/deeper"), StartsWith("553"));
  EXPECT_THAT(say(connection, "CWD " + uuid), StartsWith("250"));
  EXPECT_THAT(say(connection, "pwd"), StartsWith("257 \"/" + uuid + "\""));
  EXPECT_THAT(say(connection, "CDUP"), StartsWith("250"));
  EXPECT_THAT(say(connection, "PWD"), StartsWith("257 \"/\""));
  EXPECT_THAT(say(connection, "SIZE " + uuid + "/none"), StartsWith("550"));
  EXPECT_THAT(say(connection, "STOR " + uuid + "/a"), StartsWith("425"));
  EXPECT_THAT(say(connection, "STOR a"), StartsWith("553"));
  EXPECT_THAT(say(connection, "DELE a"), StartsWith("502"));
  connection.send("FEAT\r\n");
  std::string features;
  for (std::string line = connection.read_line(); !line.empty(); line = connection.read_line()) {
    features += line;
    if (line.rfind("211 ", 0) == 0) break;
  }
  EXPECT_THAT(features, HasSubstr(" EPSV\r\n"));
  EXPECT_THAT(say(connection, "QUIT"), StartsWith("221"));
  EXPECT_TRUE(connection.is_closed());
}

TEST_F(FtpServerTest, gives_a_file_its_name_only_when_all_of_it_has_come) {
  RawConnection connection(server->port());
  login(connection);
  EXPECT_THAT(say(connection, std::string("MKD ") + kUuid), StartsWith("257"));
  {
    RawConnection data(port_of(say(connection, "EPSV")));
    EXPECT_THAT(say(connection, std::string("STOR ") + kUuid + "/a"), StartsWith("150"));
    data.send("half of it");
    EXPECT_EQ(store->only_file(kUuid).error().code, ErrorCode::not_found);
  }
  EXPECT_THAT(connection.read_line(), StartsWith("226"));
  EXPECT_EQ(slurp(store->only_file(kUuid)->path), "half of it");
  EXPECT_THAT(say(connection, std::string("SIZE ") + kUuid + "/a"), StartsWith("213 10"));
}

TEST_F(FtpServerTest, gives_up_on_a_data_connection_that_nobody_opens) {
  limits.data_timeout = 50ms;
  start();
  RawConnection connection(server->port());
  login(connection);
  EXPECT_THAT(say(connection, std::string("MKD ") + kUuid), StartsWith("257"));
  EXPECT_THAT(say(connection, "EPSV"), StartsWith("229"));
  EXPECT_THAT(say(connection, std::string("STOR ") + kUuid + "/a"), StartsWith("150"));
  EXPECT_THAT(connection.read_line(), StartsWith("425"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "files/" + kUuid));
  EXPECT_THAT(say(connection, "NOOP"), StartsWith("200"));
}

TEST_F(FtpServerTest, closes_a_connection_that_says_nothing) {
  limits.idle_timeout = 50ms;
  start();
  RawConnection connection(server->port());
  EXPECT_THAT(connection.read_line(), StartsWith("220"));
  EXPECT_TRUE(connection.is_closed());
}

TEST_F(FtpServerTest, closes_a_connection_with_an_endless_line) {
  limits.line_bytes_max = 100;
  start();
  RawConnection connection(server->port());
  EXPECT_THAT(connection.read_line(), StartsWith("220"));
  EXPECT_THAT(say(connection, "NOOP " + std::string(90, 'x')), StartsWith("200"));
  connection.send(std::string(101, 'x'));
  EXPECT_THAT(connection.read_line(), StartsWith("500"));
}

TEST_F(FtpServerTest, turns_connections_away_beyond_its_limit) {
  limits.connections_max = 1;
  start();
  RawConnection first(server->port());
  EXPECT_THAT(first.read_line(), StartsWith("220"));
  RawConnection second(server->port());
  EXPECT_THAT(second.read_line(), StartsWith("421"));
  EXPECT_TRUE(second.is_closed());
}

TEST_F(FtpServerTest, stops_in_the_middle_of_a_transfer) {
  RawConnection connection(server->port());
  login(connection);
  say(connection, std::string("MKD ") + kUuid);
  RawConnection data(port_of(say(connection, "EPSV")));
  EXPECT_THAT(say(connection, std::string("STOR ") + kUuid + "/a"), StartsWith("150"));
  data.send("half of it");
  server.reset();
  EXPECT_TRUE(connection.is_closed());
  EXPECT_EQ(store->only_file(kUuid).error().code, ErrorCode::not_found);
}

TEST_F(FtpServerTest, a_port_that_is_taken_is_named_with_the_option_that_chooses_another) {
  const auto taken = FtpServer::start("127.0.0.1", server->port(), limits, store);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().text.find("Порт " + std::to_string(server->port()) + " занят"),
            std::string::npos);
  EXPECT_NE(taken.error().text.find("--ftp-port"), std::string::npos);
}

}  // namespace
}  // namespace smev::mock
