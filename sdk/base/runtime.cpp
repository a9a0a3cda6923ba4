#include "sdk/base/runtime.hpp"

#include <curl/curl.h>
#include <libxml/parser.h>
#include <openssl/crypto.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include <array>
#include <mutex>
#include <string>

namespace smev {
namespace {

// Tried when OpenSSL does not find the engine by its name, as with OPENSSL_ENGINES set elsewhere.
constexpr std::array<const char*, 4> kEngineFiles = {
    "/usr/lib/x86_64-linux-gnu/engines-3/gost.so",
    "/usr/lib/aarch64-linux-gnu/engines-3/gost.so",
    "/usr/lib64/engines-3/gost.so",
    "/usr/lib/engines-3/gost.so",
};

std::string last_openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

ENGINE* load_engine_file(const char* path) {
  ENGINE* loader = ENGINE_by_id("dynamic");
  if (loader == nullptr) return nullptr;
  if (ENGINE_ctrl_cmd_string(loader, "SO_PATH", path, 0) == 1 &&
      ENGINE_ctrl_cmd_string(loader, "ID", "gost", 0) == 1 &&
      ENGINE_ctrl_cmd_string(loader, "LIST_ADD", "1", 0) == 1 &&
      ENGINE_ctrl_cmd_string(loader, "LOAD", nullptr, 0) == 1) {
    return loader;  // the loader has become the engine
  }
  ENGINE_free(loader);
  return nullptr;
}

ENGINE* find_engine() {
  OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, nullptr);
  if (ENGINE* engine = ENGINE_by_id("gost")) return engine;
  for (const char* path : kEngineFiles) {
    if (ENGINE* engine = load_engine_file(path)) return engine;
  }
  return nullptr;
}

Result<void> set_up_engine() {
  const auto refuse = [](const std::string& why) {
    return fail(local_error(
        ErrorCode::crypto,
        why + ", OpenSSL says: " + last_openssl_error() + " (is libengine-gost-openssl installed?)",
        Retry::after_fix));
  };
  ENGINE* engine = find_engine();
  if (engine == nullptr) return refuse("the OpenSSL engine \"gost\" is not there");
  // The functional reference is kept for the life of the process: keys and certificates of other
  // users of OpenSSL may depend on the engine by now.
  const bool ready = ENGINE_init(engine) == 1;
  ENGINE_free(engine);
  if (!ready) return refuse("the OpenSSL engine \"gost\" does not start");
  if (ENGINE_set_default_pkey_asn1_meths(engine) != 1 ||
      ENGINE_set_default_pkey_meths(engine) != 1 || ENGINE_set_default_digests(engine) != 1 ||
      ENGINE_set_default_ciphers(engine) != 1 ||
      ENGINE_get_digest(engine, NID_id_GostR3411_2012_256) == nullptr) {
    ENGINE_finish(engine);
    return refuse("the OpenSSL engine \"gost\" lacks an algorithm");
  }
  // The search leaves errors behind although it succeeded.
  ERR_clear_error();
  return {};
}

}  // namespace

Result<std::shared_ptr<Runtime>> Runtime::acquire() {
  static std::mutex mutex;
  static std::shared_ptr<Runtime> instance;
  const std::lock_guard lock(mutex);
  if (instance) return instance;
  SMEV_TRY(set_up_engine());
  xmlInitParser();
  if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    return fail(local_error(ErrorCode::internal,
                            std::string("curl_global_init: ") + curl_easy_strerror(code)));
  }
  instance = std::shared_ptr<Runtime>(new Runtime);
  return instance;
}

}  // namespace smev
