// Tests of the canonical form of record data.
#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"
#include "proto/dns/builder.h"
#include "proto/dns/rdata.h"
#include "proto/dns/rdata_format.h"
#include "proto/dns/rdata_vectors.h"

namespace weir::dns {
namespace {

Octets canonical(const Record& record, bool fits = true) {
  Octets out = {7};  // what is there already stays
  EXPECT_EQ(append_canonical_rdata(record, out), fits);
  EXPECT_EQ(out.front(), 7);
  out.erase(out.begin());
  return out;
}

TEST(CanonicalRdata, names_are_written_out_and_folded) {
  Octets buffer(512);
  Builder builder(buffer, 0, flag::kQr);
  builder.question(*Name::parse("WWW.Example.ORG"), Type::kMx);
  builder.record(Section::kAnswer, *Name::parse("www.example.org"), Type::kMx, Class::kIn, 60,
                 Octets{0, 10, 4, 'M', 'a', 'i', 'L', 0xc0, 16});  // mail.Example.ORG, compressed
  ASSERT_TRUE(builder.ok());
  buffer.resize(builder.size_octets());
  const auto message = Message::parse(buffer);
  ASSERT_TRUE(message);
  for (const Record& record : message->answers())
    EXPECT_EQ(canonical(record), *rdata_from_text(Type::kMx, "10 mail.example.org."));
}

TEST(CanonicalRdata, data_of_every_type_that_is_canonical_stays_as_it_is) {
  for (const auto& [type, text] : kRdataVectors) {
    const Octets rdata = *rdata_from_text(type, text);
    const Record record{.type = type, .klass = Class::kIn, .rdata = rdata};
    const Octets once = canonical(record);
    EXPECT_EQ(once.size(), rdata.size()) << to_text(type);
    const Record again{.type = type, .klass = Class::kIn, .rdata = once};
    EXPECT_EQ(canonical(again), once) << to_text(type);
    if (!has_names(type)) {
      EXPECT_EQ(once, rdata) << to_text(type);
    }
  }
}

TEST(CanonicalRdata, data_that_does_not_fit_its_type_stays_as_it_is) {
  for (const auto& [type, text] : kRdataVectors) {
    const Octets whole = *rdata_from_text(type, text);
    for (size_t size = 0; size < whole.size(); ++size) {
      const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const Record record{.type = type, .klass = Class::kIn, .rdata = cut};
      Octets out;
      if (!append_canonical_rdata(record, out)) {
        EXPECT_EQ(out, cut) << to_text(type) << size;
      }
      EXPECT_EQ(out.size(), cut.size());
    }
  }
}

}  // namespace
}  // namespace weir::dns
