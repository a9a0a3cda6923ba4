#include "sdk/signature/xmldsig.hpp"

#include <gtest/gtest.h>
#include <libxml/tree.h>

#include <map>
#include <sstream>
#include <thread>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/digest.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/signature/second_opinion.hpp"
#include "sdk/signature/structure.hpp"
#include "sdk/signature/transform.hpp"
#include "tests/unit/signature/shared_samples.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::days_from_now;
using testing_support::keys;
using testing_support::slurp;

const Algorithm& kMethods = algorithm(SignatureAlgorithm::gost2012_256);

constexpr char kMessage[] =
    "<s:Envelope "
    "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:t=\"urn:t\" "
    "xmlns:b=\"urn:b\"><s:Body><t:SendRequestRequest><t:Data "
    "Id=\"SIGNED_BY_CALLER\"><t:MessageID>1</t:MessageID>"
    "<b:Content a=\"1\">текст &lt; &amp; > \n x</b:Content></t:Data><t:Signature/>"
    "</t:SendRequestRequest></s:Body></s:Envelope>";

struct Message {
  explicit Message(const std::string& text = kMessage)
      : document(*xml::Document::parse(text)),
        request(document.root().first_child().first_child()) {}

  [[nodiscard]] xml::Element target() const { return request.child("urn:t", "Data"); }
  [[nodiscard]] xml::Element holder() const { return request.child("urn:t", "Signature"); }
  SignatureVerdict verify(Verifier& verifier = *keys().verifier) {
    return signature::verify(document, target(), holder(), verifier, {false, days_from_now(0)});
  }

  xml::Document document;
  xml::Element request;
};

std::string signed_text() {
  Message message;
  const auto made = sign(message.document, message.target(), message.holder(), *keys().signer);
  EXPECT_TRUE(made) << (made ? "" : made.error().detail);
  return message.document.to_text();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

SignatureVerdict verdict_of(const std::string& text) { return Message(text).verify(); }

TEST(XmlDsig, what_it_signs_it_verifies) {
  Message message(signed_text());
  const auto verdict = message.verify();
  EXPECT_TRUE(verdict.holds()) << verdict.problem;
  EXPECT_EQ(verdict.problem, "");
  EXPECT_EQ(verdict.code, std::nullopt);
  EXPECT_EQ(verdict.trust, Trust::trusted);
  EXPECT_EQ(verdict.role, "Signature");
  EXPECT_EQ(verdict.reference, "SIGNED_BY_CALLER");
  EXPECT_EQ(verdict.signature_method, kMethods.signature_uris.front());
  EXPECT_EQ(verdict.digest_method, kMethods.digest_uris.front());
  EXPECT_EQ(verdict.certificate_subject, "CN=Тестовая ИС");
  EXPECT_EQ(verdict.certificate_serial, keys().signer->certificate().serial);
  EXPECT_EQ(certificate_of(message.holder()).value(), keys().signer->certificate().der);
}

TEST(XmlDsig, digests_the_transform_of_the_very_element) {
  Message message(signed_text());
  const auto octets = transform(message.target());
  EXPECT_EQ(message.verify().digest_value, base64_encode(*digest(kMethods.id, *octets)));
}

TEST(XmlDsig, writes_no_blanks_and_no_line_breaks) {
  const std::string text = signed_text();
  const std::size_t from = text.find("<ds:Signature");
  const std::string signature = text.substr(from, text.find("</ds:Signature>") - from);
  EXPECT_EQ(signature.find('\n'), std::string::npos);
  EXPECT_EQ(signature.find("> <"), std::string::npos);
  EXPECT_EQ(signature.find("><ds:SignatureValue></"), std::string::npos);
  EXPECT_NE(text.find("<t:Signature><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">"
                      "<ds:SignedInfo><ds:CanonicalizationMethod"),
            std::string::npos);
  EXPECT_NE(text.find("</ds:X509Data></ds:KeyInfo></ds:Signature></t:Signature>"),
            std::string::npos);
}

TEST(XmlDsig, what_stands_elsewhere_does_not_matter) {
  Message message(replaced(
      kMessage, "<s:Body>",
      "<s:Header><x/><y xmlns='no uri'/><z xmlns='urn:п' xml:lang='ru'/></s:Header><s:Body>"));
  const auto request = [](const Message& from) {
    return from.document.root().children()[1].first_child();
  };
  message.request = request(message);
  const auto made = sign(message.document, message.target(), message.holder(), *keys().signer);
  ASSERT_TRUE(made) << made.error().detail;
  Message read(message.document.to_text());
  read.request = request(read);
  EXPECT_TRUE(read.verify().holds()) << read.verify().problem;
}

TEST(XmlDsig, verifying_changes_nothing) {
  const std::string text = replaced(signed_text(), "<ds:Reference", " \n<ds:Reference");
  Message message(text);
  EXPECT_TRUE(verify(message.document, message.target(), message.holder(), *keys().verifier,
                     {true, std::nullopt})
                  .holds());
  EXPECT_EQ(message.document.to_text(), Message(text).document.to_text());
}

TEST(XmlDsig, leaves_no_ids_behind) {
  Message message(signed_text());
  message.verify();
  EXPECT_EQ(xmlGetID(message.document.get(), BAD_CAST "SIGNED_BY_CALLER"), nullptr);
  Message again;
  ASSERT_TRUE(sign(again.document, again.target(), again.holder(), *keys().signer));
  EXPECT_EQ(xmlGetID(again.document.get(), BAD_CAST "SIGNED_BY_CALLER"), nullptr);
}

TEST(XmlDsig, refuses_a_changed_content) {
  for (const auto& [from, to] :
       std::map<std::string, std::string>{{"текст", "тексь"},
                                          {"a=\"1\"", "a=\"2\""},
                                          {"<t:MessageID>1", "<t:MessageID>2"},
                                          {"\n x", "\n x "},
                                          {"xmlns:b=\"urn:b\"", "xmlns:b=\"urn:c\""},
                                          {"<t:MessageID>", "<t:New/><t:MessageID>"}}) {
    const auto verdict = verdict_of(replaced(signed_text(), from, to));
    EXPECT_TRUE(verdict.present);
    EXPECT_FALSE(verdict.digest_holds) << from;
    EXPECT_TRUE(verdict.value_holds) << from;
    EXPECT_FALSE(verdict.holds());
    EXPECT_EQ(verdict.code, ErrorCode::signature_invalid);
    EXPECT_EQ(verdict.problem, "signature_invalid: the content is not what was signed");
  }
}

// Every octet of the message in turn, by every kind of character that XML treats specially.
TEST(XmlDsig, no_single_changed_octet_goes_unnoticed) {
  const std::string text = signed_text();
  const std::string octets = *transform(Message(text).target());
  std::size_t held = 0;
  for (std::size_t at = text.find("<t:Data"); at < text.size(); ++at) {
    for (const char instead : {'A', ' ', '<', '&', '"', '/', '\0'}) {
      std::string changed = text;
      if (changed[at] == instead) continue;
      changed[at] = instead;
      const auto document = xml::Document::parse(changed);
      if (!document) continue;
      const xml::Element request = document->root().first_child().first_child();
      const xml::Element target = request.child("urn:t", "Data");
      const auto verdict = verify(*document, target, request.child("urn:t", "Signature"),
                                  *keys().verifier, {false, days_from_now(0)});
      if (!verdict.holds()) continue;
      ++held;
      EXPECT_EQ(transform(target).value(), octets) << changed.substr(at - 10, 20);
    }
  }
  EXPECT_LT(held, 40u);  // blanks between attributes, unused bits at the end of base64
}

TEST(XmlDsig, takes_what_the_transform_takes_as_the_same) {
  const std::string text = signed_text();
  EXPECT_TRUE(verdict_of(replaced(text, "<t:MessageID>", "\n  <!--c--><t:MessageID>")).holds());
  EXPECT_TRUE(verdict_of(replaced(replaced(replaced(text, "xmlns:b=", "xmlns:z="), "<b:Content",
                                           "<z:Content"),
                                  "</b:Content", "</z:Content"))
                  .holds());
}

TEST(XmlDsig, refuses_a_changed_signature_value) {
  std::string text = signed_text();
  const std::size_t at = text.find("<ds:SignatureValue>") + 30;
  text[at] = text[at] == 'A' ? 'B' : 'A';
  const auto verdict = verdict_of(text);
  EXPECT_TRUE(verdict.digest_holds);
  EXPECT_FALSE(verdict.value_holds);
  EXPECT_EQ(verdict.problem, "signature_invalid: the signature value does not hold");
  EXPECT_FALSE(verdict_of(replaced(signed_text(), "<ds:SignatureValue>", "<ds:SignatureValue>AAAA"))
                   .holds());
  EXPECT_FALSE(
      verdict_of(replaced(signed_text(), "<ds:SignatureValue>", "<ds:SignatureValue>!")).holds());
}

TEST(XmlDsig, refuses_a_changed_digest_value) {
  std::string text = signed_text();
  const std::size_t at = text.find("<ds:DigestValue>") + 20;
  text[at] = text[at] == 'A' ? 'B' : 'A';
  const auto verdict = verdict_of(text);
  EXPECT_FALSE(verdict.digest_holds);
  EXPECT_FALSE(verdict.value_holds);
}

TEST(XmlDsig, refuses_another_certificate) {
  testing_support::Folder folder;
  const auto other = *issue(keys().authority, "Другая ИС", days_from_now(-1), days_from_now(1));
  const auto certificate = *load_certificate(folder.write("c.pem", other.certificate_pem));
  const auto verdict =
      verdict_of(replaced(signed_text(), base64_encode(keys().signer->certificate().der),
                          base64_encode(certificate.der)));
  EXPECT_TRUE(verdict.digest_holds);
  EXPECT_FALSE(verdict.value_holds);
  EXPECT_EQ(verdict.certificate_subject, "CN=Другая ИС");
}

TEST(XmlDsig, a_stranger_is_not_trusted) {
  const auto stranger = *pinned_verifier({});
  Message message(signed_text());
  const auto verdict = message.verify(*stranger);
  EXPECT_TRUE(verdict.digest_holds && verdict.value_holds);
  EXPECT_EQ(verdict.trust, Trust::unknown);
  EXPECT_FALSE(verdict.holds());
  EXPECT_EQ(verdict.code, ErrorCode::signature_untrusted);
  const auto unasked = verify(message.document, message.target(), message.holder(), *stranger, {});
  EXPECT_TRUE(unasked.holds());
  EXPECT_EQ(unasked.trust, Trust::not_checked);
}

TEST(XmlDsig, trust_is_asked_for_at_a_moment) {
  Message message(signed_text());
  const auto late = verify(message.document, message.target(), message.holder(), *keys().verifier,
                           {false, days_from_now(5)});
  EXPECT_EQ(late.trust, Trust::expired);
  EXPECT_FALSE(late.holds());
}

TEST(XmlDsig, says_that_a_signature_is_missing) {
  Message message;
  for (const auto holder : {message.holder(), xml::Element()}) {
    const auto verdict = verify(message.document, message.target(), holder, *keys().verifier, {});
    EXPECT_FALSE(verdict.present);
    EXPECT_FALSE(verdict.holds());
    EXPECT_EQ(verdict.code, ErrorCode::signature_missing);
  }
  EXPECT_FALSE(certificate_of(message.holder()));
  EXPECT_FALSE(certificate_of(xml::Element()));
}

TEST(XmlDsig, refuses_a_second_element_with_the_id_however_it_is_spelt) {
  const std::string text = signed_text();
  for (const char* attribute :
       {"Id='SIGNED_BY_CALLER'", "ID='SIGNED_BY_CALLER'", "id='SIGNED_BY_CALLER'",
        "xml:id='SIGNED_BY_CALLER'", "t:Id='SIGNED_BY_CALLER'", "Id=' SIGNED_BY_CALLER&#10;'"}) {
    const std::string other = std::string("<t:Other ") + attribute + "/>";
    EXPECT_EQ(verdict_of(replaced(text, "<t:Data", other + "<t:Data")).code,
              ErrorCode::signature_invalid)
        << attribute;
    EXPECT_EQ(verdict_of(replaced(text, "</t:Data>", "</t:Data>" + other)).code,
              ErrorCode::signature_invalid)
        << attribute;
    Message message(replaced(kMessage, "</t:Data>", "</t:Data>" + other));
    const auto made = sign(message.document, message.target(), message.holder(), *keys().signer);
    ASSERT_FALSE(made) << attribute;
    EXPECT_EQ(made.error().code, ErrorCode::not_signable);
  }
  const std::string inside = replaced(text, "<ds:KeyInfo>", "<ds:KeyInfo Id='SIGNED_BY_CALLER'>");
  EXPECT_FALSE(verdict_of(inside).holds());
}

TEST(XmlDsig, refuses_a_second_signature_in_the_holder) {
  const std::string text = signed_text();
  const std::size_t from = text.find("<ds:Signature ");
  const std::string signature = text.substr(from, text.find("</ds:Signature>") + 15 - from);
  EXPECT_FALSE(verdict_of(replaced(text, signature, signature + signature)).holds());
  EXPECT_FALSE(verdict_of(replaced(text, signature, "<t:x/>" + signature)).holds());
  EXPECT_FALSE(verdict_of(replaced(text, signature, signature + "<t:x/>")).holds());
}

struct Refused {
  const char* from;
  const char* to;
  const char* problem;
};

TEST(XmlDsig, refuses_every_other_form_by_name) {
  const std::string text = signed_text();
  const Refused cases[] = {
      {"URI=\"#SIGNED_BY_CALLER\"", "URI=\"\"", "reference URI"},
      {"URI=\"#SIGNED_BY_CALLER\"", "", "reference URI"},
      {"URI=\"#SIGNED_BY_CALLER\"", "URI=\"http://127.0.0.1:1/x\"", "reference URI"},
      {"URI=\"#SIGNED_BY_CALLER\"", "URI=\"file:///etc/passwd\"", "reference URI"},
      {"URI=\"#SIGNED_BY_CALLER\"", "URI=\"#xpointer(/)\"", "reference URI"},
      {"<ds:Reference URI", "<ds:Reference/><ds:Reference URI", "more than one ds:Reference"},
      {"<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>", "",
       "transform chain \"S\""},
      {"<ds:Transform Algorithm=\"urn://smev-gov-ru/xmldsig/transform\"/>", "",
       "transform chain \"X\""},
      {"\"urn://smev-gov-ru/xmldsig/transform\"", "\"http://www.w3.org/TR/1999/REC-xslt-19991116\"",
       "transform \"http://www.w3.org/TR/1999/REC-xslt-19991116\""},
      {"<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
       "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"",
       "ds:CanonicalizationMethod \"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\""},
      {"gostr34102012-gostr34112012-256", "gostr34102012-gostr34112012-512",
       "is not the one of GOST R 34.10-2012 512 bit"},
      {"gostr34102012-gostr34112012-256", "rsa-sha256", "ds:SignatureMethod"},
      {"algorithms:gostr34112012-256", "algorithms:gostr3411",
       "is not the one of GOST R 34.10-2012 256 bit"},
      {"algorithms:gostr34112012-256", "algorithms:sha1", "ds:DigestMethod"},
      {"<ds:X509Data>", "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>",
       "ds:KeyInfo holds 2 X.509 certificates"},
      {"</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>", "element \"Object\" in ds:Signature"},
      {"<ds:X509Data>", "<ds:KeyName>n</ds:KeyName><ds:X509Data>",
       "ds:X509Data is not where it must be"},
      {"<ds:SignedInfo>", "<ds:SignedInfo>x", "text in ds:SignedInfo"},
  };
  for (const Refused& refused : cases) {
    const auto verdict = verdict_of(replaced(text, refused.from, refused.to));
    EXPECT_TRUE(verdict.present);
    EXPECT_FALSE(verdict.holds());
    EXPECT_FALSE(verdict.digest_holds);
    EXPECT_NE(verdict.problem.find(refused.problem), std::string::npos)
        << refused.to << ": " << verdict.problem;
  }
}

TEST(XmlDsig, refuses_a_signature_inside_of_its_target) {
  Message message(
      replaced(replaced(kMessage, "<t:Signature/>", ""), "</t:Data>", "<t:Signature/></t:Data>"));
  const auto holder = message.target().child("urn:t", "Signature");
  const auto made = sign(message.document, message.target(), holder, *keys().signer);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().detail, "the signature would lie inside of what it signs");
  const std::string text = signed_text();
  const std::size_t from = text.find("<t:Signature>");
  const std::string signature = text.substr(from, text.find("</t:Signature>") + 14 - from);
  Message moved(replaced(replaced(text, signature, ""), "</t:Data>", signature + "</t:Data>"));
  const auto verdict = verify(moved.document, moved.target(),
                              moved.target().child("urn:t", "Signature"), *keys().verifier, {});
  EXPECT_EQ(verdict.problem, "signature_unsupported: the signature lies inside of what it signs");
}

// A signer that gives the digest of what it is told to sign a wrong answer, or none.
class FailingSigner final : public Signer {
 public:
  [[nodiscard]] SignatureAlgorithm algorithm() const override { return kMethods.id; }
  [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
  [[nodiscard]] int concurrency() const override { return 1; }
  Result<std::string> sign(std::string_view) override {
    return fail(local_error(ErrorCode::key, "the token is gone", Retry::later));
  }

  Certificate certificate_;
};

TEST(XmlDsig, an_error_of_the_signer_reaches_the_caller_and_nothing_is_left) {
  Message message;
  FailingSigner signer;
  const auto made = sign(message.document, message.target(), message.holder(), signer);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::key);
  EXPECT_EQ(made.error().detail, "the token is gone");
  EXPECT_EQ(made.error().retry, Retry::later);
  EXPECT_EQ(message.document.to_text(), Message().document.to_text());
}

TEST(XmlDsig, says_what_cannot_be_signed) {
  const auto detail = [](const std::string& text) {
    Message message(text);
    const auto made = sign(message.document, message.target(), message.holder(), *keys().signer);
    EXPECT_FALSE(made);
    EXPECT_EQ(message.document.to_text(), Message(text).document.to_text());
    return made ? std::string() : made.error().detail;
  };
  EXPECT_EQ(detail(replaced(kMessage, " Id=\"SIGNED_BY_CALLER\"", "")),
            "element Data has no Id to be signed by");
  EXPECT_EQ(detail(replaced(kMessage, "SIGNED_BY_CALLER", "1 ' x")),
            "element Data has no Id to be signed by");
  EXPECT_EQ(detail(replaced(kMessage, "<t:MessageID>", "<x/><t:MessageID>")),
            "element x is in no namespace");
  EXPECT_EQ(detail(replaced(kMessage, "<b:Content ", "<b:Content xml:lang=\"ru\" ")),
            "attribute xml:lang of element Content");
  EXPECT_EQ(detail(replaced(kMessage, "<t:Signature/>", "<t:Signature><t:x/></t:Signature>")),
            "element Signature is not empty");
  EXPECT_EQ(detail(replaced(kMessage, "<t:Signature/>", "")),
            "the element to sign and the place of its signature are not both there");
}

TEST(XmlDsig, takes_a_pretty_printed_copy_only_when_asked) {
  std::string text = signed_text();
  for (const char* tag :
       {"<ds:SignatureMethod", "<ds:Reference", "<ds:Transforms", "</ds:SignedInfo"}) {
    text = replaced(text, tag, std::string("\n\t ") + tag);
  }
  Message message(text);
  const auto strict = message.verify();
  EXPECT_TRUE(strict.digest_holds);
  EXPECT_FALSE(strict.value_holds);
  const auto lenient = verify(message.document, message.target(), message.holder(),
                              *keys().verifier, {true, std::nullopt});
  EXPECT_TRUE(lenient.holds()) << lenient.problem;
}

// SignedInfo is signed anew by hand: for forms that others write and we do not.
void sign_again(Message& message) {
  const xml::Element signature = message.holder().first_child();
  const auto octets = exclusive_c14n(signature.child(kDsigNamespace, "SignedInfo"));
  const auto value = keys().signer->sign(*octets);
  xmlNodeSetContent(signature.child(kDsigNamespace, "SignatureValue").node(),
                    BAD_CAST base64_encode(*value).c_str());
}

TEST(XmlDsig, takes_enveloped_signature_where_it_changes_nothing) {
  const std::string step = std::string("<ds:Transform Algorithm=\"") + kEnvelopedUri + "\"/>";
  const auto signed_with = [](const std::string& from, const std::string& to) {
    Message message(replaced(signed_text(), from, to));
    sign_again(message);
    const auto second =
        holds_by_xmlsec(message.target(), message.holder(), *keys().verifier, false);
    const auto verdict = message.verify();
    EXPECT_EQ(second.value_or(false), verdict.holds()) << (second ? to : second.error().detail);
    return verdict;
  };
  EXPECT_TRUE(signed_with("<ds:Transforms>", "<ds:Transforms>" + step).holds());
  EXPECT_TRUE(signed_with("</ds:Transforms>", step + "</ds:Transforms>").holds());
  const std::string smev = std::string("<ds:Transform Algorithm=\"") + kTransformUri + "\"/>";
  EXPECT_EQ(signed_with(smev, step + smev).code, ErrorCode::signature_unsupported);
  EXPECT_EQ(signed_with("<ds:Transforms>", "<ds:Transforms>" + step + step).code,
            ErrorCode::signature_unsupported);
}

TEST(XmlDsig, takes_the_other_names_of_the_algorithms) {
  Message message(replaced(replaced(signed_text(), std::string(kMethods.signature_uris[0]),
                                    std::string(kMethods.signature_uris[1])),
                           std::string(kMethods.digest_uris[0]),
                           std::string(kMethods.digest_uris[1])));
  sign_again(message);
  const auto verdict = message.verify();
  EXPECT_TRUE(verdict.holds()) << verdict.problem;
  EXPECT_EQ(verdict.signature_method, kMethods.signature_uris[1]);
}

TEST(XmlDsig, signs_and_verifies_with_512_bit) {
  testing_support::Folder folder;
  const auto issued = *issue(keys().authority, "512", days_from_now(-1), days_from_now(1),
                             SignatureAlgorithm::gost2012_512);
  const auto signer = *pem_signer(folder.write("k", issued.key_pem),
                                  folder.write("c", issued.certificate_pem), days_from_now(0));
  Message message;
  ASSERT_TRUE(sign(message.document, message.target(), message.holder(), *signer));
  const auto verdict = message.verify();
  EXPECT_TRUE(verdict.holds()) << verdict.problem;
  EXPECT_EQ(verdict.digest_method, algorithm(SignatureAlgorithm::gost2012_512).digest_uris[0]);
  EXPECT_TRUE(holds_by_xmlsec(message.target(), message.holder(), *keys().verifier, false).value());
}

// Signed by one who writes the transform's octets with the JDK's own writer.
std::string signed_by_the_jdk(const std::string& content) {
  Message message(replaced(signed_text(), "текст &lt; &amp; &gt; \n x", content));
  const auto octets = transform(message.target(), Escaping::jdk);
  xmlNodeSetContent(message.holder()
                        .first_child()
                        .child(kDsigNamespace, "SignedInfo")
                        .child(kDsigNamespace, "Reference")
                        .child(kDsigNamespace, "DigestValue")
                        .node(),
                    BAD_CAST base64_encode(*digest(kMethods.id, *octets)).c_str());
  sign_again(message);
  return message.document.to_text();
}

TEST(XmlDsig, takes_the_escaping_of_the_jdk_and_says_so) {
  for (const char* content : {"a > b", "a&#13;b", "a] b > c", "\xC2\x85"}) {
    const auto verdict = verdict_of(signed_by_the_jdk(content));
    EXPECT_TRUE(verdict.holds()) << content << ": " << verdict.problem;
    EXPECT_TRUE(verdict.jdk_escaping) << content;
  }
  const auto plain = verdict_of(signed_by_the_jdk("a &lt; b"));
  EXPECT_TRUE(plain.holds());
  EXPECT_FALSE(plain.jdk_escaping) << "both write it alike";
  EXPECT_FALSE(verdict_of(signed_text()).jdk_escaping);
  EXPECT_FALSE(verdict_of(replaced(signed_by_the_jdk("a > b"), "a &gt; b", "a &gt; c")).holds());
}

TEST(XmlDsig, signs_two_signatures_in_one_document_from_the_inside_out) {
  Message message(
      replaced(kMessage, "<t:MessageID>",
               "<t:Personal Id=\"P\"><b:x/></t:Personal><t:PersonalSignature/><t:MessageID>"));
  const xml::Element data = message.target();
  ASSERT_TRUE(sign(message.document, data.child("urn:t", "Personal"),
                   data.child("urn:t", "PersonalSignature"), *keys().signer));
  ASSERT_TRUE(sign(message.document, data, message.holder(), *keys().signer));
  Message read(message.document.to_text());
  EXPECT_TRUE(read.verify().holds());
  EXPECT_TRUE(verify(read.document, read.target().child("urn:t", "Personal"),
                     read.target().child("urn:t", "PersonalSignature"), *keys().verifier, {})
                  .holds());
}

TEST(XmlDsig, a_deep_document_is_signed_up_to_the_limit_of_the_reader) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<b:d>";
  for (int i = 0; i < 100; ++i) deep += "</b:d>";
  Message message(replaced(kMessage, "<t:MessageID>", deep + "<t:MessageID>"));
  ASSERT_TRUE(sign(message.document, message.target(), message.holder(), *keys().signer));
  EXPECT_TRUE(Message(message.document.to_text()).verify().holds());
}

TEST(XmlDsig, many_threads_sign_and_verify_at_once) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 100;
  std::vector<std::thread> threads;
  std::vector<int> good(kThreads, 0);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t, &good] {
      for (int i = 0; i < kRounds; ++i) {
        Message message(replaced(kMessage, "текст", std::to_string(t * kRounds + i)));
        if (!sign(message.document, message.target(), message.holder(), *keys().signer)) continue;
        const std::string text = message.document.to_text();
        const bool changed = Message(replaced(text, "a=\"1\"", "a=\"3\"")).verify().holds();
        good[static_cast<std::size_t>(t)] += verdict_of(text).holds() && !changed ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<int>(kThreads, kRounds));
}

// Genuine messages of others.

std::map<std::string, std::string> declared(const std::filesystem::path& path) {
  std::map<std::string, std::string> out;
  std::istringstream lines(slurp(path));
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t at = line.find(": "); at != std::string::npos) {
      out[line.substr(0, at)] = line.substr(at + 2);
    }
  }
  return out;
}

void collect(const xml::Element& element, const std::string& id,
             std::vector<xml::Element>& signatures, std::map<std::string, xml::Element>& by_id) {
  if (element.is(kDsigNamespace, "Signature")) signatures.push_back(element);
  if (const auto found = element.attribute("Id")) by_id[*found] = element;
  for (const auto& child : element.children()) collect(child, id, signatures, by_id);
}

struct Sample {
  explicit Sample(const std::filesystem::path& folder)
      : document(*xml::Document::parse(slurp(folder / "input.xml"))) {
    collect(document.root(), "", signatures, by_id);
  }
  [[nodiscard]] xml::Element target(std::size_t number) const {
    const auto found = by_id.find(signatures[number]
                                      .child(kDsigNamespace, "SignedInfo")
                                      .child(kDsigNamespace, "Reference")
                                      .attribute("URI")
                                      .value_or("#")
                                      .substr(1));
    return found == by_id.end() ? xml::Element() : found->second;
  }

  xml::Document document;
  std::vector<xml::Element> signatures;
  std::map<std::string, xml::Element> by_id;
};

void expect_as_declared(const std::filesystem::path& folder, std::size_t index) {
  const std::string stem = "ref" + std::to_string(index + 1);
  auto facts = declared(folder / (stem + ".txt"));
  SCOPED_TRACE(folder.string() + " " + stem);
  const auto verifier = *untrusting_verifier();
  const bool pretty = facts["signedinfo_form"] == "SignedInfo whitespace stripped";
  Sample strict_sample(folder);
  const auto strict = verify(strict_sample.document, strict_sample.target(index),
                             strict_sample.signatures[index].parent(), *verifier, {});
  EXPECT_EQ(strict.digest_holds, facts["digest_valid"] == "yes") << strict.problem;
  EXPECT_EQ(strict.value_holds, facts["signature_valid"] == "yes" && !pretty) << strict.problem;
  EXPECT_EQ(strict.certificate_serial, facts["cert_serial"]);
  EXPECT_EQ(strict.digest_value, facts["digest_value"]);

  Sample sample(folder);
  const auto verdict = verify(sample.document, sample.target(index),
                              sample.signatures[index].parent(), *verifier, {pretty, std::nullopt});
  EXPECT_EQ(verdict.digest_holds, facts["digest_valid"] == "yes") << verdict.problem;
  EXPECT_EQ(verdict.value_holds, facts["signature_valid"] == "yes") << verdict.problem;
  const auto second =
      holds_by_xmlsec(sample.target(index), sample.signatures[index].parent(), *verifier, pretty);
  EXPECT_EQ(second.value(), verdict.holds());
  const xml::Element signed_info = sample.signatures[index].child(kDsigNamespace, "SignedInfo");
  if (pretty) strip_blanks(signed_info);
  EXPECT_EQ(exclusive_c14n(signed_info).value(), slurp(folder / (stem + ".signedinfo.xml")));
  if (const auto octets = folder / (stem + ".transformed.xml"); std::filesystem::exists(octets)) {
    EXPECT_EQ(transform(sample.target(index)).value(), slurp(octets));
  } else {
    EXPECT_FALSE(verdict.digest_holds);
  }
}

TEST(XmlDsig, genuine_messages_give_their_declared_result) {
  SMEV_NEED_VECTORS("signature");
  std::map<std::string, int> checked;
  for (const char* prefix : {"msg-", "neg-"}) {
    for (const auto& folder : testing_support::vectors("signature", prefix)) {
      const std::size_t count = Sample(folder).signatures.size();
      for (std::size_t i = 0; i < count; ++i) {
        const auto facts = declared(folder / ("ref" + std::to_string(i + 1) + ".txt"));
        expect_as_declared(folder, i);
        ++checked[facts.at("signature_method")];
      }
    }
  }
  EXPECT_GE(checked[std::string(kMethods.signature_uris.front())], 12);
  EXPECT_GE(checked["http://www.w3.org/2001/04/xmldsig-more#gostr34102001-gostr3411"], 9);
}

}  // namespace
}  // namespace smev::signature
