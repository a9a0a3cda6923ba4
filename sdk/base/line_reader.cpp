#include "sdk/base/line_reader.hpp"

namespace smev {
namespace {

constexpr std::size_t kChunkBytes = 64u << 10;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

}  // namespace

bool LineReader::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kChunkBytes);
  in_.read(buffer_.data() + kept, kChunkBytes);
  buffer_.resize(kept + static_cast<std::size_t>(in_.gcount()));
  return buffer_.size() > kept;
}

std::string_view LineReader::look(std::size_t octets) {
  while (unread() < octets && fill()) {
  }
  return std::string_view(buffer_).substr(at_, octets);
}

bool LineReader::take_bom() {
  if (look(kBom.size()) != kBom) return false;
  at_ += kBom.size();
  return true;
}

bool LineReader::next(Line& line) {
  line = {};
  if (look(1).empty()) return false;
  line.number = ++number_;
  std::size_t seen = 0;
  for (;;) {
    const std::size_t end = buffer_.find_first_of("\r\n", at_ + seen);
    seen = (end == std::string::npos ? buffer_.size() : end) - at_;
    if (seen > line_bytes_max_) line.too_long = true;
    if (line.too_long) {
      at_ += seen;
      seen = 0;
    }
    if (end != std::string::npos || !fill()) break;
  }
  line.text.assign(buffer_, at_, seen);
  at_ += seen;
  const std::string_view two = look(2);  // a line feed may stand in the next chunk
  if (!two.empty()) line.end = two == "\r\n" ? "\r\n" : two.front() == '\r' ? "\r" : "\n";
  at_ += line.end.size();
  return true;
}

}  // namespace smev
