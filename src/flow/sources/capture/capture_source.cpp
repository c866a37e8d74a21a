// The source itself: one thread that drains what the kernel hands over, follows the interfaces, and
// has no rights while it reads what strangers sent.
#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <thread>

#include "base/random.h"
#include "flow/source.h"
#include "flow/sources/capture/blind_spots.h"
#include "flow/sources/capture/counters.h"
#include "flow/sources/capture/intake.h"
#include "flow/sources/capture/watched.h"
#include "io/capture/rights.h"

namespace weir::flow {
namespace capture_source {
namespace {

constexpr size_t kFramesATurn = 4096;
/// While frames come they are looked for so often, many at a time, and the kernel does not wake us.
constexpr Duration kLookAgain = 2ms;
/// What was recorded waits for more at most so long; counters are as old at most.
constexpr Duration kTick = 50ms;
constexpr unsigned kTicksALook = 20;    // at interfaces and namespace, whatever the kernel says
constexpr Duration kLastFrames = 20ms;  // until a packet socket gives a block that is not full

/// What opens connections is only looked at where somebody wants to know.
CaptureSourceSettings with_contacts(CaptureSourceSettings settings) {
  settings.contacts = !settings.blind_spots.resolvers.empty();
  return settings;
}

class CaptureSource final : public Source {
 public:
  CaptureSource(const CaptureSourceSettings& settings, SourceContext context)
      : settings_(with_contacts(settings)),
        context_(std::move(context)),
        tap_(context_.open_tap()),
        interfaces_(settings_, context_.clock),
        blind_spots_(make_blind_spots()),
        intake_(settings_, tap_, blind_spots_.get()),
        counters_(context_.metrics, context_.name) {}
  ~CaptureSource() override { stop(); }

  Status open() { return interfaces_.open(); }

  void start() override {
    thread_ = std::thread([this] { run(); });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    loop_.post([this] { ending_.start(kLastFrames, [this] { finish(); }); });
    thread_.join();
  }

  std::vector<std::string> complaints() const override {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }

  std::vector<BlindSpot> blind_spots() const override {
    return blind_spots_ ? blind_spots_->read() : std::vector<BlindSpot>();
  }
  std::vector<std::string> summary() const override;

 private:
  std::unique_ptr<BlindSpots> make_blind_spots() const;
  void run();
  void await_frames();
  void drain();
  void tick();
  void look();
  void publish();
  void finish();

  const CaptureSourceSettings settings_;
  const SourceContext context_;
  model::Tap& tap_;
  io::Loop loop_;
  WatchedInterfaces interfaces_;
  const std::unique_ptr<BlindSpots> blind_spots_;  // null when nobody looks for any
  Intake intake_;
  Counters counters_;
  std::optional<io::Watch> frames_;
  bool awaited_ = false;  // else they are looked for
  io::Timer again_{loop_};
  io::Timer ticks_{loop_};
  io::Timer ending_{loop_};
  unsigned ticks_until_look_ = kTicksALook;
  Duration lag_{0};
  mutable std::mutex mutex_;  // guards the line below
  std::vector<std::string> complaints_;
  std::thread thread_;
};

std::unique_ptr<BlindSpots> CaptureSource::make_blind_spots() const {
  if (settings_.blind_spots.resolvers.empty()) return nullptr;
  auto made = std::make_unique<BlindSpots>(settings_.blind_spots, SystemRandom().next());
  made->expose(context_.metrics, context_.name);
  return made;
}

void CaptureSource::run() {
  // What attaching needs is raised for that only.
  io::lower_rights({io::Right::kBpf, io::Right::kNetAdmin, io::Right::kNetRaw,
                    settings_.netns.empty() ? io::Right::kNetRaw : io::Right::kSysAdmin});
  frames_.emplace(loop_, interfaces_.probe().fd());
  await_frames();
  interfaces_.follow(loop_);
  look();
  tick();
  loop_.run();
}

void CaptureSource::await_frames() {
  awaited_ = true;
  frames_->on_readable([this] { drain(); });
}

void CaptureSource::drain() {
  const size_t frames = interfaces_.probe().drain(kFramesATurn, intake_);
  if (frames == 0) return awaited_ ? void() : await_frames();
  lag_ = context_.clock.wall_now() - intake_.latest();
  if (awaited_) frames_->on_readable(nullptr);
  awaited_ = false;
  again_.start(frames < kFramesATurn ? kLookAgain : Duration(0), [this] { drain(); });
}

void CaptureSource::tick() {
  drain();
  if (--ticks_until_look_ == 0) look();
  Pairing& pairing = intake_.recorder().pairing();
  pairing.sweep(context_.clock.wall_now(), pairing.sets() / kTicksALook + 1);
  publish();
  tap_.flush();
  ticks_.start(kTick, [this] { tick(); });
}

void CaptureSource::look() {
  ticks_until_look_ = kTicksALook;
  interfaces_.look();
}

void CaptureSource::publish() {
  tap_.lose(counters_.publish(interfaces_.probe().counts(), intake_, interfaces_.attached(), lag_));
  const std::lock_guard lock(mutex_);
  complaints_ = interfaces_.troubles();
}

void CaptureSource::finish() {
  ticks_.stop();
  again_.stop();
  while (interfaces_.probe().drain(kFramesATurn, intake_) > 0) {
  }
  interfaces_.release_all();
  intake_.finish();
  publish();
  tap_.flush();
  frames_.reset();
  loop_.stop();
}

std::vector<std::string> CaptureSource::summary() const {
  const io::FateCounts fates = counters_.fates();
  const CapturedRecorder& recorder = intake_.recorder();
  std::vector<std::string> lines = {
      fmt::format("{} packets, {} taken, {} lost, {} messages, {} malformed, {} paired",
                  fates.received(), fates[io::Fate::kTaken], fates[io::Fate::kRingFull],
                  recorder.observations(), recorder.malformed(), recorder.pairing().paired())};
  Reasons reasons;
  for (size_t i = static_cast<size_t>(io::Fate::kRunt); i < io::kFates; ++i)
    if (fates.of[i] != 0)
      reasons.emplace_back(fmt::format("skipped_{}", to_text(static_cast<io::Fate>(i))),
                           fates.of[i]);
  if (intake_.unwanted() != 0) reasons.emplace_back("messages_not_wanted", intake_.unwanted());
  add_reasons(intake_.extractor(), reasons);
  add_reasons(recorder.pairing(), reasons);
  for (const auto& [reason, count] : reasons) lines.push_back(fmt::format("{}: {}", reason, count));
  return lines;
}

}  // namespace
}  // namespace capture_source

Result<std::unique_ptr<Source>> make_capture_source(const CaptureSourceSettings& settings,
                                                    SourceContext context) {
  auto source = std::make_unique<capture_source::CaptureSource>(settings, std::move(context));
  TRY_DONE(source->open());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weir::flow
