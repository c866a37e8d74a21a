// A value or an error, for everything that may go wrong in the world outside (octets, peers, files,
// configuration). What may go wrong inside is CHECK's (base/check.h).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace weir {

/// Whose fault an error is: decides what is logged and whether trying again can help.
enum class Fault : unsigned char { kOurs, kPeer, kConfig, kResource };

/// An error off the hot path: whose, what and where in words, and whether a retry may succeed.
struct Error {
  Fault fault = Fault::kOurs;
  std::string what;
  bool retry = false;
};

/// The error `what`, with the text of errno appended.
Error system_error(const std::string& what, int error_number);

struct Done {};

/// Either a `T` or an `E`. Hot paths use a small enum for `E`, so that failing does not allocate.
template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  using Value = T;
  using Failure = E;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(E failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT: implicit

  /// A value made in place, for those that are too large to be moved about.
  explicit Result(std::in_place_t) : state_(std::in_place_index<0>) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const E& error() const& { return *std::get_if<1>(&state_); }
  E&& error() && { return std::move(*std::get_if<1>(&state_)); }
  T value_or(T other) const { return ok() ? **this : std::move(other); }

 private:
  std::variant<T, E> state_;
};

/// Success without a value.
using Status = Result<Done>;

}  // namespace weir

#define WEIR_JOIN_(a, b) a##b
#define WEIR_JOIN(a, b) WEIR_JOIN_(a, b)
#define WEIR_TRY_(name, declaration, expression) \
  auto name = (expression);                      \
  if (!name) return std::move(name).error();     \
  declaration = *std::move(name)
/// `TRY(auto x, f());` binds the value of `f()` to `x`, or returns its error from this function.
#define TRY(declaration, expression) \
  WEIR_TRY_(WEIR_JOIN(try_result_, __LINE__), declaration, expression)
/// `TRY_DONE(f());` returns the error of `f()`, if it has one.
#define TRY_DONE(expression)                                                               \
  do {                                                                                     \
    if (auto try_status = (expression); !try_status) return std::move(try_status).error(); \
  } while (false)
