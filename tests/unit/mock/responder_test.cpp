#include "mock-smev/responder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/smev3/multipart.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

using ::testing::IsEmpty;
using testing_support::as_answer;
using testing_support::create_xml;
using testing_support::update_xml;
using namespace std::chrono_literals;

class MockReactions : public testing_support::ServiceTest {
 protected:
  void react(std::vector<ReactionRule> rules) {
    options.service.reactions = std::move(rules);
    open();
  }
  /// Everything that the queue holds now; each delivery is checked against the schemas.
  std::vector<smev3::Answer> take_all() {
    std::vector<smev3::Answer> answers;
    while (true) {
      const HttpReply reply = poll();
      check(reply);
      auto answer = smev3::read_get_response(smev3::protocol_1_2(), as_answer(reply), *verifier,
                                             clock->now());
      EXPECT_TRUE(answer);
      if (!answer || !*answer) return answers;
      EXPECT_TRUE((*answer)->verified()) << (*answer)->problem();
      answers.push_back(**std::move(answer));
    }
  }
  void check(const HttpReply& reply) {
    const auto document =
        xml::Document::parse(*smev3::soap_envelope(reply.content_type, reply.body));
    ASSERT_TRUE(document);
    const auto body = document->root().child(smev3::kSoapNamespace, "Body");
    const auto own = parts.envelope_schema->check(body.first_child());
    EXPECT_THAT(own, IsEmpty()) << (own.empty() ? "" : own[0].text);
    if (!reference()) return;
    const auto foreign = reference()->check(body.first_child());
    EXPECT_THAT(foreign, IsEmpty()) << (foreign.empty() ? "" : foreign[0].text);
  }
  /// The schema that came from elsewhere; null when it does not lie beside the project.
  static const xml::Schema* reference() {
    static const std::shared_ptr<const xml::Schema> kSchema = [] {
      const auto path =
          smev::testing::shared_folder() / "reference/smev-1.2/smev-all-1.2.driver.xsd";
      if (!std::filesystem::exists(path)) return std::shared_ptr<const xml::Schema>();
      auto loaded = xml::Schema::load(path);
      EXPECT_TRUE(loaded) << loaded.error().describe();
      return loaded ? *loaded : nullptr;
    }();
    return kSchema.get();
  }
  static elk::Answer business(const smev3::Answer& answer) {
    const auto document = xml::Document::parse(answer.content);
    return *elk::read_answer(document->root());
  }
  std::size_t written(const std::string& number) {
    const auto found = parts.account->find(number);
    return found.empty() ? 0 : found[0].statuses.size();
  }
};

TEST_F(MockReactions, of_every_name_give_deliveries_by_the_schema) {
  for (const std::string& name : reaction_names()) {
    SCOPED_TRACE(name);
    react({{"1", name, 1}});
    send(create_xml("1"));
    const bool late = name == "late-2h";
    if (late) {
      EXPECT_THAT(take_all(), IsEmpty());
      clock->advance(2h);
    }
    EXPECT_EQ(take_all().empty(), name == "lost-answer");
    send(create_xml("2"));
    EXPECT_EQ(take_all().size(), 1u) << "other orders are not concerned";
    send(update_xml("1"));
    EXPECT_EQ(take_all().size(), 1u) << "once is once";
  }
}

TEST_F(MockReactions, with_a_code_write_nothing) {
  react({{"1", "code-77", 2}});
  send(create_xml("1"));
  send(update_xml("1"));
  for (const smev3::Answer& answer : take_all()) {
    EXPECT_EQ(business(answer).code, 11);
    EXPECT_EQ(business(answer).orders.at(0).result, 77);
    EXPECT_EQ(business(answer).orders.at(0).order_number, "1");
  }
  EXPECT_EQ(written("1"), 0u);
}

TEST_F(MockReactions, that_spoil_the_answer_alone_write_as_ever) {
  for (const char* name : {"omit", "conflict", "unreadable", "other-type", "lost-answer"}) {
    react({{"1", name, 1}});
    send(create_xml("1"));
    EXPECT_EQ(written("1"), 1u) << name;
  }
}

TEST_F(MockReactions, refuse_by_the_recipient_or_by_smev_and_write_nothing) {
  react({{"1", "rejected", 1}, {"1", "rejected-by-smev", 1}});
  send(create_xml("1"));
  send(create_xml("1"));
  const auto answers = take_all();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].kind, smev3::AnswerKind::rejected);
  ASSERT_EQ(answers[0].rejections.size(), 2u);
  EXPECT_EQ(answers[0].rejections[0].code, "NO_DATA");
  EXPECT_EQ(answers[0].verdicts.size(), 2u) << "signed by the recipient too";
  EXPECT_EQ(answers[1].kind, smev3::AnswerKind::async_status);
  EXPECT_EQ(answers[1].status_category, "requestIsRejectedBySmev");
  EXPECT_EQ(answers[1].fault->validation_errors.size(), 2u);
  EXPECT_EQ(answers[1].verdicts.size(), 1u);
  EXPECT_EQ(written("1"), 0u);
}

TEST_F(MockReactions, give_notices_before_the_answer) {
  react({{"1", "status", 1}, {"1", "notice", 1}});
  const std::string id = send(create_xml("1"));
  const auto first = take_all();
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].kind, smev3::AnswerKind::status);
  EXPECT_EQ(first[0].original_message_id, id);
  EXPECT_EQ(first[1].kind, smev3::AnswerKind::status);
  EXPECT_NE(first[0].message_id, first[1].message_id);
  EXPECT_EQ(first[2].kind, smev3::AnswerKind::content);
  send(update_xml("1"));
  const auto second = take_all();
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(second[0].status_category, "underProcessing");
  EXPECT_FALSE(second[0].fault);
  EXPECT_EQ(second[1].kind, smev3::AnswerKind::content);
}

TEST_F(MockReactions, answer_twice_with_different_codes_and_ids) {
  react({{"1", "twice", 1}});
  send(create_xml("1"));
  const auto answers = take_all();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_NE(answers[0].message_id, answers[1].message_id);
  EXPECT_EQ(answers[0].original_message_id, answers[1].original_message_id);
  EXPECT_EQ(business(answers[0]).orders.at(0).result, 0);
  EXPECT_EQ(business(answers[1]).orders.at(0).result, 5);
  EXPECT_EQ(business(answers[1]).code, 11);
}

TEST_F(MockReactions, know_an_order_by_its_number_when_it_comes_by_that_of_elk) {
  react({{"1", "omit", 1}, {"1", "code-13", 1}});
  send(create_xml("1"));
  elk::RequestOrder order;
  order.sender_inn = "9900123450";
  order.elk_number = kFirstElkNumber;
  EXPECT_EQ(parts.account->name_of(order), "1");
  order.elk_number = 77;
  EXPECT_EQ(parts.account->name_of(order), "77");
  order.elk_number.reset();
  order.order_number = "5";
  EXPECT_EQ(parts.account->name_of(order), "5");
}

TEST_F(MockReactions, that_are_not_known_are_a_fault_of_the_options) {
  for (const ReactionRule& rule :
       {ReactionRule{"1", "nothing", 1}, {"1", "omit", 0}, {"", "omit", 1}}) {
    options.service.reactions = {rule};
    const auto faults = validate(options);
    ASSERT_EQ(faults.size(), 1u) << rule.reaction;
    EXPECT_EQ(faults[0].field, "--react");
  }
  options.service.reactions = {{"1", "omit", 1}};
  EXPECT_THAT(validate(options), IsEmpty());
}

}  // namespace
}  // namespace smev::mock
