#pragma once
// A process that takes any POST and says 200: what sending costs when the other side costs nothing.

#include <sys/types.h>

#include <string>

namespace smev::bench {

class AnsweringServer {
 public:
  AnsweringServer();
  ~AnsweringServer();
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  std::string url_;
  pid_t process_ = -1;
};

}  // namespace smev::bench
