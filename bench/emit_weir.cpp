// Emits client queries through weir::dnstap, or calls nothing: emit_weir PATH THREADS CALLS, where
// a PATH of `-` is the floor, what reading the clock takes.
#include <weir/dnstap.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

#include "emit_load.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int threads = std::atoi(argv[2]);
  const long calls = std::atol(argv[3]);
  if (std::strcmp(argv[1], "-") == 0) {
    emit_load::run(threads, calls, [] { return [] {}; }, [] { return 0L; });
    return 0;
  }
  weir::tap::Options options;
  options.output = std::string("unix:") + argv[1];
  options.identity = "bench";
  options.version = "weir";
  auto opened = weir::tap::Producer::open(options);
  if (!opened) {
    std::cerr << opened.error << "\n";
    return 1;
  }
  weir::tap::Producer& tap = opened.producer;
  const weir::tap::Endpoint client(emit_load::kClient, 54321), server(emit_load::kServer, 53);
  emit_load::run(
      threads, calls,
      [&] {
        return
            [&] { tap.client_query(client, server, weir::tap::Protocol::kUdp, emit_load::kQuery); };
      },
      [&] {
        tap.close(std::chrono::seconds(20));
        return static_cast<long>(tap.statistics().dropped_total());
      });
}
