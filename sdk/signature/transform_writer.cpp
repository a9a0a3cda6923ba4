#include "sdk/signature/transform_writer.hpp"

namespace smev::signature {

namespace {

constexpr std::size_t kUsualOctets = 8192;

void append_prefix(std::string& out, unsigned number) {
  out.append("ns").append(std::to_string(number)).append(":");
}

}  // namespace

void TransformWriter::open(std::string_view uri, std::string_view name) {
  if (out_.empty()) out_.reserve(kUsualOctets);
  end_start_tag();
  const std::size_t mappings = mappings_.size();
  open_.push_back({mappings, number_of(uri), name});
  out_ += '<';
  append_name(open_.back());
  in_start_tag_ = true;
}

void TransformWriter::attribute(std::string_view uri, std::string_view name,
                                std::string_view value) {
  values_ += ' ';
  if (!uri.empty()) append_prefix(values_, number_of(uri));
  values_.append(name).append("=\"");
  append_transformed_attribute(values_, value, escaping_);
  values_ += '"';
}

void TransformWriter::text(std::string_view text) {
  if (is_blank(text)) return;
  end_start_tag();
  append_transformed_text(out_, text, escaping_);
}

void TransformWriter::close() {
  end_start_tag();
  out_ += "</";
  append_name(open_.back());
  out_ += '>';
  mappings_.resize(open_.back().mappings);
  open_.pop_back();
}

void TransformWriter::element(std::string_view uri, std::string_view name, std::string_view value) {
  open(uri, name);
  text(value);
  close();
}

std::string_view TransformWriter::written() {
  end_start_tag();
  return out_;
}

unsigned TransformWriter::number_of(std::string_view uri) {
  for (const Mapping& mapping : mappings_) {
    if (mapping.uri == uri) {
      return mapping.number;
    }
  }
  mappings_.push_back({uri, ++last_number_});
  declarations_.append(" xmlns:ns").append(std::to_string(last_number_)).append("=\"");
  append_transformed_attribute(declarations_, uri, escaping_);
  declarations_ += '"';
  return last_number_;
}

void TransformWriter::append_name(const Open& element) {
  append_prefix(out_, element.number);
  out_.append(element.name);
}

// The declarations stand before the attributes, which may need some of them.
void TransformWriter::end_start_tag() {
  if (!in_start_tag_) return;
  out_.append(declarations_).append(values_).append(">");
  declarations_.clear();
  values_.clear();
  in_start_tag_ = false;
}

}  // namespace smev::signature
