#include "sdk/sender/retry_class.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/fault.hpp"

namespace smev {
namespace {

using Outcome = Transmission::Outcome;

Transmission ended(Outcome outcome, std::optional<Error> error = std::nullopt) {
  Transmission transmission;
  transmission.outcome = outcome;
  transmission.error = std::move(error);
  return transmission;
}

Error fault(const std::string& name, const std::string& description = {}) {
  SmevFault given;
  given.name = name;
  given.description = description;
  return smev3::fault_error(given);
}

bool is_smev_fault(const RetryRow& row) { return row.fault.front() < 'a'; }

// Faults that the specification names (smev3 §6.1), and the one known by its number alone.
const std::set<std::string> kKnownFaults = {"BusinessDataTypeIsNotSupported",
                                            "InvalidContent",
                                            "UnknownMessageType",
                                            "TransactionCodeInvalid",
                                            "MessageIsAlreadySent",
                                            "InvalidMessageIdFormat",
                                            "StaleMessageId",
                                            "AttachmentContentMiscoordination",
                                            "AttachmentSizeLimitExceeded",
                                            "QuoteLimitExceeded",
                                            "AccessDenied",
                                            "PersonalAccessDenied",
                                            "SignatureVerificationFault",
                                            "SMEVFailure",
                                            "IncorrectResponseContentType",
                                            "RecipientIsNotFound",
                                            "SenderIsNotRegistered",
                                            "RequestIsNotFound",
                                            "TargetMessageIsNotFound",
                                            "DestinationOverflow",
                                            "EndOfLifeReached",
                                            "FileStoreAttachment"};

TEST(RetryClass, the_table_has_every_fault_that_smev_knows_once) {
  std::set<std::string> faults;
  for (const RetryRow& row : retry_table()) {
    if (!is_smev_fault(row)) continue;
    EXPECT_TRUE(faults.insert(std::string(row.fault)).second) << row.fault;
  }
  EXPECT_EQ(faults, kKnownFaults);
}

TEST(RetryClass, agrees_with_what_the_protocol_says_of_trying_again) {
  for (const RetryRow& row : retry_table()) {
    if (!is_smev_fault(row)) continue;
    const Error error = fault(std::string(row.fault));
    EXPECT_EQ(smev3::recognised(*error.fault), row.fault);
    const bool later = row.kind == RetryClass::transient || row.kind == RetryClass::in_doubt;
    EXPECT_EQ(error.retry == Retry::later, later) << row.fault;
  }
}

TEST(RetryClass, the_table_has_only_codes_that_there_are) {
  std::set<std::string_view> codes;
  for (const ErrorCode code : all_error_codes()) codes.insert(name(code));
  for (const RetryRow& row : retry_table()) {
    if (is_smev_fault(row)) continue;
    EXPECT_TRUE(codes.contains(row.fault)) << row.fault;
  }
}

TEST(RetryClass, the_outcome_comes_before_the_fault) {
  EXPECT_EQ(retry_class(ended(Outcome::accepted)), RetryClass::none);
  EXPECT_EQ(retry_class(ended(Outcome::duplicate, fault("MessageIsAlreadySent"))),
            RetryClass::duplicate);
  EXPECT_EQ(retry_class(ended(Outcome::in_doubt, fault("SMEVFailure"))), RetryClass::in_doubt);
  EXPECT_EQ(retry_class(ended(Outcome::in_doubt, local_error(ErrorCode::internal, ""))),
            RetryClass::in_doubt);
  EXPECT_EQ(retry_class(ended(Outcome::refused, fault("DestinationOverflow"))),
            RetryClass::transient);
  EXPECT_EQ(retry_class(ended(Outcome::refused, fault("AccessDenied"))), RetryClass::permanent);
  EXPECT_EQ(retry_class(ended(Outcome::not_sent, local_error(ErrorCode::connect, ""))),
            RetryClass::transient);
  EXPECT_EQ(retry_class(ended(Outcome::not_sent, local_error(ErrorCode::key, ""))),
            RetryClass::local);
}

TEST(RetryClass, the_text_about_the_limit_of_calls_is_throttling_whatever_its_code) {
  const std::string text = "SMEV-100: нарушен установленный лимит обращений к СМЭВ";
  for (const char* name : {"SignatureVerificationFault", "AccessDenied", "SMEVFailure", ""}) {
    EXPECT_EQ(retry_class(ended(Outcome::refused, fault(name, text))), RetryClass::throttled)
        << name;
  }
}

TEST(EndpointHealth, tells_silence_from_an_answer_and_from_faults_of_others) {
  const auto health = [](Outcome outcome, ErrorCode code) {
    return endpoint_health(ended(outcome, local_error(code, "")));
  };
  EXPECT_EQ(endpoint_health(ended(Outcome::accepted)), EndpointHealth::works);
  EXPECT_EQ(endpoint_health(ended(Outcome::refused, fault("AccessDenied"))), EndpointHealth::works);
  EXPECT_EQ(endpoint_health(ended(Outcome::in_doubt, fault("SMEVFailure"))), EndpointHealth::fails);
  EXPECT_EQ(health(Outcome::not_sent, ErrorCode::connect), EndpointHealth::fails);
  EXPECT_EQ(health(Outcome::in_doubt, ErrorCode::timeout), EndpointHealth::fails);
  EXPECT_EQ(health(Outcome::in_doubt, ErrorCode::http), EndpointHealth::fails);
  EXPECT_EQ(health(Outcome::not_sent, ErrorCode::file_store), EndpointHealth::unknown);
  EXPECT_EQ(health(Outcome::not_sent, ErrorCode::key), EndpointHealth::unknown);
  EXPECT_EQ(health(Outcome::in_doubt, ErrorCode::signature_invalid), EndpointHealth::unknown);
  EXPECT_EQ(health(Outcome::in_doubt, ErrorCode::stopped), EndpointHealth::unknown);
}

// Every word in back quotes of a text.
std::set<std::string> quoted(const std::string& text) {
  std::set<std::string> words;
  for (std::size_t start = text.find('`'); start != std::string::npos;) {
    const std::size_t end = text.find('`', start + 1);
    if (end == std::string::npos) break;
    words.insert(text.substr(start + 1, end - start - 1));
    start = text.find('`', end + 1);
  }
  return words;
}

TEST(RetryClass, the_page_tells_the_same) {
  const char* root = std::getenv("SMEV_SOURCE_DIR");
  std::ifstream page(std::string(root != nullptr ? root : ".") + "/docs/outbox.md");
  ASSERT_TRUE(page) << "run by ctest, or in the root of the sources";
  std::map<std::string, std::set<std::string>> told;
  bool under = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) under = line == "## Повторы";
    if (!under || !line.starts_with("| `")) continue;
    const std::size_t faults = line.find('|', 1);
    const std::size_t rest = line.find('|', faults + 1);
    told[*quoted(line.substr(0, faults)).begin()] = quoted(line.substr(faults, rest - faults));
  }
  std::map<std::string, std::set<std::string>> known = {{"throttled", {}}};
  for (const RetryRow& row : retry_table()) {
    known[std::string(name(row.kind))].insert(std::string(row.fault));
  }
  EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace smev
