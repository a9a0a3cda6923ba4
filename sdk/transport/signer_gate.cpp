#include "sdk/transport/signer_gate.hpp"

#include <algorithm>
#include <utility>

namespace smev::transport {

class SignerGate::Pass {
 public:
  explicit Pass(SignerGate& gate) : gate_(gate) {
    std::unique_lock lock(gate_.mutex_);
    gate_.left_.wait(lock, [this] { return gate_.free_places_ > 0; });
    --gate_.free_places_;
  }
  ~Pass() {
    const std::lock_guard lock(gate_.mutex_);
    ++gate_.free_places_;
    gate_.left_.notify_one();
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

 private:
  SignerGate& gate_;
};

SignerGate::SignerGate(std::shared_ptr<Signer> signer)
    : signer_(std::move(signer)), free_places_(std::max(signer_->concurrency(), 1)) {}

Result<std::string> SignerGate::sign(std::string_view octets) {
  const Pass pass(*this);
  return signer_->sign(octets);
}

}  // namespace smev::transport
