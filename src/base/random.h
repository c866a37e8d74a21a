// Unpredictable numbers, passed in like the clock: message IDs and ports must not be guessable
// (RFC 5452), and tests want them repeatable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
  uint16_t u16() { return static_cast<uint16_t>(next() >> 24); }
  /// Uniform in [0, bound); bound > 0.
  uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
  }
};

/// The kernel's generator, read in blocks. Not for sharing between threads.
class SystemRandom final : public Random {
 public:
  uint64_t next() override;

 private:
  // 256 octets: the most that a signal never interrupts (getrandom(2)).
  std::array<uint64_t, 32> block_{};
  size_t left_ = 0;
};

/// A repeatable sequence (splitmix64): for tests only.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() override;

 private:
  uint64_t state_;
};

}  // namespace weir
