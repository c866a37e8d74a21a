// What each key of dnstap-bgp means here.
#include "app/dnstap_bgp/dnstap_bgp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <vector>

#include "base/endpoint.h"
#include "base/units.h"
#include "config/node.h"
#include "route/engine/peer_address.h"

namespace weir::app {
namespace {

using config::Node;

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// `1h30m`, `90s`, `1.5h`, as Go's time.ParseDuration reads it.
std::optional<Duration> parse_go_duration(std::string_view text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                                                            {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  if (text == "0") return Duration{};
  double sum = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failed != std::errc() || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
    const auto known = std::ranges::find(kUnits, unit, &std::pair<std::string_view, double>::first);
    if (known == std::end(kUnits)) return std::nullopt;
    sum += number * known->second;
    text.remove_prefix(unit.size());
  }
  constexpr double kMost = 365.0 * 24 * 3600e9;
  if (sum <= 0 || sum > kMost) return std::nullopt;
  return Duration(static_cast<int64_t>(sum));
}

class Importer {
 public:
  explicit Importer(std::string file) : file_(std::move(file)) {}

  Result<std::string, config::Diagnostics> import(std::string_view text) {
    const auto document = config::parse_document(text, file_);
    if (!document) return config::Diagnostics{document.error()};
    root_ = &*document;
    out_ = fmt::format("# From {}, a file of dnstap-bgp.\n", file_);
    const Node* dnstap = section("dnstap", "its listening address");
    const Node* bgp = section("bgp", "autonomous system and neighbours");
    if (dnstap != nullptr) write_source(*dnstap);
    if (bgp != nullptr) {
      write_router(*bgp);
      write_set(*bgp);
      write_peers(*bgp);
    }
    remark_on_the_rest();
    if (!wrong_.empty()) return wrong_;
    return out_;
  }

 private:
  static const Node* find(const Node& table, std::string_view key) {
    const auto* members = table.get<Node::Table>();
    if (members == nullptr) return nullptr;
    for (const config::Member& each : *members)
      if (equal_without_case(each.key, key)) return &each.value;
    return nullptr;
  }
  void wrong(const Node& at, std::string what, std::string expected = {}) {
    wrong_.push_back({at.at, std::move(what), std::move(expected)});
  }
  void missing(std::string_view key, std::string_view what) {
    wrong_.push_back({{file_}, fmt::format("{} is missing", key), std::string(what)});
  }
  const Node* section(std::string_view name, std::string_view what) {
    const Node* found = find(*root_, name);
    if (found == nullptr) missing(fmt::format("[{}]", name), what);
    return found;
  }
  /// Empty when it is not there, or empty.
  std::string text_of(const Node& table, std::string_view key) {
    const Node* node = find(table, key);
    if (node == nullptr) return {};
    if (const auto* text = node->get<std::string>()) return *text;
    wrong(*node, fmt::format("{} is {}", key, config::describe(*node)), "a text");
    return {};
  }
  std::string address_of(const Node& table, std::string_view key, bool v6) {
    const std::string text = text_of(table, key);
    const auto address = IpAddress::parse(text);
    if (text.empty() || (address && address->is_v6() == v6)) return text;
    wrong(*find(table, key), fmt::format("{} is \"{}\"", key, text),
          v6 ? "an IPv6 address" : "an IPv4 address");
    return {};
  }
  bool flag_of(const Node& table, std::string_view key) {
    const Node* node = find(table, key);
    if (node == nullptr) return false;
    if (const auto* flag = node->get<bool>()) return *flag;
    wrong(*node, fmt::format("{} is {}", key, config::describe(*node)), "true or false");
    return false;
  }
  void line(std::string_view key, std::string_view value) {
    out_ += fmt::format("{} = {}\n", key, config::toml_string(value));
  }
  void line_if(std::string_view key, std::string_view value) {
    if (!value.empty()) line(key, value);
  }

  /// Whatever can be read as an address with a port is one, all else is a path.
  static std::string listening_address(const std::string& listen) {
    if (listen.starts_with(':')) return "tcp:[::]" + listen;
    if (const auto endpoint = Endpoint::parse(listen)) return "tcp:" + endpoint->to_text();
    if (listen.starts_with("localhost:")) return "tcp:127.0.0.1" + listen.substr(9);
    return "unix:" + listen;
  }

  void write_source(const Node& dnstap) {
    const std::string listen = text_of(dnstap, "listen");
    if (listen.empty()) return missing("dnstap.listen", "an address with a port, or a path");
    const std::string address = listening_address(listen);
    if (address.starts_with("unix:") && !listen.starts_with('/'))
      wrong(*find(dnstap, "listen"), fmt::format("listen is \"{}\"", listen),
            "an address with a port, or an absolute path");
    out_ += "\n[[source.dnstap]]\n";
    out_ += fmt::format("listen = [{}]\n", config::toml_string(address));
    const std::string mode = text_of(dnstap, "perm");
    if (mode.empty()) return;
    unsigned number = 0;
    const char* end = mode.data() + mode.size();
    const auto [at, failed] = std::from_chars(mode.data(), end, number, 8);
    if (failed != std::errc() || at != end || number > 0777)
      return wrong(*find(dnstap, "perm"), fmt::format("perm is \"{}\"", mode),
                   "a mode in octal such as \"0660\"");
    if (address.starts_with("unix:")) out_ += fmt::format("socket.mode = \"{:04o}\"\n", number);
  }

  void write_router(const Node& bgp) {
    const Node* as = find(bgp, "as");
    const auto* number = as == nullptr ? nullptr : as->get<int64_t>();
    if (as == nullptr) {
      missing("bgp.as", "our autonomous system");
    } else if (number == nullptr || *number < 1 || *number > UINT32_MAX) {
      wrong(*as, fmt::format("as is {}", config::describe(*as)), "1 to 4294967295");
    } else {
      as_ = *number;
    }
    router_id_ = address_of(bgp, "routerID", false);
    if (router_id_.empty() && find(bgp, "routerID") == nullptr)
      missing("bgp.routerID", "an IPv4 address of ours");
    source_ = text_of(bgp, "sourceIP");
    if (!source_.empty() && !IpAddress::parse(source_))
      wrong(*find(bgp, "sourceIP"), fmt::format("sourceIP is \"{}\"", source_), "an address");
    out_ += fmt::format("\n[route]\nas = {}\n", as_);
    line("router_id", router_id_);
  }

  void write_set(const Node& bgp) {
    const std::string list = text_of(*root_, "domains");
    if (list.empty()) missing("domains", "a file of names");
    out_ += "\n# A name covers itself and all below it, whatever its case, by labels.\n";
    out_ += "[[route.set]]\nname = \"dnstap-bgp\"\n";
    out_ += fmt::format("lists = [{}]\n", config::toml_string(list));
    write_life();
    const bool ipv6 = flag_of(*root_, "ipv6");
    out_ += fmt::format("ipv6 = {}\n", ipv6);
    const std::string hop = address_of(bgp, "nextHop", false);
    const bool source_is_v4 = source_.find(':') == std::string::npos;
    line("next_hop_v4", !hop.empty()                       ? hop
                        : !source_.empty() && source_is_v4 ? source_
                                                           : router_id_);
    const std::string hop_v6 = address_of(bgp, "nextHopIPv6", true);
    if (ipv6) line("next_hop_v6", hop_v6.empty() ? "fd00::1" : hop_v6);
    out_ += "communities = []  # weir's own default is no-export\n";
  }

  /// A route lives so long after an answer, whatever TTL that has.
  void write_life() {
    const std::string ttl = text_of(*root_, "ttl");
    const auto life = ttl.empty() ? Duration(24h) : parse_go_duration(ttl);
    if (!life)
      return wrong(*find(*root_, "ttl"), fmt::format("ttl is \"{}\"", ttl),
                   "a duration such as \"24h\", more than 0");
    line("floor", format_duration(*life));
    line("ceiling", format_duration(std::max<Duration>(*life, 1s)));
    line("grace", "0");
  }

  void write_peers(const Node& bgp) {
    const Node* peers = find(bgp, "peers");
    const auto* list = peers == nullptr ? nullptr : peers->get<Node::List>();
    if (list == nullptr || list->empty()) return missing("bgp.peers", "at least one neighbour");
    for (const Node& each : *list) {
      const auto* address = each.get<std::string>();
      if (address == nullptr || !route::PeerAddress::parse(*address)) {
        wrong(each, fmt::format("a peer is {}", config::describe(each)),
              "an address or a name, with a port or without");
        continue;
      }
      out_ += "\n[[route.peer]]\n";
      line("name", *address);
      line("address", *address);
      out_ += fmt::format("as = {}\n", as_);
      line_if("local_address", source_);
      out_ += "passive = false\n";
    }
  }

  void remark_on_the_rest() {
    std::vector<std::string> remarks;
    if (!text_of(*root_, "cache").empty())
      remarks.emplace_back(
          "cache: weir keeps leases in route.state_file; answers bring the others back");
    if (find(*root_, "syncer") != nullptr)
      remarks.emplace_back("[syncer]: siblings are not told; let each of them hear the resolvers");
    constexpr std::string_view kKnown[] = {"domains", "cache", "ttl",   "ipv6",
                                           "dnstap",  "bgp",   "syncer"};
    if (const auto* members = root_->get<Node::Table>())
      for (const config::Member& each : *members)
        if (std::ranges::none_of(kKnown, [&](std::string_view known) {
              return equal_without_case(known, each.key);
            }))
          remarks.push_back(each.key + ": dnstap-bgp does not know it either");
    if (!remarks.empty()) out_ += "\n# Not carried over:\n";
    for (const std::string& each : remarks) out_ += "#   " + each + "\n";
  }

  const std::string file_;
  const Node* root_ = nullptr;
  std::string out_;
  config::Diagnostics wrong_;
  int64_t as_ = 0;
  std::string router_id_;
  std::string source_;
};

}  // namespace

Result<std::string, config::Diagnostics> settings_from_dnstap_bgp(std::string_view text,
                                                                  const std::string& file) {
  return Importer(file).import(text);
}

}  // namespace weir::app
