#include <gtest/gtest.h>

#include "smev/transport/transport.hpp"

namespace smev {
namespace {

SoapOptions soap(const std::string& url = "http://smev:7500/smev/v1.2/ws") {
  SoapOptions options;
  options.url = url;
  return options;
}

std::string fields(const std::vector<FieldFault>& faults) {
  std::string all;
  for (const FieldFault& fault : faults) {
    EXPECT_FALSE(fault.text.empty());
    all += fault.field + " ";
  }
  return all;
}

TEST(SoapOptions, takes_addresses_of_http_only) {
  for (const char* url : {"http://h", "https://h:1/x", "http://127.0.0.1:7500/smev/v1.2/ws"}) {
    EXPECT_EQ(fields(soap(url).validate()), "") << url;
  }
  for (const char* url : {"", "h", "ftp://h", "http://", "http:///x", "http://:80/", "http://h /",
                          "http://h\r\nX: y", "http://user:word@h/", "HTTP//h"}) {
    EXPECT_EQ(fields(soap(url).validate()), "url ") << url;
  }
}

TEST(SoapOptions, knows_its_limits) {
  SoapOptions options = soap();
  options.in_flight_max = 1;
  options.answer_bytes_max = 64u << 10;
  options.stop_timeout = Duration::zero();
  options.connect_timeout = options.total_timeout = Duration(1);
  EXPECT_EQ(fields(options.validate()), "");
  options.in_flight_max = 256;
  EXPECT_EQ(fields(options.validate()), "");
  options.in_flight_max = 257;
  EXPECT_EQ(fields(options.validate()), "in_flight_max ");
}

TEST(SoapOptions, names_all_faults_at_once) {
  SoapOptions options = soap("");
  options.in_flight_max = 0;
  options.answer_bytes_max = (64u << 10) - 1;
  options.stop_timeout = Duration(-1);
  options.connect_timeout = options.total_timeout = Duration::zero();
  EXPECT_EQ(fields(options.validate()),
            "url connect_timeout total_timeout stop_timeout answer_bytes_max in_flight_max ");
}

TEST(FtpOptions, takes_a_server_without_a_path) {
  FtpOptions options;
  for (const char* url : {"ftp://h", "ftp://h:21", "ftp://h:21/"}) {
    options.url = url;
    EXPECT_EQ(fields(options.validate()), "") << url;
  }
  for (const char* url :
       {"", "h", "http://h", "ftp://", "ftp://h/x", "ftp://u@h", "ftp://h?x", "ftp://h\n"}) {
    options.url = url;
    EXPECT_EQ(fields(options.validate()), "url ") << url;
  }
}

TEST(FtpOptions, names_all_faults_at_once) {
  FtpOptions options;
  options.user = "";
  options.connect_timeout = options.total_timeout = Duration::zero();
  EXPECT_EQ(fields(options.validate()), "url user connect_timeout total_timeout ");
}

}  // namespace
}  // namespace smev
