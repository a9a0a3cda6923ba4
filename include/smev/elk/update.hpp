#pragma once
/// What a department says: an order, and a status of it. Values only; nothing is checked here (see
/// rules), nothing is sent. What is left empty is filled from the sender's profile. Every member
/// has an initializer, here and wherever a program fills in a structure: so it names what it needs,
/// and no compiler warns of the rest.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/elk/applicant.hpp"

namespace smev {

/// A result document. The outbox takes its own copy when the update is submitted.
struct File {
  std::string path{};
  std::string name{};  ///< as the citizen sees it; empty: the path's last part
  std::string mime{};  ///< empty: guessed from the name's extension
  std::string document_type = "ELK_RESULT";  ///< docTypeId, ЕСНСИ 7246; at most 50 characters

  static File at(std::string path) {
    File file;
    file.path = std::move(path);
    return file;
  }

  friend bool operator==(const File&, const File&) = default;
};

/// A document that already lies in a data mart.
struct DataMartDocument {
  std::string uuid{};  ///< datamartUuid, at most 256 characters
  std::string document_type = "ELK_RESULT";

  friend bool operator==(const DataMartDocument&, const DataMartDocument&) = default;
};

namespace elk {

/// Filing channel and office (OfficeInfo).
struct Office {
  std::optional<std::string> name{};     ///< at most 1024 characters
  std::optional<std::string> address{};  ///< at most 4000 characters
  std::optional<std::string> frgu_code{};
  std::optional<std::int16_t>
      channel{};  ///< ApplicationAcceptance, ЕСНСИ 7213; 4 = подразделение ведомства

  friend bool operator==(const Office&, const Office&) = default;
};

/// An order of the sender. The first update of an order carries all its facts; later ones need the
/// number alone. An order that another system of the sender has created in ЕЛК needs no facts
/// either: it is named by `elk_number`, or by `number` and `created_elsewhere`.
struct Order {
  OrderNumber number{};  ///< unique for the sender
  /// The number that ЕЛК gave. `number` may then be left out; an order that is named by this alone
  /// must always be named so: nothing ties the two before ЕЛК has answered.
  std::optional<std::int64_t> elk_number{};
  bool created_elsewhere = false;  ///< ЕЛК has it, though not from us
  ServiceCode service{};           ///< ТКУ (serviceTargetCode)
  DateTime filed_at{};             ///< requestDate
  std::optional<Applicant> applicant{};
  std::optional<Oktmo> region{};                ///< userSelectedRegion; empty: from the profile
  std::optional<Office> office{};               ///< empty: from the profile
  std::optional<Kpp> sender_kpp{};              ///< empty: from the profile
  std::optional<OrganizationInn> sender_inn{};  ///< empty: from the profile

  /// Whether the facts that a create needs are given (service, date, applicant).
  [[nodiscard]] bool has_facts() const {
    return applicant.has_value() && !service.empty() && !filed_at.empty();
  }

  friend bool operator==(const Order&, const Order&) = default;
};

/// A value for the template of a notification (Param).
struct Parameter {
  std::string name{};   ///< at least one character
  std::string value{};  ///< may be empty

  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// One statusHistory.
struct Status {
  std::int16_t code = 0;           ///< ЕСНСИ «ЕЛК.Статусы» (7212), an open set
  DateTime at{};                   ///< statusDate, with time
  std::optional<bool> informed{};  ///< IsInformed
  std::optional<std::string> message_type{};  ///< MessageType, ЕСНСИ 7293
  std::vector<Parameter> parameters{};
  std::vector<File> results{};
  std::vector<DataMartDocument> data_mart_results{};

  friend bool operator==(const Status&, const Status&) = default;
};

/// What is submitted: one order, one status, and further statuses of the same event in their order.
struct Update {
  Order order{};
  Status status{};
  std::vector<Status> more_statuses{};

  friend bool operator==(const Update&, const Update&) = default;
};

}  // namespace elk
}  // namespace smev
