// DNS over UDP: datagrams in, datagrams out, as many as there are with one system call each way.
#include "edge/transports/factories.h"
#include "io/udp_socket.h"

namespace weir::edge {
namespace {

constexpr int kMostBatches = 16;  // in one turn of the loop; then others have theirs

class UdpTransport final : public Transport {
 public:
  UdpTransport(const TransportContext& context, io::UdpSocket socket)
      : intake_(context.intake),
        statistics_(context.statistics),
        socket_(std::move(socket)),
        watch_(context.loop, socket_.fd()) {
    watch_.on_readable([this] { receive(); });
  }

  bool answer(const Query& query, Bytes message) override {
    MutableBytes room = socket_.reserve(message.size());
    if (room.empty()) {  // the batch is full
      flush();
      room = socket_.reserve(message.size());
    }
    if (room.size() < message.size()) return false;
    std::memcpy(room.data(), message.data(), message.size());
    io::Datagram asked;
    asked.peer = query.client;
    asked.local = query.server;
    asked.interface_index = query.way_back.interface_index;
    socket_.commit(message.size(), asked);
    return true;
  }
  void abandon(const ReturnPath&) override {}
  void flush() override { statistics_.unsent.add(socket_.flush()); }
  Endpoint local() const override { return socket_.local(); }
  void drain() override { watch_.on_readable(nullptr); }

 private:
  void receive() {
    for (int batch = 0; batch < kMostBatches; ++batch) {
      const auto datagrams = socket_.receive();
      if (datagrams.empty()) break;
      intake_.on_wake();
      for (const io::Datagram& datagram : datagrams)
        intake_.on_arrival({datagram.octets,
                            datagram.peer,
                            datagram.local,
                            model::Protocol::kUdp,
                            {this, 0, datagram.interface_index}});
      flush();
    }
  }

  Intake& intake_;
  ShardStatistics& statistics_;
  io::UdpSocket socket_;
  io::Watch watch_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_udp_transport(const TransportContext& context,
                                                      const Endpoint& endpoint) {
  io::UdpSocket::Options options;
  options.reuse_port = context.shards > 1;
  TRY(auto socket, io::UdpSocket::bind(endpoint, options));
  return std::unique_ptr<Transport>(std::make_unique<UdpTransport>(context, std::move(socket)));
}

}  // namespace weir::edge
