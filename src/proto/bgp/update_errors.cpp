// The words for faults in UPDATEs.
#include "proto/bgp/update_errors.h"

namespace weir::bgp {

std::string_view to_text(Approach approach) {
  switch (approach) {
    case Approach::kNone: return "nothing";
    case Approach::kAttributeDiscard: return "attribute discard";
    case Approach::kTreatAsWithdraw: return "treat-as-withdraw";
    case Approach::kSessionReset: return "session reset";
  }
  return "?";
}

std::string_view to_text(Fault fault) {
  switch (fault) {
    case Fault::kLengths: return "lengths that do not fit";
    case Fault::kPrefixes: return "malformed prefixes";
    case Fault::kStub: return "octets that are no attribute";
    case Fault::kOverrun: return "longer than the list";
    case Fault::kDuplicate: return "there twice";
    case Fault::kFlags: return "wrong flags";
    case Fault::kLength: return "wrong length";
    case Fault::kValue: return "invalid value";
    case Fault::kNextHop: return "no address of a host";
    case Fault::kFirstAs: return "the neighbour is not the first AS";
    case Fault::kMissing: return "missing";
    case Fault::kUnexpected: return "not for this neighbour to send";
    case Fault::kUnrecognized: return "well-known, but unrecognized";
    case Fault::kNotNegotiated: return "a family that was not agreed on";
  }
  return "?";
}

std::string to_text(const Finding& finding) {
  std::string text;
  if (finding.attribute != AttributeType{}) text = to_text(finding.attribute) + ": ";
  text += to_text(finding.fault);
  text += " (";
  text += to_text(finding.approach);
  return text + ")";
}

}  // namespace weir::bgp
