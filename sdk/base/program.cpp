#include "sdk/base/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

extern char** environ;

namespace smev {

namespace {

using Steady = std::chrono::steady_clock;

// How often a program is asked whether it has ended when its outputs do not tell.
constexpr int kLookEveryMs = 5;
// More than a pipe holds.
constexpr int kPiecesAtOnce = 32;

Failure io_failed(const std::string& what, int error) {
  return fail(local_error(ErrorCode::io, what + ": " + std::system_category().message(error),
                          Retry::later));
}

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor ours;
  Descriptor theirs;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return io_failed("pipe", errno);
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return io_failed("fcntl", errno);
  return pipe;
}

// A file in memory, not a pipe: a program that does not read its input can neither block us nor
// raise SIGPIPE.
Result<Descriptor> make_input(std::string_view octets) {
  Descriptor file(::memfd_create("input", MFD_CLOEXEC));
  if (!file.is_open()) return io_failed("memfd_create", errno);
  while (!octets.empty()) {
    const ssize_t count = ::write(file.get(), octets.data(), octets.size());
    if (count < 0 && errno != EINTR) return io_failed("write", errno);
    if (count > 0) octets.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return io_failed("lseek", errno);
  return file;
}

class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  int give(const Descriptor& from, int to) {
    return posix_spawn_file_actions_adddup2(&actions_, from.get(), to);
  }
  int close_others() { return posix_spawn_file_actions_addclosefrom_np(&actions_, 3); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// Signals as a program expects them, and a group of its own, which can be killed as one.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> environment_for(const ProgramCall::Variable& variable) {
  std::vector<char*> all;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const bool same = !variable.name.empty() && entry.substr(0, entry.find('=')) == variable.name;
    if (!same) all.push_back(*each);
  }
  if (variable.assignment != nullptr) all.push_back(const_cast<char*>(variable.assignment));
  all.push_back(nullptr);
  return all;
}

std::vector<char*> arguments_of(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

// A started program. It does not outlive the object.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  ~Child() {
    if (!ended_) kill_and_wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool has_ended() {
    if (!ended_) look(WNOHANG);
    return ended_;
  }
  void kill_and_wait() {
    // Not waited for yet, so that its number belongs to nobody else.
    ::kill(-id_, SIGKILL);
    look(0);
    ended_ = true;
  }
  [[nodiscard]] int status() const { return status_; }

 private:
  void look(int flags) {
    pid_t found = 0;
    do {
      found = ::waitpid(id_, &status_, flags);
    } while (found < 0 && errno == EINTR);
    // With SIGCHLD ignored in this process nobody learns how a child ended.
    if (found < 0) status_ = -1;
    ended_ = found != 0;
  }

  pid_t id_;
  int status_ = -1;
  bool ended_ = false;
};

// One of the program's outputs, as far as it has come.
struct Output {
  Descriptor from;
  std::string octets;
  bool overfull = false;

  // A piece at a time: who writes faster than we read must not keep us from looking at the clock.
  void take(std::size_t octets_max) {
    std::array<char, 4096> piece{};
    for (int pieces = 0; from.is_open() && pieces < kPiecesAtOnce; ++pieces) {
      const ssize_t count = ::read(from.get(), piece.data(), piece.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) return from.close();
      const std::size_t room = octets_max - octets.size();
      const auto had = static_cast<std::size_t>(count);
      octets.append(piece.data(), std::min(had, room));
      overfull = overfull || had > room;
    }
  }
};

class Run {
 public:
  explicit Run(const ProgramCall& call) : call_(call), end_(Steady::now() + call.timeout) {}

  Result<ProgramEnd> run() {
    SMEV_ASSIGN(const pid_t started, start());
    Child child(started);
    while (!child.has_ended()) {
      if (Steady::now() >= end_) {
        return fail(local_error(ErrorCode::timeout, "did not end in time", Retry::later));
      }
      listen();
      if (output_.overfull) return too_much();
    }
    // What it wrote before it ended; a process that it left behind may keep the pipes open.
    take();
    if (output_.overfull) return too_much();
    return end_of(child.status());
  }

 private:
  Result<pid_t> start() {
    SMEV_ASSIGN(const Descriptor input, make_input(call_.input));
    SMEV_ASSIGN(Pipe output, make_pipe());
    SMEV_ASSIGN(Pipe errors, make_pipe());
    const SpawnAttributes attributes;
    SpawnActions actions;
    int failed = actions.give(input, STDIN_FILENO);
    if (failed == 0) failed = actions.give(output.theirs, STDOUT_FILENO);
    if (failed == 0) failed = actions.give(errors.theirs, STDERR_FILENO);
    if (failed == 0) failed = actions.close_others();
    const std::vector<char*> arguments = arguments_of(call_.words);
    const std::vector<char*> environment = environment_for(call_.variable);
    pid_t id = 0;
    if (failed == 0) {
      failed = ::posix_spawnp(&id, arguments.front(), actions.get(), attributes.get(),
                              arguments.data(), environment.data());
    }
    if (failed != 0) return io_failed("cannot be started", failed);
    output_.from = std::move(output.ours);
    errors_.from = std::move(errors.ours);
    return id;
  }

  void listen() {
    std::array<pollfd, 2> outputs = {pollfd{output_.from.get(), POLLIN, 0},
                                     pollfd{errors_.from.get(), POLLIN, 0}};
    ::poll(outputs.data(), outputs.size(), kLookEveryMs);
    take();
  }

  void take() {
    output_.take(call_.output_max);
    errors_.take(call_.output_max);
  }

  [[nodiscard]] Failure too_much() const {
    return fail(local_error(ErrorCode::limit_exceeded,
                            "wrote more than " + std::to_string(call_.output_max) + " octets"));
  }

  Result<ProgramEnd> end_of(int status) {
    ProgramEnd ended;
    if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
    ended.output = std::move(output_.octets);
    ended.errors = std::move(errors_.octets);
    return ended;
  }

  const ProgramCall& call_;
  Steady::time_point end_;
  Output output_;
  Output errors_;
};

}  // namespace

Result<ProgramEnd> run_program(const ProgramCall& call) { return Run(call).run(); }

}  // namespace smev
