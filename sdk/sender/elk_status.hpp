#pragma once
// «Передача статусов и результатов» as an information type of the sender.

#include <functional>
#include <memory>

#include "sdk/sender/information_type.hpp"
#include "smev/elk/profile.hpp"
#include "smev/elk/update.hpp"

namespace smev {

inline constexpr std::string_view kElkStatusType = "elk/status/1.0.2";

std::unique_ptr<InformationType> elk_status_type(elk::Profile profile);

/// An update whose files the outbox has, named by their hash; and the same as the outbox takes it:
/// order key, digest.
struct KeptUpdate {
  elk::Update update;
  NewUpdate stored;
};

using KeepFile = std::function<Result<StoredFile>(const std::string& path)>;

/// Faults of files come as field faults ("status.results[0].path").
Result<KeptUpdate> keep_update(const elk::Update& update, const KeepFile& keep_file,
                               const std::string& sender, Contour contour);

}  // namespace smev
