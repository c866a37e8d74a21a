// Any octets: parse, look at everything, print, build anew, and parse that as the same message.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "proto/dns/builder.h"
#include "proto/dns/message.h"
#include "proto/dns/print.h"
#include "proto/dns/rdata.h"
#include "proto/dns/rdata_format.h"

namespace weir::dns {
namespace {

constexpr Section kSections[] = {Section::kAnswer, Section::kAuthority, Section::kAdditional};

/// Compressing may change the case of names and nothing else.
std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

/// What a record says, whatever the offsets of its names. Malformed data is copied as it stands.
std::string meaning(const Record& record) {
  const std::string head = lower(record.owner.expand().to_text()) + to_text(record.type) +
                           to_text(record.klass) + std::to_string(record.ttl) + ' ';
  if (has_names(record.type) && rdata_is_valid(record)) return head + lower(rdata_to_text(record));
  return head + to_hex(record.rdata);
}

void check_text(const Record& record) {
  bool malformed = false;
  const std::string text = rdata_to_text(record, &malformed);
  CHECK(malformed != rdata_is_valid(record));
  if (malformed || record.rdata.empty()) return;
  const auto data = rdata_from_text(record.type, text);
  if (rdata_fields(record.type).empty()) return;
  CHECK(data.ok());
  CHECK(rdata_to_text({.type = record.type, .rdata = *data}) == text);
}

/// Names that compress worse here than there may need more room than a message has.
void check_copy(const Message& message) {
  std::vector<uint8_t> buffer(kMaxMessage);
  Builder builder(buffer, message.header().id, message.header().flags);
  if (message.question())
    builder.question(message.question()->name.expand(), message.question()->type,
                     message.question()->klass);
  std::vector<std::string> expected;
  for (const Section section : kSections) {
    for (const Record& record : message.section(section)) {
      builder.copy(section, record, record.ttl);
      expected.push_back(meaning(record));
    }
  }
  if (!builder.ok()) return;
  const auto copy = Message::parse(builder.message());
  CHECK(copy.ok());
  CHECK(copy->edns().has_value() == message.edns().has_value());
  size_t at = 0;
  for (const Section section : kSections) {
    CHECK(copy->section(section).count() == message.section(section).count());
    for (const Record& record : copy->section(section)) {
      // Malformed data with names may become well formed at another place, so its octets count.
      const std::string says = meaning(record);
      const std::string head = says.substr(0, says.find(' '));
      CHECK(says == expected[at] || head + ' ' + to_hex(record.rdata) == expected[at]);
      ++at;
    }
  }
}

void check_message(const Message& message) {
  if (message.question()) CHECK(message.question()->name.expand().size_octets() <= kMaxName);
  for (const Section section : kSections) {
    uint16_t seen = 0;
    for (const Record& record : message.section(section)) {
      check_text(record);
      ++seen;
    }
    CHECK(seen == message.section(section).count());
  }
  if (message.edns()) {
    Bytes options = message.edns()->options;
    while (next_option(options)) {
    }
    CHECK(options.empty());
  }
  check_copy(message);
}

}  // namespace
}  // namespace weir::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::dns;
  const weir::Bytes octets{data, size};
  CHECK(!message_to_text(octets).empty());
  const auto whole = Message::parse(octets);
  const auto prefix = Message::parse_prefix(octets);
  CHECK(!whole.ok() || prefix.ok());
  if (!prefix) CHECK(prefix.error().offset <= size);
  if (prefix) check_message(*prefix);
  if (const auto name = check_name(octets, 0)) {
    const Name expanded = NameView(octets, 0).expand();
    CHECK(weir::equal(Name::parse(expanded.to_text())->wire(), expanded.wire()));
  }
  return 0;
}
