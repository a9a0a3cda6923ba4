// Which fault it is, whether it may be sent again, what the operator reads.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/fault.hpp"

namespace smev::smev3 {
namespace {

SmevFault named(const std::string& name) {
  SmevFault fault;
  fault.name = name;
  return fault;
}

SmevFault described(const std::string& description, const std::string& number = {}) {
  SmevFault fault;
  fault.description = description;
  fault.number = number;
  return fault;
}

TEST(FaultTable, knows_every_fault_element_and_what_to_do_about_it) {
  const std::map<std::string, Retry> expected = {
      {"BusinessDataTypeIsNotSupported", Retry::never},
      {"InvalidContent", Retry::after_fix},
      {"UnknownMessageType", Retry::after_fix},
      {"TransactionCodeInvalid", Retry::after_fix},
      {"MessageIsAlreadySent", Retry::never},
      {"InvalidMessageIdFormat", Retry::after_fix},
      {"StaleMessageId", Retry::after_fix},
      {"AttachmentContentMiscoordination", Retry::after_fix},
      {"AttachmentSizeLimitExceeded", Retry::after_fix},
      {"QuoteLimitExceeded", Retry::later},
      {"AccessDenied", Retry::never},
      {"PersonalAccessDenied", Retry::never},
      {"SignatureVerificationFault", Retry::after_fix},
      {"SMEVFailure", Retry::later},
      {"IncorrectResponseContentType", Retry::never},
      {"RecipientIsNotFound", Retry::after_fix},
      {"SenderIsNotRegistered", Retry::after_fix},
      {"RequestIsNotFound", Retry::never},
      {"TargetMessageIsNotFound", Retry::never},
      {"DestinationOverflow", Retry::later},
      {"EndOfLifeReached", Retry::later},
  };
  std::set<std::string> texts;
  for (const auto& [name, retry] : expected) {
    const Error error = fault_error(named(name));
    EXPECT_EQ(error.code, ErrorCode::smev_fault) << name;
    EXPECT_EQ(error.origin, Origin::smev) << name;
    EXPECT_EQ(error.retry, retry) << name;
    EXPECT_EQ(recognised(named(name)), name);
    ASSERT_TRUE(error.fault) << name;
    EXPECT_EQ(error.fault->name, name);
    EXPECT_TRUE(texts.insert(error.text).second) << "the same text twice: " << name;
  }
}

TEST(FaultTable, the_reason_of_a_signature_fault_has_a_text_of_its_own) {
  std::set<std::string> texts = {fault_error(named("SignatureVerificationFault")).text};
  for (const char* reason :
       {"PoorSOAPEnvelopeFormat", "NoSignatureFound", "IncorrectSignatureTarget",
        "SignatureIsInvalid", "CertificateIsNotFound", "CertificateIsExpired"}) {
    SmevFault fault = named("SignatureVerificationFault");
    fault.reason = reason;
    const Error error = fault_error(fault);
    EXPECT_EQ(error.retry, Retry::after_fix);
    EXPECT_TRUE(texts.insert(error.text).second) << reason;
    EXPECT_NE(error.detail.find(reason), std::string::npos);
  }
}

TEST(FaultTable, numbers_tell_where_the_element_does_not) {
  const std::map<std::string, std::string> expected = {{"SMEV-100", "SignatureVerificationFault"},
                                                       {"SMEV-201", "FileStoreAttachment"},
                                                       {"SMEV-300", "InvalidMessageIdFormat"},
                                                       {"SMEV-301", "MessageIsAlreadySent"},
                                                       {"SMEV-403", "InvalidContent"},
                                                       {"SMEV-501", "TargetMessageIsNotFound"},
                                                       {"SMEV-600", "DestinationOverflow"}};
  for (const auto& [number, name] : expected) {
    EXPECT_EQ(recognised(described("", number)), name);
    EXPECT_EQ(fault_error(described("", number)).fault->name, name);
  }
  SmevFault generic = named("SmevFault");
  generic.number = "SMEV-301";
  EXPECT_EQ(recognised(generic), kMessageIsAlreadySent);
  EXPECT_EQ(fault_error(generic).fault->name, "SmevFault");
}

TEST(FaultTable, the_element_counts_more_than_number_and_text) {
  SmevFault fault = named("AccessDenied");
  fault.number = "SMEV-301";
  fault.description = "Сообщение уже отправлено";
  EXPECT_EQ(recognised(fault), "AccessDenied");
}

TEST(FaultTable, words_tell_where_nothing_else_does) {
  EXPECT_EQ(recognised(described("Сообщение с таким идентификатором УЖЕ было отправлено.")),
            kMessageIsAlreadySent);
  EXPECT_EQ(recognised(described("Message with this id has already been sent")),
            kMessageIsAlreadySent);
  EXPECT_EQ(
      recognised(described("Сообщение 'ce757035-62a6-11ee-b9a9-02420dfd07d1' не найдено среди "
                           "неподтверждённых.")),
      kTargetMessageIsNotFound);
  EXPECT_EQ(
      recognised(described("Очередь, в которую должно быть отправлено сообщение, переполнена.")),
      "DestinationOverflow");
  EXPECT_EQ(recognised(described("Отсутствует ЭП-ОВ")), "SignatureVerificationFault");
}

TEST(FaultTable, an_unknown_fault_is_tried_again_later) {
  const Error error = fault_error(described("Что-то пошло не так"));
  EXPECT_EQ(recognised(described("Что-то пошло не так")), "");
  EXPECT_EQ(error.retry, Retry::later);
  EXPECT_FALSE(error.text.empty());
  EXPECT_NE(error.detail.find("unknown"), std::string::npos);
}

TEST(FaultTable, the_limit_of_calls_is_told_by_its_words_whatever_the_element) {
  const char* const texts[] = {
      ("SMEV-100: Технологический доступ к СМЭВ временно приостановлен в связи с нарушением "
       "установленного лимита обращений"),
      "SMEV-100:ПРЕВЫШЕН УСТАНОВЛЕННЫЙ ЛИМИТ КОЛИЧЕСТВА ОБРАЩЕНИЙ",
      "Доступ ограничен: количество обращений к методам сервиса выше допустимого",
      "Превышена интенсивность вызовов методов СМЭВ",
      "Доступ временно закрыт из-за нарушения ограничения частоты запросов",
      "Access is suspended: the limit of calls was exceeded"};
  for (const char* text : texts) {
    for (const char* name : {"SignatureVerificationFault", "AccessDenied", "SMEVFailure", ""}) {
      SmevFault fault = named(name);
      fault.description = text;
      EXPECT_TRUE(is_call_limit(fault)) << text;
      EXPECT_EQ(fault_error(fault).retry, Retry::throttled) << name << ": " << text;
    }
  }
}

TEST(FaultTable, other_limits_are_not_the_limit_of_calls) {
  for (const char* text :
       {"SMEV-100:Отсутствует ЭП-ОВ", "Превышен размер вложений", "Срок действия ограничен",
        "Обращение отклонено", "Истёк срок действия сертификата", ""}) {
    EXPECT_FALSE(is_call_limit(described(text))) << text;
  }
  // What a person wrote into a message comes back in the texts of the schema check.
  SmevFault content = named("InvalidContent");
  content.description = "Превышен лимит обращений";
  EXPECT_EQ(fault_error(content).retry, Retry::after_fix);
}

TEST(FaultTable, the_detail_names_codes_but_repeats_no_description) {
  SmevFault fault = named("InvalidContent");
  fault.number = "SMEV-403";
  fault.code = "028122";
  fault.description = "значение 'Иванова' неверно";
  fault.validation_errors = {"The value 'Иванова' of element 'lastName' is not valid."};
  const Error error = fault_error(fault);
  EXPECT_EQ(error.detail, "fault InvalidContent SMEV-403 code 028122");
  EXPECT_EQ(error.text.find("Иванова"), std::string::npos);
  EXPECT_EQ(error.fault->validation_errors.size(), 1u);
}

}  // namespace
}  // namespace smev::smev3
