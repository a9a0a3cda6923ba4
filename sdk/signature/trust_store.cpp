#include "sdk/signature/trust_store.hpp"

#include <utility>

#include "sdk/signature/trust_caution.hpp"

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
  store->counting_ = read_trust_files(store->options_);
  SMEV_ASSIGN(store->set_, TrustSet::make(shared(store->counting_)));
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
  // However it ends: else nobody would ever look again.
  const auto end = [this](void*) {
    const std::lock_guard<std::mutex> lock(mutex_);
    looking_ = false;
  };
  const std::unique_ptr<void, decltype(end)> ending(this, end);
  const std::shared_ptr<const TrustSet> fresh = read_again();
  std::unique_lock<std::mutex> lock(mutex_);
  if (fresh) set_ = fresh;
  const std::shared_ptr<const TrustSet> set = set_;
  lock.unlock();
  warn_of_stale_lists(*set);
}

// The set that has to count from now on; nothing when that in force still does.
std::shared_ptr<const TrustSet> TrustStore::read_again() {
  std::string found_imprint = imprint(options_);
  if (found_imprint == imprint_) return nullptr;
  std::vector<TrustFile> found = read_trust_files(options_);
  mark_unfit(found);
  const std::string faults = faults_of(found);
  if (!faults.empty()) {
    tell_unreadable(faults);
    return take_less(found, found_imprint + faults);
  }
  std::shared_ptr<const TrustSet> fresh = made_of(std::move(found));
  if (!fresh) return nullptr;
  imprint_ = std::move(found_imprint);
  faulty_imprint_.clear();
  last_error_.clear();
  logger_->info("trust.reloaded");
  if (!fresh->trusts_anybody()) {
    logger_->warning("trust.empty", "Доверенных сертификатов СМЭВ больше нет.");
  }
  return fresh;
}

std::shared_ptr<const TrustSet> TrustStore::made_of(std::vector<TrustFile> files) {
  auto made = TrustSet::make(shared(files));
  if (!made) {
    tell_unreadable(made.error().detail);
    return nullptr;
  }
  counting_ = std::move(files);
  return *std::move(made);
}

// A faulty file must not keep in force what was removed, nor hide what was revoked.
std::shared_ptr<const TrustSet> TrustStore::take_less(const std::vector<TrustFile>& found,
                                                      const std::string& seen) {
  if (seen == faulty_imprint_) return nullptr;
  std::shared_ptr<const TrustSet> less = made_of(without_new_trust(counting_, found));
  if (!less) return nullptr;
  // Read again at every look: what cannot be read for want of memory leaves the imprint as it is.
  // Should it become what it was before, that is a change too.
  imprint_.clear();
  faulty_imprint_ = seen;
  if (!less->trusts_anybody()) {
    logger_->warning("trust.empty", "Доверенных сертификатов СМЭВ больше нет.");
  }
  return less;
}

void TrustStore::tell_unreadable(const std::string& faults) {
  if (faults == last_error_) return;
  last_error_ = faults;
  logger_->error("trust.unreadable",
                 "Файл доверия не читается: добавленное не действует, пока он не исправлен или не "
                 "убран; убранное и отозванное действуют сразу.",
                 {{"detail", last_error_}});
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
