#include "sdk/smev3/multipart.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/shared_samples.hpp"

namespace smev::smev3 {
namespace {

constexpr char kType[] = "multipart/related; boundary=\"b\"";

std::string with_line_ends(std::string text, const std::string& line_end) {
  std::string out;
  for (const char c : text) out += c == '\n' ? line_end : std::string(1, c);
  return out;
}

const std::string kTwoParts =
    "preamble\n--b\nContent-Type: text/xml\nContent-ID: <root>\n\n<a/>\n"
    "--b\ncontent-id:<second>\nContent-Type: application/pdf\n\nline one\nline "
    "two\n--b--\nepilogue";

TEST(Multipart, splits_with_either_line_end) {
  for (const std::string line_end : {"\n", "\r\n"}) {
    const auto parts = split_multipart(kType, with_line_ends(kTwoParts, line_end));
    ASSERT_TRUE(parts) << parts.error().describe();
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ((*parts)[0].content_type, "text/xml");
    EXPECT_EQ((*parts)[0].content_id, "root");
    EXPECT_EQ((*parts)[0].body, "<a/>");
    EXPECT_EQ((*parts)[1].content_id, "second");
    EXPECT_EQ((*parts)[1].body, "line one" + line_end + "line two");
  }
}

TEST(Multipart, keeps_every_octet_of_a_binary_part) {
  std::string octets;
  for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
  octets += "\r\n--bx\r\n--c\r\n\r\n";  // begins like the boundary, and is none
  const auto parts = split_multipart(kType, "--b\r\n\r\n" + octets + "\r\n--b--");
  ASSERT_TRUE(parts) << parts.error().describe();
  EXPECT_EQ(parts->front().body, octets);
}

TEST(Multipart, takes_a_boundary_without_quotes_and_blanks_after_it) {
  const auto parts =
      split_multipart("multipart/related; boundary=uuid:1", "--uuid:1 \t\r\n\r\nx\r\n--uuid:1-- ");
  ASSERT_TRUE(parts) << parts.error().describe();
  EXPECT_EQ(parts->front().body, "x");
}

TEST(Multipart, takes_an_empty_part) {
  const auto parts = split_multipart(kType, "--b\r\n\r\n--b--");
  ASSERT_TRUE(parts) << parts.error().describe();
  EXPECT_EQ(parts->front().body, "");
}

TEST(Multipart, joins_header_lines_that_go_on) {
  const auto parts =
      split_multipart(kType, "--b\nContent-Type: text/xml;\n\tcharset=UTF-8\n\nx\n--b--");
  ASSERT_TRUE(parts) << parts.error().describe();
  EXPECT_EQ(parts->front().content_type, "text/xml;\tcharset=UTF-8");
}

TEST(Multipart, decodes_base64_parts_and_refuses_unknown_encodings) {
  const auto part_with = [](const std::string& encoding) {
    return split_multipart(kType,
                           "--b\nContent-Transfer-Encoding: " + encoding + "\n\nPGEv\nPg==\n--b--");
  };
  ASSERT_TRUE(part_with("BASE64"));
  EXPECT_EQ(part_with("base64")->front().body, "<a/>");
  EXPECT_EQ(part_with("8bit")->front().body, "PGEv\nPg==");
  ASSERT_FALSE(part_with("x-secret"));
  EXPECT_EQ(part_with("x-secret").error().code, ErrorCode::bad_answer);
  EXPECT_FALSE(split_multipart(kType, "--b\nContent-Transfer-Encoding: base64\n\n!\n--b--"));
}

TEST(Multipart, refuses_what_is_cut_off_or_has_no_boundary) {
  for (const char* body : {"", "--b", "--b\n", "--b\n\nx", "--b\n\nx\n--b", "--b--", "no boundary",
                           "x--b\n\ny\n--b--", "--b\nContent-ID: <a>\n--b--"}) {
    const auto parts = split_multipart(kType, body);
    ASSERT_FALSE(parts) << body;
    EXPECT_EQ(parts.error().code, ErrorCode::bad_answer);
    EXPECT_EQ(parts.error().origin, Origin::network);
  }
  EXPECT_FALSE(split_multipart("multipart/related", "--b\n\nx\n--b--"));
  EXPECT_FALSE(split_multipart("multipart/related; boundary=\"\"", "--\n\nx\n----"));
}

TEST(Multipart, parts_max_is_the_last_number_allowed) {
  MultipartLimits limits;
  limits.parts_max = 2;
  const std::string two = "--b\n\nx\n--b\n\ny\n--b";
  EXPECT_TRUE(split_multipart(kType, two + "--", limits));
  EXPECT_FALSE(split_multipart(kType, two + "\n\nz\n--b--", limits));
}

TEST(Multipart, headers_bytes_max_is_the_last_length_allowed) {
  MultipartLimits limits;
  limits.headers_bytes_max = 20;
  const auto body = [](std::size_t header) {
    return "--b\n" + std::string(header, 'h') + "\n\nx\n--b--";
  };
  EXPECT_TRUE(split_multipart(kType, body(19), limits));  // with its line end: 20
  EXPECT_FALSE(split_multipart(kType, body(20), limits));
}

TEST(SoapEnvelope, is_the_body_itself_when_not_wrapped) {
  EXPECT_EQ(*soap_envelope("text/xml;charset=UTF-8", "<a/>"), "<a/>");
}

TEST(SoapEnvelope, is_the_part_that_start_names_else_the_first) {
  const std::string body = "--b\nContent-ID: <one>\n\n<a/>\n--b\nContent-ID: <two>\n\n<b/>\n--b--";
  EXPECT_EQ(*soap_envelope("multipart/related; boundary=b; start=\"<two>\"", body), "<b/>");
  EXPECT_EQ(*soap_envelope("multipart/related; boundary=b; start=two", body), "<b/>");
  EXPECT_EQ(*soap_envelope("multipart/related; boundary=b", body), "<a/>");
  EXPECT_EQ(*soap_envelope("multipart/related; boundary=b; start=\"<none>\"", body), "<a/>");
}

TEST(SoapEnvelope, comes_back_out_of_its_own_wrapping) {
  const WrappedBody wrapped = wrap_multipart("<a>\r\n</a>", "uuid:1");
  EXPECT_EQ(*soap_envelope(wrapped.content_type, wrapped.body), "<a>\r\n</a>");
  EXPECT_NE(wrapped.content_type.find("boundary=\"uuid:1\""), std::string::npos);
}

// Never a crash, whatever comes: octets changed, cut out and doubled at places that a fixed seed
// picks.
TEST(SoapEnvelope, survives_mutations) {
  const std::string xop =
      "--b\nContent-ID: <root>\n\n<a xmlns:x=\"http://www.w3.org/2004/08/xop/include\">"
      "<x:Include href=\"cid:p%40q\"/></a>\n--b\nContent-ID: <p@q>\n\n12345\n--b--\n";
  std::mt19937 random(20260416);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string body = round % 2 == 0 ? xop : kTwoParts;
    std::string type = kType;
    for (int change = 0; change < 3; ++change) {
      std::string& text = random() % 8 == 0 ? type : body;
      if (text.empty()) continue;
      const std::size_t at = random() % text.size();
      const std::size_t length = random() % 12;
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text.erase(at, length);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), length));
      }
    }
    if (soap_envelope(type, body)) ++accepted;
  }
  EXPECT_GT(accepted, 0);
}

struct WireSample {
  std::string content_type;
  std::string body;
};

// Status line and headers, an empty line, the body; with the line ends of whatever stored it.
WireSample wire_sample(const std::string& name) {
  const std::string text = testing::octets_of(testing::shared_folder() / "samples/wire" / name);
  const std::size_t blank = std::min(text.find("\n\n"), text.find("\r\n\r\n"));
  const std::string head = text.substr(0, blank);
  const std::size_t at = head.find("Content-Type:") + 13;
  WireSample sample;
  sample.content_type = head.substr(at, head.find_first_of("\r\n", at) - at);
  sample.body = text.substr(text.find_first_not_of("\r\n", blank));
  return sample;
}

TEST(SoapEnvelope, opens_the_captured_empty_queue) {
  SMEV_NEEDS_SHARED("samples/wire/get-response-empty-queue-1.1.http");
  const WireSample sample = wire_sample("get-response-empty-queue-1.1.http");
  const auto envelope = soap_envelope(sample.content_type, sample.body);
  ASSERT_TRUE(envelope) << envelope.error().describe();
  EXPECT_EQ(envelope->rfind("<soap:Envelope", 0), 0u);
  EXPECT_EQ(envelope->substr(envelope->size() - 16), "</soap:Envelope>");
}

TEST(SoapEnvelope, opens_the_captured_request_of_another_client) {
  SMEV_NEEDS_SHARED("samples/wire/send-request-mtom-1.1.txt");
  WireSample sample = wire_sample("send-request-mtom-1.1.txt");
  // The stored copy ends inside the attachment.
  const auto cut = soap_envelope(sample.content_type, sample.body);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::bad_answer);
  sample.body += "\n\nrest\r\n------=_Part_43_2071407460.1414486216474--\r\n";
  const auto parts = split_multipart(sample.content_type, sample.body);
  ASSERT_TRUE(parts) << parts.error().describe();
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].content_id, "rootpart@soapui.org");
  EXPECT_EQ((*parts)[1].content_id, "attach5MB.jpg");
}

}  // namespace
}  // namespace smev::smev3
