#include "sdk/base/threads.hpp"

#include <gtest/gtest.h>

namespace smev {
namespace {

bool takes(int signal) {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, signal) == 0;
}

TEST(QuietThread, leaves_signals_to_the_program_and_faults_to_itself) {
  bool takes_term = true;
  bool takes_fault = false;
  quiet_thread([&] {
    takes_term = takes(SIGTERM);
    takes_fault = takes(SIGSEGV);
  }).join();
  EXPECT_FALSE(takes_term);
  EXPECT_TRUE(takes_fault);
  EXPECT_TRUE(takes(SIGTERM)) << "who began it is as before";
}

}  // namespace
}  // namespace smev
