// The table of questions in flight.
#include "edge/upstreams/asks.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "proto/dns/message.h"

namespace weir::edge::upstreams {
namespace {

constexpr int kIdAttempts = 64;
constexpr size_t kQuestionTail = 4;  // type and class
constexpr uint16_t kOpcodeMask = 0x7800;

// Where the question of our own query ends. It was built by the shard, so it is whole.
uint16_t end_of_question(Bytes query) {
  CHECK(query.size() > dns::kHeaderSize && query.size() <= dns::kMaxMessage);
  size_t at = dns::kHeaderSize;
  while (at < query.size() && query[at] != 0) at += size_t{query[at]} + 1;
  at += 1 + kQuestionTail;
  CHECK(at <= query.size());
  return static_cast<uint16_t>(at);
}

std::optional<Duration> keepalive_of(const dns::Message& message) {
  if (!message.edns()) return std::nullopt;
  const auto option = dns::find_option(*message.edns(), dns::Option::kTcpKeepalive);
  if (!option || option->data.size() != 2) return std::nullopt;
  return load_u16(option->data.data()) * Duration(100ms);
}

// Header and question only; the ID has been compared.
bool answers(Bytes reply, const Ask& ask) {
  const Bytes query = ask.message();
  const size_t question = ask.question_end - dns::kHeaderSize;
  if (reply.size() < ask.question_end) return false;
  const uint16_t flags = load_u16(&reply[2]);
  if ((flags & dns::flag::kQr) == 0) return false;
  if (((flags ^ load_u16(&query[2])) & kOpcodeMask) != 0) return false;
  if (load_u16(&reply[4]) != 1) return false;
  return equal(reply.subspan(dns::kHeaderSize, question),
               query.subspan(dns::kHeaderSize, question));
}

}  // namespace

Asks::Asks(const UpstreamContext& context, Owner& owner)
    : context_(context), owner_(owner), timer_(context.loop) {}

Asks::~Asks() { context_.state.outstanding->add(-static_cast<double>(by_token_.size())); }

Slot Asks::take_free() {
  if (free_.empty()) {
    const auto first = static_cast<Slot>(chunks_.size() * kChunk);
    chunks_.push_back(std::make_unique<Chunk>());
    for (Slot i = kChunk; i > 0; --i) free_.push_back(first + i - 1);
  }
  const Slot slot = free_.back();
  free_.pop_back();
  return slot;
}

Slot Asks::begin(AskToken token, Bytes query, Instant deadline) {
  CHECK(!by_token_.has(token));
  const Slot slot = take_free();
  Ask& ask = (*this)[slot];
  ask.token = token;
  ask.deadline = deadline;
  ask.phase = Ask::Phase::kParked;
  ask.lane = kNoLane;
  ask.moved = false;
  ask.question_end = end_of_question(query);
  ask.frame.resize(query.size() + 2);
  store_u16(ask.frame.data(), static_cast<uint16_t>(query.size()));
  std::memcpy(ask.frame.data() + 2, query.data(), query.size());
  by_token_.insert(token, slot);
  wake_at(slot, deadline);
  context_.state.queries->add();
  context_.state.outstanding->add(1);
  return slot;
}

bool Asks::place(Slot slot, Lane lane) {
  Ask& ask = (*this)[slot];
  CHECK(ask.phase == Ask::Phase::kParked);
  for (int attempt = 0; attempt < kIdAttempts; ++attempt) {
    const uint16_t id = context_.random.u16();
    if (by_id_.has(key_of(lane, id))) continue;
    by_id_.insert(key_of(lane, id), slot);
    ask.id = id;
    ask.phase = Ask::Phase::kPlaced;
    link(slot, lane);
    store_u16(&ask.frame[2], id);
    return true;
  }
  return false;
}

void Asks::park(Slot slot) {
  Ask& ask = (*this)[slot];
  if (ask.phase != Ask::Phase::kPlaced) return;
  by_id_.erase(key_of(ask.lane, ask.id));
  ask.phase = Ask::Phase::kParked;
  unlink(slot);
  owner_.on_left(std::exchange(ask.lane, kNoLane));
}

void Asks::link(Slot slot, Lane lane) {
  if (lane >= newest_.size()) newest_.resize(lane + 1, kNoSlot);
  Ask& ask = (*this)[slot];
  ask.lane = lane;
  ask.previous = kNoSlot;
  ask.next = std::exchange(newest_[lane], slot);
  if (ask.next != kNoSlot) (*this)[ask.next].previous = slot;
}

void Asks::unlink(Slot slot) {
  const Ask& ask = (*this)[slot];
  (ask.previous == kNoSlot ? newest_[ask.lane] : (*this)[ask.previous].next) = ask.next;
  if (ask.next != kNoSlot) (*this)[ask.next].previous = ask.previous;
}

void Asks::wake_at(Slot slot, Instant when) {
  (*this)[slot].wake = when;
  deadlines_.remove(slot);
  deadlines_.add(slot, when);
  arm(when);
}

void Asks::fail(Slot slot, AskFailure failure) {
  park(slot);
  Ask& ask = (*this)[slot];
  if (ask.phase != Ask::Phase::kParked) return;
  deadlines_.remove(slot);
  ask.phase = Ask::Phase::kFailed;
  ask.failure = failure;
  failed_.push_back(slot);
  arm(Instant::min());
}

void Asks::sent(Slot slot, const Endpoint& server, Instant now) {
  Ask& ask = (*this)[slot];
  ask.sent_at = now;
  context_.events.on_sent(ask.token, ask.message(), server);
}

void Asks::answer(Slot slot, Bytes message, const Endpoint& server, Instant now) {
  Ask& ask = (*this)[slot];
  CHECK(ask.phase == Ask::Phase::kPlaced);
  const AskToken token = ask.token;
  UpstreamState& state = context_.state;
  state.replies->add();
  state.latency->observe(to_seconds(now - ask.sent_at));
  if (!state.proven.load(std::memory_order_relaxed)) state.proven = true;
  release(slot);
  context_.events.on_reply(token, message, server);
}

bool Asks::cancel(AskToken token) {
  const Slot slot = by_token_.find(token);
  if (slot == KeyMap::kNone) return false;
  release(slot);
  return true;
}

void Asks::release(Slot slot) {
  park(slot);
  deadlines_.remove(slot);
  Ask& ask = (*this)[slot];
  by_token_.erase(ask.token);
  ask.phase = Ask::Phase::kFree;
  if (ask.frame.capacity() > kLargestKept) Octets().swap(ask.frame);
  free_.push_back(slot);
  context_.state.outstanding->add(-1);
}

std::optional<Match> Asks::match(Lane lane, Bytes message) {
  const auto mismatch = [this]() -> std::optional<Match> {
    context_.state.mismatches->add();
    return std::nullopt;
  };
  if (message.size() < dns::kHeaderSize) return mismatch();
  const Slot slot = by_id_.find(key_of(lane, load_u16(message.data())));
  if (slot == KeyMap::kNone || !answers(message, (*this)[slot])) return mismatch();
  if ((load_u16(&message[2]) & dns::flag::kTc) != 0) return Match{slot, true};
  const auto parsed = dns::Message::parse(message);
  if (!parsed) return mismatch();
  return Match{slot, false, keepalive_of(*parsed)};
}

void Asks::collect(Lane lane, std::vector<Slot>& out) {
  if (lane >= newest_.size()) return;
  const auto from = static_cast<ptrdiff_t>(out.size());
  for (Slot slot = newest_[lane]; slot != kNoSlot; slot = (*this)[slot].next) out.push_back(slot);
  std::reverse(out.begin() + from, out.end());
}

void Asks::collect_parked(std::vector<Slot>& out) {
  for (Slot slot = 0; slot < chunks_.size() * kChunk; ++slot) {
    if ((*this)[slot].phase == Ask::Phase::kParked) out.push_back(slot);
  }
}

// One timer for all: it stands at the earliest time that was ever asked for and not yet reached.
void Asks::arm(Instant when) {
  if (armed_ && *armed_ <= when) return;
  armed_ = when;
  const Instant now = context_.clock.now();
  timer_.start(when <= now ? Duration(0) : when - now, [this] { on_timer(); });
}

void Asks::on_timer() {
  armed_.reset();
  const Instant now = context_.clock.now();
  due_.clear();
  deadlines_.take_due(now, due_);
  for (const Slot slot : due_) {
    // An earlier one's end may have ended this one, or given its slot to a new question.
    const Ask& ask = (*this)[slot];
    const bool waits = ask.phase == Ask::Phase::kParked || ask.phase == Ask::Phase::kPlaced;
    if (waits && ask.wake <= now) owner_.on_due(slot, now);
  }
  tell_failures();
  if (const auto next = deadlines_.earliest()) arm(*next);
}

// Those that fail while the shard is being told wait for the loop's next turn, so that a shard
// which asks again at once cannot keep us here.
void Asks::tell_failures() {
  armed_.reset();
  telling_.swap(failed_);
  for (const Slot slot : telling_) {
    const Ask& ask = (*this)[slot];
    if (ask.phase != Ask::Phase::kFailed) continue;  // cancelled meanwhile
    const AskToken token = ask.token;
    const AskFailure failure = ask.failure;
    context_.state.failures[static_cast<size_t>(failure)]->add();
    release(slot);
    context_.events.on_failure(token, failure);
  }
  telling_.clear();
}

}  // namespace weir::edge::upstreams
