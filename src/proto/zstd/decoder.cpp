// Zstandard through libzstd.
#include "proto/zstd/decoder.h"

#include <zstd.h>

namespace weir::zstd {

struct Decoder::Native {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  Native() { ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, kMostWindowLog); }
  ~Native() { ZSTD_freeDCtx(context); }
};

bool is_compressed(Bytes octets) {
  return octets.size() >= 4 && load_u32(octets.data()) == 0x28b52ffd;
}

Decoder::Decoder() : native_(std::make_unique<Native>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Decoder::Step Decoder::step(Bytes in, MutableBytes out) {
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  const size_t hint = ZSTD_decompressStream(native_->context, &output, &input);
  Step step{input.pos, output.pos, {}};
  if (ZSTD_isError(hint) != 0)
    step.trouble = ZSTD_getErrorName(hint);
  else if (input.pos > 0 || output.pos > 0)
    at_boundary_ = hint == 0;
  return step;
}

}  // namespace weir::zstd
