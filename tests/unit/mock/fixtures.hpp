#pragma once
// What tests of the mock share: a folder, a clock in the test's hand, and a service with the keys
// of a sender, spoken to without any network.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "mock-smev/server.hpp"
#include "mock-smev/service.hpp"
#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/request.hpp"
#include "smev/base/clock.hpp"

namespace smev::mock::testing_support {

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  std::string write(const std::string& name, const std::string& octets) const;

 private:
  std::string path_;
};

std::string slurp(const std::string& path);

/// Stands still until told otherwise.
class HandClock : public Clock {
 public:
  explicit HandClock(TimePoint start) : now_(start) {}
  [[nodiscard]] TimePoint now() const override { return now_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(now_.time_since_epoch());
  }
  void advance(Duration by) { now_ += by; }
  void set(TimePoint moment) { now_ = moment; }

 private:
  TimePoint now_;
};

/// 16.04.2026 10:00 in Moscow.
TimePoint start_of_tests();

/// A fault as it was read back from an HTTP answer.
SmevFault fault_of(const HttpReply& reply);
smev3::HttpAnswer as_answer(const HttpReply& reply);

/// Business requests of invented people.
std::string create_xml(const std::string& number, const std::string& status = "6",
                       const std::string& status_date = "2026-04-16T09:00:00+03:00");
std::string update_xml(const std::string& number, const std::string& status = "3",
                       const std::string& attachments = {});
std::string attachment_xml(const std::string& uuid);

/// A file as a sender names it in a message.
struct SentFile {
  std::string uuid;
  std::string hash_base64;
  std::string cms_base64;
};

/// A service of a mock whose keys were made once for the whole test program.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest();

  /// Starts the service; before it, `options` may be changed.
  void open();

  /// @return the MessageID
  std::string send(const std::string& content, HttpReply* reply = nullptr);
  HttpReply post(const std::string& envelope);
  std::string send_envelope(const Uuid& id, const std::string& content);
  /// An operation with an empty place for the signature, signed over its first child.
  std::string signed_envelope(const std::string& operation, Signer& signer);
  std::string request_operation(const std::string& message_id, const std::string& content,
                                const std::string& more = "<t:TestMessage/>",
                                const std::string& contents = {});
  HttpReply poll(const smev3::Selector& selector = {});
  /// The answer that a poll gives, verified against the mock's CA; nothing when the queue is empty.
  std::optional<smev3::Answer> take();
  HttpReply acknowledge(const std::string& id, bool accepted = true);
  /// Puts a file into the store as an FTP client would.
  SentFile store(const std::string& name, const std::string& octets);
  std::string send_with_file(const std::string& content, const SentFile& file,
                             HttpReply* reply = nullptr);

  static const std::string& keys_folder();

  Folder folder;
  std::shared_ptr<HandClock> clock = std::make_shared<HandClock>(start_of_tests());
  std::shared_ptr<IdSource> ids = time_based_ids(clock);
  Options options;
  ServiceParts parts;
  std::shared_ptr<Service> service;
  std::shared_ptr<Signer> signer;
  std::shared_ptr<Verifier> verifier;
};

}  // namespace smev::mock::testing_support
