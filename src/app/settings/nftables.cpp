// How sets of nftables are written in TOML: [[route.nftables]].
#include <algorithm>

#include "app/settings/route.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using route::NftablesSettings;

/// What nft takes for a name without quotes; also none where that is allowed.
config::Form<std::string> nft_name_form(bool may_be_empty) {
  return {"a name of nftables: letters, digits, and _ . / behind the first",
          [may_be_empty](std::string_view text) -> std::optional<std::string> {
            if (text.empty() && may_be_empty) return std::string();
            const auto letter = [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
            };
            const auto inside = [&](char c) {
              return letter(c) || (c >= '0' && c <= '9') || c == '/';
            };
            const bool good = !text.empty() && text.size() <= io::kLongestNftName &&
                              letter(text.front()) && std::ranges::all_of(text, inside);
            return good ? std::optional(std::string(text)) : std::nullopt;
          },
          [](const std::string& text) { return text; }};
}

}  // namespace

Table<NftablesSettings> nftables_table() {
  Table<NftablesSettings> table(
      "Sets of nftables that hold the addresses; this needs CAP_NET_ADMIN.");
  table.text("name", &NftablesSettings::name,
             {.least = "1", .most = "64", .doc = "What it is called in metrics and the log."});
  table.choice("family", &NftablesSettings::family,
               {{"inet", io::NftFamily::kInet},
                {"ip", io::NftFamily::kIp},
                {"ip6", io::NftFamily::kIp6},
                {"bridge", io::NftFamily::kBridge},
                {"netdev", io::NftFamily::kNetdev}},
               {.fallback = "inet", .doc = "The family of the table."});
  table.form("table", &NftablesSettings::table, nft_name_form(false),
             {.doc = "The table; made if it is not there."});
  table.form("set_v4", &NftablesSettings::set_v4, nft_name_form(true),
             {.fallback = "", .doc = "Its set for IPv4 addresses, with timeouts; made likewise."});
  table.form("set_v6", &NftablesSettings::set_v6, nft_name_form(true),
             {.fallback = "", .doc = "The same for IPv6."});
  table.integer("mark", &NftablesSettings::mark,
                {.doc = "The sets are maps, from each address to this mark, if it is given."});
  table.text("sets", &NftablesSettings::sets,
             {.fallback = "[]",
              .least = "1",
              .most = "64",
              .doc = "The sets of names whose addresses it gets; empty means all.",
              .most_items = 64});
  table.duration("reconcile", &NftablesSettings::reconcile,
                 {.fallback = "10m",
                  .least = "1s",
                  .most = "1h",
                  .doc = "How often everything is put anew, and what is foreign removed."});
  table.boolean("barrier", &NftablesSettings::barrier,
                {.fallback = "true",
                 .doc = "Answers wait until the kernel has acknowledged their addresses."});
  table.check([](const NftablesSettings& nftables, Report& report) {
    if (nftables.set_v4.empty() && nftables.set_v6.empty())
      report.wrong("set_v4", "and set_v6 are empty", "at least one of them");
    if (!nftables.set_v4.empty() && nftables.set_v4 == nftables.set_v6)
      report.wrong("set_v6", "is set_v4 too", "a set of its own");
  });
  return table;
}

}  // namespace weir::app
