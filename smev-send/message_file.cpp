#include "smev-send/message_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/file_error.hpp"
#include "sdk/smev3/media_type.hpp"
#include "sdk/smev3/multipart.hpp"
#include "sdk/smev3/soap.hpp"

namespace smev::cli {
namespace {

constexpr std::size_t kMessageBytesMax = 64u << 20;
constexpr std::size_t kBeginningBytes = 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_mark(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  return smev3::trim_ascii(text);
}

/// `--uuid:…` of the first line, when the headers of a part follow; else empty.
std::string_view boundary_of(std::string_view text) {
  if (text.substr(0, 2) != "--") return {};
  const std::size_t end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(2, end - 2);
  constexpr std::string_view kHeader = "content-";
  const std::string_view next = smev3::trim_ascii(text.substr(end)).substr(0, kHeader.size());
  const bool headers = smev3::lower_ascii(next) == kHeader;
  return headers && line.find('"') == std::string_view::npos ? line : std::string_view();
}

bool begins_as_message(std::string_view beginning) {
  const std::string_view text = without_mark(beginning);
  return (!text.empty() && text.front() == '<') || !boundary_of(text).empty();
}

}  // namespace

Error as_given_file(Error error) {
  if (error.code == ErrorCode::not_found) error.code = ErrorCode::io;
  return error;
}

Result<bool> is_message_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string beginning(kBeginningBytes, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  if (!file.is_open() || file.bad()) {
    const int number = errno;
    Error error = local_error(ErrorCode::io, path + ": " + std::strerror(number), Retry::after_fix);
    error.text = unreadable_text(number);
    return fail(std::move(error));
  }
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return begins_as_message(beginning);
}

Result<xml::Document> read_message_file(const std::string& path, AnyXml any) {
  SMEV_TRY(is_message_file(path));  // that it can be read
  SMEV_ASSIGN(const std::string octets, read_file(path, kMessageBytesMax));
  const xml::Limits limits = any == AnyXml::yes ? xml::Limits() : smev3::received_limits();
  const std::string_view text = without_mark(octets);
  const std::string_view boundary = boundary_of(text);
  if (boundary.empty()) return xml::Document::parse(text, limits);
  const std::string type =
      "multipart/related; type=\"application/xop+xml\"; boundary=\"" + std::string(boundary) + "\"";
  const Result<std::string> envelope = smev3::soap_envelope(type, text);
  if (!envelope) {
    return fail(local_error(ErrorCode::bad_xml, path + ": " + envelope.error().detail));
  }
  return xml::Document::parse(smev3::trim_ascii(*envelope), limits);
}

}  // namespace smev::cli
