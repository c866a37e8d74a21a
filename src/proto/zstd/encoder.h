// Zstandard (RFC 8878), compressed piece by piece: octets in, one frame out.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace weir::zstd {

class Encoder {
 public:
  /// `level` as the tools have it: 1 is fast, 19 is small.
  explicit Encoder(int level);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  /// Appends to `out` what `in` gives; the library may hold some of it back.
  void add(Bytes in, Octets& out);
  /// Appends what is left, and the end of the frame.
  void finish(Octets& out);

 private:
  void run(Bytes in, bool last, Octets& out);

  struct Native;
  std::unique_ptr<Native> native_;
};

}  // namespace weir::zstd
