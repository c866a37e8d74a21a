// How a plane declares its settings: a plain struct, and one row for each of its members.
//
//   Table<CacheSettings> table("The cache of answers.");
//   table.size("size", &CacheSettings::size_octets, {.fallback = "64MiB", .doc = "…"})
//
// A member may be T, std::optional<T> (need not be given) or std::vector<T> (a list in the file).
#pragma once

#include <initializer_list>
#include <limits>
#include <type_traits>
#include <utility>

#include "config/report.h"
#include "config/schema.h"

namespace weir::config {

/// A word of a choice and what it means in code.
template <typename E>
struct Word {
  std::string_view word;
  E value;
};

/// A text with a form of its own, which the plane reads and prints. `expected` goes into
/// diagnostics: `a host name`.
template <typename T>
struct Form {
  std::string_view expected;
  std::function<std::optional<T>(std::string_view)> parse;
  std::function<std::string(const T&)> print;
};

template <typename M>
struct Shape {
  using Item = M;
  static constexpr Count kCount = Count::kOne;
};
template <typename T>
struct Shape<std::optional<T>> {
  using Item = T;
  static constexpr Count kCount = Count::kOptional;
};
template <typename T>
struct Shape<std::vector<T>> {
  using Item = T;
  static constexpr Count kCount = Count::kList;
};

template <typename S>
class Table {
 public:
  /// `doc` is a sentence about the whole table.
  explicit Table(std::string doc) : schema_(std::make_shared<Schema>(std::move(doc))) {}

  template <typename M>
  Table& boolean(std::string key, M S::* member, Spec spec) {
    static_assert(std::is_same_v<typename Shape<M>::Item, bool>);
    return same<bool>(Kind::kBoolean, std::move(key), member, std::move(spec));
  }
  /// Without a range of its own it has that of the member's type.
  template <typename M>
  Table& integer(std::string key, M S::* member, Spec spec) {
    using Item = typename Shape<M>::Item;
    static_assert(std::is_integral_v<Item> && !std::is_same_v<Item, bool>);
    using Limits = std::numeric_limits<Item>;
    constexpr bool kNarrow = sizeof(Item) < sizeof(int64_t);
    if (spec.least.empty() && (kNarrow || Limits::min() == 0))
      spec.least = std::to_string(Limits::min());
    if (spec.most.empty() && kNarrow) spec.most = std::to_string(Limits::max());
    return cast<int64_t>(Kind::kInteger, std::move(key), member, std::move(spec));
  }
  template <typename M>
  Table& number(std::string key, M S::* member, Spec spec) {
    return same<double>(Kind::kNumber, std::move(key), member, std::move(spec));
  }
  template <typename M>
  Table& duration(std::string key, M S::* member, Spec spec) {
    return cast<Duration>(Kind::kDuration, std::move(key), member, std::move(spec));
  }
  /// Octets.
  template <typename M>
  Table& size(std::string key, M S::* member, Spec spec) {
    static_assert(sizeof(typename Shape<M>::Item) == sizeof(uint64_t));
    return cast<uint64_t>(Kind::kSize, std::move(key), member, std::move(spec));
  }
  template <typename M>
  Table& text(std::string key, M S::* member, Spec spec) {
    return same<std::string>(Kind::kText, std::move(key), member, std::move(spec));
  }
  /// Not empty; a std::string.
  template <typename M>
  Table& path(std::string key, M S::* member, Spec spec) {
    return same<std::string>(Kind::kPath, std::move(key), member, std::move(spec));
  }
  template <typename M>
  Table& endpoint(std::string key, M S::* member, Spec spec) {
    return same<Endpoint>(Kind::kEndpoint, std::move(key), member, std::move(spec));
  }
  template <typename M>
  Table& prefix(std::string key, M S::* member, Spec spec) {
    return same<Prefix>(Kind::kPrefix, std::move(key), member, std::move(spec));
  }

  template <typename M, typename E = typename Shape<M>::Item>
  Table& choice(std::string key, M S::* member, std::initializer_list<Word<E>> list, Spec spec) {
    Field field = make<M>(Kind::kChoice, std::move(key), std::move(spec));
    const std::vector<Word<E>> words(list);
    for (const Word<E>& word : words) field.words.emplace_back(word.word);
    const auto value_of = [words](const Scalar& scalar) {
      for (const Word<E>& word : words)
        if (word.word == std::get<std::string>(scalar)) return word.value;
      return words.front().value;  // not reached: the reader knows the words
    };
    const auto word_of = [words](const E& value) {
      for (const Word<E>& word : words)
        if (word.value == value) return Scalar(std::string(word.word));
      return Scalar(std::string());
    };
    return bind(std::move(field), member, value_of, word_of);
  }

  template <typename M, typename T = typename Shape<M>::Item>
  Table& form(std::string key, M S::* member, Form<T> form, Spec spec) {
    Field field = make<M>(Kind::kText, std::move(key), std::move(spec));
    field.expected = form.expected;
    field.is_good = [parse = form.parse](const std::string& text) {
      return parse(text).has_value();
    };
    return bind(
        std::move(field), member,
        [parse = form.parse](const Scalar& scalar) {
          return *parse(std::get<std::string>(scalar));
        },
        [print = form.print](const T& value) { return Scalar(print(value)); });
  }

  /// A nested table: `[edge.cache]` for T, the same but only when given for std::optional<T>, and
  /// `[[edge.upstreams]]` for std::vector<T>. Of the spec, `fallback` (TOML: `[{name = "a"}]`),
  /// `most_items` and `unique` matter to lists; `reload` to elements that come and go.
  template <typename M, typename T = typename Shape<M>::Item>
  Table& table(std::string key, M S::* member, const Table<T>& inner, Spec spec = {}) {
    if (spec.doc.empty()) spec.doc = inner.schema().doc();
    Field field = make<M>(Kind::kTable, std::move(key), std::move(spec));
    field.schema = inner.share();
    if constexpr (Shape<M>::kCount == Count::kOne) {
      field.size = [](const void*) { return size_t{1}; };
      field.resize = [](void*, size_t) {};
      field.element = [member](void* s, size_t) -> void* { return &place(s, member); };
    } else if constexpr (Shape<M>::kCount == Count::kOptional) {
      field.size = [member](const void* s) { return size_t{place(s, member).has_value()}; };
      field.resize = [member](void* s, size_t size) {
        place(s, member).reset();
        if (size > 0) place(s, member).emplace();
      };
      field.element = [member](void* s, size_t) -> void* { return &*place(s, member); };
    } else {
      field.size = [member](const void* s) { return place(s, member).size(); };
      field.resize = [member](void* s, size_t size) {
        place(s, member).clear();
        place(s, member).resize(size);
      };
      field.element = [member](void* s, size_t i) -> void* { return &place(s, member)[i]; };
    }
    schema_->add(std::move(field));
    return *this;
  }

  /// A rule that looks at more than one key. It runs when every key of this table is good by
  /// itself.
  Table& check(std::function<void(const S&, Report&)> rule) {
    schema_->add_check([rule = std::move(rule)](const void* settings, Report& report) {
      rule(*static_cast<const S*>(settings), report);
    });
    return *this;
  }

  const Schema& schema() const { return *schema_; }
  std::shared_ptr<const Schema> share() const { return schema_; }

 private:
  template <typename M>
  static M& place(void* settings, M S::* member) {
    return static_cast<S*>(settings)->*member;
  }
  template <typename M>
  static const M& place(const void* settings, M S::* member) {
    return static_cast<const S*>(settings)->*member;
  }

  template <typename M>
  static Field make(Kind kind, std::string key, Spec spec) {
    Field field;
    field.key = std::move(key);
    field.kind = kind;
    field.count = Shape<M>::kCount;
    field.spec = std::move(spec);
    return field;
  }

  template <typename T, typename M>
  Table& same(Kind kind, std::string key, M S::* member, Spec spec) {
    static_assert(std::is_same_v<typename Shape<M>::Item, T>, "the member has another type");
    return cast<T>(kind, std::move(key), member, std::move(spec));
  }
  /// Members whose type only differs in width from the scalar's.
  template <typename T, typename M>
  Table& cast(Kind kind, std::string key, M S::* member, Spec spec) {
    using Item = typename Shape<M>::Item;
    return bind(
        make<M>(kind, std::move(key), std::move(spec)), member,
        [](const Scalar& scalar) { return static_cast<Item>(std::get<T>(scalar)); },
        [](const Item& item) { return Scalar(static_cast<T>(item)); });
  }

  template <typename M, typename From, typename To>
  Table& bind(Field field, M S::* member, From from, To to) {
    field.set = [member, from](void* settings, const Value& value) {
      M& target = place(settings, member);
      target = M{};
      if constexpr (Shape<M>::kCount == Count::kList)
        for (const Scalar& scalar : value) target.push_back(from(scalar));
      else if (!value.empty())
        target = from(value.front());
    };
    field.get = [member, to](const void* settings) {
      const M& source = place(settings, member);
      Value value;
      if constexpr (Shape<M>::kCount == Count::kList)
        for (const auto& item : source) value.push_back(to(item));
      else if constexpr (Shape<M>::kCount == Count::kOptional)
        value = source ? Value{to(*source)} : Value{};
      else
        value.push_back(to(source));
      return value;
    };
    schema_->add(std::move(field));
    return *this;
  }

  std::shared_ptr<Schema> schema_;
};

}  // namespace weir::config
