// The known attacks on XML signatures by wrapping (McIntosh and Austel 2005; Somorovsky et al.
// 2012, XSW 1 to 8), by comments, by ids and by references, written for SMEV's messages: what was
// signed is kept somewhere, and something else stands where the receiver looks.

#include <gtest/gtest.h>

#include "sdk/signature/xmldsig.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::days_from_now;
using testing_support::keys;

constexpr char kPlain[] =
    "<s:Envelope xmlns:s='urn:s' xmlns:t='urn:t'><s:Header/><s:Body><t:Message>"
    "<t:Response Id='SMEV'><t:Code>28</t:Code></t:Response><t:SMEVSignature/>"
    "</t:Message></s:Body></s:Envelope>";

/// A genuine message in pieces, to be put together wrongly.
struct Pieces {
  Pieces() {
    auto document = *xml::Document::parse(kPlain);
    const xml::Element message = document.root().children()[1].first_child();
    EXPECT_TRUE(sign(document, message.first_child(), message.children()[1], *keys().signer));
    genuine = document.root().children()[1].first_child().first_child().outer_xml();
    signature = message.children()[1].first_child().outer_xml();
    evil = "<t:Response Id='SMEV'><t:Code>0</t:Code></t:Response>";
    evil_without_id = "<t:Response><t:Code>0</t:Code></t:Response>";
    evil_of_another_id = "<t:Response Id='EVIL'><t:Code>0</t:Code></t:Response>";
  }
  std::string genuine, signature, evil, evil_without_id, evil_of_another_id;
};

struct Seen {
  bool holds = false;
  std::string code;  ///< what a receiver would act on
  std::string problem;
};

/// As the reader of answers does: the first Response of the Message, its SMEVSignature.
Seen received(const std::string& header, const std::string& message) {
  const std::string text = "<s:Envelope xmlns:s='urn:s' xmlns:t='urn:t'><s:Header>" + header +
                           "</s:Header><s:Body><t:Message>" + message +
                           "</t:Message></s:Body></s:Envelope>";
  const auto document = xml::Document::parse(text);
  if (!document) return {false, "", document.error().detail};
  const xml::Element found = document->root().children()[1].first_child();
  const xml::Element target = found.child("urn:t", "Response");
  const auto verdict = verify(*document, target, found.child("urn:t", "SMEVSignature"),
                              *keys().verifier, {false, days_from_now(0)});
  return {verdict.holds(), target ? target.child_text("urn:t", "Code").value_or("") : "",
          verdict.problem};
}

std::string held(const std::string& content) {
  return "<t:SMEVSignature>" + content + "</t:SMEVSignature>";
}

std::string inside_signature(std::string signature, const std::string& content) {
  return signature.insert(signature.rfind("</ds:Signature>"), content);
}

std::string inside(std::string element, const std::string& content) {
  return element.insert(element.rfind("</"), content);
}

void expect_refused(const char* attack, const Seen& seen) {
  EXPECT_FALSE(seen.holds) << attack << ": code " << seen.code;
  EXPECT_FALSE(seen.problem.empty()) << attack;
}

TEST(Wrapping, the_genuine_message_is_taken) {
  const Pieces p;
  const Seen seen = received("", p.genuine + held(p.signature));
  EXPECT_TRUE(seen.holds) << seen.problem;
  EXPECT_EQ(seen.code, "28");
}

TEST(Wrapping, an_evil_element_beside_the_genuine_one_is_refused) {
  const Pieces p;
  for (const std::string& evil : {p.evil, p.evil_without_id, p.evil_of_another_id}) {
    expect_refused("before", received("", evil + p.genuine + held(p.signature)));
    expect_refused("genuine behind the signature",
                   received("", evil + held(p.signature) + p.genuine));
    expect_refused("genuine in the header", received(p.genuine, evil + held(p.signature)));
    expect_refused("genuine in a wrapper", received("", evil + held(p.signature) + "<t:Wrapper>" +
                                                            p.genuine + "</t:Wrapper>"));
    expect_refused("genuine in a wrapper of the header",
                   received("<t:Wrapper>" + p.genuine + "</t:Wrapper>", evil + held(p.signature)));
  }
}

TEST(Wrapping, the_genuine_element_inside_the_evil_one_is_refused) {
  const Pieces p;
  for (const std::string& evil : {p.evil, p.evil_without_id, p.evil_of_another_id}) {
    expect_refused("XSW3", received("", inside(evil, p.genuine) + held(p.signature)));
    expect_refused("XSW4",
                   received("", inside(evil, p.genuine + held(p.signature)) + held(p.signature)));
    expect_refused("in an extension",
                   received("", inside(evil, "<t:Extensions>" + p.genuine + "</t:Extensions>") +
                                    held(p.signature)));
  }
}

TEST(Wrapping, the_genuine_element_inside_the_signature_is_refused) {
  const Pieces p;
  const std::string object = "<ds:Object>" + p.genuine + "</ds:Object>";
  for (const std::string& evil : {p.evil, p.evil_without_id, p.evil_of_another_id}) {
    expect_refused("XSW5", received("", evil + held(inside_signature(p.signature, p.genuine))));
    expect_refused("XSW8", received("", evil + held(inside_signature(p.signature, object))));
    expect_refused("in the holder", received("", evil + held(p.signature + p.genuine)));
    expect_refused("before it in the holder", received("", evil + held(p.genuine + p.signature)));
  }
}

TEST(Wrapping, the_evil_element_inside_the_genuine_one_is_no_longer_what_was_signed) {
  const Pieces p;
  for (const std::string& evil : {p.evil, p.evil_without_id, p.evil_of_another_id}) {
    expect_refused("XSW7", received("", inside(p.genuine, evil) + held(p.signature)));
  }
}

TEST(Wrapping, a_second_signature_is_refused_wherever_it_stands) {
  const Pieces p;
  testing_support::Folder folder;
  const auto authority = *make_authority("Чужой УЦ", days_from_now(-1), days_from_now(1));
  const auto stranger = *issue(authority, "Чужой", days_from_now(-1), days_from_now(1));
  const auto signer = *pem_signer(folder.write("k", stranger.key_pem),
                                  folder.write("c", stranger.certificate_pem), days_from_now(0));
  auto document = *xml::Document::parse("<t:M xmlns:t='urn:t'>" + p.evil + "<t:S/></t:M>");
  ASSERT_TRUE(
      sign(document, document.root().first_child(), document.root().children()[1], *signer));
  const std::string forged = document.root().children()[1].first_child().outer_xml();
  expect_refused("a stranger's", received("", p.evil + held(forged)));
  expect_refused("both, his first", received("", p.evil + held(forged + p.signature)));
  expect_refused("both, his second", received("", p.evil + held(p.signature + forged)));
  expect_refused("in a second holder", received("", p.evil + held(p.signature) + held(forged)));
  expect_refused("inside the genuine",
                 received("", p.evil + held(inside_signature(p.signature, forged))));
}

TEST(Wrapping, a_comment_does_not_cut_a_value) {
  const Pieces p;
  std::string commented = p.genuine;
  commented.replace(commented.find(">28<"), 4, ">2<!-- -->8<");
  const Seen seen = received("", commented + held(p.signature));
  EXPECT_TRUE(seen.holds) << "comments are not signed: " << seen.problem;
  EXPECT_EQ(seen.code, "28") << "and so must not change what is read";
  commented.replace(commented.find("<!-- -->"), 8, "<?pi?>");
  EXPECT_EQ(received("", commented + held(p.signature)).code, "28");
}

TEST(Wrapping, an_id_by_a_document_type_is_no_id) {
  const Pieces p;
  const std::string text =
      "<!DOCTYPE s [<!ATTLIST t:Response n ID #IMPLIED>]>"
      "<s:E xmlns:s='urn:s' xmlns:t='urn:t'>" +
      p.genuine + "</s:E>";
  EXPECT_FALSE(xml::Document::parse(text)) << "no document type is read at all";
}

TEST(Wrapping, huge_and_deep_input_is_refused_before_anything_is_computed) {
  const Pieces p;
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<t:d>";
  for (int i = 0; i < 200; ++i) deep += "</t:d>";
  EXPECT_NE(received("", inside(p.evil, deep) + held(p.signature)).problem.find("depth"),
            std::string::npos);
  std::string wide;
  for (int i = 0; i < 1'000'000; ++i) wide += "<t:w/>";
  EXPECT_NE(received("", inside(p.evil, wide) + held(p.signature)).problem.find("nodes"),
            std::string::npos);
}

}  // namespace
}  // namespace smev::signature
