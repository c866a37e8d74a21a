// Names: text to wire and back, and comparing without regard to case, eight octets at a time.
#include "proto/dns/name.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace weir::dns {
namespace {

/// Adds 0x20 to those of the eight octets that are upper-case ASCII letters. With the high bits
/// off, an octet carries into its own bit 7 by adding 0x80 - x exactly when it is x or more.
uint64_t fold_word(uint64_t word) {
  constexpr uint64_t kEach = 0x0101010101010101;
  const uint64_t low = word & kEach * 0x7f;
  const uint64_t from_a = low + kEach * (0x80 - 'A');
  const uint64_t past_z = low + kEach * (0x80 - 'Z' - 1);
  return word + ((from_a & ~past_z & ~word & kEach * 0x80) >> 2);
}

uint64_t load_word(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

uint8_t fold_octet(uint8_t octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet + 0x20) : octet;
}

/// Where each label starts, from the left.
struct Labels {
  std::array<uint8_t, 128> start;
  size_t count = 0;

  explicit Labels(Bytes wire) {
    for (size_t at = 0; wire[at] != 0; at += wire[at] + size_t{1})
      start[count++] = static_cast<uint8_t>(at);
  }
};

std::weak_ordering compare_labels(const uint8_t* a, const uint8_t* b) {
  const size_t shorter = std::min(a[0], b[0]);
  for (size_t i = 1; i <= shorter; ++i)
    if (const auto order = fold_octet(a[i]) <=> fold_octet(b[i]); order != 0) return order;
  return a[0] <=> b[0];
}

bool is_whole_name(Bytes wire) {
  size_t at = 0;
  while (at < wire.size() && wire[at] != 0 && wire[at] <= kMaxLabel) at += wire[at] + size_t{1};
  return wire.size() <= kMaxName && at + 1 == wire.size() && wire[at] == 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes one octet, perhaps escaped (RFC 1035 §5.1), off the front of `text`; -1 if it is wrong.
int take_octet(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first != '\\') {
    text.remove_prefix(1);
    return first > ' ' && first < 0x7f ? first : -1;
  }
  if (text.size() < 2) return -1;
  if (!is_digit(text[1])) {
    const auto octet = static_cast<uint8_t>(text[1]);
    text.remove_prefix(2);
    return octet;
  }
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) return -1;
  const int octet = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  text.remove_prefix(4);
  return octet <= 255 ? octet : -1;
}

Error bad_name(std::string_view text, std::string_view why) {
  return {Fault::kConfig, "\"" + std::string(text) + "\" is no domain name: " + std::string(why)};
}

void append_label(std::string& text, Bytes label) {
  for (const uint8_t octet : label) {
    const char c = static_cast<char>(octet);
    if (octet <= ' ' || octet >= 0x7f) {
      text += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
               static_cast<char>('0' + octet % 10)};
    } else {
      if (std::string_view(".\\\"();@$").find(c) != std::string_view::npos) text += '\\';
      text += c;
    }
  }
  text += '.';
}

}  // namespace

void fold_case(Bytes in, uint8_t* out) {
  size_t at = 0;
  for (; at + 8 <= in.size(); at += 8) {
    const uint64_t word = fold_word(load_word(in.data() + at));
    std::memcpy(out + at, &word, sizeof word);
  }
  for (; at < in.size(); ++at) out[at] = fold_octet(in[at]);
}

bool equal_folded(Bytes a, Bytes b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size < 8) {
    for (size_t i = 0; i < size; ++i)
      if (fold_octet(a[i]) != fold_octet(b[i])) return false;
    return true;
  }
  // The last word overlaps the one before it, so nothing past the end is read.
  for (size_t i = 0; i < size - 8; i += 8)
    if (fold_word(load_word(&a[i])) != fold_word(load_word(&b[i]))) return false;
  return fold_word(load_word(&a[size - 8])) == fold_word(load_word(&b[size - 8]));
}

Result<Name> Name::parse(std::string_view text) {
  if (text.empty()) return bad_name(text, "it is empty; the root is written \".\"");
  if (text == ".") return Name();
  Name name;
  size_t label = 0;  // where the length of the label being read stands
  size_t at = 1;
  for (std::string_view rest = text; !rest.empty();) {
    if (rest[0] == '.') {
      if (at == label + 1) return bad_name(text, "a label is empty");
      name.octets_[label] = static_cast<uint8_t>(at - label - 1);
      label = at++;
      rest.remove_prefix(1);
      continue;
    }
    const int octet = take_octet(rest);
    if (octet < 0) return bad_name(text, "an escape is wrong, or an octet has to be written \\DDD");
    if (at - label > kMaxLabel) return bad_name(text, "a label is longer than 63 octets");
    if (at > kMaxName - 2) return bad_name(text, "it is longer than 255 octets");
    name.octets_[at++] = static_cast<uint8_t>(octet);
  }
  if (at > label + 1) {  // no final dot
    name.octets_[label] = static_cast<uint8_t>(at - label - 1);
    label = at++;
  }
  name.octets_[label] = 0;
  name.size_ = static_cast<uint8_t>(at);
  return name;
}

Name Name::from_wire(Bytes wire) {
  CHECK(is_whole_name(wire));
  Name name;
  std::memcpy(name.octets_.data(), wire.data(), wire.size());
  name.size_ = static_cast<uint8_t>(wire.size());
  return name;
}

size_t Name::label_count() const {
  size_t count = 0;
  for (size_t at = 0; octets_[at] != 0; at += octets_[at] + size_t{1}) ++count;
  return count;
}

Name Name::folded() const {
  Name name;
  fold_case(wire(), name.octets_.data());
  name.size_ = size_;
  return name;
}

Name Name::parent() const {
  if (is_root()) return *this;
  return from_wire(wire().subspan(octets_[0] + size_t{1}));
}

bool Name::is_within(const Name& ancestor) const {
  if (ancestor.size_ > size_) return false;
  const size_t rest = size_ - size_t{ancestor.size_};
  size_t at = 0;
  while (at < rest) at += octets_[at] + size_t{1};
  return at == rest && equal_folded(wire().subspan(at), ancestor.wire());
}

std::string Name::to_text() const { return wire_name_to_text(wire()); }

uint64_t Name::hash(uint64_t seed) const {
  std::array<uint8_t, 256> folded;
  fold_case(wire(), folded.data());
  return hash64({folded.data(), size_}, seed);
}

bool operator==(const Name& a, const Name& b) { return equal_folded(a.wire(), b.wire()); }

std::weak_ordering operator<=>(const Name& a, const Name& b) {
  const Labels of_a(a.wire());
  const Labels of_b(b.wire());
  for (size_t i = 1; i <= std::min(of_a.count, of_b.count); ++i) {
    const auto order = compare_labels(&a.octets_[of_a.start[of_a.count - i]],
                                      &b.octets_[of_b.start[of_b.count - i]]);
    if (order != 0) return order;
  }
  return of_a.count <=> of_b.count;
}

std::string wire_name_to_text(Bytes wire) {
  if (wire.size() == 1) return ".";
  std::string text;
  text.reserve(wire.size());
  for (size_t at = 0; at < wire.size() && wire[at] != 0; at += wire[at] + size_t{1})
    append_label(text, wire.subspan(at + 1, std::min<size_t>(wire[at], wire.size() - at - 1)));
  return text;
}

}  // namespace weir::dns
