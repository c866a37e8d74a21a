// Asking a resolver for records as a client would: all of a batch at once over UDP, repeated once,
// over TCP where an answer was truncated, or over TCP alone.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/udp_socket.h"
#include "universe/keep_warm/driver.h"

namespace weir::universe {

class Requery final : public Driver, io::StreamEvents {
 public:
  /// All of it outlives this object.
  Requery(io::Loop& loop, const RequerySettings& settings, Random& random, DriverEvents& events);

  void refresh(const std::vector<Target>& batch) override;
  /// The same for a part of a batch; also for none.
  void ask(std::vector<Job> jobs);

 private:
  struct Question {
    Job job;
    Octets message;
  };
  void ask_over_udp();
  void send_all();
  void on_readable();
  void on_message(Bytes message);
  void ask_over_tcp();
  void on_data(Bytes octets) override;
  void on_close(io::CloseCause cause, std::string_view detail) override;
  Octets write(const Target& target, uint16_t id) const;
  uint16_t free_id();
  void give_up(std::string_view why);
  void end_if_answered();
  void end();

  io::Loop& loop_;
  const RequerySettings settings_;
  Random& random_;
  DriverEvents& events_;
  std::unordered_map<uint16_t, Question> asked_;  // by ID; not answered yet
  std::vector<Job> waiting_;                      // for TCP
  std::optional<io::UdpSocket> socket_;
  std::optional<io::Watch> watch_;  // declared after the socket, so gone before it is closed
  std::unique_ptr<io::Stream> stream_;
  Octets incoming_;
  io::Timer timer_;
};

}  // namespace weir::universe
