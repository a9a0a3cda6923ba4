#include "sdk/base/bytes.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace smev {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  for (auto& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}
constexpr auto kDigits = make_digits();

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::uint32_t octet(std::string_view octets, std::size_t index) {
  return static_cast<unsigned char>(octets[index]);
}

Error not_base64(const char* why) {
  return local_error(ErrorCode::bad_xml, std::string("no base64: ") + why);
}

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "smev: %s\n", what);
  std::abort();
}

}  // namespace

std::string base64_encode(std::string_view octets) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  const auto put = [&text](std::uint32_t group, int digits) {
    for (int i = 0; i < 4; ++i) {
      text += i < digits ? kAlphabet[(group >> (18 - 6 * i)) & 0x3FU] : '=';
    }
  };
  std::size_t i = 0;
  for (; i + 3 <= octets.size(); i += 3) {
    put(octet(octets, i) << 16 | octet(octets, i + 1) << 8 | octet(octets, i + 2), 4);
  }
  if (octets.size() - i == 2) put(octet(octets, i) << 16 | octet(octets, i + 1) << 8, 3);
  if (octets.size() - i == 1) put(octet(octets, i) << 16, 2);
  return text;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  int digits = 0;
  int paddings = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++paddings;
      continue;
    }
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return fail(not_base64("a foreign character"));
    if (paddings > 0) return fail(not_base64("a digit after the padding"));
    group = group << 6 | digit;
    if (++digits == 4) {
      octets += static_cast<char>(group >> 16);
      octets += static_cast<char>(group >> 8);
      octets += static_cast<char>(group);
      group = 0;
      digits = 0;
    }
  }
  const bool padded_right = digits == 0 ? paddings == 0 : digits >= 2 && digits + paddings == 4;
  if (!padded_right) return fail(not_base64("wrong padding or length"));
  // Bits that no octet takes up must be zero, or one value could be written in several ways.
  if (digits == 2) {
    if ((group & 0x0FU) != 0) return fail(not_base64("spare bits are set"));
    octets += static_cast<char>(group >> 4);
  } else if (digits == 3) {
    if ((group & 0x03U) != 0) return fail(not_base64("spare bits are set"));
    octets += static_cast<char>(group >> 10);
    octets += static_cast<char>(group >> 2);
  }
  return octets;
}

std::string hex_encode(std::string_view octets) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char c : octets) {
    const auto value = static_cast<unsigned char>(c);
    text += kHex[value >> 4U];
    text += kHex[value & 0x0FU];
  }
  return text;
}

std::string sha256_hex(std::string_view octets) {
  // Fetched once: by its name alone OpenSSL looks for it at each call.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest.data(), &length, sha256, nullptr) != 1) {
    die("SHA-256 failed: OpenSSL is unusable");
  }
  return hex_encode({reinterpret_cast<const char*>(digest.data()), length});
}

std::string random_octets(std::size_t count) {
  std::string octets(count, '\0');
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      RAND_bytes(reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(count)) != 1) {
    die("no random numbers: going on would make ids that clash");
  }
  return octets;
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const std::string octets = random_octets(sizeof(number));
  std::memcpy(&number, octets.data(), sizeof(number));
  return number;
}

}  // namespace smev
