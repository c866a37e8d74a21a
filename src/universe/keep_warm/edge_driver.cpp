// Targets into questions; what the edge's threads tell, onto the loop's.
#include "universe/keep_warm/edge_driver.h"

namespace weir::universe {
namespace {

Outcome outcome_of(model::Refreshed::Outcome outcome) {
  switch (outcome) {
    case model::Refreshed::Outcome::kKept: return Outcome::kDone;
    case model::Refreshed::Outcome::kRefused: return Outcome::kRefused;
    case model::Refreshed::Outcome::kFailed: return Outcome::kUnreached;
  }
  return Outcome::kUnreached;
}

}  // namespace

EdgeDriver::EdgeDriver(io::Loop& loop, model::Refresher& edge, DriverEvents& events)
    : loop_(loop), edge_(edge), events_(events) {}

void EdgeDriver::refresh(const std::vector<Target>& batch) {
  under_way_ = batch.size();
  std::vector<model::RefreshQuestion> questions;
  for (const Target& target : batch)
    questions.push_back({target.name, target.type, target.dnssec_ok, target.checking_disabled});
  edge_.refresh(std::move(questions), [this](size_t index, model::Refreshed refreshed) {
    loop_.post([this, index, refreshed] { on_told(index, refreshed); });
  });
}

void EdgeDriver::on_told(size_t index, const model::Refreshed& refreshed) {
  events_.on_repopulated(index, outcome_of(refreshed.outcome), refreshed.ttl, refreshed.why);
  if (--under_way_ == 0) events_.on_done();
}

}  // namespace weir::universe
