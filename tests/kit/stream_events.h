// Events of a stream, recorded for a test to look at, with places to act in.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "io/stream.h"

namespace weir::kit {

struct RecordedEvents final : io::StreamEvents {
  bool opened = false;
  std::string data;
  std::optional<io::CloseCause> cause;
  std::string detail;
  std::function<void()> then_on_open, then_on_data, then_on_sent, then_on_close;

  void on_open() override {
    EXPECT_FALSE(opened || cause);
    opened = true;
    if (then_on_open) then_on_open();
  }
  void on_data(Bytes octets) override {
    EXPECT_FALSE(cause);
    data += as_text(octets);
    if (then_on_data) then_on_data();
  }
  void on_sent() override {
    EXPECT_FALSE(cause);
    if (then_on_sent) then_on_sent();
  }
  void on_close(io::CloseCause why, std::string_view words) override {
    EXPECT_FALSE(cause) << "told twice";
    cause = why;
    detail = words;
    if (then_on_close) then_on_close();
  }
};

}  // namespace weir::kit
