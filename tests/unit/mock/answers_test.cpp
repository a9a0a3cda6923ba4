#include "mock-smev/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/smev3/multipart.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

using ::testing::HasSubstr;
using testing_support::create_xml;
using testing_support::update_xml;

/// Names of elements with their Ids and xsi types, depth first; inside the business content and the
/// signatures, which are judged elsewhere, nothing.
void put_shape(const xml::Element& element, const std::string& indent, std::string& out) {
  out += indent + std::string(element.name());
  if (const auto id = element.attribute("Id")) out += " #" + *id;
  out += '\n';
  const std::string_view name = element.name();
  if (name == "MessagePrimaryContent" || name == "Signature") return;
  for (const auto& child : element.children()) put_shape(child, indent + ' ', out);
}

std::string shape(const xml::Element& element) {
  std::string out;
  put_shape(element, "", out);
  return out;
}

class AnswersTest : public testing_support::ServiceTest {
 protected:
  static std::optional<xml::Document> sample(const std::string& name) {
    const auto path = smev::testing::shared_folder() / "samples/envelopes" / name;
    auto document = xml::Document::parse(smev::testing::octets_of(path));
    if (!document) return std::nullopt;
    return *std::move(document);
  }
  xml::Document delivered() {
    const HttpReply reply = poll();
    return *xml::Document::parse(*smev3::soap_envelope(reply.content_type, reply.body));
  }
  static xml::Element answer_of(const xml::Document& envelope) {
    return envelope.root().child(smev3::kSoapNamespace, "Body").first_child();
  }
};

/// A request with a transaction code, as those behind the samples had.
std::string with_code(std::string operation) {
  const std::string before = "<b:MessagePrimaryContent>";
  return operation.insert(operation.find(before),
                          "<t:TransactionCode>8d384e7d</t:TransactionCode>");
}

TEST_F(AnswersTest, have_the_shape_of_a_real_answer) {
  SMEV_NEEDS_SHARED("samples/envelopes");
  const auto real = sample("response_create_ok.xml");
  ASSERT_TRUE(real);
  post(signed_envelope(with_code(request_operation(ids->next().text(), create_xml("1"))), *signer));
  const auto ours = delivered();
  EXPECT_EQ(shape(answer_of(ours)), shape(real->root()));
}

TEST_F(AnswersTest, have_the_shape_of_a_real_rejection) {
  SMEV_NEEDS_SHARED("samples/envelopes");
  const auto real = sample("reject_bad_datetime.xml");
  ASSERT_TRUE(real);
  post(signed_envelope(
      with_code(request_operation(ids->next().text(), create_xml("1", "6", "2026-04-15"))),
      *signer));
  const auto ours = delivered();
  EXPECT_EQ(shape(answer_of(ours)), shape(real->root()));
}

TEST_F(AnswersTest, carry_moscow_time) {
  send(create_xml("1"));
  const std::string text = delivered().to_text();
  EXPECT_THAT(text, HasSubstr("<ns2:SendingTimestamp>2026-04-16T10:00:00+03:00<"));
  EXPECT_THAT(text, HasSubstr("<ns2:DeliveryTimestamp>2026-04-16T10:00:00+03:00<"));
}

TEST(Tampered, changes_one_digit_of_the_content_and_nothing_else) {
  const std::string answer =
      "<a Id=\"1\"><x>7</x><MessagePrimaryContent><o n=\"5\"><code>0</code>"
      "</o></MessagePrimaryContent></a>";
  std::string expected = answer;
  expected.replace(expected.find("<code>0"), 7, "<code>1");
  EXPECT_EQ(tampered(answer), expected);
  const std::string notice =
      "<a Id=\"1\"><AsyncProcessingStatus><id>b9</id></AsyncProcessingStatus></a>";
  EXPECT_EQ(tampered(notice),
            "<a Id=\"1\"><AsyncProcessingStatus><id>b0</id></AsyncProcessingStatus></a>");
}

TEST(Tampered, leaves_an_empty_queue_as_it_is) {
  EXPECT_EQ(tampered("<a><GetResponseResponse/></a>"), "<a><GetResponseResponse/></a>");
}

}  // namespace
}  // namespace smev::mock
