#include "smev-send/table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace smev::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr char32_t kBadOctet = 0xFFFD;

/// Takes one character off the front; an octet that begins none counts as one bad character.
char32_t take_character(std::string_view& text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = octet(0);
  std::size_t length = 1;
  char32_t character = first;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    character = first & 0x1Fu;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    character = first & 0x0Fu;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    character = first & 0x07u;
  } else if (first >= 0x80) {
    character = kBadOctet;
  }
  bool whole = length <= text.size();
  for (std::size_t i = 1; whole && i < length; ++i) {
    whole = (octet(i) & 0xC0u) == 0x80u;
    character = (character << 6u) | (octet(i) & 0x3Fu);
  }
  if (!whole) {
    length = 1;
    character = kBadOctet;
  }
  text.remove_prefix(length);
  return character;
}

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool in(char32_t character, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

// Unicode 15: marks that take no column of their own, and East Asian Wide and Fullwidth. Coarse
// where blocks are mixed: a table that is a column off there is still readable.
constexpr std::array<Range, 6> kZeroWidth = {{{0x0300, 0x036F},
                                              {0x0483, 0x0489},
                                              {0x1AB0, 0x1AFF},
                                              {0x200B, 0x200F},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 9> kDoubleWidth = {{{0x1100, 0x115F},
                                                {0x2E80, 0x303E},
                                                {0x3041, 0xA4CF},
                                                {0xAC00, 0xD7A3},
                                                {0xF900, 0xFAFF},
                                                {0xFE30, 0xFE6F},
                                                {0xFF00, 0xFF60},
                                                {0x1F300, 0x1FAFF},
                                                {0x20000, 0x3FFFD}}};

bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character < 0xA0) ||
         (character >= 0x202A && character <= 0x202E) ||  // they turn the direction of writing
         (character >= 0x2066 && character <= 0x2069);
}

const char* start_of(Paint paint) {
  switch (paint) {
    case Paint::none:
      return "";
    case Paint::bold:
      return "\x1b[1m";
    case Paint::green:
      return "\x1b[32m";
    case Paint::yellow:
      return "\x1b[33m";
    case Paint::red:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const char32_t character = take_character(utf8);
    if (in(character, kZeroWidth)) continue;
    width += in(character, kDoubleWidth) ? 2 : 1;
  }
  return width;
}

std::string printable(std::string_view utf8) {
  std::string result;
  while (!utf8.empty()) {
    const std::string_view before = utf8;
    const char32_t character = take_character(utf8);
    if (character == kBadOctet) {
      result += "\xEF\xBF\xBD";
    } else if (is_control(character)) {
      result += ' ';
    } else {
      result += before.substr(0, before.size() - utf8.size());
    }
  }
  return result;
}

std::string painted(std::string_view text, Paint paint, bool colour) {
  if (!colour || paint == Paint::none) return std::string(text);
  return start_of(paint) + std::string(text) + "\x1b[0m";
}

std::string Table::text(bool colour, std::size_t indent) const {
  std::vector<std::vector<Cell>> lines;
  std::vector<Cell>& head = lines.emplace_back();
  for (const std::string& title : header_) head.emplace_back(title, Paint::bold);
  for (const std::vector<Cell>& row : rows_) {
    std::vector<Cell>& line = lines.emplace_back();
    for (const Cell& cell : row) line.emplace_back(printable(cell.text), cell.paint);
  }

  std::vector<std::size_t> widths(header_.size(), 0);
  for (const std::vector<Cell>& line : lines) {
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(line[i].text));
    }
  }

  std::string result;
  for (const std::vector<Cell>& line : lines) {
    std::string row(indent, ' ');
    std::size_t owed = 0;  // blanks that are written only when something follows them
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      if (!line[i].text.empty()) {
        row += std::string(owed, ' ') + painted(line[i].text, line[i].paint, colour);
        owed = 0;
      }
      owed += widths[i] - display_width(line[i].text) + kGap.size();
    }
    result += row + '\n';
  }
  return result;
}

}  // namespace smev::cli
