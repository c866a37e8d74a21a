// JSON as the operator plane writes it: one pass, no tree, and escaped so exactly that names chosen
// by strangers cannot end a string, a script element or a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::control {

/// `text` between quotes. Control octets, DEL, quotes, backslashes and `<>&` are escaped; octets
/// that are not UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

/// Writes values in order; commas and colons are put where they belong. Nesting is the caller's.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(uint64_t value);
  JsonWriter& number(double value);  // not a number, and the infinities: null
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& field(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonWriter& field(std::string_view name, const char* value) { return key(name).text(value); }
  JsonWriter& field(std::string_view name, uint64_t value) { return key(name).number(value); }
  JsonWriter& field(std::string_view name, double value) { return key(name).number(value); }
  JsonWriter& field(std::string_view name, bool value) { return key(name).boolean(value); }

  const std::string& written() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void separate();
  std::string out_;
  bool comma_ = false;
};

}  // namespace weir::control
