#include "sdk/base/program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

namespace smev {
namespace {

using namespace std::chrono_literals;

ProgramCall shell(const std::string& script, std::string_view input = {}) {
  ProgramCall call;
  call.words = {"sh", "-c", script};
  call.input = input;
  call.timeout = 30s;
  call.output_max = 1000;
  return call;
}

ProgramEnd end_of(const ProgramCall& call) {
  auto end = run_program(call);
  EXPECT_TRUE(end) << end.error().describe();
  return end ? *std::move(end) : ProgramEnd{};
}

void expect_no_child() {
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Program, gives_back_what_it_writes_and_its_exit_code) {
  const ProgramEnd end = end_of(shell("tr a-z A-Z; echo words >&2; exit 7", "octets"));
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.signal, 0);
  EXPECT_EQ(end.output, "OCTETS");
  EXPECT_EQ(end.errors, "words\n");
  expect_no_child();
}

TEST(Program, that_a_signal_ends_tells_which) {
  const ProgramEnd end = end_of(shell("kill -TERM $$"));
  EXPECT_EQ(end.exit_code, -1);
  EXPECT_EQ(end.signal, SIGTERM);
}

TEST(Program, need_not_read_its_input) {
  const std::string much(8u << 20, 'x');
  EXPECT_EQ(end_of(shell("exit 0", much)).exit_code, 0);
  EXPECT_EQ(end_of(shell("wc -c < /dev/stdin", much)).output, "8388608\n");
}

TEST(Program, that_cannot_be_started_is_an_error) {
  ProgramCall call = shell("");
  call.words = {"/no/such/program"};
  const auto end = run_program(call);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::io);
  expect_no_child();
}

TEST(Program, may_write_as_much_as_is_allowed_and_no_more) {
  EXPECT_EQ(end_of(shell("printf %01000d 0")).output.size(), 1000u);
  const auto end = run_program(shell("printf %01001d 0"));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(end_of(shell("printf %01001d 0 >&2")).errors.size(), 1000u);
  expect_no_child();
}

TEST(Program, that_floods_is_ended) {
  const auto out = run_program(shell("yes"));
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::limit_exceeded);
  ProgramCall call = shell("yes >&2");
  call.timeout = 100ms;
  const auto err = run_program(call);
  ASSERT_FALSE(err);
  EXPECT_EQ(err.error().code, ErrorCode::timeout);
  expect_no_child();
}

TEST(Program, that_takes_too_long_is_killed_with_all_that_it_started) {
  // A FIFO tells when the last of them is gone: its reader then sees the end.
  const std::string fifo = testing::TempDir() + "/smev-program-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  ProgramCall call = shell("exec 7> " + fifo + "; echo started >&7; sleep 1000 & sleep 1000; wait");
  call.timeout = 500ms;
  const auto end = run_program(call);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::timeout);
  char octets[64];
  EXPECT_EQ(read(reader, octets, sizeof octets), 8);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (read(reader, octets, sizeof octets) != 0) {  // 0: nobody has it open for writing
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "a grandchild is alive";
    std::this_thread::sleep_for(1ms);
  }
  close(reader);
  std::filesystem::remove(fifo);
  expect_no_child();
}

TEST(Program, is_not_waited_for_longer_than_it_lives) {
  // What it leaves behind keeps the outputs open.
  const ProgramEnd end = end_of(shell("sleep 20 & echo done"));
  EXPECT_EQ(end.output, "done\n");
}

TEST(Program, gets_no_descriptor_but_three) {
  const int inherited = open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  ASSERT_GE(inherited, 3);
  // No pipeline: the shell would have its ends open for a moment.
  const ProgramEnd end = end_of(shell("ls -1 /proc/$$/fd; true"));
  EXPECT_EQ(end.output, "0\n1\n2\n");
  close(inherited);
}

TEST(Program, gets_signals_as_they_are_by_default) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  const auto handler = ::signal(SIGPIPE, SIG_IGN);
  const ProgramEnd end = end_of(shell("grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f 2"));
  // Signals 32 and 33 are glibc's own: it ignores them for the program.
  EXPECT_EQ(end.output, "0000000000000000\n0000000180000000\n");
  ::signal(SIGPIPE, handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Program, gets_a_variable_or_does_not_although_we_have_it) {
  ASSERT_EQ(setenv("SMEV_TEST_A", "ours", 1), 0);
  ProgramCall call = shell("printf %s \"${SMEV_TEST_A-none}\"");
  EXPECT_EQ(end_of(call).output, "ours");
  call.variable = {"SMEV_TEST_A", nullptr};
  EXPECT_EQ(end_of(call).output, "none");
  call.variable.assignment = "SMEV_TEST_A=theirs";
  EXPECT_EQ(end_of(call).output, "theirs");
  unsetenv("SMEV_TEST_A");
}

TEST(Program, ends_well_or_not_even_when_nobody_may_learn_it) {
  const auto handler = ::signal(SIGCHLD, SIG_IGN);
  const ProgramEnd end = end_of(shell("echo done"));
  EXPECT_EQ(end.exit_code, -1);
  EXPECT_EQ(end.output, "done\n");
  ::signal(SIGCHLD, handler);
}

}  // namespace
}  // namespace smev
