// Tables of conditions, and of what becomes of clients' addresses.
#include "app/settings/transforms.h"

#include <string>

namespace weir::app {
namespace {

using config::Form;
using config::Report;
using config::Table;
using flow::Anonymisation;
using flow::AnonymiseSettings;
using flow::Conditions;
using flow::LaneSettings;

template <typename Word>
Form<Word> word_form(std::string_view expected, std::optional<Word> (*parse)(std::string_view)) {
  return {expected, parse, [](const Word& word) { return std::string(to_text(word)); }};
}

Form<dns::Name> name_form() {
  return {"a domain name",
          [](std::string_view text) -> std::optional<dns::Name> {
            auto name = dns::Name::parse(text);
            return name ? std::optional(*name) : std::nullopt;
          },
          [](const dns::Name& name) { return name.to_text(); }};
}

Table<Conditions> conditions_table(std::string doc) {
  Table<Conditions> table(std::move(doc));
  constexpr size_t kMost = 1024;
  table.form(
      "names", &Conditions::names, name_form(),
      {.fallback = "[]", .doc = "Asked for one of these names, or below it.", .most_items = kMost});
  table.prefix("clients", &Conditions::clients,
               {.fallback = "[]",
                .doc = "Asked from one of these addresses or networks.",
                .most_items = kMost});
  table.form("types", &Conditions::types,
             word_form<dns::Type>("a type such as \"AAAA\"", dns::type_from_text),
             {.fallback = "[]", .doc = "Asked for one of these types.", .most_items = kMost});
  table.form("rcodes", &Conditions::rcodes,
             word_form<dns::Rcode>("a response code such as \"NXDOMAIN\"", dns::rcode_from_text),
             {.fallback = "[]",
              .doc = "Answered with one of these response codes; queries have none.",
              .most_items = kMost});
  table.form("message_types", &Conditions::message_types,
             word_form<model::MessageType>("a type of dnstap such as \"CLIENT_RESPONSE\"",
                                           model::message_type_from_text),
             {.fallback = "[]", .doc = "Of one of these types of dnstap.", .most_items = kMost});
  return table;
}

Table<AnonymiseSettings> anonymise_table() {
  Table<AnonymiseSettings> table("What becomes of the client's address on the way to this sink.");
  table.choice(
      "method", &AnonymiseSettings::way,
      {{"none", Anonymisation::kNone},
       {"truncate", Anonymisation::kTruncate},
       {"crypto-pan", Anonymisation::kCryptoPan},
       {"ipcrypt", Anonymisation::kIpcrypt},
       {"remove", Anonymisation::kRemove}},
      {.fallback = "none",
       .doc = "Only its network stays; or it is encrypted so that addresses of one network "
              "stay together (crypto-pan), or without any such likeness (ipcrypt: IPv6 by "
              "AES); or it is left out. EDNS options that tell clients apart are hidden "
              "with it."});
  table.integer("prefix_v4", &AnonymiseSettings::prefix_v4,
                {.fallback = "24", .most = "32", .doc = "Bits that truncate leaves of IPv4."});
  table.integer("prefix_v6", &AnonymiseSettings::prefix_v6,
                {.fallback = "48", .most = "128", .doc = "Bits that truncate leaves of IPv6."});
  table.text(
      "key_file", &AnonymiseSettings::key_file,
      {.fallback = "",
       .most = "4095",
       .doc = "A file whose first line is the key, in hexadecimal: 64 digits for crypto-pan, "
              "32 for ipcrypt."});
  table.duration(
      "epoch", &AnonymiseSettings::epoch,
      {.fallback = "0",
       .least = "0",
       .most = "3650d",
       .doc = "After this time another key is made from that of the file; 0 means never, "
              "and the key of the file is used itself."});
  table.check([](const AnonymiseSettings& settings, Report& report) {
    const bool keyed =
        settings.way == Anonymisation::kCryptoPan || settings.way == Anonymisation::kIpcrypt;
    if (keyed && settings.key_file.empty())
      report.wrong("key_file", "is not set", "a file with a key");
  });
  return table;
}

}  // namespace

void add_transforms(Table<LaneSettings>& lane) {
  lane.table("only", &LaneSettings::only,
             conditions_table("What reaches the sink: what meets every condition here; of a list, "
                              "one entry."));
  lane.table("except", &LaneSettings::except,
             conditions_table("What does not reach the sink: what meets every condition here."));
  lane.integer("sample", &LaneSettings::sample,
               {.fallback = "1",
                .least = "1",
                .most = "1000000",
                .doc = "One transaction in so many reaches the sink, and says for how many it "
                       "stands."});
  lane.table("anonymise", &LaneSettings::anonymise, anonymise_table());
}

}  // namespace weir::app
