// How an observation becomes octets. A plug-in of flow/encoders implements it.
#pragma once

#include <string>

#include "model/observation.h"

namespace weir::flow {

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends one whole record, its line end included.
  virtual void encode(const model::Observation& observation, std::string& out) = 0;
};

}  // namespace weir::flow
