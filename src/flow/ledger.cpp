// Counting what came, what went on and what was lost, so that the sums always balance.
//
// Every count is added after the one it is taken from: received, then forwarded or dropped. A
// reader reads them in the opposite order, each with acquire, so it never sees more gone than had
// come.
#include "flow/ledger.h"

#include <fmt/format.h>

namespace weir::flow {
namespace {

struct LossWords {
  std::string_view stage;
  std::string_view reason;
};
constexpr std::array<LossWords, kLosses> kWords = {{
    {"source", "kernel_full"},
    {"tap", "ring_full"},
    {"tap", "closed"},
    {"tap", "no_memory"},
    {"queue", "full"},
    {"queue", "evicted"},
    {"sink", "refused"},
    {"sink", "shutdown"},
    {"sink", "exhausted"},
    {"journal", "full"},
    {"journal", "evicted"},
    {"journal", "expired"},
    {"journal", "damaged"},
}};
constexpr std::array kSourceLosses = {Loss::kMissed, Loss::kRingFull, Loss::kClosed,
                                      Loss::kNoMemory};
constexpr std::array kSinkLosses = {
    Loss::kQueueFull,      Loss::kEvicted,        Loss::kRefused,
    Loss::kShutdown,       Loss::kExhausted,      Loss::kJournalFull,
    Loss::kJournalEvicted, Loss::kJournalExpired, Loss::kJournalDamaged};

std::vector<Dropped> read_losses(const LossCounts& losses) {
  std::vector<Dropped> dropped;
  for (size_t i = 0; i < kLosses; ++i)
    if (const uint64_t count = losses.of(static_cast<Loss>(i)); count > 0)
      dropped.push_back({kWords[i].stage, kWords[i].reason, count});
  return dropped;
}

template <typename Book>
void expose_losses(metrics::Registry& registry, std::string_view label,
                   std::span<const Loss> losses, const std::shared_ptr<Book>& book) {
  for (const Loss loss : losses)
    registry.callback("weir_pipeline_dropped_total", "Observations lost, by place and cause.",
                      {{std::string(label), book->name()},
                       {"stage", std::string(stage_of(loss))},
                       {"reason", std::string(reason_of(loss))}},
                      true, [book, loss] { return static_cast<double>(book->losses().of(loss)); });
}

void expose(metrics::Registry& registry, const std::shared_ptr<SourceBook>& book) {
  const metrics::Labels labels = {{"source", book->name()}};
  registry.callback("weir_pipeline_received_total", "Observations that a source recorded.", labels,
                    true, [book] { return static_cast<double>(book->received()); });
  registry.callback("weir_pipeline_forwarded_total", "Observations handed to all lanes.", labels,
                    true, [book] { return static_cast<double>(book->forwarded()); });
  expose_losses(registry, "source", kSourceLosses, book);
}

void expose(metrics::Registry& registry, const std::shared_ptr<SinkBook>& book) {
  const metrics::Labels labels = {{"sink", book->name()}};
  registry.callback("weir_sink_received_total", "Observations that came to a sink's lane.", labels,
                    true, [book] { return static_cast<double>(book->received()); });
  registry.callback("weir_sink_delivered_total", "Observations that a sink took and settled.",
                    labels, true, [book] { return static_cast<double>(book->delivered()); });
  registry.callback("weir_sink_withheld_total",
                    "Observations that a sink's filter or sampling kept from it.", labels, true,
                    [book] { return static_cast<double>(book->withheld()); });
  registry.callback("weir_sink_restored_total",
                    "Of those received, observations that a former run had left in the journal.",
                    labels, true, [book] { return static_cast<double>(book->restored()); });
  expose_losses(registry, "sink", kSinkLosses, book);
}

std::string line(std::string_view kind, std::string_view passed_on, const Account& account) {
  std::string text = fmt::format("{} {}: received {} = {} {} + in flight {} + dropped {}", kind,
                                 account.name, account.received, passed_on, account.passed_on,
                                 account.in_flight, account.dropped_total());
  if (account.withheld > 0) text += fmt::format(" + withheld {}", account.withheld);
  if (account.restored > 0)
    text += fmt::format(" ({} of those received from the journal)", account.restored);
  for (const Dropped& dropped : account.dropped)
    text += fmt::format(" [{}/{} {}]", dropped.stage, dropped.reason, dropped.count);
  return text;
}

template <typename Book>
std::vector<Account> read_all(const std::vector<std::shared_ptr<Book>>& books) {
  std::vector<Account> accounts;
  accounts.reserve(books.size());
  for (const auto& book : books) accounts.push_back(book->read());
  return accounts;
}

}  // namespace

std::string_view stage_of(Loss loss) { return kWords[static_cast<size_t>(loss)].stage; }
std::string_view reason_of(Loss loss) { return kWords[static_cast<size_t>(loss)].reason; }

uint64_t Account::dropped_total() const {
  uint64_t total = 0;
  for (const Dropped& each : dropped) total += each.count;
  return total;
}

TapCount& SourceBook::open_tap() {
  const std::lock_guard lock(mutex_);
  return taps_.emplace_back();
}

uint64_t SourceBook::received() const {
  const std::lock_guard lock(mutex_);
  uint64_t total = 0;
  for (const TapCount& tap : taps_) total += tap.received.load(std::memory_order_acquire);
  return total;
}

Account SourceBook::read() const {
  Account account{.name = name_, .passed_on = forwarded(), .dropped = read_losses(losses_)};
  account.received = received();
  account.in_flight = account.received - account.passed_on - account.dropped_total();
  return account;
}

Account SinkBook::read() const {
  Account account{.name = name_,
                  .passed_on = delivered(),
                  .withheld = withheld(),
                  .restored = restored(),
                  .dropped = read_losses(losses_)};
  account.received = received();
  account.in_flight =
      account.received - account.passed_on - account.withheld - account.dropped_total();
  return account;
}

std::shared_ptr<SourceBook> Ledger::source(const std::string& name, model::SourceKind kind) {
  const std::lock_guard lock(mutex_);
  for (const auto& book : sources_)
    if (book->name() == name) return book;
  const auto& book = sources_.emplace_back(std::make_shared<SourceBook>(name, kind));
  expose(*registry_, book);
  return book;
}

std::shared_ptr<SinkBook> Ledger::sink(const std::string& name) {
  const std::lock_guard lock(mutex_);
  for (const auto& book : sinks_)
    if (book->name() == name) return book;
  const auto& book = sinks_.emplace_back(std::make_shared<SinkBook>(name));
  expose(*registry_, book);
  return book;
}

std::vector<Account> Ledger::read_sources() const {
  const std::lock_guard lock(mutex_);
  return read_all(sources_);
}

std::vector<Account> Ledger::read_sinks() const {
  const std::lock_guard lock(mutex_);
  return read_all(sinks_);
}

std::vector<std::string> Ledger::lines() const {
  std::vector<std::string> lines;
  for (const Account& account : read_sources())
    lines.push_back(line("source", "forwarded", account));
  for (const Account& account : read_sinks()) lines.push_back(line("sink", "delivered", account));
  return lines;
}

}  // namespace weir::flow
