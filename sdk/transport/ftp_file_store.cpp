#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "sdk/base/runtime.hpp"
#include "sdk/transport/store_name.hpp"
#include "smev/transport/transport.hpp"

namespace smev {

namespace {

using transport::percent_encoded;
using transport::store_name;

constexpr std::size_t kIdleMax = 8;  // handles, and with them connections, kept for the next file

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;

struct FileDeleter {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileDeleter>;

std::size_t read_from_file(char* buffer, std::size_t size, std::size_t count, void* file) {
  auto* stream = static_cast<std::FILE*>(file);
  const std::size_t read = std::fread(buffer, size, count, stream);
  return std::ferror(stream) != 0 ? CURL_READFUNC_ABORT : read * size;
}

// libcurl starts a file again when a kept connection turns out to be dead.
int seek_in_file(void* file, curl_off_t offset, int origin) {
  return fseeko(static_cast<std::FILE*>(file), offset, origin) == 0 ? CURL_SEEKFUNC_OK
                                                                    : CURL_SEEKFUNC_FAIL;
}

long milliseconds(Duration duration) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::max<long long>(whole, 1));  // 0 would mean "for ever"
}

Failure store_failure(Origin origin, Retry retry, std::string text, std::string detail) {
  Error error = local_error(ErrorCode::file_store, std::move(detail), retry);
  error.origin = origin;
  error.text = std::move(text);
  return fail(std::move(error));
}

Failure transfer_failure(CURLcode code, long reply) {
  const std::string detail = fmt::format("FTP: {} (reply {})", curl_easy_strerror(code), reply);
  switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED:
      return store_failure(
          Origin::network, Retry::after_fix,
          "Файловое хранилище СМЭВ не пускает: проверьте имя и пароль в настройках", detail);
    case CURLE_REMOTE_DISK_FULL:
      return store_failure(Origin::network, Retry::later,
                           "В файловом хранилище СМЭВ нет места. Дождитесь освобождения или "
                           "попросите оператора СМЭВ увеличить объём",
                           detail);
    case CURLE_READ_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_PARTIAL_FILE:
      return store_failure(Origin::local, Retry::later,
                           "Файл результата не удалось прочитать или передать целиком", detail);
    default:
      return store_failure(Origin::network, Retry::later,
                           "Файл не удалось поместить в файловое хранилище СМЭВ. Проверьте сеть и "
                           "адрес хранилища",
                           detail);
  }
}

class FtpFileStore final : public FileStore {
 public:
  explicit FtpFileStore(FtpOptions options) : options_(std::move(options)) {
    while (!options_.url.empty() && options_.url.back() == '/') {
      options_.url.pop_back();
    }
    auto faults = options_.validate();
    if (!faults.empty()) {
      unusable_ = validation_error(std::move(faults), ErrorCode::config);
      return;
    }
    auto runtime = Runtime::acquire();
    if (!runtime) {
      unusable_ = runtime.error();
      return;
    }
    runtime_ = *std::move(runtime);
  }

  Result<void> put(const OutgoingFile& file) override {
    if (unusable_) {
      return fail(*unusable_);
    }
    std::error_code problem;
    const auto size = std::filesystem::file_size(file.path, problem);
    const File stream(problem ? nullptr : std::fopen(file.path.c_str(), "rb"));
    if (stream == nullptr) {
      return store_failure(Origin::local, Retry::after_fix,
                           "Файл результата не открывается на этой машине",
                           "cannot open the outbox's copy of a file");
    }
    Handle handle = take();
    if (handle == nullptr) {
      return store_failure(Origin::local, Retry::later, std::string(text(ErrorCode::internal)),
                           "libcurl gave no handle");
    }
    const std::string url = options_.url + "/" + percent_encoded(file.uuid.text()) + "/" +
                            percent_encoded(store_name(file.name));
    set_options(handle.get(), url, stream.get(), static_cast<curl_off_t>(size));
    const CURLcode code = curl_easy_perform(handle.get());
    long reply = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &reply);
    put_back(std::move(handle));
    if (code != CURLE_OK) {
      return transfer_failure(code, reply);
    }
    return {};
  }

 private:
  void set_options(CURL* handle, const std::string& url, std::FILE* stream, curl_off_t size) const {
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "ftp");
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, options_.password.c_str());
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_timeout));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(options_.total_timeout));
    // Someone else may make the directory at the same moment.
    curl_easy_setopt(handle, CURLOPT_FTP_CREATE_MISSING_DIRS,
                     static_cast<long>(CURLFTP_CREATE_DIR_RETRY));
    // Behind address translation the server's own idea of its address is of no use.
    curl_easy_setopt(handle, CURLOPT_FTP_SKIP_PASV_IP, 1L);
    curl_easy_setopt(handle, CURLOPT_TRANSFERTEXT, 0L);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &read_from_file);
    curl_easy_setopt(handle, CURLOPT_READDATA, stream);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, &seek_in_file);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, stream);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, size);
  }

  Handle take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return Handle(curl_easy_init());
    }
    Handle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  void put_back(Handle handle) {
    curl_easy_reset(handle.get());  // keeps the connection
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleMax) {
      idle_.push_back(std::move(handle));
    }
  }

  FtpOptions options_;
  std::shared_ptr<Runtime> runtime_;
  std::optional<Error> unusable_;
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

}  // namespace

std::shared_ptr<FileStore> ftp_file_store(FtpOptions options) {
  return std::make_shared<FtpFileStore>(std::move(options));
}

}  // namespace smev
