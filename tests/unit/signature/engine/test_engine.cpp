// An OpenSSL engine as tokens have them, for the tests: keys are files NAME.pem of a folder, and a
// PIN guards them. Its id chooses how it behaves:
//
//   smev-test-keys       asks for the PIN through the UI, three times when it is wrong
//   smev-test-pin        takes the PIN by the control command PIN
//   smev-test-pin-and-asks  the same, and asks like the first when that PIN is wrong
//   smev-test-signs      as the first, and signs by methods of its own, each time adding a line to
//                        the file "signatures" of the folder
//   smev-test-no-start   does not start
//
// Each question for the PIN adds a line to the file "questions" of the folder: whether it was
// answered.

#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ui.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

namespace {

constexpr char kPin[] = "4321";
constexpr int kTries = 3;
constexpr int kFolderCommand = ENGINE_CMD_BASE;
constexpr int kPinCommand = ENGINE_CMD_BASE + 1;

const ENGINE_CMD_DEFN kCommands[] = {
    {kFolderCommand, "KEY_FOLDER", "where the keys are", ENGINE_CMD_FLAG_STRING},
    {0, nullptr, nullptr, 0},
};
const ENGINE_CMD_DEFN kCommandsWithPin[] = {
    {kFolderCommand, "KEY_FOLDER", "where the keys are", ENGINE_CMD_FLAG_STRING},
    {kPinCommand, "PIN", "the PIN", ENGINE_CMD_FLAG_STRING},
    {0, nullptr, nullptr, 0},
};

std::string folder;
std::string given_pin;

bool goes_by(ENGINE* engine, const char* id) { return std::strcmp(ENGINE_get_id(engine), id) == 0; }

int init(ENGINE* engine) { return goes_by(engine, "smev-test-no-start") ? 0 : 1; }

int control(ENGINE*, int command, long, void* value, void (*)()) {
  const char* text = static_cast<const char*>(value);
  if (command == kFolderCommand) {
    folder = text;
    return folder.empty() || folder.front() != '/' ? 0 : 1;
  }
  if (command != kPinCommand) return 0;
  given_pin = text;
  return 1;
}

bool ask_for_pin(UI_METHOD* method, void* data) {
  char answer[64] = "";
  UI* ui = UI_new_method(method);
  UI_add_user_data(ui, data);
  UI_add_info_string(ui, "token of the tests");
  UI_add_input_string(ui, "PIN: ", 0, answer, 1, sizeof answer - 1);
  const bool answered = UI_process(ui) == 0;
  UI_free(ui);
  std::ofstream(folder + "/questions", std::ios::app) << (answered ? "answered\n" : "unanswered\n");
  return answered && std::strcmp(answer, kPin) == 0;
}

bool is_let_in(ENGINE* engine, UI_METHOD* method, void* data) {
  if (goes_by(engine, "smev-test-pin")) return given_pin == kPin;
  if (goes_by(engine, "smev-test-pin-and-asks") && given_pin == kPin) return true;
  for (int i = 0; i < kTries; ++i) {
    if (ask_for_pin(method, data)) return true;
  }
  return false;
}

EVP_PKEY* load_key(ENGINE* engine, const char* id, UI_METHOD* method, void* data) {
  if (!is_let_in(engine, method, data)) return nullptr;
  BIO* file = BIO_new_file((folder + '/' + id + ".pem").c_str(), "r");
  if (file == nullptr) return nullptr;
  EVP_PKEY* key = PEM_read_bio_PrivateKey(file, nullptr, nullptr, nullptr);
  BIO_free(file);
  return key;
}

using Sign = int (*)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*,
                     std::size_t);
constexpr int kAlgorithm = NID_id_GostR3410_2012_256;
Sign sign_of_gost = nullptr;

int sign(EVP_PKEY_CTX* context, unsigned char* value, std::size_t* size,
         const unsigned char* digest, std::size_t digest_size) {
  std::ofstream(folder + "/signatures", std::ios::app) << "signed\n";
  return sign_of_gost(context, value, size, digest, digest_size);
}

EVP_PKEY_METHOD* own_methods = nullptr;

// Made when the engine is bound: OpenSSL asks for the methods once more to free them at its end,
// when no other engine can be looked for.
bool make_methods() {
  if (own_methods != nullptr) return true;
  ENGINE* engine = ENGINE_by_id("gost");
  if (engine == nullptr) return false;
  const EVP_PKEY_METHOD* gost = ENGINE_get_pkey_meth(engine, kAlgorithm);
  ENGINE_free(engine);
  if (gost == nullptr) return false;
  int (*init)(EVP_PKEY_CTX*) = nullptr;
  EVP_PKEY_meth_get_sign(gost, &init, &sign_of_gost);
  own_methods = EVP_PKEY_meth_new(kAlgorithm, 0);
  EVP_PKEY_meth_copy(own_methods, gost);
  EVP_PKEY_meth_set_sign(own_methods, init, sign);
  return true;
}

int find_methods(ENGINE*, EVP_PKEY_METHOD** method, const int** algorithms, int algorithm) {
  static const int known[] = {kAlgorithm};
  if (method == nullptr) {
    *algorithms = known;
    return 1;
  }
  *method = algorithm == kAlgorithm ? own_methods : nullptr;
  return *method != nullptr ? 1 : 0;
}

int bind(ENGINE* engine, const char* id) {
  const bool by_command = std::strncmp(id, "smev-test-pin", std::strlen("smev-test-pin")) == 0;
  const bool signs = std::strcmp(id, "smev-test-signs") == 0;
  if (signs && !make_methods()) return 0;
  if (signs && ENGINE_set_pkey_meths(engine, find_methods) != 1) return 0;
  given_pin.clear();
  return ENGINE_set_id(engine, id) && ENGINE_set_name(engine, "keys for tests") &&
         ENGINE_set_init_function(engine, init) && ENGINE_set_ctrl_function(engine, control) &&
         ENGINE_set_cmd_defns(engine, by_command ? kCommandsWithPin : kCommands) &&
         ENGINE_set_load_privkey_function(engine, load_key);
}

}  // namespace

extern "C" {
IMPLEMENT_DYNAMIC_CHECK_FN()
IMPLEMENT_DYNAMIC_BIND_FN(bind)
}
