#include "mock-smev/fault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/base/runtime.hpp"
#include "sdk/smev3/answer.hpp"
#include "sdk/xml/schema.hpp"

namespace smev::mock {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<Fault> every_fault() {
  return {faults::invalid_content("текст", {"cvc-1", "cvc-2"}),
          faults::signature("NoSignatureFound", "Отсутствует ЭП-ОВ"),
          faults::invalid_message_id(),
          faults::stale_message_id("id"),
          faults::already_sent("id"),
          faults::type_not_supported("urn://x", "Root"),
          faults::unknown_message_type(),
          faults::attachments_miscoordinated(),
          faults::attachments_too_large(5, 6),
          faults::target_not_found("id"),
          faults::destination_overflow("queue"),
          faults::access_denied(),
          faults::sender_not_registered(),
          faults::end_of_life_reached(),
          faults::smev_failure(),
          faults::too_many_calls()};
}

SmevFault read_back(const Fault& fault, FaultStyle style) {
  const auto& protocol = smev3::protocol_1_2();
  const auto answer =
      smev3::read_ack_response(protocol, {500, "text/xml", to_envelope(fault, protocol, style)});
  EXPECT_FALSE(answer);
  EXPECT_TRUE(answer.error().fault) << answer.error().describe();
  return answer.error().fault.value_or(SmevFault{});
}

TEST(Fault, follows_the_schema_in_both_generations) {
  const auto runtime = Runtime::acquire();
  const auto schema = xml::Schema::load(xml::schema_directory() + "/smev-1.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  for (const FaultStyle style : {FaultStyle::old_server, FaultStyle::new_gateway}) {
    for (const Fault& fault : every_fault()) {
      const auto document = xml::Document::parse(to_envelope(fault, smev3::protocol_1_2(), style));
      ASSERT_TRUE(document);
      const auto soap_fault = document->root().child(smev3::kSoapNamespace, "Body").first_child();
      const auto detail = soap_fault.child("", "detail").first_child();
      EXPECT_EQ(detail.name(), fault.name);
      const auto violations = (*schema)->check(detail);
      EXPECT_TRUE(violations.empty()) << fault.name << ": " << violations[0].text;
    }
  }
}

TEST(Fault, is_read_back_with_name_code_and_number_from_an_old_server) {
  for (const Fault& fault : every_fault()) {
    const SmevFault read = read_back(fault, FaultStyle::old_server);
    EXPECT_EQ(read.name, fault.name);
    EXPECT_EQ(read.code, fault.code);
    EXPECT_EQ(read.number, fault.number);
    EXPECT_THAT(read.description, HasSubstr(fault.text));
  }
}

TEST(Fault, is_known_by_its_element_from_a_new_gateway) {
  for (const Fault& fault : every_fault()) {
    const SmevFault read = read_back(fault, FaultStyle::new_gateway);
    EXPECT_EQ(read.name, fault.name);
    EXPECT_EQ(read.code, "");
    EXPECT_THAT(read.description, HasSubstr(fault.text));
  }
}

TEST(Fault, has_the_captured_shape) {
  const auto old =
      to_envelope(faults::target_not_found("1"), smev3::protocol_1_2(), FaultStyle::old_server);
  EXPECT_THAT(old, StartsWith("<soap:Envelope"));
  EXPECT_THAT(old, HasSubstr("<faultcode>soap:Server</faultcode>"));
  EXPECT_THAT(old, HasSubstr("xsi:type=\"SmevFault\""));
  EXPECT_THAT(old, HasSubstr("<Description>SMEV-501: Сообщение '1' не найдено"));
  const auto fresh =
      to_envelope(faults::target_not_found("1"), smev3::protocol_1_2(), FaultStyle::new_gateway);
  EXPECT_THAT(fresh, HasSubstr("<faultcode>SOAP-ENV:Client</faultcode>"));
  EXPECT_THAT(fresh, HasSubstr("<faultstring xml:lang=\"ru\">Сообщение '1'"));
  EXPECT_THAT(fresh, HasSubstr("></ns3:TargetMessageIsNotFound>"));
}

TEST(Fault, of_a_caller_who_speaks_no_soap_has_no_detail) {
  for (const FaultStyle style : {FaultStyle::old_server, FaultStyle::new_gateway}) {
    const auto text = to_envelope(faults::not_soap("почему"), smev3::protocol_1_2(), style);
    EXPECT_THAT(text, HasSubstr(":Client</faultcode>"));
    EXPECT_EQ(text.find("detail"), std::string::npos);
  }
}

TEST(Fault, carries_every_validation_error) {
  const SmevFault read =
      read_back(faults::invalid_content("текст", {"cvc-1", "cvc-2"}), FaultStyle::old_server);
  EXPECT_THAT(read.validation_errors, ::testing::ElementsAre("cvc-1", "cvc-2"));
}

TEST(Fault, of_a_signature_tells_the_reason) {
  for (const FaultStyle style : {FaultStyle::old_server, FaultStyle::new_gateway}) {
    EXPECT_EQ(read_back(faults::signature("CertificateIsExpired", "т"), style).reason,
              "CertificateIsExpired");
  }
}

}  // namespace
}  // namespace smev::mock
