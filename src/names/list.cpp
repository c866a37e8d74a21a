// Keeping the rules of a list close together.
#include "names/list.h"

namespace weir::names {

void List::add_name(Kind kind, Action action, Bytes folded_wire) {
  const auto head =
      static_cast<uint8_t>(static_cast<unsigned>(kind) << 1 | static_cast<unsigned>(action));
  names_.push_back(head);
  names_.insert(names_.end(), folded_wire.begin(), folded_wire.end());
  ++name_count_;
}

void List::add_pattern(Kind kind, Action action, std::string_view text) {
  patterns_.push_back({kind, action, std::string(text)});
}

}  // namespace weir::names
