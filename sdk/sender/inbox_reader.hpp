#pragma once
// Updates that a department has written into the store's inbox inside its own transaction: each is
// submitted like any other, and told apart from there: accepted, or refused with its faults.

#include <functional>
#include <string>

#include "sdk/sender/core.hpp"

namespace smev {

class InboxReader {
 public:
  using Submit = std::function<Result<UpdateId>(const elk::Update&, const SubmitOptions&)>;

  InboxReader(SenderParts& parts, Submit submit) : parts_(parts), submit_(std::move(submit)) {}

  /// Takes what waits, in its order. True when there may be more. An error is the store's: what was
  /// not settled waits and is taken again, and its key makes that once.
  Result<bool> round();

 private:
  Result<InboxVerdict> judge(const InboxEntry& entry);

  SenderParts& parts_;
  Submit submit_;
};

/// {"code", "text", "faults": [{"field", "code", "text"}]}: no personal data, as in errors.
std::string faults_to_json(const Error& error);

}  // namespace smev
