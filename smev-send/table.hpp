#pragma once
// Tables of text for a terminal: columns as wide as their widest cell, in UTF-8.

#include <string>
#include <string_view>
#include <vector>

namespace smev::cli {

/// Columns that the text takes on a terminal.
std::size_t display_width(std::string_view utf8);
/// The text on one line, without control characters: what comes from outside must not drive the
/// terminal.
std::string printable(std::string_view utf8);

enum class Paint { none, bold, green, yellow, red };
/// The text in its colour; as it is when colours are off.
std::string painted(std::string_view text, Paint paint, bool colour);

struct Cell {
  std::string text;
  Paint paint = Paint::none;

  // Implicit on purpose: most cells are plain text.
  Cell(std::string given, Paint wanted = Paint::none) : text(std::move(given)), paint(wanted) {}
};

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}

  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// Lines with their ends; `indent` blanks before each. No blanks at the ends of lines.
  [[nodiscard]] std::string text(bool colour, std::size_t indent = 0) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace smev::cli
