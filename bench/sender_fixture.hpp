#pragma once
// A sender with keys of its own in a temporary folder, with or without a mock-smev process behind
// it.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "sdk/base/runtime.hpp"
#include "smev/sender/sender.hpp"

namespace smev::bench {

/// Folder, test authority, key and certificate; removed at the end.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::shared_ptr<Signer> signer() const { return signer_; }
  [[nodiscard]] std::shared_ptr<Verifier> verifier() const { return verifier_; }
  /// Options of a sender without a server behind it; `name` is its outbox.
  [[nodiscard]] SenderOptions options(const std::string& name) const;

 private:
  std::filesystem::path folder_;
  std::shared_ptr<Runtime> runtime_;
  std::shared_ptr<Signer> signer_;
  std::shared_ptr<Verifier> verifier_;
};

/// A mock-smev process ($SMEV_BIN_DIR/mock-smev) with its state below `folder`; ended with the
/// object.
class MockProcess {
 public:
  explicit MockProcess(const std::filesystem::path& folder);
  ~MockProcess();
  MockProcess(const MockProcess&) = delete;
  MockProcess& operator=(const MockProcess&) = delete;

  [[nodiscard]] std::string config() const { return (folder_ / "smev.toml").string(); }

 private:
  std::filesystem::path folder_;
  pid_t process_ = -1;
};

/// The first update of order number `index`, valid under the profile of the fixture and of the
/// mock.
elk::Update first_update(int index);

}  // namespace smev::bench
