#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "smev/transport/transport.hpp"

namespace smev {

namespace {

constexpr int kInFlightMax = 256;
constexpr std::size_t kAnswerBytesMin = 64u << 10;  // room for any answer without attachments

using Faults = std::vector<FieldFault>;

void add(Faults& faults, std::string field, std::string code, std::string text) {
  faults.push_back({std::move(field), std::move(code), std::move(text), ""});
}

bool begins(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// Host (and port) of a URL whose scheme is one of those given; empty when it is none.
std::string_view host_of(std::string_view url, std::initializer_list<std::string_view> schemes) {
  for (const std::string_view scheme : schemes) {
    if (begins(url, scheme)) {
      const std::string_view rest = url.substr(scheme.size());
      return rest.substr(0, rest.find_first_of("/?#"));
    }
  }
  return {};
}

bool plain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) {
      return false;
    }
  }
  return true;
}

bool usable_host(std::string_view host) {
  return !host.empty() && host.front() != ':' && host.find('@') == std::string_view::npos;
}

void check_positive(Faults& faults, const char* field, Duration value) {
  if (value <= Duration::zero()) {
    add(faults, field, "range", "Время ожидания должно быть больше нуля");
  }
}

}  // namespace

std::vector<FieldFault> FtpOptions::validate() const {
  Faults faults;
  const std::string_view host = host_of(url, {"ftp://"});
  const std::string_view path = std::string_view(url).substr(
      std::min(url.size(), std::string_view("ftp://").size() + host.size()));
  if (!plain(url) || !usable_host(host) || (path != "" && path != "/")) {
    add(faults, "url", url.empty() ? "missing" : "pattern",
        "Нужен адрес вида ftp://сервер:порт, без пути, имени и пароля");
  }
  if (user.empty()) {
    add(faults, "user", "missing", "Не задано имя для файлового хранилища");
  }
  check_positive(faults, "connect_timeout", connect_timeout);
  check_positive(faults, "total_timeout", total_timeout);
  return faults;
}

std::vector<FieldFault> SoapOptions::validate() const {
  Faults faults;
  if (!plain(url) || !usable_host(host_of(url, {"http://", "https://"}))) {
    add(faults, "url", url.empty() ? "missing" : "pattern",
        "Нужен адрес вида http://сервер:порт/smev/v1.2/ws");
  }
  check_positive(faults, "connect_timeout", connect_timeout);
  check_positive(faults, "total_timeout", total_timeout);
  if (stop_timeout < Duration::zero()) {
    add(faults, "stop_timeout", "range", "Время ожидания не может быть отрицательным");
  }
  if (answer_bytes_max < kAnswerBytesMin) {
    add(faults, "answer_bytes_max", "range",
        "Предел длины ответа не может быть меньше " + std::to_string(kAnswerBytesMin));
  }
  if (in_flight_max < 1 || in_flight_max > kInFlightMax) {
    add(faults, "in_flight_max", "range",
        "Число одновременных запросов: от 1 до " + std::to_string(kInFlightMax));
  }
  return faults;
}

}  // namespace smev
