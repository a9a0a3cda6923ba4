#pragma once
// What people read: tables and the story of one update, in Russian.

#include <string>
#include <string_view>
#include <vector>

#include "smev-send/signatures.hpp"
#include "smev/sender/sender.hpp"

namespace smev::cli {

/// To the second, `2026-04-16 10:47:33 МСК`: in the zone in which dates of messages are written and
/// dates without offset are taken, whatever that of the machine is.
std::string moscow_time_text(TimePoint moment);
/// `6 от 2026-04-16T10:47:33+03:00, файл «result.pdf»`: as submitted.
std::string status_text(const elk::Status& status);
/// What a person did, by the name that is on record; a name that is not known stays.
std::string_view action_label(std::string_view action);
/// What was found about one signature, in words.
std::string verdict_text(const SignatureVerdict& verdict);

std::string verify_text(const VerifyReport& report, bool colour);

std::string list_text(const std::vector<UpdateRow>& updates, bool colour);
std::string report_text(const UpdateReport& report, bool colour);
std::string drain_text(const DrainReport& report);

}  // namespace smev::cli
