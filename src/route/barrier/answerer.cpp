// From an answer to the plane and back; both ways a turn of a loop makes one message.
#include "route/barrier/answerer.h"

#include <utility>

namespace weir::route {

/// Where the plane leaves what it has decided. Once the answerer is gone nobody reads it.
class Answerer::Post final : public Asker, public std::enable_shared_from_this<Post> {
 public:
  Post(io::Loop& loop, BarrierState& state, OnRelease on_release)
      : loop_(loop), state_(state), on_release_(std::move(on_release)) {}

  // The plane's thread.
  void let_go(const model::Release& release) override { turn_.push_back(release); }
  void flush() override {
    loop_.post([self = shared_from_this(), releases = std::exchange(turn_, {})] {
      self->state_.waiting.fetch_sub(releases.size(), std::memory_order_relaxed);
      for (const model::Release& each : releases)
        if (self->on_release_) self->on_release_(each);
    });
  }
  // The answerer's.
  void close() { on_release_ = nullptr; }

 private:
  io::Loop& loop_;
  BarrierState& state_;
  OnRelease on_release_;
  std::vector<model::Release> turn_;
};

Answerer::Answerer(Context context, io::Loop& loop, OnRelease on_release)
    : context_(std::move(context)),
      loop_(loop),
      matcher_(context_.matcher),
      reader_({.types = {model::MessageType::kClientResponse},
               .hints = context_.settings.hints,
               .nat64 = context_.settings.nat64}),
      claims_([&settings = context_.settings](size_t set) -> std::optional<Scope> {
        if (settings.sets[set].barrier_deadline == Duration{}) return std::nullopt;
        return settings.sets[set].scope;
      }),
      post_(std::make_shared<Post>(loop, context_.state, std::move(on_release))) {}

Answerer::~Answerer() { post_->close(); }

bool Answerer::is_wanted(Bytes answer) {
  const names::Matcher* matcher = matcher_.look();
  if (matcher == nullptr) return false;
  model::Observation seen;
  seen.type = model::MessageType::kClientResponse;
  seen.response_message = answer;
  const Answer* read = reader_.read(seen);
  return read != nullptr && !claims_.find(*matcher, *read).empty();
}

bool Answerer::passes(uint64_t ticket, Bytes answer) {
  if (!is_wanted(answer)) return true;
  if (context_.state.waiting.fetch_add(1, std::memory_order_relaxed) >=
      context_.settings.most_waiting) {
    context_.state.waiting.fetch_sub(1, std::memory_order_relaxed);
    context_.state.overflows->add();
    return true;
  }
  if (turn_.empty()) loop_.post([this] { context_.hand_over(std::exchange(turn_, {})); });
  turn_.push_back({post_, ticket, context_.clock.now(), {answer.begin(), answer.end()}});
  return false;
}

}  // namespace weir::route
