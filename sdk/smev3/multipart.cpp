#include "sdk/smev3/multipart.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/smev3/media_type.hpp"
#include "sdk/smev3/xop.hpp"

namespace smev::smev3 {

namespace {

constexpr std::size_t kBoundaryMax = 200;  // RFC 2046 allows 70; nobody needs more than this

Failure bad_multipart(std::string detail) {
  Error error = local_error(ErrorCode::bad_answer, "multipart: " + std::move(detail), Retry::later);
  error.origin = Origin::network;
  return fail(std::move(error));
}

// One line of delimiter: where it begins, where the text after it begins, and whether it is the
// last.
struct Delimiter {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool last = false;
};

// The end of the delimiter's line, or nothing when more than blanks follow: then it is no
// delimiter, but text that begins like one.
std::optional<std::size_t> end_of_line(std::string_view body, std::size_t at, bool last) {
  at = std::min(body.find_first_not_of(" \t", at), body.size());
  if (at == body.size()) {
    return last ? std::optional(at) : std::nullopt;
  }
  if (body[at] == '\r') {
    ++at;
  }
  return at < body.size() && body[at] == '\n' ? std::optional(at + 1) : std::nullopt;
}

// The line break before a delimiter belongs to it.
std::string_view without_last_line_break(std::string_view text) {
  if (!text.empty() && text.back() == '\n') {
    text.remove_suffix(1);
    if (!text.empty() && text.back() == '\r') {
      text.remove_suffix(1);
    }
  }
  return text;
}

std::optional<Delimiter> find_delimiter(std::string_view body, const std::string& dashes,
                                        std::size_t from) {
  for (std::size_t at = body.find(dashes, from); at != std::string_view::npos;
       at = body.find(dashes, at + 1)) {
    if (at != 0 && body[at - 1] != '\n') {
      continue;
    }
    const std::size_t after = at + dashes.size();
    const bool last = body.substr(after, 2) == "--";
    if (const auto end = end_of_line(body, last ? after + 2 : after, last)) {
      return Delimiter{at, *end, last};
    }
  }
  return std::nullopt;
}

// Headers and body of a part. A header line that continues the one before it begins with a blank.
struct Headers {
  std::string content_type;
  std::string content_id;
  std::string encoding;
};

void take_header(const std::string& line, Headers& headers) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) {
    return;
  }
  const std::string name = lower_ascii(trim_ascii(std::string_view(line).substr(0, colon)));
  const std::string value(trim_ascii(std::string_view(line).substr(colon + 1)));
  if (name == "content-type") {
    headers.content_type = value;
  } else if (name == "content-id") {
    headers.content_id = without_angle_brackets(value);
  } else if (name == "content-transfer-encoding") {
    headers.encoding = lower_ascii(value);
  }
}

// Takes the headers and the empty line off the front of `text`.
Result<Headers> take_headers(std::string_view& text, std::size_t bytes_max) {
  Headers headers;
  std::string line;
  const std::size_t size = text.size();
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (size - text.size() + std::min(end, text.size()) > bytes_max) {
      return bad_multipart("headers of a part are longer than " + std::to_string(bytes_max));
    }
    if (end == std::string_view::npos) {
      break;
    }
    std::string_view next = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!next.empty() && next.back() == '\r') {
      next.remove_suffix(1);
    }
    if (!next.empty() && (next.front() == ' ' || next.front() == '\t')) {
      line += next;
      continue;
    }
    take_header(line, headers);
    line = next;
    if (next.empty()) {
      return headers;
    }
  }
  return bad_multipart("a part without an empty line after its headers");
}

Result<Part> read_part(std::string_view text, const MultipartLimits& limits) {
  SMEV_ASSIGN(Headers headers, take_headers(text, limits.headers_bytes_max));
  text = without_last_line_break(text);
  Part part{std::move(headers.content_type), std::move(headers.content_id), {}};
  if (headers.encoding.empty() || headers.encoding == "binary" || headers.encoding == "8bit" ||
      headers.encoding == "7bit") {
    part.body = text;
    return part;
  }
  if (headers.encoding != "base64") {
    return bad_multipart("a part with an unknown Content-Transfer-Encoding");
  }
  auto decoded = base64_decode(text);
  if (!decoded) {
    return bad_multipart("a part that is no base64");
  }
  part.body = *std::move(decoded);
  return part;
}

// RFC 2387: the part that `start` names, else the first.
std::size_t root_of(const std::vector<Part>& parts, const MediaType& type) {
  const std::string start = without_angle_brackets(type.parameter("start"));
  for (std::size_t i = 0; i < parts.size() && !start.empty(); ++i) {
    if (parts[i].content_id == start) {
      return i;
    }
  }
  return 0;
}

}  // namespace

Result<std::vector<Part>> split_multipart(std::string_view content_type, std::string_view body,
                                          const MultipartLimits& limits) {
  const std::string boundary = parse_media_type(content_type).parameter("boundary");
  if (boundary.empty() || boundary.size() > kBoundaryMax) {
    return bad_multipart("no usable boundary in the content type");
  }
  const std::string dashes = "--" + boundary;
  auto delimiter = find_delimiter(body, dashes, 0);
  if (!delimiter) {
    return bad_multipart("the boundary does not occur in the body");
  }
  std::vector<Part> parts;
  while (!delimiter->last) {
    if (parts.size() == limits.parts_max) {
      return bad_multipart("more than " + std::to_string(limits.parts_max) + " parts");
    }
    const std::size_t begin = delimiter->end;
    delimiter = find_delimiter(body, dashes, begin);
    if (!delimiter) {
      return bad_multipart("the last boundary is missing: the body is cut off");
    }
    SMEV_ASSIGN(Part part, read_part(body.substr(begin, delimiter->begin - begin), limits));
    parts.push_back(std::move(part));
  }
  if (parts.empty()) {
    return bad_multipart("no parts");
  }
  return parts;
}

Result<std::string> soap_envelope(std::string_view content_type, std::string_view body) {
  const MediaType type = parse_media_type(content_type);
  if (!type.is_multipart()) {
    return std::string(body);
  }
  SMEV_ASSIGN(std::vector<Part> parts, split_multipart(content_type, body));
  const std::size_t root = root_of(parts, type);
  return inline_xop_parts(parts[root].body, parts);
}

WrappedBody wrap_multipart(std::string_view envelope, std::string_view boundary) {
  WrappedBody wrapped;
  wrapped.content_type = "multipart/related; type=\"application/xop+xml\"; boundary=\"" +
                         std::string(boundary) +
                         "\"; start=\"<root.message@cxf.apache.org>\"; start-info=\"text/xml\"";
  wrapped.body = "--" + std::string(boundary) +
                 "\r\n"
                 "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n"
                 "Content-Transfer-Encoding: binary\r\n"
                 "Content-ID: <root.message@cxf.apache.org>\r\n"
                 "\r\n" +
                 std::string(envelope) + "\r\n--" + std::string(boundary) + "--";
  return wrapped;
}

}  // namespace smev::smev3
