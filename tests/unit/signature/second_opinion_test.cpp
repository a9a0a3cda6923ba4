// What the direct way makes and finds equals what xmlsec1 makes and finds.

#include "sdk/signature/second_opinion.hpp"

#include <gtest/gtest.h>

#include "sdk/signature/digest.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "tests/unit/signature/random_document.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

using testing_support::keys;

constexpr int kDocuments = 300;

/// GOST signatures are random numbers, these are not: two ways that hand over the same octets get
/// the same value.
class RepeatableSigner final : public Signer {
 public:
  explicit RepeatableSigner(SignatureAlgorithm algorithm) : algorithm_(algorithm) {
    certificate_.der = "a certificate";
  }
  [[nodiscard]] SignatureAlgorithm algorithm() const override { return algorithm_; }
  [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
  [[nodiscard]] int concurrency() const override { return 1; }
  Result<std::string> sign(std::string_view octets) override {
    seen.emplace_back(octets);
    return digest(algorithm_, octets);
  }

  std::vector<std::string> seen;

 private:
  SignatureAlgorithm algorithm_;
  Certificate certificate_;
};

struct Envelope {
  explicit Envelope(const std::string& text) : document(*xml::Document::parse(text)) {}
  [[nodiscard]] xml::Element target() const { return document.root().child("urn:t", "Data"); }
  [[nodiscard]] xml::Element holder() const { return document.root().child("urn:t", "Signature"); }
  [[nodiscard]] bool holds() const {
    return verify(document, target(), holder(), *keys().verifier, {}).holds();
  }
  [[nodiscard]] bool holds_by_xmlsec() const {
    const auto held = signature::holds_by_xmlsec(target(), holder(), *keys().verifier, false);
    EXPECT_TRUE(held) << held.error().detail;
    return held.value_or(false);
  }

  xml::Document document;
};

std::string written_by_dom(const std::string& text) {
  return xml::Document::parse(text)->to_text();
}

TEST(SecondOpinion, both_ways_sign_the_same_octets_and_write_the_same_signature) {
  const std::uint32_t start = testing_support::seed();
  for (int i = 0; i < kDocuments; ++i) {
    SCOPED_TRACE("seed " + std::to_string(start) + " document " + std::to_string(i));
    testing_support::RandomDocument random(start + static_cast<std::uint32_t>(i));
    const Envelope envelope(random.envelope());
    RepeatableSigner signer(i % 2 == 0 ? SignatureAlgorithm::gost2012_256
                                       : SignatureAlgorithm::gost2012_512);
    const auto direct =
        write_signature_of(envelope.document, envelope.target(), envelope.holder(), signer);
    const auto by_xmlsec =
        write_signature_by_xmlsec(envelope.document, envelope.target(), envelope.holder(), signer);
    ASSERT_TRUE(direct) << direct.error().detail;
    ASSERT_TRUE(by_xmlsec) << by_xmlsec.error().detail;
    ASSERT_EQ(signer.seen.size(), 2u);
    ASSERT_EQ(signer.seen[0], signer.seen[1]);
    ASSERT_EQ(written_by_dom(*direct), written_by_dom(*by_xmlsec));
  }
}

TEST(SecondOpinion, both_ways_agree_on_good_and_on_changed_documents) {
  const std::uint32_t start = testing_support::seed();
  int changed_hold = 0;
  for (int i = 0; i < kDocuments; ++i) {
    SCOPED_TRACE("seed " + std::to_string(start) + " document " + std::to_string(i));
    testing_support::RandomDocument random(start + static_cast<std::uint32_t>(i));
    Envelope envelope(random.envelope());
    ASSERT_TRUE(sign(envelope.document, envelope.target(), envelope.holder(), *keys().signer));
    EXPECT_TRUE(envelope.holds());
    EXPECT_TRUE(envelope.holds_by_xmlsec());
    std::string text = envelope.document.to_text();
    std::size_t at = text.find("<t:Data") + 20 + static_cast<std::size_t>(i);
    at = text.find_first_of("abz", at);
    if (at == std::string::npos) continue;
    text[at] = 'c';
    const auto parsed = xml::Document::parse(text);
    if (!parsed) continue;
    const Envelope changed(text);
    if (!changed.target() || !changed.holder()) continue;
    const bool held = changed.holds();
    changed_hold += held ? 1 : 0;
    // A form that the direct way refuses is not put before xmlsec.
    const auto verdict =
        verify(changed.document, changed.target(), changed.holder(), *keys().verifier, {});
    if (verdict.code && *verdict.code != ErrorCode::signature_invalid) continue;
    if (!verdict.digest_holds && !verdict.value_holds) continue;
    EXPECT_EQ(changed.holds_by_xmlsec(), held);
  }
  EXPECT_LT(changed_hold, kDocuments / 4) << "a changed letter is mostly content";
}

}  // namespace
}  // namespace smev::signature
