#include "sdk/sender/verdict_json.hpp"

#include <gtest/gtest.h>

namespace smev {
namespace {

TEST(VerdictJson, keeps_every_verdict_on_trust) {
  for (const Trust trust : {Trust::trusted, Trust::unknown, Trust::expired, Trust::not_yet_valid,
                            Trust::revoked, Trust::not_checked}) {
    SignatureVerdict verdict;
    verdict.role = "SMEVSignature";
    verdict.trust = trust;
    const auto read = verdicts_from_json(to_json({verdict}));
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read.front().trust, trust) << name(trust);
  }
}

TEST(VerdictJson, keeps_why_a_form_was_refused) {
  SignatureVerdict verdict;
  verdict.refusal = "Подпись неполна";
  const auto read = verdicts_from_json(to_json({verdict}));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read.front().refusal, verdict.refusal);
}

}  // namespace
}  // namespace smev
