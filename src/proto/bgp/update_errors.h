// What can be wrong with an UPDATE, and what is done about it: the approaches of RFC 7606.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "proto/bgp/types.h"

namespace weir::bgp {

/// From the weakest to the strongest; the strongest that any error asks for is taken (§3.h).
enum class Approach : uint8_t {
  kNone,
  kAttributeDiscard,
  kTreatAsWithdraw,
  kSessionReset,  // also where the RFC would allow to disable one AFI/SAFI
};

enum class Fault : uint8_t {
  kLengths,        // the lengths of the two fields do not fit into the message
  kPrefixes,       // a prefix is longer than its family allows, or cut
  kStub,           // octets left in the list that cannot be an attribute
  kOverrun,        // an attribute is longer than the list
  kDuplicate,      // the same attribute again
  kFlags,          // optional or transitive where it is not, or the reverse
  kLength,         // a length that the attribute cannot have
  kValue,          // a value that the attribute cannot have
  kNextHop,        // no address that a host can have
  kFirstAs,        // an external path that does not begin with the neighbour
  kMissing,        // a mandatory attribute
  kUnexpected,     // an attribute this neighbour should not send
  kUnrecognized,   // a well-known attribute that nobody knows
  kNotNegotiated,  // routes of a family that was not agreed on
};
inline constexpr size_t kFaultKinds = 14;

struct Finding {
  Fault fault{};
  Approach approach = Approach::kNone;
  AttributeType attribute{};  // zero where the fault is in none
  bool operator==(const Finding&) const = default;
};

/// What was found in one UPDATE: the first of them, and the number of all.
class Findings {
 public:
  static constexpr size_t kKept = 16;

  void add(const Finding& finding) {
    if (count_ < kKept) kept_[count_] = finding;
    ++count_;
  }
  std::span<const Finding> kept() const { return {kept_.data(), std::min(count_, kKept)}; }
  size_t count() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  std::array<Finding, kKept> kept_{};
  size_t count_ = 0;
};

/// `treat-as-withdraw`.
std::string_view to_text(Approach approach);
/// `wrong length`.
std::string_view to_text(Fault fault);
/// `LOCAL_PREF: wrong length (treat-as-withdraw)`.
std::string to_text(const Finding& finding);

}  // namespace weir::bgp
