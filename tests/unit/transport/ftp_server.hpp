#pragma once
// As much of an FTP server as an upload needs, in memory.

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/transport/tcp_server.hpp"

namespace smev::testing {

/// What the server does that is not the ordinary.
struct FtpScript {
  std::string login_reply = "230 in";
  std::string store_reply = "226 stored";  ///< after the data
  std::function<void()> before_data;       ///< when the data connection stands, before it is read
  bool hang_up_on_store = false;
};

class FtpServer {
 public:
  explicit FtpServer(FtpScript script = {})
      : script_(std::move(script)),
        server_([this](Connection& connection) { serve(connection); }) {}

  [[nodiscard]] std::string url() const {
    return "ftp://127.0.0.1:" + std::to_string(server_.port());
  }
  [[nodiscard]] std::map<std::string, std::string> files() {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  [[nodiscard]] std::vector<std::string> commands() {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  [[nodiscard]] int connections() { return server_.connections(); }

 private:
  struct Session {
    std::string folder = "/";
    std::unique_ptr<Listener> data;
  };

  void serve(Connection& connection) {
    Session session;
    std::string line;
    connection.send("220 ready\r\n");
    while (connection.read_line(line)) {
      {
        const std::lock_guard lock(mutex_);
        commands_.push_back(line);
      }
      const std::size_t blank = line.find(' ');
      const std::string argument = blank == std::string::npos ? "" : line.substr(blank + 1);
      const std::string reply = answer(connection, session, line.substr(0, blank), argument);
      if (reply.empty() || !connection.send(reply + "\r\n")) return;
    }
  }

  std::string answer(Connection& connection, Session& session, const std::string& command,
                     const std::string& argument) {
    if (command == "USER") return "331 password";
    if (command == "PASS") return script_.login_reply;
    if (command == "PWD") return "257 \"/\"";
    if (command == "TYPE") return argument == "I" ? "200 binary" : "504 binary only";
    if (command == "CWD") return change_folder(session, argument);
    if (command == "MKD") return make_folder(session, argument);
    if (command == "EPSV") {
      session.data = std::make_unique<Listener>();
      return "229 passive (|||" + std::to_string(session.data->port()) + "|)";
    }
    if (command == "STOR") return store(connection, session, argument);
    if (command == "QUIT") return "221 bye";
    return "502 unknown";
  }

  std::string change_folder(Session& session, const std::string& name) {
    const std::lock_guard lock(mutex_);
    const std::string folder = name.front() == '/' ? name : "/" + name;
    if (folder != "/" && folders_.count(folder) == 0) return "550 no such folder";
    session.folder = folder;
    return "250 changed";
  }

  std::string make_folder(Session&, const std::string& name) {
    const std::lock_guard lock(mutex_);
    return folders_.insert("/" + name).second ? "257 made" : "550 is there";
  }

  std::string store(Connection& connection, Session& session, const std::string& name) {
    if (script_.hang_up_on_store) return "";
    connection.send("150 go on\r\n");
    Connection data(session.data->accept(), 0);
    if (script_.before_data) script_.before_data();
    std::string octets;
    while (data.receive(octets)) {
    }
    const std::lock_guard lock(mutex_);
    if (script_.store_reply.front() == '2') files_[session.folder + "/" + name] = octets;
    return script_.store_reply;
  }

  FtpScript script_;
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::set<std::string> folders_;
  std::vector<std::string> commands_;
  TcpServer server_;
};

}  // namespace smev::testing
