// The address of the network, without the rest.
#include <algorithm>
#include <array>

#include "flow/transforms/anonymise/address_cipher.h"

namespace weir::flow {
namespace {

class Truncation final : public AddressCipher {
 public:
  Truncation(unsigned prefix_v4, unsigned prefix_v6) : v4_(prefix_v4), v6_(prefix_v6) {}

  IpAddress apply(const IpAddress& address) override {
    const Bytes octets = address.octets();
    std::array<uint8_t, 16> kept{};
    size_t bits = address.is_v4() ? v4_ : v6_;
    for (size_t i = 0; i < octets.size() && bits > 0; ++i) {
      const size_t here = std::min<size_t>(bits, 8);
      kept[i] = static_cast<uint8_t>(octets[i] & (0xff00 >> here));
      bits -= here;
    }
    return *IpAddress::from_octets(Bytes(kept.data(), octets.size()));
  }

 private:
  const size_t v4_, v6_;
};

}  // namespace

std::unique_ptr<AddressCipher> make_truncation(unsigned prefix_v4, unsigned prefix_v6) {
  return std::make_unique<Truncation>(prefix_v4, prefix_v6);
}

}  // namespace weir::flow
