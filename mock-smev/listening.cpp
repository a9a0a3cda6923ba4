#include "mock-smev/listening.hpp"

#include <fmt/format.h>

namespace smev::mock {

Error cannot_listen(const std::string& address, int port, const char* option,
                    const std::error_code& why) {
  Error error = local_error(
      ErrorCode::io, fmt::format("cannot listen on {} port {}: {}", address, port, why.message()),
      Retry::after_fix);
  error.text =
      why == std::errc::address_in_use
          ? fmt::format("Порт {} занят: его слушает другой имитатор или другая программа", port)
          : fmt::format("Порт {} на адресе {} открыть не удалось", port, address);
  error.text += fmt::format(". Выберите другой: {} ЧИСЛО, 0 — любой свободный", option);
  return error;
}

}  // namespace smev::mock
