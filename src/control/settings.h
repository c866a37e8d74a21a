// What the operator may say about the control plane. app/settings.cpp holds the table that reads
// it.
#pragma once

#include <vector>

#include "base/endpoint.h"

namespace weir::control {

struct ControlSettings {
  std::vector<Endpoint> listen;        // empty: no control plane
  std::vector<Prefix> allow;           // who may ask it
  std::vector<Endpoint> alias_listen;  // metrics, link page and robots.txt only
  std::vector<Prefix> alias_allow;     // who may ask that
};

}  // namespace weir::control
