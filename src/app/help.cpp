// The help pages as they are printed.
#include "app/help.h"

#include <algorithm>
#include <iterator>

namespace weir::app {
namespace {

constexpr HelpPage kPages[] = {
    {"", R"(weir answers DNS queries, forwards them over verified TLS, and remembers them.

usage: weir COMMAND [OPTION...]

  run         answer queries until stopped (SIGTERM); SIGHUP reloads settings
  check       look for mistakes in the settings; say what they would do
  config      show the settings in force, explain one, or print the reference
  log         ask the store what was asked, by whom, and what came back
  seen        tell what a name was answered with, or which names an address has
  query       ask a server, over UDP, TCP or TLS
  capture     watch DNS on a network interface, live
  read        read captures and dnstap: print them or put them into a sink
  routes      ask a running weir which routes there are, and why
  blind-spots ask a running weir who asks others than its resolvers
  domains     see which sets want a name, and which lines of lists say so
  import-config  print settings of another system as weir's
  completion  print completions for bash, zsh or fish

  -h, --help     this page; weir COMMAND --help explains a command; --version
Exit codes: 0 done, 1 failed, 2 a mistake in the command line or the settings.

examples:
  weir log --name example.org --since 1h  see what was asked
)"},
    {"run", R"(Answers queries until it is told to stop.

usage: weir run [--config FILE] [--set KEY=VALUE]...

  -c, --config FILE    settings (default: /etc/weir/weir.toml if it exists)
  --koroz FILE         a Settings.toml of koroz, over the file
  -s, --set KEY=VALUE  one setting, over the file; may be repeated

Without any settings it answers loopback and private addresses on port 8853,
forwards to 1.1.1.1 and 9.9.9.9 over TLS and keeps what it saw for `weir log`.

Signals: TERM and INT drain and end (a second one ends at once), HUP reloads
the settings or changes nothing, USR1 logs statistics.
Environment: BIND_ADDRESS BIND_PORT METRICS_PORT UPSTREAM_ADDRESS DEBUG win over
the file; STATE_DIRECTORY is where the store is kept.

examples:
  weir run
  weir run -s edge.listen='["0.0.0.0:53"]' -s log.level=debug
)"},
    {"check", R"(Looks for mistakes in the settings, all at once, each with its place.

usage: weir check [FILE] [--set KEY=VALUE]...

  FILE                 settings (default: /etc/weir/weir.toml if it exists)
  --koroz FILE         a Settings.toml of koroz, over the file
  -s, --set KEY=VALUE  one setting, over the file; may be repeated

Ends with 0 and a short account of what these settings would do, or with 2 and
one line for each mistake: FILE:LINE:COLUMN: what is wrong; what was expected.
Nothing is opened, bound or asked.

examples:
  weir check
  weir check ./weir.toml && systemctl reload weir
)"},
    {"config", R"(Shows and explains settings.

usage: weir config show [--config FILE] [--set KEY=VALUE]...
       weir config explain KEY
       weir config reference

  show       every setting in force, as TOML that weir can read
  explain    what a setting means: type, range, default, when it takes effect
  reference  all settings with their explanations

  -c, --config FILE    settings (default: /etc/weir/weir.toml if it exists)
  -s, --set KEY=VALUE  one setting, over the file; may be repeated

examples:
  weir config show > weir.toml
  weir config explain edge.query_timeout
)"},
    {"log", R"(Asks the store what was asked, newest first.

usage: weir log [OPTION...]

  -n, --name SUFFIX     this name and all below it
  --client ADDRESS      an address or a network (192.0.2.0/24)
  -t, --type TYPE       A, AAAA, TYPE65 ...
  -r, --rcode RCODE     NOERROR, NXDOMAIN, SERVFAIL ...
  -m, --message TYPE    CLIENT_RESPONSE (default), CLIENT_QUERY ... or all
  --since TIME          1h, 30m (ago), or 2026-11-20T23:00:00Z
  --until TIME          likewise
  -l, --limit N         at most N rows (default 100)
  -f, --format FORMAT   table or json (one object a line); --json for short
                        (default: table on a terminal, json elsewhere)
  --store FILE          a store's file (default: the one of the settings)
  -c, --config FILE, -s, --set KEY=VALUE  as for weir run

examples:
  weir log --name example.org --since 1h
  weir log --rcode SERVFAIL --json | jq -r .name
)"},
    {"seen", R"(Tells what was seen of a name, or which names an address was seen with.

usage: weir seen NAME|ADDRESS [OPTION...]

  -t, --type TYPE       A, AAAA, TYPE65 ... (default: all)
  -l, --limit N         at most N records (default 100)
  -f, --format FORMAT   table or json (a line a record, in the Passive DNS
                        Common Output Format); --json for short
                        (default: table on a terminal, json elsewhere)
  --store FILE          a history's file (default: the one of the settings)
  -c, --config FILE, -s, --set KEY=VALUE  as for weir run

It reads the file that weir run writes (universe.history.path), also while no
weir runs. Ends with 0 when there is a record, and with 1 when there is none.

examples:
  weir seen www.example.org
  weir seen 192.0.2.1 --json | jq -r .rrname
)"},
    {"query", R"(Asks a server and prints the answer.

usage: weir query NAME [TYPE] [@SERVER] [+FLAG...] [OPTION...]

  NAME TYPE            what to ask (default type: A)
  @SERVER              an address, also 192.0.2.1:5353 (default 127.0.0.1:8853)
  -p, --port PORT      default 53, with TLS 853; 8853 for the default server
  --protocol PROTOCOL  udp (TCP when truncated), tcp, tls
  --tls-name NAME      the name the certificate must carry (default: address)
  --ca-file FILE       trust these certificates instead of the system's
  --timeout TIME       for the whole answer (default 5s)
  +dnssec +cd +ad +norec +nsid +noedns +tcp +tls

Ends with 0 when an answer came, whatever it says, and with 1 when none did.

examples:
  weir query www.example.org
  weir query example.org DNSKEY +dnssec +tls @9.9.9.9 --tls-name quad9.net
)"},
    {"read", R"(Reads captures and dnstap, files or live, and prints every DNS message.

usage: weir read FROM... [OPTION...]

  FROM                  pcap, pcapng, dnstap files, plain or zstd; - is standard
                        input; or an interface, iface:NAME; or where senders of
                        dnstap connect to: unix:PATH, tcp:ADDRESS:PORT, tls:...
  -f, --format FORMAT   text short flat-json json yaml dnstap pcap dnswatch
  --to SINK             sqlite:PATH, history:PATH (see weir seen), file:PATH or
                        dnstap:PATH; or unix:PATH, tcp:HOST:PORT, tls:HOST:PORT
  --count               print only how many messages there are
  --follow              wait for more at the end of the last file
  -n, --name SUFFIX     only this name and those below; also --client, --type,
                        --rcode, --message-type, --since, --until (see weir log)
  --ports PORT,...      where captures have DNS (default 53,5353)
  -j, --threads N       default: one a processor; the output is the same for any
  --certificate, --key, --client-ca FILE  for tls: who we are, who may connect

Ends with 1 when a file could not be read to its end.

examples:
  weir read dns.fstrm.zst -f flat-json | jq -r '."dns.qname"'
  weir read unix:/run/dnstap.sock -f short --rcode NXDOMAIN
)"},
    {"capture", R"(Watches DNS on network interfaces and prints every message.

usage: weir capture INTERFACE... [OPTION...]

  -f, --format FORMAT, --to SINK, --count, --name and other conditions: as weir
                        read has them
  --ports PORT,...      where DNS is spoken (default 53,5353)
  --networks NET,...    only from or to these addresses and networks
  --responses-only      no queries
  --sample N            one exchange of N
  --snap OCTETS         at most so many of each packet (default: all)
  --promiscuous         also what is sent to other machines
  --method METHOD       ebpf, packet, or auto: eBPF where the kernel allows it
  --netns NAME          interfaces of that network namespace

Nothing is dropped or changed by watching. Ctrl-C ends it and tells what was
counted. Needs CAP_BPF and CAP_NET_ADMIN, or CAP_NET_RAW for packet.

examples:
  weir capture eth0
  weir capture eth0 --responses-only --rcode SERVFAIL -f flat-json
)"},
    {"import-config", R"(Prints the settings file of another system as settings of weir.

usage: weir import-config dnstap-bgp FILE

  dnstap-bgp  its configuration: sources, names, lives, neighbours. A remark
              says what is not carried over, or is different here

Ends with 2 and one line for each mistake: FILE:LINE:COLUMN: what is wrong.
Nothing is opened, bound or asked; the list of names is not read.

examples:
  weir import-config dnstap-bgp /etc/dnstap-bgp.conf > weir.toml
)"},
    {"routes", R"(Asks a running weir about the routes that names have become.

usage: weir routes list [--set-name SET] [OPTION...]
       weir routes why NAME|ADDRESS [OPTION...]
       weir routes watch [OPTION...]
       weir routes state [OPTION...]

  list   every route: prefix, set, state, seconds left, name
  why    the same for one name, or for one address
  watch  each change as it comes; Ctrl-C ends it
  state  sets, lists and neighbours

  --json               as the HTTP API has it, one page a line
  --server ADDRESS     where the operator's HTTP is (default: control.listen)
  -c, --config FILE, -s, --set KEY=VALUE  as for weir run

examples:
  weir routes why www.example.org
  weir routes why 198.51.100.7
)"},
    {"blind-spots", R"(Asks a running weir which DNS passes by the resolvers.

usage: weir blind-spots [OPTION...]

A line a client, server and way: udp and tcp, or dot, doq, doh, doh3, of which
the openings of connections are seen. What is looked for, and where, stands in
source.capture.blind_spots.

  --json               as the HTTP API has it
  --server ADDRESS     where the operator's HTTP is (default: control.listen)
  -c, --config FILE, -s, --set KEY=VALUE  as for weir run

examples:
  weir blind-spots                              a table
  weir blind-spots --json --server [::1]:8053   of that weir, for programs
)"},
    {"domains", R"(Tells which sets of the settings want a name, and why.

usage: weir domains test NAME... [--config FILE] [--set KEY=VALUE]...

  -c, --config FILE    settings (default: /etc/weir/weir.toml if it exists)
  -s, --set KEY=VALUE  one setting, over the file; may be repeated

Lists are read as they are now; nothing that runs is asked. Ends with 0 when
every name is in a set, and with 1 when one is in none.

examples:
  weir domains test www.example.org
)"},
    {"completion", R"(Prints completions for a shell.

usage: weir completion bash|zsh|fish

examples:
  weir completion bash > /etc/bash_completion.d/weir
  weir completion zsh > "${fpath[1]}/_weir"
  weir completion fish > ~/.config/fish/completions/weir.fish
)"},
};

}  // namespace

std::span<const HelpPage> help_pages() { return kPages; }

std::string_view help_page(std::string_view command) {
  const auto page = std::find_if(std::begin(kPages), std::end(kPages),
                                 [&](const HelpPage& each) { return each.command == command; });
  return page == std::end(kPages) ? kPages[0].text : page->text;
}

}  // namespace weir::app
