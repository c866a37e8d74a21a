// `weir completion`: words and options for three shells, written by hand so that they stay small.
#include "app/commands/completion.h"

#include <fmt/format.h>

#include "app/commands.h"

namespace weir::app {
namespace {

constexpr std::string_view kBash = R"(# bash completion for weir
_weir() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  local commands="run check config log seen query read capture routes blind-spots domains
    import-config completion --help --version"
  local types="A AAAA CAA CNAME DNSKEY DS HTTPS MX NS PTR SOA SRV SVCB TLSA TXT"
  local words= files=
  case "$previous" in
    -f|--format)
      words="table json"
      case "${COMP_WORDS[1]}" in
        read|capture) words="text short flat-json json yaml dnstap pcap dnswatch" ;;
      esac ;;
    --method) words="auto ebpf packet" ;;
    --protocol) words="udp tcp tls" ;;
    -t|--type) words=$types ;;
    -r|--rcode) words="NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED" ;;
    -m|--message|--message-type)
      words="all CLIENT_QUERY CLIENT_RESPONSE FORWARDER_QUERY FORWARDER_RESPONSE" ;;
    -c|--config|--store|--ca-file|--koroz) files=1 ;;
    *) case "${COMP_WORDS[1]}" in
      run) words="--config --set --koroz --help" ;;
      check) words="--config --set --koroz --help"; files=1 ;;
      config) words="show explain reference --config --set --help" ;;
      log) words="--name --client --type --rcode --message --since --until --limit --format
        --json --store --config --set --help" ;;
      seen) words="--type --limit --format --json --store --config --set --help" ;;
      query) words="--port --protocol --tls-name --ca-file --timeout --help +dnssec +cd +ad
        +norec +nsid +noedns +tcp +tls $types" ;;
      read) words="--format --to --count --follow --name --client --type --rcode --message-type
        --since --until --ports --threads --certificate --key --client-ca --help"; files=1 ;;
      capture) words="--format --to --count --name --client --type --rcode --message-type --since
        --until --ports --networks --responses-only --sample --snap --promiscuous --method
        --netns --help `ls /sys/class/net 2>/dev/null`" ;;
      routes) words="list why watch state --set-name --json --server --config --set --help" ;;
      blind-spots) words="--json --server --config --set --help" ;;
      domains) words="test --config --set --help" ;;
      import-config) words="dnstap-bgp --help"; files=1 ;;
      completion) words="bash zsh fish" ;;
    esac ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words=$commands && files=
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -n "$files" ] && COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _weir weir
)";

constexpr std::string_view kZsh = R"(#compdef weir
_weir() {
  local -a commands choice
  commands=('run:answer queries' 'check:look for mistakes in the settings'
    'config:show and explain settings' 'log:ask the store' 'seen:what a name had'
    'query:ask a server'
    'read:read captures and dnstap' 'capture:watch DNS on an interface'
    'routes:ask which routes there are' 'blind-spots:ask who asks others'
    'domains:see which sets want a name'
    'import-config:print settings of another system as ours'
    'completion:print completions')
  choice=('(-c --config)'{-c,--config}'[settings]:file:_files'
    '*'{-s,--set}'[one setting]:KEY=VALUE' '--help[explain]')
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help' '--version'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    run) _arguments $choice '--koroz[its settings]:file:_files' ;;
    check) _arguments $choice '--koroz[its settings]:file:_files' '1:settings:_files' ;;
    config) _arguments $choice '1:what:(show explain reference)' '2:key' ;;
    log) _arguments $choice {-n,--name}'[this name and below]:name' \
      '--client[address or network]:address' \
      {-t,--type}'[type]:type:(A AAAA CNAME DNSKEY DS HTTPS MX NS PTR SOA SRV SVCB TXT)' \
      {-r,--rcode}'[rcode]:rcode:(NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED)' \
      {-m,--message}'[message]:type:(all CLIENT_QUERY CLIENT_RESPONSE FORWARDER_RESPONSE)' \
      '--since[from]:time' '--until[to]:time' {-l,--limit}'[rows]:number' \
      {-f,--format}'[form]:format:(table json)' '--json[one object a line]' \
      '--store[file]:file:_files' ;;
    seen) _arguments $choice {-t,--type}'[type]:type' {-l,--limit}'[records]:number' \
      {-f,--format}'[form]:format:(table json)' '--json[one object a line]' \
      '--store[file]:file:_files' '1:name or address' ;;
    query) _arguments {-p,--port}'[port]:port' '--protocol[how]:protocol:(udp tcp tls)' \
      '--tls-name[name in the certificate]:name' '--ca-file[trust]:file:_files' \
      '--timeout[for the answer]:time' '--help[explain]' \
      '*:word:(+dnssec +cd +ad +norec +nsid +noedns +tcp +tls)' ;;
    read) _arguments \
      {-f,--format}'[form]:format:(text short flat-json json yaml dnstap pcap dnswatch)' \
      '--to[sink]:sink' '--count[how many]' '--follow[wait for more]' \
      {-n,--name}'[this name and below]:name' '--client[address or network]:address' \
      {-t,--type}'[type]:type' {-r,--rcode}'[rcode]:rcode' \
      {-m,--message-type}'[message]:type' '--since[from]:time' '--until[to]:time' \
      '--ports[where DNS is]:ports' {-j,--threads}'[threads]:number' '--help[explain]' \
      '--certificate[ours]:file:_files' '--key[ours]:file:_files' \
      '--client-ca[whom to trust]:file:_files' '*:capture:_files' ;;
    capture) _arguments \
      {-f,--format}'[form]:format:(text short flat-json json yaml dnstap pcap dnswatch)' \
      '--to[sink]:sink' '--count[how many]' \
      {-n,--name}'[this name and below]:name' '--client[address or network]:address' \
      {-t,--type}'[type]:type' {-r,--rcode}'[rcode]:rcode' \
      {-m,--message-type}'[message]:type' '--since[from]:time' '--until[to]:time' \
      '--ports[where DNS is]:ports' '--networks[from or to]:networks' \
      '--responses-only[no queries]' '--sample[one exchange of]:number' \
      '--snap[octets of a packet]:number' '--promiscuous[also for others]' \
      '--method[how]:method:(auto ebpf packet)' '--netns[namespace]:name' '--help[explain]' \
      '*:interface:_net_interfaces' ;;
    routes) _arguments $choice '1:what:(list why watch state)' '2:name or address' \
      '--set-name[only this set]:set' '--json[as the API has it]' \
      '--server[operator HTTP]:address' ;;
    blind-spots) _arguments $choice '--json[as the API has it]' \
      '--server[operator HTTP]:address' ;;
    domains) _arguments $choice '1:what:(test)' '*:name' ;;
    import-config) _arguments '1:system:(dnstap-bgp)' '2:file:_files' '--help[explain]' ;;
    completion) _arguments '1:shell:(bash zsh fish)' ;;
  esac
}
_weir "$@"
)";

constexpr std::string_view kFish = R"(# fish completion for weir
function __weir_in
  __fish_seen_subcommand_from $argv
end
set -l commands run check config log seen query read capture routes blind-spots \
domains import-config completion
set -l first "not __weir_in $commands"
complete -c weir -f
complete -c weir -n $first -a run -d 'answer queries'
complete -c weir -n $first -a check -d 'look for mistakes in the settings'
complete -c weir -n $first -a config -d 'show and explain settings'
complete -c weir -n $first -a log -d 'ask the store'
complete -c weir -n $first -a seen -d 'tell what a name had'
complete -c weir -n $first -a query -d 'ask a server'
complete -c weir -n $first -a read -d 'read captures and dnstap'
complete -c weir -n $first -a capture -d 'watch DNS on an interface'
complete -c weir -n $first -a routes -d 'ask which routes there are'
complete -c weir -n $first -a blind-spots -d 'ask who asks others than the resolvers'
complete -c weir -n $first -a domains -d 'see which sets want a name'
complete -c weir -n $first -a import-config -d 'print settings of another system as ours'
complete -c weir -n $first -a completion -d 'print completions'
complete -c weir -n $first -l version -d 'print the version'
complete -c weir -s h -l help -d explain
complete -c weir -n '__weir_in run check config log seen routes blind-spots domains' \
  -s c -l config -r -F
complete -c weir -n '__weir_in run check config log seen routes blind-spots domains' \
  -s s -l set -x -d KEY=VALUE
complete -c weir -n '__weir_in run check' -l koroz -r -F
complete -c weir -n '__weir_in check read' -F
complete -c weir -n '__weir_in config' -a 'show explain reference'
complete -c weir -n '__weir_in routes' -a 'list why watch state'
complete -c weir -n '__weir_in routes' -l set-name -x
complete -c weir -n '__weir_in routes blind-spots' -l server -x
complete -c weir -n '__weir_in domains' -a test
complete -c weir -n '__weir_in import-config' -a dnstap-bgp -F
complete -c weir -n '__weir_in completion' -a 'bash zsh fish'
complete -c weir -n '__weir_in log read capture' -s n -l name -x
complete -c weir -n '__weir_in log read capture' -l client -x
complete -c weir -n '__weir_in log seen read capture' -s t -l type -x \
  -a 'A AAAA CNAME DS HTTPS MX NS'
complete -c weir -n '__weir_in log read capture' -s r -l rcode -x -a 'NOERROR SERVFAIL NXDOMAIN'
complete -c weir -n '__weir_in log read capture' -s m -l message -x -a 'all CLIENT_QUERY'
complete -c weir -n '__weir_in log read capture' -l message-type -x
complete -c weir -n '__weir_in log read capture' -l since -x
complete -c weir -n '__weir_in log read capture' -l until -x
complete -c weir -n '__weir_in log seen' -s l -l limit -x
complete -c weir -n '__weir_in log seen' -s f -l format -x -a 'table json'
complete -c weir -n '__weir_in log seen routes blind-spots' -l json
complete -c weir -n '__weir_in log seen' -l store -r -F
complete -c weir -n '__weir_in query' -s p -l port -x
complete -c weir -n '__weir_in query' -l protocol -x -a 'udp tcp tls'
complete -c weir -n '__weir_in query' -l tls-name -x
complete -c weir -n '__weir_in query' -l ca-file -r -F
complete -c weir -n '__weir_in query' -l timeout -x
complete -c weir -n '__weir_in query' -a '+dnssec +cd +ad +norec +nsid +noedns +tcp +tls'
complete -c weir -n '__weir_in read capture' -s f -l format -x \
  -a 'text short flat-json json yaml dnstap pcap dnswatch'
complete -c weir -n '__weir_in read capture' -l to -x
complete -c weir -n '__weir_in read capture' -l count
complete -c weir -n '__weir_in read' -l follow
complete -c weir -n '__weir_in read' -l certificate -r -F
complete -c weir -n '__weir_in read' -l key -r -F
complete -c weir -n '__weir_in read' -l client-ca -r -F
complete -c weir -n '__weir_in read capture' -l ports -x
complete -c weir -n '__weir_in read' -s j -l threads -x
complete -c weir -n '__weir_in capture' -a '(command ls /sys/class/net 2>/dev/null)'
complete -c weir -n '__weir_in capture' -l networks -x
complete -c weir -n '__weir_in capture' -l responses-only
complete -c weir -n '__weir_in capture' -l sample -x
complete -c weir -n '__weir_in capture' -l snap -x
complete -c weir -n '__weir_in capture' -l promiscuous
complete -c weir -n '__weir_in capture' -l method -x -a 'auto ebpf packet'
complete -c weir -n '__weir_in capture' -l netns -x
)";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return {};
}

int run(const CompletionCommand& command) {
  fmt::print("{}", completion_script(command.shell));
  return kExitDone;
}

}  // namespace weir::app
