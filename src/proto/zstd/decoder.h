// Zstandard (RFC 8878), decompressed as it comes: octets in, octets out.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace weir::zstd {

/// True if `octets` begin as a compressed stream does.
bool is_compressed(Bytes octets);

class Decoder {
 public:
  /// The window that a stream may ask us to keep: 128 MiB, what the tools decompress unasked.
  static constexpr int kMostWindowLog = 27;

  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  struct Step {
    size_t consumed = 0;       // octets of `in` that are done with
    size_t produced = 0;       // octets in `out`
    std::string_view trouble;  // why it cannot go on; empty when it can
  };
  /// Takes as much of `in` as fits `out`. While it fills `out`, there may be more without any `in`.
  Step step(Bytes in, MutableBytes out);
  /// True between frames: a stream that ends here is whole.
  bool at_boundary() const { return at_boundary_; }

 private:
  struct Native;
  std::unique_ptr<Native> native_;
  bool at_boundary_ = true;
};

}  // namespace weir::zstd
