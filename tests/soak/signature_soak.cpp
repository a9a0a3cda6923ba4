// Signs envelopes over many threads for long, and looks for failures and for growing memory:
//
//   signature_soak COUNT THREADS
//
// Every 64th signature is verified as well. The last line says what was done; exit code 1 when a
// signature failed or memory grew.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "sdk/signature/xmldsig.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace {

using namespace smev;

constexpr long kVerifyEvery = 64;
/// What allocators keep for themselves; a leak of one octet a signature would be as much.
constexpr long kGrowthKilobytesMax = 4096;

std::string envelope(long number) {
  std::string fields;
  for (int i = 0; i < 40; ++i)
    fields += "<t:Field>поле " + std::to_string(number + i) + "</t:Field>";
  return "<t:Envelope xmlns:t='urn:t'><t:Data Id='D'>" + fields + "</t:Data><t:Signature/>" +
         "</t:Envelope>";
}

bool sign_one(long number) {
  auto document = xml::Document::parse(envelope(number));
  if (!document) return false;
  const xml::Element target = document->root().first_child();
  const xml::Element holder = target.next_sibling();
  if (!signature::sign(*document, target, holder, *testing_support::keys().signer)) return false;
  return number % kVerifyEvery != 0 ||
         signature::verify(*document, target, holder, *testing_support::keys().verifier,
                           {false, testing_support::days_from_now(0)})
             .holds();
}

long resident_kilobytes() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  statm >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE) / 1024;
}

class Soak {
 public:
  Soak(long count, int threads) : count_(count), threads_(threads) {}

  bool run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < threads_; ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    const long grown = resident_kilobytes() - settled_kilobytes_;
    std::printf(
        "%ld signatures over %d threads, %ld failed; memory after a tenth %ld KiB, "
        "at the end %ld KiB\n",
        count_, threads_, failed_.load(), settled_kilobytes_.load(), resident_kilobytes());
    return failed_ == 0 && (kIsSanitized || grown <= kGrowthKilobytesMax);
  }

 private:
  // Sanitizers keep what was freed.
#if defined(SMEV_SANITIZED)
  static constexpr bool kIsSanitized = true;
#else
  static constexpr bool kIsSanitized = false;
#endif

  void work() {
    for (long number = next_++; number < count_; number = next_++) {
      if (!sign_one(number)) ++failed_;
      if (number == count_ / 10) settled_kilobytes_ = resident_kilobytes();
    }
  }

  const long count_;
  const int threads_;
  std::atomic<long> next_ = 0;
  std::atomic<long> failed_ = 0;
  std::atomic<long> settled_kilobytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const long count = argc == 3 ? std::atol(argv[1]) : 0;
  const int threads = argc == 3 ? std::atoi(argv[2]) : 0;
  if (count < 10 || threads < 1) {
    std::fprintf(stderr, "usage: signature_soak COUNT THREADS (at least 10 and 1)\n");
    return 2;
  }
  return Soak(count, threads).run() ? 0 : 1;
}
