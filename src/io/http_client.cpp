// The request in one write, the reply until the server closes (RFC 9112 §9.6).
#include "io/http_client.h"

#include <fmt/format.h>

#include <charconv>

#include "io/stream.h"

namespace weir::io {
namespace {

constexpr size_t kMostReply = 16 << 20;

class Exchange final : public StreamEvents {
 public:
  Exchange(const Endpoint& server, Duration timeout) : server_(server), timer_(loop_) {
    timer_.start(timeout, [this] { fail("no answer in time"); });
    stream_ = connect_stream(loop_, server, nullptr, {.connect_timeout = timeout}, *this);
  }

  Result<HttpReply> run(const std::string& target) {
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", target,
                    server_.to_text());
    stream_->send({reinterpret_cast<const uint8_t*>(request.data()), request.size()});
    loop_.run();
    if (!failure_.empty())
      return Error{Fault::kPeer, fmt::format("http://{}/: {}", server_.to_text(), failure_)};
    return read_reply();
  }

 private:
  void on_data(Bytes octets) override {
    received_.append(reinterpret_cast<const char*>(octets.data()), octets.size());
    if (received_.size() > kMostReply) fail("the answer is longer than 16 MiB");
  }
  void on_close(CloseCause cause, std::string_view detail) override {
    if (cause != CloseCause::kEndOfStream) failure_ = detail;
    loop_.stop();
  }
  void fail(std::string why) {
    failure_ = std::move(why);
    loop_.stop();
  }
  Result<HttpReply> read_reply() const {
    const std::string_view text = received_;
    const size_t end = text.find("\r\n\r\n");
    HttpReply reply;
    const std::string_view status = text.substr(0, 12).substr(std::min<size_t>(9, text.size()));
    const auto [at, failed] =
        std::from_chars(status.data(), status.data() + status.size(), reply.status);
    if (!text.starts_with("HTTP/1.") || end == std::string_view::npos || failed != std::errc())
      return Error{Fault::kPeer, fmt::format("{} does not speak HTTP", server_.to_text())};
    reply.body = text.substr(end + 4);
    return reply;
  }

  const Endpoint server_;
  Loop loop_;
  Timer timer_;
  std::unique_ptr<Stream> stream_;
  std::string received_;
  std::string failure_;
};

}  // namespace

Result<HttpReply> http_get(const Endpoint& server, const std::string& target, Duration timeout) {
  return Exchange(server, timeout).run(target);
}

std::string encode_query(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~:").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c)
                     : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<uint8_t>(c)));
  }
  return encoded;
}

}  // namespace weir::io
