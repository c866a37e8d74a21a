// `weir query`: asks, prints the answer as kdig does, and says how long it took.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/asker.h"
#include "base/units.h"
#include "proto/dns/print.h"

namespace weir::app {
namespace {

void print_answer(const Question& question, const Answer& answer, WallTime when) {
  if (answer.retried_over_tcp) fmt::print(";; truncated over UDP; asked again over TCP\n");
  fmt::print("{}\n", dns::message_to_text(answer.message));
  fmt::print(";; Received {} B\n;; Time {}\n", answer.message.size(), format_rfc3339(when));
  fmt::print(";; From {} ({}) in {:.1f} ms\n", question.server.to_text(), to_text(answer.protocol),
             to_seconds(answer.time) * 1e3);
}

}  // namespace

int run(const QueryCommand& command) {
  const auto question = read_question(command);
  if (!question) {
    fmt::print(stderr, "weir query: {}\nsee weir query --help\n", question.error().what);
    return kExitWrongInput;
  }
  const SystemClock clock;
  SystemRandom random;
  const AskOptions options{command.timeout, command.tls_name, command.ca_file};
  const auto answer = ask_server(*question, options, clock, random);
  if (!answer) {
    fmt::print(stderr, "weir query: {} over {}: {}\n", question->server.to_text(),
               to_text(question->protocol), answer.error().what);
    return answer.error().fault == Fault::kConfig ? kExitWrongInput : kExitFailed;
  }
  print_answer(*question, *answer, clock.wall_now());
  return kExitDone;
}

}  // namespace weir::app
