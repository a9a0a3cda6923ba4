// Endpoints that fail.

#include "sdk/outbox/table_outbox.hpp"

namespace smev::outbox {

Result<std::optional<Circuit>> TableOutbox::circuit(const std::string& endpoint) {
  return read([&](Database& database) -> Result<std::optional<Circuit>> {
    SMEV_ASSIGN(
        Statement statement,
        database.query("SELECT failures, open_until FROM circuits WHERE endpoint = ?", endpoint));
    SMEV_ASSIGN(const bool found, statement.next());
    if (!found) return std::optional<Circuit>{};
    Circuit circuit;
    circuit.endpoint = endpoint;
    circuit.failures = static_cast<int>(statement.integer(0));
    circuit.open_until = statement.optional_moment(1);
    SMEV_TRY(statement.sound());
    return std::optional<Circuit>(std::move(circuit));
  });
}

Result<void> TableOutbox::keep_circuit(const Circuit& circuit) {
  return change([&](Database& database) -> Result<void> {
    SMEV_TRY(
        database.run("INSERT INTO circuits (endpoint, failures, open_until) VALUES (?, ?, ?) "
                     "ON CONFLICT (endpoint) DO UPDATE SET failures = excluded.failures, "
                     "open_until = excluded.open_until",
                     circuit.endpoint, circuit.failures, circuit.open_until));
    return {};
  });
}

}  // namespace smev::outbox
