// Properties that hold for any octets and any text: what we print we read back as the same, and
// what we build we parse as it was meant.
#include "proto/dns/rdata.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/dns/builder.h"
#include "proto/dns/print.h"
#include "proto/dns/rdata_format.h"
#include "proto/dns/rdata_vectors.h"

namespace weir::dns {
namespace {

rc::Gen<Octets> octets_of(size_t most) {
  return rc::gen::resize(static_cast<int>(most),
                         rc::gen::container<Octets>(rc::gen::arbitrary<uint8_t>()));
}

rc::Gen<Name> any_name() {
  const auto label = rc::gen::suchThat(
      octets_of(63), [](const Octets& octets) { return !octets.empty() && octets.size() <= 63; });
  return rc::gen::map(rc::gen::container<std::vector<Octets>>(label), [](const auto& labels) {
    Octets wire;
    for (const Octets& octets : labels) {
      if (wire.size() + octets.size() + 2 > kMaxName) break;
      wire.push_back(static_cast<uint8_t>(octets.size()));
      wire.insert(wire.end(), octets.begin(), octets.end());
    }
    wire.push_back(0);
    return Name::from_wire(wire);
  });
}

rc::Gen<RdataVector> any_vector() {
  return rc::gen::elementOf(
      std::vector<RdataVector>(std::begin(kRdataVectors), std::end(kRdataVectors)));
}

/// Valid data with some octets changed, cut or added.
std::pair<Type, Octets> damaged_data() {
  const RdataVector vector = *any_vector();
  Octets octets = *rdata_from_text(vector.type, vector.text);
  for (const auto& [at, value] : *rc::gen::container<std::vector<std::pair<uint16_t, uint8_t>>>(
           rc::gen::arbitrary<std::pair<uint16_t, uint8_t>>()))
    if (!octets.empty() && *rc::gen::inRange(0, 4) == 0) octets[at % octets.size()] = value;
  if (*rc::gen::inRange(0, 4) == 0) octets.resize(*rc::gen::inRange<size_t>(0, octets.size() + 5));
  return {vector.type, octets};
}

RC_GTEST_PROP(Property, a_name_survives_both_directions, ()) {
  const Name name = *any_name();
  const auto again = Name::parse(name.to_text());
  RC_ASSERT(again.ok());
  RC_ASSERT(equal(again->wire(), name.wire()));
  RC_ASSERT(*again == name.folded());
  RC_ASSERT(again->hash() == name.folded().hash());
}

RC_GTEST_PROP(Property, the_order_of_names_is_one, ()) {
  const Name a = *any_name();
  const Name b = *any_name();
  RC_ASSERT((a == b) == ((a <=> b) == 0));
  RC_ASSERT((a < b) == (b > a));
  if (a.is_within(b) && a != b) RC_ASSERT(b < a);
}

RC_GTEST_PROP(Property, any_text_is_a_name_or_an_error, (const std::string& text)) {
  const auto name = Name::parse(text);
  if (name) RC_ASSERT(*Name::parse(name->to_text()) == *name);
}

RC_GTEST_PROP(Property, printed_data_is_read_back_as_the_same, ()) {
  const auto [type, octets] = damaged_data();
  const Record record{.type = type, .klass = Class::kIn, .rdata = octets};
  bool malformed = false;
  const std::string text = rdata_to_text(record, &malformed);
  RC_ASSERT(malformed != rdata_is_valid(record));
  const auto again = rdata_from_text(type, text);
  RC_ASSERT(again.ok() != malformed);
  if (again) RC_ASSERT(rdata_to_text({.type = type, .rdata = *again}) == text);
}

RC_GTEST_PROP(Property, any_text_is_data_or_an_error, (const std::string& text)) {
  const Type type = (*any_vector()).type;
  const auto octets = rdata_from_text(type, text);
  if (octets) RC_ASSERT(rdata_is_valid({.type = type, .klass = Class::kIn, .rdata = *octets}));
}

RC_GTEST_PROP(Property, what_is_built_is_parsed_as_it_was_meant, ()) {
  Octets buffer(kMaxMessage);
  Builder builder(buffer, *rc::gen::arbitrary<uint16_t>(), *rc::gen::arbitrary<uint16_t>());
  const Name qname = *any_name();
  builder.question(qname, Type::kAny);
  std::vector<std::string> expected;
  const size_t count = *rc::gen::inRange<size_t>(0, 20);
  for (size_t i = 0; i < count; ++i) {
    const Name owner = *rc::gen::oneOf(any_name(), rc::gen::just(qname));
    const auto [type, data] = damaged_data();
    const auto section = static_cast<Section>(*rc::gen::inRange(0, 3));
    if (section != Section::kAnswer) continue;
    builder.record(section, owner, type, Class::kIn, 5, data);
    expected.push_back(owner.folded().to_text() + to_text(type) + to_hex(data));
  }
  RC_ASSERT(builder.ok());
  const auto message = Message::parse(builder.message());
  RC_ASSERT(message.ok());
  RC_ASSERT(message->question()->name.expand() == qname);
  std::vector<std::string> seen;
  for (const Record& record : message->answers())
    seen.push_back(record.owner.expand().folded().to_text() + to_text(record.type) +
                   to_hex(record.rdata));
  RC_ASSERT(seen == expected);
}

RC_GTEST_PROP(Property, damaged_messages_parse_or_say_where_they_are_wrong, ()) {
  Octets buffer(kMaxMessage);
  Builder builder(buffer, 1, 0x8180);
  builder.question(*Name::parse("www.example.org"), Type::kAny);
  for (size_t i = *rc::gen::inRange<size_t>(0, 6); i > 0; --i) {
    const auto [type, data] = damaged_data();
    builder.record(Section::kAnswer, *Name::parse("www.example.org"), type, Class::kIn, 5, data);
  }
  builder.begin_edns(1232, 0, 0, false);
  const Octets cookie = *octets_of(8);
  builder.option(Option::kCookie, cookie);
  builder.end_edns();
  Octets octets(builder.message().begin(), builder.message().end());
  for (const auto& [at, value] : *rc::gen::container<std::vector<std::pair<uint16_t, uint8_t>>>(
           rc::gen::arbitrary<std::pair<uint16_t, uint8_t>>()))
    if (*rc::gen::inRange(0, 8) == 0) octets[at % octets.size()] = value;
  const auto message = Message::parse(octets);
  if (!message) {
    RC_ASSERT(message.error().code != MalformedCode::kNone);
    RC_ASSERT(message.error().offset <= octets.size());
  }
  RC_ASSERT(!message_to_text(octets).empty());
}

}  // namespace
}  // namespace weir::dns
