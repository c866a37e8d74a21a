// The transform that chooses one transaction in so many, and says for how many it stands.
//
// The choice is made from who asked, from where, with which id: a query and its response share
// their fate, wherever they are seen, and a name that is asked often is seen often.
#include "base/hash.h"
#include "flow/lane/transform.h"
#include "flow/settings.h"

namespace weir::flow {
namespace {

class Sample final : public Transform {
 public:
  explicit Sample(uint32_t one_in) : one_in_(one_in) {}

  bool apply(model::Observation& observation) override {
    if (hash_of(observation) % one_in_ != 0) return false;
    observation.sample_weight *= one_in_;
    return true;
  }

 private:
  static uint64_t hash_of(const model::Observation& observation) {
    std::array<uint8_t, 20> key{};
    store_u16(key.data(), observation.header.id);
    if (const auto& client = observation.query_endpoint) {
      store_u16(key.data() + 2, client->port);
      const Bytes octets = client->address.octets();
      std::copy(octets.begin(), octets.end(), key.begin() + 4);
    }
    return hash64(key);
  }

  const uint32_t one_in_;
};

}  // namespace

std::unique_ptr<Transform> make_sample(uint32_t one_in) { return std::make_unique<Sample>(one_in); }

}  // namespace weir::flow
