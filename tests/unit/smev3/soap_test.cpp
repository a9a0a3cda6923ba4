#include "sdk/smev3/soap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/smev3/multipart.hpp"
#include "tests/support/signed_answers.hpp"

namespace smev::smev3 {
namespace {

using ::testing::HasSubstr;

Error error_of(int status, const std::string& content_type, const std::string& body,
               Retry unclear = Retry::same_id_now) {
  const auto soap = open_soap({status, content_type, body}, unclear);
  EXPECT_FALSE(soap) << body;
  return soap ? Error() : soap.error();
}

TEST(Soap, a_page_of_a_gateway_is_an_http_error_that_names_status_and_type) {
  for (const int status : {502, 504, 404, 302, 200, 500, 413, 429, 503, 401}) {
    const Error error =
        error_of(status, "text/html; charset=utf-8", "<html><body>Bad</body></html>");
    EXPECT_EQ(error.code, ErrorCode::http) << status;
    EXPECT_EQ(error.origin, Origin::network);
    EXPECT_EQ(error.retry, Retry::same_id_now);
    EXPECT_THAT(error.text, HasSubstr("HTTP " + std::to_string(status)));
    EXPECT_THAT(error.text, HasSubstr("text/html"));
  }
}

TEST(Soap, keeps_the_words_of_strangers_out_of_its_text) {
  const Error error = error_of(502, "text/html\x01\xD0\xAF <b>", "page");
  EXPECT_THAT(error.text, HasSubstr("text/html???"));
  EXPECT_LT(error_of(502, std::string(500, 'x'), "page").text.size(), 300u);
}

TEST(Soap, broken_xml_from_the_service_is_a_bad_answer) {
  for (const char* body : {"<a>", "<soap:Envelope/>", "<a/>", "text", "", " \r\n"}) {
    const Error error = error_of(200, "text/xml;charset=UTF-8", body);
    EXPECT_EQ(error.code, ErrorCode::bad_answer) << body;
    EXPECT_EQ(error.retry, Retry::same_id_now);
    EXPECT_FALSE(error.detail.empty());
  }
  EXPECT_EQ(error_of(200, "multipart/related; boundary=b", "--b\n\nx").code, ErrorCode::bad_answer);
}

TEST(Soap, an_empty_body_with_another_status_is_an_http_error) {
  EXPECT_EQ(error_of(503, "", "").code, ErrorCode::http);
  EXPECT_EQ(error_of(502, "text/xml", "").code, ErrorCode::http);
}

TEST(Soap, an_envelope_without_a_body_is_a_bad_answer) {
  const Error error =
      error_of(200, "text/xml",
               std::string("<s:Envelope xmlns:s=\"") + kSoapNamespace + "\"><a/></s:Envelope>");
  EXPECT_EQ(error.code, ErrorCode::bad_answer);
}

TEST(Soap, what_may_be_done_depends_on_who_asked) {
  EXPECT_EQ(error_of(502, "text/html", "x", Retry::later).retry, Retry::later);
  EXPECT_EQ(error_of(200, "text/xml", "x", Retry::later).retry, Retry::later);
}

TEST(Soap, the_envelope_counts_more_than_status_and_type) {
  for (const char* type : {"text/plain", "text/html", "", "application/octet-stream"}) {
    const auto soap = open_soap({202, type, "\n" + testing::empty_queue()}, Retry::later);
    ASSERT_TRUE(soap) << type;
    EXPECT_EQ(soap->body.first_child().name(), "GetResponseResponse");
  }
}

TEST(Soap, a_fault_is_a_fault_whatever_its_status_and_wrapping) {
  const std::string envelope = testing::fault("AccessDenied", "нет прав");
  const WrappedBody wrapped = wrap_multipart(envelope, "uuid:1");
  for (const HttpAnswer& answer :
       {HttpAnswer{500, "text/xml", envelope}, HttpAnswer{200, "text/xml", envelope},
        HttpAnswer{500, wrapped.content_type, wrapped.body}}) {
    const auto soap = open_soap(answer, Retry::same_id_now);
    ASSERT_FALSE(soap);
    EXPECT_EQ(soap.error().code, ErrorCode::smev_fault);
    EXPECT_EQ(soap.error().fault->name, "AccessDenied");
    EXPECT_EQ(soap.error().retry, Retry::never);
  }
}

TEST(Soap, takes_no_document_type_and_no_entities) {
  const Error error =
      error_of(200, "text/xml",
               "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + testing::empty_queue());
  EXPECT_EQ(error.code, ErrorCode::bad_answer);
}

}  // namespace
}  // namespace smev::smev3
