#include "smev-send/tar.hpp"

#include <fmt/format.h>

#include <utility>

namespace smev::cli {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameMax = 100;
constexpr std::uint64_t kSizeMax = 077777777777;  // eleven octal digits
constexpr unsigned kMode = 0600;

// Offsets of the fields of a header (pax, "ustar Interchange Format").
enum Field : std::size_t {
  kName = 0,
  kModeAt = 100,
  kUid = 108,
  kGid = 116,
  kSize = 124,
  kMtime = 136,
  kChecksum = 148,
  kType = 156,
  kMagic = 257,
};

void put(std::string& header, std::size_t at, std::string_view text) {
  header.replace(at, text.size(), text);
}

std::string header_of(std::string_view name, std::size_t size, TimePoint written) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(written).time_since_epoch().count();
  std::string header(kBlock, '\0');
  put(header, kName, name);
  put(header, kModeAt, fmt::format("{:07o}", kMode));
  put(header, kUid, "0000000");
  put(header, kGid, "0000000");
  put(header, kSize, fmt::format("{:011o}", size));
  put(header, kMtime, fmt::format("{:011o}", seconds < 0 ? 0 : seconds));
  put(header, kChecksum, "        ");  // as blanks, while the sum is taken
  put(header, kType, "0");
  put(header, kMagic, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char octet : header) sum += static_cast<unsigned char>(octet);
  put(header, kChecksum, fmt::format("{:06o}", sum));
  header[kChecksum + 6] = '\0';
  return header;
}

}  // namespace

Result<void> TarArchive::add(std::string_view name, std::string_view octets) {
  if (name.empty() || name.size() > kNameMax || octets.size() > kSizeMax) {
    return fail(local_error(ErrorCode::limit_exceeded,
                            fmt::format("archive member {} of {} bytes", name, octets.size())));
  }
  octets_ += header_of(name, octets.size(), written_);
  octets_ += octets;
  octets_.append((kBlock - octets.size() % kBlock) % kBlock, '\0');
  return {};
}

std::string TarArchive::finish() {
  octets_.append(2 * kBlock, '\0');
  return std::move(octets_);
}

}  // namespace smev::cli
