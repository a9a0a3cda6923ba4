#include "sdk/transport/signer_gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace smev::transport {
namespace {

// Counts how many calls are inside at once; each gives others the chance to come in.
class CountingSigner : public Signer {
 public:
  explicit CountingSigner(int concurrency) : concurrency_(concurrency) {}
  [[nodiscard]] SignatureAlgorithm algorithm() const override {
    return SignatureAlgorithm::gost2012_512;
  }
  [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
  [[nodiscard]] int concurrency() const override { return concurrency_; }
  Result<std::string> sign(std::string_view octets) override {
    enter();
    return std::string(octets);
  }
  int most() const { return most_; }

 private:
  void enter() {
    const int inside = ++inside_;
    int most = most_;
    while (inside > most && !most_.compare_exchange_weak(most, inside)) {
    }
    for (int i = 0; i < 50; ++i) std::this_thread::yield();
    --inside_;
  }

  int concurrency_;
  Certificate certificate_;
  std::atomic<int> inside_ = 0;
  std::atomic<int> most_ = 0;
};

int most_at_once(int concurrency) {
  const auto signer = std::make_shared<CountingSigner>(concurrency);
  SignerGate gate(signer);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&gate] {
      for (int call = 0; call < 100; ++call) {
        EXPECT_EQ(*gate.sign("x"), "x");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return signer->most();
}

TEST(SignerGate, lets_in_no_more_than_the_signer_bears) {
  EXPECT_EQ(most_at_once(1), 1);
  EXPECT_LE(most_at_once(3), 3);
  EXPECT_EQ(most_at_once(0), 1);
}

TEST(SignerGate, says_what_the_signer_says) {
  const auto signer = std::make_shared<CountingSigner>(7);
  const SignerGate gate(signer);
  EXPECT_EQ(gate.algorithm(), SignatureAlgorithm::gost2012_512);
  EXPECT_EQ(gate.concurrency(), 7);
  EXPECT_EQ(&gate.certificate(), &signer->certificate());
}

}  // namespace
}  // namespace smev::transport
