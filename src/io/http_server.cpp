// HTTP/1.1 for operators. Boost.Beast parses requests; octets come and go through this room's
// streams.
#include "io/http_server.h"

#ifdef __SANITIZE_THREAD__  // see loop.cpp
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>
#include <exception>
#include <list>
#include <optional>

#include "base/log.h"
#include "io/stream.h"

namespace weir::io {
namespace {

namespace http = boost::beast::http;

constexpr size_t kConnections = 64;
constexpr uint32_t kHeaderOctets = 8 * 1024;
constexpr uint64_t kBodyOctets = 64 * 1024;
constexpr size_t kResponseOctets = 8 << 20;
constexpr Duration kIdle = 30s;

using Parser = http::request_parser<http::string_body>;

std::optional<int> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return std::nullopt;
}

// Percent-decoding (RFC 3986 §2.1); in queries a plus is a space.
std::optional<std::string> decode(std::string_view text, bool query) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && query) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      decoded += static_cast<char>(*high * 16 + *low);
      i += 2;
    }
  }
  return decoded;
}

bool decode_query(std::string_view text, HttpRequest& request) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(equals == pair.npos ? "" : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    request.query.emplace_back(*std::move(name), *std::move(value));
  }
  return true;
}

// The request as handlers see it; nothing when its target or Host is not acceptable (RFC 9112
// §3.2).
std::optional<HttpRequest> read_request(Parser& parser, const Endpoint& peer) {
  auto& message = parser.get();
  if (message.version() >= 11 && message.count(http::field::host) != 1) return std::nullopt;
  const std::string_view target(message.target().data(), message.target().size());
  if (!target.starts_with('/')) return std::nullopt;
  const size_t mark = std::min(target.find('?'), target.size());
  auto path = decode(target.substr(0, mark), false);
  HttpRequest request;
  if (!path || (mark < target.size() && !decode_query(target.substr(mark + 1), request))) {
    return std::nullopt;
  }
  request.path = *std::move(path);
  request.method = std::string(message.method_string());
  if (request.method == "HEAD") request.method = "GET";
  for (const auto& field : message) {
    request.headers.emplace_back(field.name_string(), field.value());
  }
  request.body = std::move(message.body());
  request.peer = peer;
  return request;
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

// A value with a line end would begin a header, or a body, of somebody else's choice.
bool safe_header(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

std::string to_octets(const HttpResponse& response, bool keep_alive, bool with_body) {
  const bool bodyless = response.status < 200 || response.status == 204 || response.status == 304;
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nConnection: {}\r\n"
      "X-Content-Type-Options: nosniff\r\n",
      response.status, std::string_view(reason.data(), reason.size()), http_date(),
      keep_alive ? "keep-alive" : "close");
  const auto add = [&](std::string_view name, std::string_view value) {
    if (safe_header(name) && safe_header(value)) {
      text += fmt::format("{}: {}\r\n", name, value);
    } else {
      log::error("a response header with control characters was left out: " +
                 log::escape_text(name));
    }
  };
  if (!bodyless) {
    add("Content-Type", response.content_type);
    add("Content-Length", std::to_string(response.body.size()));
  }
  for (const auto& [name, value] : response.headers) add(name, value);
  text += "\r\n";
  if (with_body && !bodyless) text += response.body;
  return text;
}

HttpResponse plain(int status) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(status));
  HttpResponse response;
  response.status = status;
  response.body = std::string(reason) + "\n";
  return response;
}

int status_of(const boost::system::error_code& failed) {
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow) return 431;
  if (failed == http::error::body_limit) return 413;
  return 400;
}

HttpResponse call(const HttpServer::Handler& handler, const HttpRequest& request) {
  try {
    HttpResponse response = handler(request);
    if (response.body.size() < kResponseOctets) return response;
    log::error("a response to " + log::escape_text(request.path) + " was too large");
  } catch (const std::exception& failure) {
    log::error("answering " + log::escape_text(request.path) +
               " failed: " + log::escape_text(failure.what()));
  }
  return plain(500);
}

class HttpConnection;

// The server itself. Connections hold it weakly: its end is theirs.
struct Reception : std::enable_shared_from_this<Reception> {
  Reception(Loop& its_loop, HttpServer::Handler its_handler)
      : loop(its_loop), handler(std::move(its_handler)) {}
  void accept(UniqueFd fd, const Endpoint& peer, const Endpoint& own);
  void remove(const HttpConnection* connection);
  /// It waits anew.
  void answered(const HttpConnection* connection);

  Loop& loop;
  const HttpServer::Handler handler;
  std::unique_ptr<Listener> listener;
  std::list<std::shared_ptr<HttpConnection>> connections;  // who has waited longest stands first
};

class HttpConnection final : public StreamEvents,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  explicit HttpConnection(const std::shared_ptr<Reception>& server)
      : server_(server), loop_(server->loop), idle_(server->loop) {}

  void start(UniqueFd fd, const Endpoint& peer, const Endpoint& own) {
    StreamOptions options;
    options.limit_octets = kResponseOctets + kHeaderOctets;
    stream_ = accept_stream(loop_, std::move(fd), peer, own, options, *this);
    await_request();
  }

  void on_data(Bytes octets) override {
    const auto self = shared_from_this();
    incoming_.insert(incoming_.end(), octets.begin(), octets.end());
    advance();
  }

  void on_close(CloseCause, std::string_view) override { leave(); }

  /// Answers and ends.
  void refuse(int status) {
    respond(plain(status), true, false);
    leave();
  }

 private:
  // The time runs from here to the end of the request, whatever trickles in.
  void await_request() {
    parser_.emplace();
    parser_->header_limit(kHeaderOctets);
    parser_->body_limit(kBodyOctets);
    parser_->eager(true);
    continued_ = false;
    idle_.start(kIdle, [this] { leave(); });
  }

  void leave() {
    const auto self = shared_from_this();
    idle_.stop();
    stream_.reset();  // which still writes what was sent
    if (const auto server = server_.lock()) server->remove(this);
  }

  // Parses what has come. Reading pauses while a whole request waits for its turn, so that requests
  // sent ahead cost a connection neither memory nor other connections' time.
  void advance() {
    if (!stream_) return;
    skip_empty_lines();
    while (!incoming_.empty() && !parser_->is_done()) {
      boost::system::error_code failed;
      const size_t taken = parser_->put(boost::asio::buffer(incoming_), failed);
      incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<ptrdiff_t>(taken));
      if (failed && failed != http::error::need_more) {
        refuse(status_of(failed));
        return;
      }
      if (failed == http::error::need_more || taken == 0) break;
    }
    if (parser_->is_done()) {
      answer();
    } else {
      stream_->pause_reading(false);
      invite_body();
    }
  }

  // Empty lines before a request are passed over (RFC 9112 §2.2).
  void skip_empty_lines() {
    if (parser_->got_some()) return;
    const auto text =
        std::ranges::find_if(incoming_, [](uint8_t c) { return c != '\r' && c != '\n'; });
    incoming_.erase(incoming_.begin(), text);
  }

  // A client may wait to be told that its body is wanted (RFC 9110 §10.1.1).
  void invite_body() {
    if (continued_ || !parser_->is_header_done()) return;
    const auto expected = parser_->get()[http::field::expect];
    if (!boost::beast::iequals(expected, "100-continue")) return;
    continued_ = true;
    stream_->send(as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
  }

  void answer() {
    const bool with_body = parser_->get().method() != http::verb::head;
    const bool keep_alive = parser_->get().keep_alive();
    const auto request = read_request(*parser_, stream_->peer());
    if (!request) {
      refuse(400);
      return;
    }
    HttpResponse response;
    if (const auto server = server_.lock()) response = call(server->handler, *request);
    if (server_.expired() || !stream_) return;  // the handler ended the server
    if (!respond(response, with_body, keep_alive) || !keep_alive) {
      leave();
      return;
    }
    if (const auto server = server_.lock()) server->answered(this);
    await_request();
    stream_->pause_reading(!incoming_.empty());
    if (incoming_.empty()) return;
    loop_.post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->advance();
    });
  }

  bool respond(const HttpResponse& response, bool with_body, bool keep_alive) {
    return stream_->send(as_bytes(to_octets(response, keep_alive, with_body)));
  }

  const std::weak_ptr<Reception> server_;
  Loop& loop_;
  Timer idle_;
  std::unique_ptr<Stream> stream_;
  std::vector<uint8_t> incoming_;  // not yet parsed
  std::optional<Parser> parser_;
  bool continued_ = false;
};

void Reception::accept(UniqueFd fd, const Endpoint& peer, const Endpoint& own) {
  // All that are here wait for a request, or for the rest of one: who has waited longest makes
  // room, so that those who never finish keep nobody out.
  if (connections.size() >= kConnections) connections.front()->refuse(503);
  const auto connection = std::make_shared<HttpConnection>(shared_from_this());
  connections.push_back(connection);
  connection->start(std::move(fd), peer, own);
}

void Reception::answered(const HttpConnection* connection) {
  const auto at =
      std::ranges::find_if(connections, [&](const auto& held) { return held.get() == connection; });
  connections.splice(connections.end(), connections, at);
}

void Reception::remove(const HttpConnection* connection) {
  connections.remove_if([&](const auto& held) { return held.get() == connection; });
}

}  // namespace

struct HttpServer::State : Reception {
  using Reception::Reception;
};

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, const Endpoint& local,
                                                       Handler handler) {
  auto state = std::make_shared<State>(loop, std::move(handler));
  const std::weak_ptr<State> weak = state;
  TRY(state->listener,
      listen_stream(loop, local, false, [weak](UniqueFd fd, Endpoint peer, Endpoint own) {
        if (const auto server = weak.lock()) server->accept(std::move(fd), peer, own);
      }));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;
Endpoint HttpServer::local() const { return state_->listener->local(); }

}  // namespace weir::io
