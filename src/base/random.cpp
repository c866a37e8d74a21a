// The kernel's random numbers, and a repeatable sequence for tests.
#include "base/random.h"

#include <sys/random.h>

#include "base/check.h"

namespace weir {

uint64_t SystemRandom::next() {
  if (left_ == 0) {
    const ssize_t got = getrandom(block_.data(), sizeof block_, 0);
    CHECK(got == static_cast<ssize_t>(sizeof block_));
    left_ = block_.size();
  }
  return block_[--left_];
}

uint64_t SeededRandom::next() {
  uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace weir
