#include "sdk/sender/elk_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "sdk/base/bytes.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/known_order.hpp"
#include "sdk/elk/order_key.hpp"
#include "sdk/elk/request.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/sender/elk_settle.hpp"

namespace smev {
namespace {

// A stored update names its files by content; the outbox knows where they lie.
constexpr std::string_view kStoredFilePrefix = "sha256:";

struct MimeRow {
  std::string_view extension;
  std::string_view mime;
};
constexpr std::array kMimeTypes = {
    MimeRow{".pdf", "application/pdf"},
    MimeRow{".xml", "application/xml"},
    MimeRow{".zip", "application/zip"},
    MimeRow{".jpg", "image/jpeg"},
    MimeRow{".jpeg", "image/jpeg"},
    MimeRow{".png", "image/png"},
    MimeRow{".tif", "image/tiff"},
    MimeRow{".tiff", "image/tiff"},
    MimeRow{".txt", "text/plain"},
    MimeRow{".html", "text/html"},
    MimeRow{".doc", "application/msword"},
    MimeRow{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    MimeRow{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    MimeRow{".odt", "application/vnd.oasis.opendocument.text"},
    MimeRow{".rtf", "application/rtf"},
    MimeRow{".sig", "application/pkcs7-signature"},
};
constexpr std::string_view kUnknownMime = "application/octet-stream";

std::string mime_of(std::string name) {
  std::string extension = std::filesystem::path(name).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  for (const MimeRow& row : kMimeTypes) {
    if (row.extension == extension) return std::string(row.mime);
  }
  return std::string(kUnknownMime);
}

// What the operator can do about a file that was given; nothing when the file is not to blame.
std::string fault_of_file(const Error& error, const std::string& path) {
  switch (error.code) {
    case ErrorCode::not_found:
      return "По этому пути файла нет: " + path;
    case ErrorCode::io:
      return "Файл не читается или это не обычный файл, проверьте путь и права: " + path;
    case ErrorCode::limit_exceeded:
      return error.text;
    default:
      return {};
  }
}

// Keeps one file and rewrites its description; a fault of the file becomes a field fault.
Result<void> keep(File& file, const std::string& field, const KeepFile& keep_file,
                  NewUpdate& stored, std::vector<FieldFault>& faults) {
  if (file.name.empty()) file.name = std::filesystem::path(file.path).filename().string();
  if (file.mime.empty()) file.mime = mime_of(file.name);
  Result<StoredFile> kept = keep_file(file.path);
  if (!kept) {
    std::string fault = fault_of_file(kept.error(), file.path);
    if (fault.empty()) return fail(std::move(kept).error());
    faults.push_back({field + ".path", "file", std::move(fault), "правило SDK"});
    return {};
  }
  file.path = std::string(kStoredFilePrefix) + kept->sha256;
  stored.files.push_back(*kept);
  return {};
}

Result<void> keep_all(elk::Status& status, const std::string& field, const KeepFile& keep_file,
                      NewUpdate& stored, std::vector<FieldFault>& faults) {
  for (std::size_t i = 0; i < status.results.size(); ++i) {
    SMEV_TRY(keep(status.results[i], fmt::format("{}.results[{}]", field, i), keep_file, stored,
                  faults));
  }
  return {};
}

class ElkStatus final : public InformationType {
 public:
  explicit ElkStatus(elk::Profile profile) : profile_(std::move(profile)) {}

  std::string_view name() const override { return kElkStatusType; }

  bool is_create(const ClaimedUpdate& claim) const override {
    const Result<ReadClaim> read = read_claim(claim);
    // What cannot be read is not composed: its kind is all one then.
    return read && kind_of(claim, *read) == elk::RequestKind::create;
  }

  Result<Composition> compose(const std::vector<ClaimedUpdate>& claims, IdSource& ids) override {
    Composition composition;
    elk::Request request;
    request.env = profile_.env;
    for (const ClaimedUpdate& claim : claims) {
      SMEV_ASSIGN(ReadClaim read, read_claim(claim));
      if (request.orders.empty()) request.kind = kind_of(claim, read);
      SMEV_ASSIGN(elk::RequestOrder order,
                  compose_order(claim, std::move(read), request.kind, ids, composition));
      composition.items.push_back({claim.update.id, static_cast<int>(composition.items.size()),
                                   request.kind == elk::RequestKind::create, claim.order.key.number,
                                   std::nullopt});
      request.orders.push_back(std::move(order));
    }
    composition.content = elk::to_xml(request);
    return composition;
  }

  SettledAnswer settle(const std::vector<AnsweredUpdate>& items,
                       const IncomingMessage& answer) const override {
    return settle_elk_answer(items, answer, profile_.dictionaries);
  }

 private:
  struct ReadClaim {
    elk::Update update;
    elk::KnownOrder known;
  };
  static Result<ReadClaim> read_claim(const ClaimedUpdate& claim) {
    ReadClaim read;
    SMEV_ASSIGN(read.update, elk::update_from_json(claim.update.payload));
    // An update that tells all of its order is sent as it is, whatever later ones have said.
    if (read.update.order.has_facts()) return read;
    SMEV_ASSIGN(read.known, elk::known_order_from_json(claim.order.facts));
    return read;
  }

  static elk::RequestKind kind_of(const ClaimedUpdate& claim, const ReadClaim& read) {
    if (claim.update.forced_kind != ForcedKind::none) {
      const bool create = claim.update.forced_kind == ForcedKind::create;
      return create ? elk::RequestKind::create : elk::RequestKind::update;
    }
    const elk::Order& said = read.update.order;
    elk::OrderState state;
    state.known_to_elk = claim.order.known_to_recipient || claim.order.elk_number.has_value();
    state.claimed_as_known = said.elk_number || said.created_elsewhere;
    state.has_facts = said.has_facts() || read.known.order.has_facts();
    return elk::kind_for(state);
  }

  Result<elk::RequestOrder> compose_order(const ClaimedUpdate& claim, ReadClaim read,
                                          elk::RequestKind kind, IdSource& ids,
                                          Composition& composition) {
    elk::Update& update = read.update;
    SMEV_TRY(check_still_the_same(update.order, claim.order));
    if (!update.order.has_facts()) update.order = elk::merged(read.known.order, update.order);
    update.order.elk_number = address(claim, update.order.elk_number);
    std::vector<std::string> attachment_ids;
    for (const File* file : elk::all_results(update)) {
      MessageFile stored;
      stored.uuid = ids.next();
      stored.sha256 = file->path.substr(std::min(kStoredFilePrefix.size(), file->path.size()));
      stored.name = file->name;
      stored.mime = file->mime;
      attachment_ids.push_back(stored.uuid.text());
      composition.files.push_back(std::move(stored));
    }
    elk::RequestOrder order = elk::compose(update, profile_, attachment_ids);
    if (kind == elk::RequestKind::create) SMEV_TRY(check_first(order));
    return order;
  }

  // What ЕЛК has confirmed addresses the order. What the caller claims does so only while nothing
  // is confirmed, and no more once ЕЛК has answered that it knows no such number.
  static std::optional<std::int64_t> address(const ClaimedUpdate& claim,
                                             std::optional<std::int64_t> claimed) {
    if (claim.order.elk_number) return claim.order.elk_number;
    return claim.update.forced_kind == ForcedKind::none ? claimed : std::nullopt;
  }

  // ЕЛК may have given the order another number since this update was checked: sent by its own, it
  // would come to an order of somebody else.
  [[nodiscard]] static Result<void> check_still_the_same(const elk::Order& said,
                                                         const OrderFacts& order) {
    std::vector<FieldFault> faults = elk::check_claimed_number(said, order.elk_number);
    if (faults.empty()) return {};
    return fail(validation_error(std::move(faults)));
  }

  // The updates that were submitted before it may have been taken out since, or ЕЛК may not have
  // the order that was claimed: the rule for a first status was not this one's then and is now.
  [[nodiscard]] Result<void> check_first(const elk::RequestOrder& order) const {
    std::vector<FieldFault> faults =
        elk::check_first_status(profile_, order.service, order.statuses.front().code);
    if (faults.empty()) return {};
    return fail(validation_error(std::move(faults)));
  }

  elk::Profile profile_;
};

}  // namespace

std::unique_ptr<InformationType> elk_status_type(elk::Profile profile) {
  return std::make_unique<ElkStatus>(std::move(profile));
}

Result<KeptUpdate> keep_update(const elk::Update& update, const KeepFile& keep_file,
                               const std::string& sender, Contour contour) {
  NewUpdate stored;
  elk::Update kept = update;
  std::vector<FieldFault> faults;
  SMEV_TRY(keep_all(kept.status, "status", keep_file, stored, faults));
  for (std::size_t i = 0; i < kept.more_statuses.size(); ++i) {
    SMEV_TRY(keep_all(kept.more_statuses[i], fmt::format("more_statuses[{}]", i), keep_file, stored,
                      faults));
  }
  if (!faults.empty()) return fail(validation_error(std::move(faults)));

  stored.order = {sender, contour, elk::order_key_number(update.order)};
  stored.type = kElkStatusType;
  stored.payload = elk::to_json(kept);
  stored.payload_digest = sha256_hex(stored.payload);
  return KeptUpdate{std::move(kept), std::move(stored)};
}

}  // namespace smev
