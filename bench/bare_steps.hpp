#pragma once
// What nobody who delivers an update can do without, by the libraries alone: each step is done for
// a group of messages at once, one after the other.

#include <memory>
#include <string>

#include "bench/answering_server.hpp"
#include "bench/sender_fixture.hpp"
#include "sdk/outbox/sqlite_database.hpp"
#include "sdk/transport/http_loop.hpp"

namespace smev::bench {

class BareSteps {
 public:
  static constexpr int kGroup = 50;

  BareSteps();

  /// The XML of an update's request.
  void build();
  /// The digest of the content and the signature over SignedInfo, or its check.
  void sign();
  void verify();
  /// libxml2's tree of it.
  void parse(const std::string& document);
  /// The statement for the ids from `first` on, with that text; one commit, in the store's own
  /// tables.
  void commit(const char* sql, int first, const std::string& text);
  /// Each of the group; the server only answers.
  void send(const std::string& body);

 private:
  Workplace workplace_;
  AnsweringServer server_;
  std::unique_ptr<outbox::SqliteDatabase> database_;
  std::unique_ptr<transport::HttpLoop> loop_;
  elk::Profile profile_;
  std::string content_;
  std::string info_;
  std::string value_;
};

/// The texts are the message's digest and its body.
constexpr const char* kInsertMessage =
    "INSERT INTO messages (id, message_id, state, content_type, body_sha256, schema_version, "
    "frozen_at) VALUES (?1, 'id-' || ?1, 'frozen', 'text/xml', ?2, '1.2', "
    "'2026-01-01T00:00:00.000000Z')";
constexpr const char* kInsertBody =
    "INSERT INTO message_bodies (message, body) VALUES (?1, CAST(?2 AS BLOB))";

/// To a server whose answers are small.
std::unique_ptr<transport::HttpLoop> loop_to(const AnsweringServer& server, int in_flight_max);
transport::HttpRequest request_of(std::string body);

}  // namespace smev::bench
