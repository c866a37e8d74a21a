// The pieces of a JSON text, written at a cursor: room is made once for many small steps, and most
// of them are copies whose length the compiler knows.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "flow/text.h"
#include "proto/dns/name.h"

namespace weir::flow {

class JsonWriter {
 public:
  /// What one step below takes at most, if it says nothing else.
  static constexpr size_t kStep = 64;
  /// A name as JSON text at worst: every octet a \DDD with its backslash escaped.
  static constexpr size_t kNameText = 5 * dns::kMaxName;

  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  std::string_view text() const { return {text_.get(), size_}; }

  /// Makes room for `octets` more, which the steps down to `again` rely on.
  void room(size_t octets) {
    if (room_ - size_ < octets) grow(octets);
  }

  template <size_t Size>
  void put(const char (&literal)[Size]) {
    std::memcpy(end(), literal, Size - 1);
    size_ += Size - 1;
  }
  /// Needs as much room as there is text, and none of it escaped.
  void put(std::string_view text) {
    std::copy_n(text.data(), text.size(), end());
    size_ += text.size();
  }
  void put(char c) { text_[size_++] = c; }
  template <std::integral Number>
  void number(Number value) {
    reach(put_number(end(), value));
  }
  void truth(bool value) {
    std::memcpy(end(), value ? "true " : "false", 5);
    size_ += value ? 4 : 5;
  }
  void address(const IpAddress& address) { reach(put_address(end(), address)); }
  void time(WallTime time) { reach(put_time(end(), time)); }
  void seconds(Duration duration) { reach(put_seconds(end(), duration)); }
  /// Copies `count` octets that stand at `from` already.
  void again(size_t from, size_t count) {
    std::memcpy(end(), text_.get() + from, count);
    size_ += count;
  }

  // These make their own room, and leave that of one step.

  /// Puts `text` in the place of every `c` behind `from`. False when there is none.
  bool replace(size_t from, char c, std::string_view text) {
    const std::string_view tail = this->text().substr(from);
    if (tail.find(c) == tail.npos) return false;
    const std::string before(tail);
    size_ = from;
    for (const char each : before) {
      room(text.size() + kStep);
      if (each == c)
        put(text);
      else
        put(each);
    }
    return true;
  }

  /// The content of a JSON string (see append_json_escaped).
  void escaped(std::string_view text) {
    room(text.size() + kStep);
    if (is_plain_json(text)) return put(text);
    escape(text);
  }
  enum class Dot : uint8_t { kWithout, kFinal };
  /// An uncompressed wire name in presentation form, escaped; nothing of no octets.
  void name(Bytes wire, Dot dot = Dot::kWithout) {
    room(kNameText + kStep);
    char* const plain = wire.size() > dns::kMaxName ? nullptr : put_plain_name(end(), wire);
    if (plain == nullptr || plain == end()) return odd_name(wire, dot);
    reach(dot == Dot::kFinal ? plain : plain - 1);
  }

 private:
  char* end() { return text_.get() + size_; }
  void reach(const char* end) { size_ = static_cast<size_t>(end - text_.get()); }
  void grow(size_t octets) {
    room_ = std::max(2 * room_, size_ + octets);
    auto larger = std::make_unique_for_overwrite<char[]>(room_);
    std::copy_n(text_.get(), size_, larger.get());
    text_ = std::move(larger);
  }
  void escape(std::string_view text) {
    scratch_.clear();
    append_json_escaped(scratch_, text);
    room(scratch_.size() + kStep);
    put(scratch_);
  }
  void odd_name(Bytes wire, Dot dot) {
    if (wire.empty()) return;
    std::string text = dns::wire_name_to_text(wire);
    if (dot == Dot::kWithout && text.size() > 1 && text.back() == '.') text.pop_back();
    escape(text);
  }

  std::unique_ptr<char[]> text_;
  size_t size_ = 0;
  size_t room_ = 0;
  std::string scratch_;
};

}  // namespace weir::flow
