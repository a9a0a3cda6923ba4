// What we sign is checked by a program that shares no code with us.

#include <gtest/gtest.h>

#include "sdk/signature/xmldsig.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/signature/command.hpp"
#include "tests/unit/signature/random_document.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace smev::signature {
namespace {

constexpr int kDocuments = 50;
constexpr int kSkipped = 77;

std::filesystem::path checker() {
  return testing::source_folder() / "tests/unit/signature/independent_check.py";
}

std::uint32_t seed() {
  const char* set = std::getenv("SMEV_TEST_SEED");
  return set != nullptr ? static_cast<std::uint32_t>(std::strtoul(set, nullptr, 10))
                        : std::random_device()();
}

std::string signed_envelope(const std::string& text) {
  auto document = xml::Document::parse(text);
  EXPECT_TRUE(document) << text;
  if (!document) return {};
  const xml::Element root = document->root();
  const auto made = sign(*document, root.child("urn:t", "Data"), root.child("urn:t", "Signature"),
                         *testing_support::keys().signer);
  EXPECT_TRUE(made) << (made ? "" : made.error().detail);
  return document->to_text();
}

TEST(IndependentCheck, finds_every_signature_of_random_documents_right) {
  const std::uint32_t start = seed();
  std::printf("seed %u (set SMEV_TEST_SEED to repeat)\n", start);
  testing_support::Folder folder;
  std::string command = "/usr/bin/python3 " + checker().string();
  for (int i = 0; i < kDocuments; ++i) {
    SCOPED_TRACE("seed " + std::to_string(start) + " document " + std::to_string(i));
    testing_support::RandomDocument random(start + static_cast<std::uint32_t>(i));
    const std::string text = signed_envelope(random.envelope());
    auto again = xml::Document::parse(text);
    ASSERT_TRUE(again);
    const xml::Element root = again->root();
    const auto verdict =
        verify(*again, root.child("urn:t", "Data"), root.child("urn:t", "Signature"),
               *testing_support::keys().verifier, {});
    EXPECT_TRUE(verdict.holds()) << verdict.problem;
    command += " " + folder.write(std::to_string(i) + ".xml", text);
  }
  const auto ran = testing_support::run(command);
  if (ran.code == kSkipped) GTEST_SKIP() << ran.output;
  EXPECT_EQ(ran.code, 0) << "seed " << start << "\n" << ran.output;
  EXPECT_NE(ran.output.find("50 signatures checked, 0 faults"), std::string::npos) << ran.output;
}

TEST(IndependentCheck, would_notice_a_wrong_digest_and_a_wrong_value) {
  testing_support::Folder folder;
  const std::string text =
      signed_envelope("<t:E xmlns:t='urn:t'><t:Data Id='D'>content</t:Data><t:Signature/></t:E>");
  std::string changed = text;
  changed.replace(text.find("content"), 7, "consent");
  const auto digest = testing_support::run("/usr/bin/python3 " + checker().string() + " " +
                                           folder.write("a.xml", changed));
  if (digest.code == kSkipped) GTEST_SKIP() << digest.output;
  EXPECT_EQ(digest.code, 1);
  EXPECT_NE(digest.output.find("the digest differs"), std::string::npos) << digest.output;
  changed = text;
  char& octet = changed[changed.find("<ds:SignatureValue>") + 25];
  octet = octet == 'A' ? 'B' : 'A';
  const auto value = testing_support::run("/usr/bin/python3 " + checker().string() + " " +
                                          folder.write("b.xml", changed));
  EXPECT_EQ(value.code, 1);
  EXPECT_NE(value.output.find("the signature value does not hold"), std::string::npos)
      << value.output;
}

}  // namespace
}  // namespace smev::signature
