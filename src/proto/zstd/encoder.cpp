// Compressing through libzstd.
#include "proto/zstd/encoder.h"

#include <zstd.h>

#include "base/check.h"

namespace weir::zstd {

struct Encoder::Native {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  explicit Native(int level) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  }
  ~Native() { ZSTD_freeCCtx(context); }
};

Encoder::Encoder(int level) : native_(std::make_unique<Native>(level)) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

void Encoder::add(Bytes in, Octets& out) { run(in, false, out); }
void Encoder::finish(Octets& out) { run({}, true, out); }

void Encoder::run(Bytes in, bool last, Octets& out) {
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  for (;;) {
    const size_t before = out.size();
    out.resize(before + ZSTD_CStreamOutSize());
    ZSTD_outBuffer output{&out[before], out.size() - before, 0};
    const size_t left = ZSTD_compressStream2(native_->context, &output, &input,
                                             last ? ZSTD_e_end : ZSTD_e_continue);
    CHECK(ZSTD_isError(left) == 0);  // it has memory, or none of us has
    out.resize(before + output.pos);
    if (last ? left == 0 : input.pos == input.size) return;
  }
}

}  // namespace weir::zstd
