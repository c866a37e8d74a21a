// Sending each observation of a batch down the chain.
#include "flow/lane/transform.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace weir::flow {
namespace {

// As large as the batch it is made of.
constexpr size_t kUnbounded = std::numeric_limits<size_t>::max() / 4;

}  // namespace

Transforms::Transforms(std::vector<std::unique_ptr<Transform>> chain)
    : chain_(std::move(chain)), builder_(0, kUnbounded, kUnbounded) {}

model::SharedBatch Transforms::apply(const model::Batch& whole) {
  std::vector<uint32_t> places;
  places.reserve(whole.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    model::Observation observation = whole.observations()[i];
    if (!std::ranges::all_of(chain_, [&](auto& each) { return each->apply(observation); }))
      continue;
    CHECK(builder_.add(observation));
    places.push_back(static_cast<uint32_t>(i));
  }
  return builder_.seal_as_part(whole, std::move(places));
}

}  // namespace weir::flow
