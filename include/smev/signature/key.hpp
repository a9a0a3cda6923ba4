#pragma once
/// Where the key of an information system lives, and opening it: a file (PKCS#8 in PEM or DER,
/// plain or encrypted, PKCS#12), an OpenSSL ENGINE with a key id (CryptoPro, Rutoken, PKCS#11), or
/// a command that signs. Settings for each: docs/keys.md.
///
/// A key that opens has been proved: its certificate fits it, is valid and allows signatures, and a
/// trial signature verified under that certificate. Nothing of this is left for the first send.
///
/// The PIN never stands in the options: they say where to read it. It is wiped after use and
/// appears in no error. The functions here are thread-safe.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"
#include "smev/signature/signer.hpp"

namespace smev {

/// Where the PIN of a token or the password of a file is read from: at most one of these.
struct PinSource {
  std::string file{};         ///< one line; others than its owner and group must not read it
  std::string environment{};  ///< name of a variable
  std::string credential{};   ///< name of a systemd credential: $CREDENTIALS_DIRECTORY/NAME

  [[nodiscard]] bool empty() const {
    return file.empty() && environment.empty() && credential.empty();
  }
};

/// A control command of an engine, as `openssl engine -vvv` lists them. Run before the engine is
/// initialised, in the order given.
struct EngineCommand {
  std::string name{};
  std::string value{};  ///< empty: the command takes none
};

enum class KeyKind {
  file,
  engine,
  command,
};
std::string_view name(KeyKind kind);

struct KeyOptions {
  static constexpr int kConcurrencyMax = 256;
  static constexpr std::size_t kEngineCommandsMax = 16;
  static constexpr std::size_t kCommandWordsMax = 64;
  static constexpr std::size_t kPinOctetsMax = 256;
  static constexpr std::size_t kFileOctetsMax = 1u << 20;  ///< of a key or a certificate
  /// A command that takes longer is killed, with all that it has started.
  static constexpr Duration kCommandTimeout = std::chrono::seconds(30);
  static constexpr std::size_t kCommandOutputMax = 4096;  ///< octets, of each of its two outputs

  /// Path of a file; with an engine, the key's id in the engine's own spelling.
  std::string key{};
  /// Path, PEM or DER. A file may hold the certificate beside the key; then this may stay empty. Of
  /// several the one that fits the key is taken.
  std::string certificate{};

  std::string engine{};  ///< id of an OpenSSL ENGINE; empty: no engine
  /// Path of the engine's library; empty: OpenSSL finds the engine by its id.
  std::string engine_library{};
  std::vector<EngineCommand> engine_commands{};

  /// Program and arguments; no shell. A name without a slash is looked up in PATH. It gets the
  /// octets to be signed on standard input and writes the signature to standard output: s || r, 64
  /// octets for 256-bit keys, 128 for 512-bit ones, as they are or in base64. When a PIN is
  /// configured, it is in the environment variable SMEV_PIN.
  std::vector<std::string> command{};

  /// Signatures at once, 1..kConcurrencyMax. 0: as many as there are processors for a file, 1 for
  /// an engine or a command.
  int concurrency = 0;
  PinSource pin{};

  /// What the options speak of; a file when they are empty.
  [[nodiscard]] KeyKind kind() const;
  /// Faults of all fields at once, named as in the configuration below `key.`: "key",
  /// "engine_commands[0]", "pin_file". Nothing is opened.
  [[nodiscard]] std::vector<FieldFault> validate() const;
};

/// Opens the key and proves it. Errors: `config` with the faults of `validate`; `crypto` when the
/// GOST engine is absent; `key` for everything else: a file or engine that does not open, a wrong
/// or missing PIN, a key that is no GOST R 34.10-2012 one, a certificate that does not fit the key,
/// is not valid at `now` or is not made for signatures, a trial signature that fails.
///
/// A PIN is offered to a token once only: a wrong one costs one try. OpenSSL keeps an engine and
/// its library until the process ends; one that the process has already loaded by that id is taken
/// as it is.
Result<std::shared_ptr<Signer>> open_signer(const KeyOptions& options, TimePoint now);

/// Whole days left at `moment`: 0 on the last day, negative when the certificate has run out.
int days_left(const Certificate& certificate, TimePoint moment);

/// A certificate that has so few days left, or fewer, is warned of; each threshold once.
inline constexpr int kExpiryWarningDays[] = {30, 14, 3};
/// How many of the thresholds are passed: 0 (more than 30 days left) to 3; 4 when it has run out.
int expiry_level(int days_left);

}  // namespace smev
