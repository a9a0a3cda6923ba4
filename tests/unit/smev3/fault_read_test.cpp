#include <gtest/gtest.h>

#include "sdk/smev3/fault.hpp"
#include "sdk/smev3/protocol.hpp"
#include "tests/support/shared_samples.hpp"

namespace smev::smev3 {
namespace {

SmevFault read_fault(const std::string& inside) {
  const auto document = xml::Document::parse(
      "<s:Fault xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">" + inside + "</s:Fault>");
  EXPECT_TRUE(document) << document.error().describe();
  return read_soap_fault(document->root());
}

std::string detail(const std::string& version, const std::string& name, const std::string& inside) {
  return "<detail><f:" + name + " xmlns:f=\"" + kFaultsPrefix + version + "\" xmlns:b=\"" +
         kBasicPrefix + version + "\">" + inside + "</f:" + name + "></detail>";
}

TEST(SoapFault, reads_code_and_description_of_any_version) {
  for (const char* version : {"1.1", "1.2", "1.3"}) {
    const SmevFault fault =
        read_fault("<faultcode>s:Server</faultcode><faultstring>Отсутствует ЭП-ОВ</faultstring>" +
                   detail(version, "SignatureVerificationFault",
                          "<b:Code>TR:SYNC:SPS:1</b:Code><b:Description>SMEV-100:Отсутствует "
                          "ЭП-ОВ</b:Description><f:SignatureVerificationFault>NoSignatureFound"
                          "</f:SignatureVerificationFault>"));
    EXPECT_EQ(fault.name, "SignatureVerificationFault");
    EXPECT_EQ(fault.reason, "NoSignatureFound");
    EXPECT_EQ(fault.code, "TR:SYNC:SPS:1");
    EXPECT_EQ(fault.number, "SMEV-100");
    EXPECT_EQ(fault.description, "SMEV-100:Отсутствует ЭП-ОВ");
  }
}

TEST(SoapFault, takes_the_text_where_the_detail_is_empty) {
  const SmevFault fault = read_fault("<faultstring xml:lang=\"ru\">SMEV-501: нет</faultstring>" +
                                     detail("1.1", "TargetMessageIsNotFound", ""));
  EXPECT_EQ(fault.name, "TargetMessageIsNotFound");
  EXPECT_EQ(fault.description, "SMEV-501: нет");
  EXPECT_EQ(fault.number, "SMEV-501");
  EXPECT_EQ(fault.code, "");
}

TEST(SoapFault, takes_the_text_where_there_is_no_detail) {
  const SmevFault fault =
      read_fault("<faultcode>s:Client</faultcode><faultstring>Ошибка</faultstring>");
  EXPECT_EQ(fault.name, "");
  EXPECT_EQ(fault.description, "Ошибка");
  EXPECT_EQ(read_fault("").description, "");
  EXPECT_EQ(read_fault("<detail/>").name, "");
}

TEST(SoapFault, prefers_the_element_of_smev_among_others_in_the_detail) {
  const SmevFault fault = read_fault("<detail><x xmlns=\"urn:trace\"/><f:SMEVFailure xmlns:f=\"" +
                                     std::string(kFaultsPrefix) + "1.2\"/></detail>");
  EXPECT_EQ(fault.name, "SMEVFailure");
  EXPECT_EQ(read_fault("<detail><x xmlns=\"urn:trace\"/></detail>").name, "x");
}

TEST(SoapFault, understands_children_in_the_namespace_of_soap) {
  EXPECT_EQ(read_fault("<s:faultstring>t</s:faultstring>").description, "t");
}

TEST(SoapFault, cuts_out_only_whole_numbers) {
  EXPECT_EQ(read_fault("<faultstring>SMEV-: x</faultstring>").number, "");
  EXPECT_EQ(read_fault("<faultstring>код SMEV-403.</faultstring>").number, "SMEV-403");
  EXPECT_EQ(read_fault("<faultstring>SMEV-</faultstring>").number, "");
}

TEST(SoapFault, keeps_at_most_a_hundred_validation_errors) {
  std::string errors;
  for (int i = 0; i < 101; ++i) errors += "<f:ValidationError>e</f:ValidationError>";
  EXPECT_EQ(read_fault(detail("1.2", "InvalidContent", errors)).validation_errors.size(), 100u);
}

TEST(AsyncFault, is_named_by_its_type) {
  const auto document = xml::Document::parse(
      "<t:SmevFault xmlns:t=\"urn:t\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xmlns:f=\"" +
      std::string(kFaultsPrefix) + "1.2\" xmlns:b=\"" + kBasicPrefix +
      "1.2\" i:type=\"f:InvalidContent\"><b:Code>028122</b:Code><b:Description>SMEV-403: "
      "нет</b:Description><f:ValidationError errorPosition=\"-1\">cvc-1</f:ValidationError>"
      "<f:ValidationError errorPosition=\"-1\">cvc-2</f:ValidationError></t:SmevFault>");
  ASSERT_TRUE(document);
  const SmevFault fault = read_async_fault(document->root());
  EXPECT_EQ(fault.name, "InvalidContent");
  EXPECT_EQ(fault.code, "028122");
  EXPECT_EQ(fault.number, "SMEV-403");
  EXPECT_EQ(fault.validation_errors, (std::vector<std::string>{"cvc-1", "cvc-2"}));
}

TEST(AsyncFault, may_have_no_type) {
  const auto document = xml::Document::parse("<SmevFault xmlns=\"urn:t\"/>");
  EXPECT_EQ(read_async_fault(document->root()).name, "");
}

SmevFault captured(const std::string& octets) {
  const auto document = xml::Document::parse(octets);
  EXPECT_TRUE(document) << document.error().describe();
  const xml::Element body = document->root().child(kSoapNamespace, "Body");
  return read_soap_fault(body.child(kSoapNamespace, "Fault"));
}

TEST(SoapFault, reads_the_captured_faults) {
  SMEV_NEEDS_SHARED("samples/wire/fault-no-signature-1.1.xml");
  const auto folder = testing::shared_folder() / "samples/wire";
  const SmevFault signature = captured(testing::octets_of(folder / "fault-no-signature-1.1.xml"));
  EXPECT_EQ(signature.name, "SignatureVerificationFault");
  EXPECT_EQ(signature.reason, "NoSignatureFound");
  EXPECT_EQ(signature.number, "SMEV-100");
  EXPECT_EQ(signature.code, "tsmev3:PRODUCTION_AREA:TSMEV3_CORE2 : TR:SYNC:SPS:1");

  const SmevFault ack = captured(testing::octets_of(folder / "fault-ack-target-not-found-1.1.xml"));
  EXPECT_EQ(ack.name, "TargetMessageIsNotFound");
  EXPECT_EQ(ack.number, "");
  EXPECT_NE(ack.description.find("не найдено среди неподтверждённых"), std::string::npos);

  const SmevFault overflow =
      read_fault(testing::octets_of(folder / "fault-destination-overflow-1.1.fragment.xml"));
  EXPECT_EQ(overflow.name, "DestinationOverflow");
  EXPECT_EQ(overflow.number, "SMEV-600");
}

}  // namespace
}  // namespace smev::smev3
