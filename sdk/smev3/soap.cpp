#include "sdk/smev3/soap.hpp"

#include <fmt/format.h>

#include <utility>

#include "sdk/smev3/fault.hpp"
#include "sdk/smev3/media_type.hpp"
#include "sdk/smev3/multipart.hpp"

namespace smev::smev3 {

namespace {

constexpr std::size_t kMediaTypeMax = 60;

// What a stranger wrote goes into an error text only as far as it is a plain media type.
std::string printable(const std::string& media_type) {
  std::string out;
  for (const char c : media_type.substr(0, kMediaTypeMax)) {
    out += c > 0x20 && c < 0x7F ? c : '?';
  }
  return out.empty() ? "без типа" : out;
}

std::string_view advice(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return "Проверьте доступ к СМЭВ и настройки шлюза";
    case 404:
    case 405:
      return "Проверьте адрес сервиса СМЭВ в настройках";
    case 413:
      return "Шлюз не пропускает сообщение такого размера: обратитесь к его администратору";
    case 429:
    case 503:
      return "Сервер перегружен или закрыт на обслуживание: сделайте паузу";
    case 502:
    case 504:
      return "Шлюз не дождался ответа СМЭВ: обычно это проходит само";
    default:
      return status >= 300 && status < 400
                 ? "Сервер отсылает по другому адресу: исправьте адрес сервиса СМЭВ в настройках"
                 : "Проверьте адрес сервиса и шлюз перед СМЭВ";
  }
}

Failure no_soap(const HttpAnswer& http, const std::string& detail, Retry unclear) {
  const std::string media_type = printable(parse_media_type(http.content_type).name);
  Error error;
  error.code = ErrorCode::http;
  error.origin = Origin::network;
  error.retry = unclear;
  error.text = fmt::format("Вместо ответа СМЭВ пришёл ответ HTTP {} ({}). {}", http.status,
                           media_type, advice(http.status));
  error.detail = fmt::format("HTTP {}, {} octets: {}", http.status, http.body.size(), detail);
  return fail(std::move(error));
}

bool is_soap_status(int status) { return status == 200 || status == 500; }

bool is_blank(const std::string& text) { return trim_ascii(text).empty(); }

// Broken SOAP from SMEV, or something else from somebody on the way?
Failure unreadable(const HttpAnswer& http, const std::string& detail, Retry unclear) {
  const MediaType type = parse_media_type(http.content_type);
  const bool claims_soap = type.is_xml() || type.is_multipart() || type.name.empty();
  if (is_soap_status(http.status) && claims_soap) {
    return bad_answer(detail, unclear);
  }
  return no_soap(http, detail, unclear);
}

}  // namespace

xml::Limits received_limits() {
  xml::Limits limits;
  limits.instructions_allowed = false;
  return limits;
}

Failure bad_answer(std::string detail, Retry unclear) {
  Error error = local_error(ErrorCode::bad_answer, std::move(detail), unclear);
  error.origin = Origin::smev;
  error.text =
      "Ответ СМЭВ не соответствует протоколу. Если это повторяется, передайте сохранённый "
      "ответ в службу поддержки СМЭВ";
  return fail(std::move(error));
}

Result<SoapBody> open_soap(const HttpAnswer& http, Retry unclear) {
  if (is_blank(http.body)) {
    return unreadable(http, "the body is empty", unclear);
  }
  auto text = soap_envelope(http.content_type, http.body);
  if (!text) {
    return unreadable(http, text.error().detail, unclear);
  }
  // Blanks before an XML declaration would make it ill-formed.
  auto document = xml::Document::parse(trim_ascii(*text), received_limits());
  if (!document) {
    return unreadable(http, document.error().detail, unclear);
  }
  const xml::Element root = document->root();
  if (!root.is(kSoapNamespace, "Envelope")) {
    return unreadable(http, "the root element is no soap:Envelope", unclear);
  }
  const xml::Element body = root.child(kSoapNamespace, "Body");
  if (!body) {
    return bad_answer("no soap:Body", unclear);
  }
  if (const xml::Element fault = body.child(kSoapNamespace, "Fault")) {
    return fail(fault_error(read_soap_fault(fault)));
  }
  return SoapBody{*std::move(document), body};
}

}  // namespace smev::smev3
