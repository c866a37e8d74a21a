// Asks one server one question and waits: the client of `weir query`. It runs its own loop.
#pragma once

#include <string>

#include "app/commands/question.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/random.h"

namespace weir::app {

struct Answer {
  Octets message;
  QueryProtocol protocol{};  // over which it came
  bool retried_over_tcp = false;
  Duration time{};  // of the last exchange, connecting included
};

struct AskOptions {
  Duration timeout{};
  std::string tls_name;
  std::string ca_file;
};

/// The answer that fits the question (ID, name, type, class); others are ignored. A truncated one
/// over UDP is asked for again over TCP. The error says why there is none.
Result<Answer> ask_server(const Question& question, const AskOptions& options, const Clock& clock,
                          Random& random);

std::string_view to_text(QueryProtocol protocol);

}  // namespace weir::app
