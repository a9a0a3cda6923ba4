// A build without PostgreSQL (SMEV_POSTGRES=OFF) has the same functions, and they say so.

#ifndef SMEV_POSTGRES

#include "smev/outbox/outbox.hpp"

namespace smev {
namespace {

Error absent() {
  Error error = local_error(ErrorCode::config, "built with SMEV_POSTGRES=OFF", Retry::after_fix);
  error.text = "Программа собрана без PostgreSQL. Укажите outbox.path или возьмите другую сборку.";
  return error;
}

}  // namespace

Result<std::shared_ptr<Outbox>> postgres_outbox(const PostgresOptions&, std::shared_ptr<Clock>) {
  return fail(absent());
}

Result<PostgresMigrated> migrate_postgres(const PostgresOptions&, bool) { return fail(absent()); }

}  // namespace smev

#endif
