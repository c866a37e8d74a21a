// The type-erased description of settings: one Field for each key, which drives reading, ranges,
// defaults, printing, the reference page and reload. Planes do not write it; Table<S> does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "config/value.h"

namespace weir::config {

/// Whether a changed key takes effect on SIGHUP or only when the program starts.
enum class Reload : unsigned char { kRestart, kLive };

inline constexpr size_t kMostItems = 1024;

/// What an author says about a field. Texts are what a user would write as the value, without the
/// quotes: `64MiB`; lists with brackets: `["127.0.0.1:53"]`.
struct Spec {
  std::optional<std::string> fallback = {};  // without it the key must be given, if not optional
  std::string least = {};                    // for texts and paths: octets
  std::string most = {};
  std::string doc = {};  // one sentence, or a few
  Reload reload = Reload::kRestart;
  bool secret = false;                        // never printed
  std::optional<uint16_t> default_port = {};  // endpoints may then leave the port out
  size_t most_items = kMostItems;             // of a list
  std::string unique = {};                    // of a list of tables: the key that names an element
};

class Report;
class Schema;

struct Field {
  std::string key;
  Kind kind = Kind::kText;
  Count count = Count::kOne;
  Spec spec;
  std::vector<std::string> words;                   // of a choice
  std::string expected;                             // of a text with a form of its own
  std::function<bool(const std::string&)> is_good;  // of such a text

  // Values: `set` gets a value that was checked.
  std::function<void(void* settings, const Value&)> set;
  std::function<Value(const void* settings)> get;

  // Tables, seen as a row of elements: exactly one, at most one, or any number.
  std::shared_ptr<const Schema> schema;
  std::function<size_t(const void* settings)> size;
  std::function<void*(void* settings, size_t index)> element;
  std::function<void(void* settings, size_t size)> resize;

  // Filled by Schema::add.
  std::optional<Node> fallback;
  std::optional<Scalar> least;
  std::optional<Scalar> most;

  bool is_table() const { return kind == Kind::kTable; }
  const void* at(const void* settings, size_t index) const {
    return element(const_cast<void*>(settings), index);
  }
};

class Schema {
 public:
  explicit Schema(std::string doc) : doc_(std::move(doc)) {}

  /// A field that contradicts itself (bad key, bad default, no sentence) ends the process.
  void add(Field field);
  void add_check(std::function<void(const void* settings, Report&)> check);

  const std::string& doc() const { return doc_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<std::function<void(const void*, Report&)>>& checks() const { return checks_; }
  const Field* find(std::string_view key) const;
  /// The key most like `key`, in quotes; empty when none is near.
  std::string nearest_key(std::string_view key, std::string_view before = {}) const;

 private:
  std::string doc_;
  std::vector<Field> fields_;
  std::vector<std::function<void(const void*, Report&)>> checks_;
};

/// `a duration such as "30s", 1s to 1h`; `one of drop, refused`; `a list of …`.
std::string expectation(const Field& field);
/// `1s to 1h`, `at least 1`; empty when any value will do.
std::string range(const Field& field);

/// The node that a text without TOML's quotes means for this field: for defaults, environment
/// variables and --set. Lists of strings may be written with commas only.
Node node_from_text(const Field& field, std::string_view text, const std::string& origin);

/// `edge` + `cache` = `edge.cache`.
std::string join(std::string_view path, std::string_view key);

}  // namespace weir::config
