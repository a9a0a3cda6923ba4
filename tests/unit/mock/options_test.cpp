#include "mock-smev/options.hpp"

#include <gtest/gtest.h>

namespace smev::mock {
namespace {

using namespace std::chrono_literals;

TEST(Options, reads_durations_with_their_suffixes) {
  EXPECT_EQ(*parse_duration("0"), Duration(0));
  EXPECT_EQ(*parse_duration("250ms"), Duration(250ms));
  EXPECT_EQ(*parse_duration("30s"), Duration(30s));
  EXPECT_EQ(*parse_duration("15m"), Duration(15min));
  EXPECT_EQ(*parse_duration("2h"), Duration(2h));
}

TEST(Options, refuses_what_is_no_duration) {
  for (const char* text : {"", "5", "-1s", "1d", "s", "1 s", "1.5s", "99999999999999999999s",
                           "9223372036854775807h", "ms"}) {
    const auto read = parse_duration(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::config);
  }
}

TEST(Options, are_good_by_default) { EXPECT_TRUE(validate({}).empty()); }

std::string first_fault(const Options& options) {
  const auto faults = validate(options);
  return faults.empty() ? "" : faults.front().field;
}

TEST(Options, listen_on_loopback_unless_told_otherwise) {
  Options options;
  for (const char* address : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    options.listen = address;
    EXPECT_EQ(first_fault(options), "") << address;
  }
  for (const char* address : {"0.0.0.0", "::", "192.168.1.1"}) {
    options.listen = address;
    options.allow_remote = false;
    EXPECT_EQ(first_fault(options), "--listen") << address;
    options.allow_remote = true;
    EXPECT_EQ(first_fault(options), "") << address;
  }
}

TEST(Options, are_judged_at_their_edges) {
  const auto with = [](auto change) {
    Options options;
    change(options);
    return first_fault(options);
  };
  EXPECT_EQ(with([](Options& o) { o.http_port = 65535; }), "");
  EXPECT_EQ(with([](Options& o) { o.http_port = 65536; }), "--port");
  EXPECT_EQ(with([](Options& o) { o.http_port = -1; }), "--port");
  EXPECT_EQ(with([](Options& o) { o.ftp_port = 65536; }), "--ftp-port");
  EXPECT_EQ(with([](Options& o) { o.http_port = o.ftp_port = 0; }), "");
  EXPECT_EQ(with([](Options& o) { o.http_port = o.ftp_port = 5000; }), "--ftp-port");
  EXPECT_EQ(with([](Options& o) { o.service.drop_after_accept = 1; }), "");
  EXPECT_EQ(with([](Options& o) { o.service.drop_after_accept = 1.01; }), "--drop-after-accept");
  EXPECT_EQ(with([](Options& o) { o.service.drop_ack = -0.01; }), "--drop-ack");
  EXPECT_EQ(with([](Options& o) { o.service.tamper_answers = -1; }), "--tamper-answers");
  EXPECT_EQ(with([](Options& o) { o.service.sender_mnemonic = std::string(50, 'A'); }), "");
  EXPECT_EQ(with([](Options& o) { o.service.sender_mnemonic = std::string(51, 'A'); }),
            "--sender-mnemonic");
  EXPECT_EQ(with([](Options& o) { o.service.smev_mnemonic = ""; }), "--smev-mnemonic");
  EXPECT_EQ(with([](Options& o) { o.service.provider_mnemonic = "a,b"; }), "--provider-mnemonic");
  EXPECT_EQ(with([](Options& o) { o.directory = ""; }), "--dir");
}

TEST(Options, tell_all_their_faults_at_once) {
  Options options;
  options.listen = "0.0.0.0";
  options.http_port = -1;
  options.service.drop_ack = 2;
  EXPECT_EQ(validate(options).size(), 3u);
}

}  // namespace
}  // namespace smev::mock
