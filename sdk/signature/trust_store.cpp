#include "sdk/signature/trust_store.hpp"

#include <utility>

namespace smev::signature {

TrustStore::TrustStore(TrustOptions options, std::shared_ptr<Logger> logger,
                       std::shared_ptr<Clock> clock)
    : options_(std::move(options)),
      logger_(logger ? std::move(logger) : null_logger()),
      clock_(clock ? std::move(clock) : system_clock()) {}

Result<std::unique_ptr<TrustStore>> TrustStore::open(TrustOptions options,
                                                     std::shared_ptr<Logger> logger,
                                                     std::shared_ptr<Clock> clock) {
  std::unique_ptr<TrustStore> store(
      new TrustStore(std::move(options), std::move(logger), std::move(clock)));
  // Before the reading: what changes meanwhile is seen as a change.
  store->imprint_ = imprint(store->options_);
  SMEV_ASSIGN(store->set_, TrustSet::make(read_trust_files(store->options_)));
  if (!store->options_.trusted.empty() && !store->set_->trusts_anybody()) {
    Error error = local_error(
        ErrorCode::key, "no certificate in " + store->options_.trusted.front(), Retry::after_fix);
    error.text = "Нет ни одного доверенного сертификата СМЭВ: добавьте его (smev-send trust add)";
    return fail(std::move(error));
  }
  store->looked_at_ = store->clock_->steady();
  store->warn_of_stale_lists(*store->set_);
  return store;
}

std::shared_ptr<const TrustSet> TrustStore::current() {
  if (begin_look()) look();
  const std::lock_guard<std::mutex> lock(mutex_);
  return set_;
}

bool TrustStore::begin_look() {
  const auto now = clock_->steady();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (looking_ || now - looked_at_ < kLookPause) return false;
  looking_ = true;
  looked_at_ = now;
  return true;
}

void TrustStore::look() {
  std::string found = imprint(options_);
  std::shared_ptr<const TrustSet> fresh;
  if (found != imprint_) {
    std::vector<Error> skipped;
    auto read = TrustSet::make(read_trust_files(options_), &skipped);
    if (read) {
      fresh = *std::move(read);
      imprint_ = std::move(found);
      logger_->info("trust.reloaded");
      for (const Error& error : skipped) {
        logger_->error("trust.file_skipped",
                       "Файл доверия не читается: он не действует, остальные действуют.",
                       {{"detail", error.detail}});
      }
      if (!fresh->trusts_anybody()) {
        logger_->warning("trust.empty", "Доверенных сертификатов СМЭВ больше нет.");
      }
    } else if (read.error().detail != last_error_) {
      logger_->error("trust.unreadable", "Файлы доверия не читаются: действуют прочитанные раньше.",
                     {{"detail", read.error().detail}});
    }
    last_error_ = read ? std::string() : read.error().detail;
  }
  std::unique_lock<std::mutex> lock(mutex_);
  if (fresh) set_ = std::move(fresh);
  const std::shared_ptr<const TrustSet> set = set_;
  lock.unlock();
  warn_of_stale_lists(*set);
  lock.lock();
  looking_ = false;
}

void TrustStore::warn_of_stale_lists(const TrustSet& set) {
  const TimePoint now = clock_->now();
  for (const auto& list : set.revocations()) {
    const RevocationFacts& facts = list->facts();
    if (!facts.stale_at(now) || !told_stale_.insert(facts.fingerprint).second) continue;
    logger_->warning("trust.revocations_stale",
                     "Список отозванных сертификатов устарел: загрузите новый.",
                     {{"file", list->path()}, {"next_update", to_utc_text(*facts.next)}});
  }
}

}  // namespace smev::signature
