#include "smev-send/update_source.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "sdk/base/file_error.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/update_from_csv.hpp"
#include "sdk/elk/update_from_xml.hpp"

namespace smev::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kStandardInput[] = "-";
constexpr char kBlanks[] = " \t\r\n";
constexpr std::string_view kBom = "\xEF\xBB\xBF";

Error input_error(const char* verb, const std::string& name, int number) {
  std::string detail = fmt::format("cannot {} {}", verb, name);
  if (number != 0) detail += ": " + std::generic_category().message(number);
  Error error = local_error(ErrorCode::io, std::move(detail), Retry::after_fix);
  error.text = unreadable_text(number);
  return error;
}

/// The open input: its lines, and where its result files are named from.
struct Input {
  std::string name;
  std::unique_ptr<std::ifstream> file;  ///< none: standard input
  std::unique_ptr<LineReader> lines;
  fs::path folder;
  bool bom = false;
};

Result<Input> open_input(const std::string& path, std::istream& standard_input) {
  Input input;
  std::istream* stream = &standard_input;
  input.name = path == kStandardInput ? "standard input" : path;
  if (path != kStandardInput) {
    errno = 0;
    input.file = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*input.file) {
      return fail(input_error("open", path, errno));
    }
    // A folder opens, and only reading it fails.
    std::error_code unknown;
    if (fs::is_directory(path, unknown)) return fail(input_error("read", path, EISDIR));
    stream = input.file.get();
    input.folder = fs::path(path).parent_path();
  }
  input.lines = std::make_unique<LineReader>(*stream, kRecordBytesMax);
  input.bom = input.lines->take_bom();
  return input;
}

/// Result files are named from where the description of the update lies.
void resolve_files(elk::Status& status, const fs::path& folder) {
  for (File& file : status.results) {
    if (!file.path.empty()) file.path = (folder / file.path).lexically_normal().string();
  }
}

void resolve_files(elk::Update& update, const fs::path& folder) {
  resolve_files(update.status, folder);
  for (elk::Status& status : update.more_statuses) resolve_files(status, folder);
}

elk::UpdateReading resolved(elk::UpdateReading read, const fs::path& folder) {
  if (folder.empty()) return read;
  if (read.update) resolve_files(*read.update, folder);
  if (read.part) resolve_files(*read.part, folder);
  return read;
}

Result<std::string> read_whole(const Input& input, std::size_t limit) {
  std::string text(input.lines->look(limit + 1));
  if (input.lines->broken()) return fail(input_error("read", input.name, 0));
  if (text.size() <= limit) return text;
  return fail(local_error(ErrorCode::limit_exceeded,
                          fmt::format("{} is larger than {} bytes", input.name, limit),
                          Retry::after_fix));
}

Error empty_input(const Input& input) {
  Error error = local_error(ErrorCode::bad_json, input.name + " is empty", Retry::after_fix);
  error.text = "Файл пуст: в нём нет ни одного обновления";
  return error;
}

/// One update, or an array of them whose text is kept whole and whose items are read one at a time.
class JsonSource final : public UpdateSource {
 public:
  static Result<std::unique_ptr<UpdateSource>> open(const Input& input) {
    auto source = std::make_unique<JsonSource>();
    SMEV_ASSIGN(source->text_, read_whole(input, elk::kJsonBytesMax));
    source->folder_ = input.folder;
    const std::size_t first = source->text_.find_first_not_of(kBlanks);
    if (first == std::string::npos) return fail(empty_input(input));
    if (source->text_[first] == '[') {
      SMEV_ASSIGN(source->items_, elk::JsonItems::of(source->text_));
    }
    return std::unique_ptr<UpdateSource>(std::move(source));
  }

  Result<std::optional<InputRecord>> next() override {
    elk::JsonItem item{text_, 1};
    if (items_) {
      const std::optional<elk::JsonItem> given = items_->next();
      if (!given) return std::optional<InputRecord>();
      item = *given;
    } else if (number_ > 0) {
      return std::optional<InputRecord>();
    }
    return std::optional(InputRecord{++number_, item.line,
                                     resolved(elk::read_update_json(item.text, item.line), folder_),
                                     std::string(item.text)});
  }

  [[nodiscard]] bool single() const override { return !items_; }
  [[nodiscard]] Frame frame() const override {
    return single() ? Frame{} : Frame{"[\n", ",\n", "\n]\n"};
  }

 private:
  std::string text_;
  fs::path folder_;
  std::optional<elk::JsonItems> items_;  ///< of an array
  std::size_t number_ = 0;
};

class XmlSource final : public UpdateSource {
 public:
  static Result<std::unique_ptr<UpdateSource>> open(const Input& input,
                                                    const std::string& files_folder,
                                                    const elk::Profile& profile) {
    SMEV_ASSIGN(const std::string text, read_whole(input, xml::Limits{}.bytes_max));
    SMEV_ASSIGN(const auto schema,
                xml::Schema::load(xml::schema_directory() + "/" + elk::kSchemaFile));
    auto source = std::make_unique<XmlSource>();
    SMEV_ASSIGN(source->read_, elk::updates_from_xml(text, *schema, profile, files_folder));
    source->frame_ = {elk::request_opening(source->read_.kind, profile.env), "\n",
                      elk::request_closing(source->read_.kind)};
    return std::unique_ptr<UpdateSource>(std::move(source));
  }

  Result<std::optional<InputRecord>> next() override {
    if (next_ == read_.orders.size()) return std::optional<InputRecord>();
    elk::XmlOrder& order = read_.orders[next_++];
    return std::optional(
        InputRecord{next_, std::nullopt, std::move(order.read), std::move(order.text)});
  }
  [[nodiscard]] Frame frame() const override { return frame_; }

 private:
  elk::XmlOrders read_;
  std::size_t next_ = 0;
  Frame frame_;
};

/// Reads a record at a time.
class StreamSource : public UpdateSource {
 public:
  explicit StreamSource(Input input) : input_(std::move(input)) {}

 protected:
  Result<std::optional<InputRecord>> end() const {
    if (input_.lines->broken()) return fail(input_error("read", input_.name, 0));
    return std::optional<InputRecord>();
  }
  std::optional<InputRecord> record(std::size_t line, elk::UpdateReading read, std::string text) {
    return InputRecord{++number_, line, resolved(std::move(read), input_.folder), std::move(text)};
  }

  Input input_;

 private:
  std::size_t number_ = 0;
};

class NdjsonSource final : public StreamSource {
 public:
  using StreamSource::StreamSource;

  Result<std::optional<InputRecord>> next() override {
    for (Line line; input_.lines->next(line);) {
      if (line.blank()) continue;
      elk::UpdateReading read = line.too_long ? elk::UpdateReading{fail(too_long()), std::nullopt}
                                              : elk::read_update_json(line.text, line.number);
      return record(line.number, std::move(read), line.too_long ? "" : line.text + '\n');
    }
    return end();
  }

 private:
  static Error too_long() {
    Error error =
        local_error(ErrorCode::limit_exceeded,
                    fmt::format("a line of more than {} bytes", kRecordBytesMax), Retry::after_fix);
    error.text = "Запись длиннее допустимого";
    return error;
  }
};

class CsvSource final : public StreamSource {
 public:
  static Result<std::unique_ptr<UpdateSource>> open(Input input) {
    auto source = std::make_unique<CsvSource>(std::move(input));
    CsvRecord header;
    if (!source->reader_.next(header)) {
      SMEV_TRY(source->end());
      Error error = local_error(ErrorCode::bad_csv, "no header", Retry::after_fix);
      error.text = "В файле CSV нет строки с названиями столбцов";
      return fail(std::move(error));
    }
    SMEV_ASSIGN(source->updates_, elk::CsvUpdates::under(header));
    source->header_ = (source->input_.bom ? std::string(kBom) : "") + ended(header.text);
    return std::unique_ptr<UpdateSource>(std::move(source));
  }

  explicit CsvSource(Input input)
      : StreamSource(std::move(input)), reader_(*input_.lines, {kRecordBytesMax}) {}

  Result<std::optional<InputRecord>> next() override {
    CsvRecord row;
    if (!reader_.next(row)) return end();
    return record(row.line, updates_->read(row), row.text.empty() ? "" : ended(row.text));
  }
  [[nodiscard]] Frame frame() const override { return {header_, "", ""}; }

 private:
  static std::string ended(std::string text) {
    if (text.find_last_of("\r\n") + 1 != text.size()) text += '\n';
    return text;
  }

  CsvReader reader_;
  std::optional<elk::CsvUpdates> updates_;
  std::string header_;
};

std::optional<InputFormat> format_of_name(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  if (extension == ".jsonl") return InputFormat::ndjson;
  return extension.empty() ? std::nullopt : input_format(extension.substr(1));
}

/// What begins as an object is NDJSON when its first line is one and more follows.
InputFormat json_or_ndjson(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return InputFormat::json;
  if (text.find_first_not_of(kBlanks, end) == std::string_view::npos) return InputFormat::json;
  return elk::check_json(text.substr(0, end)) ? InputFormat::ndjson : InputFormat::json;
}

InputFormat format_of_content(LineReader& lines) {
  std::string_view text = lines.look(kRecordBytesMax + 1);
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  if (text.empty() || text.front() == '[') return InputFormat::json;
  if (text.front() == '<') return InputFormat::xml;
  if (text.front() == '{') return json_or_ndjson(text);
  const std::string_view first_line = text.substr(0, text.find_first_of("\r\n"));
  return first_line.find("status.code") != std::string_view::npos ? InputFormat::csv
                                                                  : InputFormat::json;
}

}  // namespace

Result<std::unique_ptr<UpdateSource>> open_updates(const SubmitCommand& command,
                                                   const Environment& environment,
                                                   const elk::Profile& profile) {
  SMEV_ASSIGN(Input input, open_input(command.file, environment.in));
  std::optional<InputFormat> format = command.format;
  if (!format) format = format_of_name(command.file);
  if (!format) format = format_of_content(*input.lines);
  switch (*format) {
    case InputFormat::json:
      return JsonSource::open(input);
    case InputFormat::xml:
      return XmlSource::open(input, command.files, profile);
    case InputFormat::ndjson:
      return std::unique_ptr<UpdateSource>(std::make_unique<NdjsonSource>(std::move(input)));
    case InputFormat::csv:
      break;
  }
  return CsvSource::open(std::move(input));
}

}  // namespace smev::cli
