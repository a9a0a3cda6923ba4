#pragma once
// Lines of a stream, one in memory at a time: a file may have millions of them.

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

namespace smev {

struct Line {
  std::size_t number = 0;  ///< from 1
  std::string text;        ///< without its end
  std::string_view end;    ///< "\n", "\r\n" or "\r"; empty where the input ends without one
  bool too_long = false;   ///< beyond the limit: the text is left out

  [[nodiscard]] bool blank() const {
    return !too_long && text.find_first_not_of(" \t") == std::string::npos;
  }
};

class LineReader {
 public:
  /// `in` outlives the reader, which alone reads it.
  LineReader(std::istream& in, std::size_t line_bytes_max)
      : in_(in), line_bytes_max_(line_bytes_max) {}

  /// What comes next, `octets` of it or all that is left; nothing is taken. Valid until the next
  /// call.
  std::string_view look(std::size_t octets);
  /// Takes the mark of UTF-8 that spreadsheets put in front. To be asked first.
  bool take_bom();
  /// Takes the next line; false at the end of the input.
  bool next(Line& line);
  /// The input could not be read to its end.
  [[nodiscard]] bool broken() const { return in_.bad(); }

 private:
  bool fill();
  [[nodiscard]] std::size_t unread() const { return buffer_.size() - at_; }

  std::istream& in_;
  std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t at_ = 0;  ///< what stands before it in the buffer is taken
  std::size_t number_ = 0;
};

}  // namespace smev
