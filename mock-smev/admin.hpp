#pragma once
// What a person or a test may look at: the citizen's account, the journal, health. JSON over GET.

#include <memory>
#include <string>
#include <string_view>

#include "mock-smev/account.hpp"
#include "mock-smev/http_server.hpp"
#include "mock-smev/journal.hpp"
#include "mock-smev/service.hpp"

namespace smev::mock {

inline constexpr char kServicePath[] = "/smev/v1.2/ws";

class Admin {
 public:
  Admin(std::shared_ptr<Account> account, std::shared_ptr<Journal> journal,
        std::shared_ptr<Service> service);

  /// Every request of the HTTP server: the service's go to it, the others are answered here.
  HttpReply route(const HttpRequest& request);

 private:
  HttpReply order(std::string_view path, std::string_view query) const;
  [[nodiscard]] HttpReply orders() const;
  [[nodiscard]] HttpReply messages() const;
  [[nodiscard]] HttpReply health() const;

  std::shared_ptr<Account> account_;
  std::shared_ptr<Journal> journal_;
  std::shared_ptr<Service> service_;
};

}  // namespace smev::mock
