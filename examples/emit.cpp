// Emits client queries and responses, COUNT of them altogether, and prints what became of them:
//   emit file:/tmp/x.fstrm 1000
//   emit tcp:127.0.0.1:6000 1000000
#include <weir/dnstap.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace tap = weir::tap;

namespace {

// example.com A, and an answer to it; the first two octets are the ID.
std::uint8_t query[] = {0,   0,   1,   0,   0,   1, 0,   0,   0,   0, 0, 0, 7, 'e', 'x',
                        'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1};
std::uint8_t response[] = {0,   0,   0x81, 0x80, 0,   1, 0,   1,   0,   0, 0, 0,   7, 'e', 'x',
                           'a', 'm', 'p',  'l',  'e', 3, 'c', 'o', 'm', 0, 0, 1,   0, 1,   0xc0,
                           12,  0,   1,    0,    1,   0, 0,   0,   60,  0, 4, 192, 0, 2,   1};

void number(std::uint8_t* message, std::uint64_t id) {
  message[0] = static_cast<std::uint8_t>(id >> 8);
  message[1] = static_cast<std::uint8_t>(id);
}

void emit(tap::Producer& producer, std::uint64_t count) {
  const auto client = tap::Endpoint::parse("192.0.2.7", 54321);
  const auto server = tap::Endpoint::parse("198.51.100.53", 53);
  for (std::uint64_t i = 0; i < count; ++i) {
    const tap::Time asked = std::chrono::system_clock::now();
    number(query, i / 2);
    number(response, i / 2);
    if (i % 2 == 0)
      producer.client_query(client, server, tap::Protocol::kUdp, query, asked);
    else
      producer.client_response(client, server, tap::Protocol::kUdp, query, response, asked);
  }
}

void print(const tap::Statistics& statistics) {
  std::cout << "state " << tap::to_text(statistics.state) << "\nproduced " << statistics.produced
            << "\nsent " << statistics.sent << "\nqueued " << statistics.queued << "\n";
  for (std::size_t i = 1; i < tap::kOutcomes; ++i)
    if (statistics.dropped[i] > 0)
      std::cout << "dropped " << tap::to_text(static_cast<tap::Outcome>(i)) << " "
                << statistics.dropped[i] << "\n";
  std::cout << "connects " << statistics.connects << "\nfailures " << statistics.failures << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: emit file:PATH|unix:PATH|tcp:HOST:PORT|tls:HOST:PORT COUNT\n";
    return 2;
  }
  tap::Options options;
  options.output = argv[1];
  options.identity = "emit";
  options.version = "1";
  options.block_for = std::chrono::seconds(10);  // a server would rather drop, the default
  options.log = [](tap::Severity, std::string_view text) { std::cerr << text << "\n"; };
  auto opened = tap::Producer::open(options);
  if (!opened) {
    std::cerr << opened.error << "\n";
    return 1;
  }
  emit(opened.producer, std::strtoull(argv[2], nullptr, 10));
  const bool all = opened.producer.close(std::chrono::seconds(10));
  print(opened.producer.statistics());
  return all ? 0 : 1;
}
