// Any text as the data of any type: refused, or data that prints to text which is read as the same.
#include <cstdint>

#include "base/check.h"
#include "proto/dns/rdata.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::dns;
  if (size < 2) return 0;
  const auto type = static_cast<Type>(weir::load_u16(data));
  const auto octets = rdata_from_text(type, weir::as_text({data + 2, size - 2}));
  if (!octets) return 0;
  const Record record{.type = type, .klass = Class::kIn, .rdata = *octets};
  CHECK(rdata_is_valid(record));
  const std::string text = rdata_to_text(record);
  const auto again = rdata_from_text(type, text);
  CHECK(again.ok());
  CHECK(rdata_to_text({.type = type, .klass = Class::kIn, .rdata = *again}) == text);
  return 0;
}
