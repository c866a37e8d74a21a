// The transform that hides who asked: the client's address wherever an observation has it.
//
// With an epoch each span of time has a key of its own, made from the one in the file, so that what
// is kept for long cannot be joined over more than one span.
#include <fmt/format.h>

#include <array>

#include "flow/lane/transform.h"
#include "flow/secret.h"
#include "flow/settings.h"
#include "flow/transforms/anonymise/address_cipher.h"
#include "flow/transforms/anonymise/options.h"
#include "io/crypto/cipher.h"

namespace weir::flow {
namespace {

constexpr size_t kMostKey = 32;
constexpr size_t kMostLine = 4096;

Result<Octets> read_key(const AnonymiseSettings& settings) {
  const size_t octets = key_octets(settings.way);
  if (octets == 0) return Octets();
  TRY(const std::string line, read_secret("key", settings.key_file, kMostLine));
  const auto key = from_hex(line);
  if (!key || key->size() != octets)
    return Error{Fault::kConfig,
                 fmt::format("the key in {} is no line of {} hexadecimal digits; make one by: "
                             "openssl rand -hex {}",
                             settings.key_file, 2 * octets, octets),
                 false};
  return *key;
}

/// The key of one epoch: HMAC-SHA256 of its number under `key`, as much of it as is needed.
Octets derive(const Octets& key, int64_t epoch) {
  std::array<uint8_t, 8> number;
  store_u64(number.data(), static_cast<uint64_t>(epoch));
  const auto derived = io::hmac_sha256(key, number);
  static_assert(std::tuple_size_v<decltype(derived)> >= kMostKey);
  return Octets(derived.begin(), derived.begin() + static_cast<std::ptrdiff_t>(key.size()));
}

class Anonymise final : public Transform {
 public:
  Anonymise(const AnonymiseSettings& settings, Octets key)
      : settings_(settings), key_(std::move(key)) {}

  bool apply(model::Observation& seen) override {
    AddressCipher* const cipher = cipher_at(seen.time());
    if (cipher == nullptr)
      seen.query_endpoint.reset();
    else if (seen.query_endpoint)
      seen.query_endpoint->address = cipher->apply(seen.query_endpoint->address.unmapped());
    seen.query_message = hide_options(seen.query_message, cipher, query_);
    seen.response_message = hide_options(seen.response_message, cipher, response_);
    if (seen.dnstap == nullptr) return true;
    // Neither what a policy matched nor what nobody knows may name the client.
    extras_ = *seen.dnstap;
    extras_.frame = extras_.extra = extras_.policy = {};
    seen.dnstap = &extras_;
    return true;
  }

 private:
  /// None when nothing is to remain.
  AddressCipher* cipher_at(WallTime time) {
    if (settings_.way == Anonymisation::kRemove) return nullptr;
    const int64_t epoch = settings_.epoch > Duration::zero() && !key_.empty()
                              ? time.time_since_epoch() / settings_.epoch
                              : 0;
    for (Slot& slot : slots_)
      if (slot.cipher && slot.epoch == epoch) return slot.cipher.get();
    // Around the end of an epoch there are observations of two.
    std::swap(slots_[0], slots_[1]);
    slots_[0] = {epoch, make(epoch)};
    return slots_[0].cipher.get();
  }

  std::unique_ptr<AddressCipher> make(int64_t epoch) const {
    const Octets key = settings_.epoch > Duration::zero() ? derive(key_, epoch) : key_;
    switch (settings_.way) {
      case Anonymisation::kCryptoPan: return make_crypto_pan(key);
      case Anonymisation::kIpcrypt: return make_ipcrypt(key);
      default: return make_truncation(settings_.prefix_v4, settings_.prefix_v6);
    }
  }

  struct Slot {
    int64_t epoch = 0;
    std::unique_ptr<AddressCipher> cipher;
  };

  const AnonymiseSettings settings_;
  const Octets key_;
  std::array<Slot, 2> slots_;
  Octets query_, response_;
  model::DnstapExtras extras_;
};

}  // namespace

size_t key_octets(Anonymisation way) {
  switch (way) {
    case Anonymisation::kCryptoPan: return 32;
    case Anonymisation::kIpcrypt: return 16;
    default: return 0;
  }
}

Result<std::unique_ptr<Transform>> make_anonymise(const AnonymiseSettings& settings) {
  TRY(Octets key, read_key(settings));
  return std::unique_ptr<Transform>(std::make_unique<Anonymise>(settings, std::move(key)));
}

}  // namespace weir::flow
