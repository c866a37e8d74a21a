// `weir completion`: words and options for three shells, written by hand so that they stay small.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"

namespace weir::app {
namespace {

constexpr std::string_view kBash = R"(# bash completion for weir
_weir() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words files=
  case "$previous" in
    -f|--format) if [ "${COMP_WORDS[1]}" = read ]; then words="text flat-json json"; else words="table json"; fi ;;
    --protocol) words="udp tcp tls" ;;
    -t|--type) words="A AAAA CAA CNAME DNSKEY DS HTTPS MX NS PTR SOA SRV SVCB TLSA TXT" ;;
    -r|--rcode) words="NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED" ;;
    -c|--config|--store|--ca-file) files=1 ;;
    *) case "${COMP_WORDS[1]}" in
      run) words="--config --set --help" ;;
      check) words="--set --help"; files=1 ;;
      config) words="show explain reference --config --set --help" ;;
      log) words="--name --client --type --rcode --message --since --until --limit --format --json --store --config --set --help" ;;
      query) words="--port --protocol --tls-name --ca-file --timeout --help +dnssec +cd +ad +norec +nsid +noedns +tcp +tls" ;;
      read) words="--format --to --ports --threads --help"; files=1 ;;
      completion) words="bash zsh fish" ;;
      *) words="run check config log query read completion --help --version" ;;
    esac ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words="run check config log query read completion --help --version" && files=
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -n "$files" ] && COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _weir weir
)";

constexpr std::string_view kZsh = R"(#compdef weir
_weir() {
  local -a commands
  commands=('run:answer queries' 'check:look for mistakes in the settings'
    'config:show and explain settings' 'log:ask the store' 'query:ask a server'
    'read:read captures' 'completion:print completions')
  local -a choice
  choice=('(-c --config)'{-c,--config}'[settings]:file:_files' '*'{-s,--set}'[one setting]:KEY=VALUE')
  if (( CURRENT == 2 )); then _describe command commands; _arguments '--help' '--version'; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
    run) _arguments $choice ;;
    check) _arguments $choice '1:settings:_files' ;;
    config) _arguments $choice '1:what:(show explain reference)' '2:key' ;;
    log) _arguments $choice {-n,--name}'[and below]:name' '--client[address or network]:address' \
      {-t,--type}'[type]:type:(A AAAA CNAME DNSKEY DS HTTPS MX NS PTR SOA SRV SVCB TXT)' \
      {-r,--rcode}'[rcode]:rcode:(NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED)' \
      '--since[from]:time' '--until[to]:time' {-l,--limit}'[rows]:number' \
      {-f,--format}'[form]:format:(table json)' '--json[one object a line]' '--store[file]:file:_files' ;;
    query) _arguments {-p,--port}'[port]:port' '--protocol[how]:protocol:(udp tcp tls)' \
      '--tls-name[name in the certificate]:name' '--ca-file[trust]:file:_files' '--timeout[time]:time' \
      '*:word:(+dnssec +cd +ad +norec +nsid +noedns +tcp +tls)' ;;
    read) _arguments {-f,--format}'[form]:format:(text flat-json json)' '--to[sink]:sink' \
      '--ports[where DNS is]:ports' {-j,--threads}'[threads]:number' '*:capture:_files' ;;
    completion) _arguments '1:shell:(bash zsh fish)' ;;
  esac
}
_weir "$@"
)";

constexpr std::string_view kFish = R"(# fish completion for weir
complete -c weir -f
set -l commands run check config log query read completion
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a run -d 'answer queries'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a check -d 'look for mistakes in the settings'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a config -d 'show and explain settings'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a log -d 'ask the store'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a query -d 'ask a server'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a read -d 'read captures'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -a completion -d 'print completions'
complete -c weir -n "not __fish_seen_subcommand_from $commands" -l version -d 'print the version'
complete -c weir -s h -l help -d 'explain'
complete -c weir -n '__fish_seen_subcommand_from run check config log' -s c -l config -r -F -d settings
complete -c weir -n '__fish_seen_subcommand_from run check config log' -s s -l set -x -d KEY=VALUE
complete -c weir -n '__fish_seen_subcommand_from check read' -F
complete -c weir -n '__fish_seen_subcommand_from config' -a 'show explain reference'
complete -c weir -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'
complete -c weir -n '__fish_seen_subcommand_from log' -s n -l name -x
complete -c weir -n '__fish_seen_subcommand_from log' -l client -x
complete -c weir -n '__fish_seen_subcommand_from log' -s t -l type -x -a 'A AAAA CNAME DS HTTPS MX NS PTR SOA SRV TXT'
complete -c weir -n '__fish_seen_subcommand_from log' -s r -l rcode -x -a 'NOERROR SERVFAIL NXDOMAIN REFUSED'
complete -c weir -n '__fish_seen_subcommand_from log' -l since -x
complete -c weir -n '__fish_seen_subcommand_from log' -l until -x
complete -c weir -n '__fish_seen_subcommand_from log' -s l -l limit -x
complete -c weir -n '__fish_seen_subcommand_from log' -s f -l format -x -a 'table json'
complete -c weir -n '__fish_seen_subcommand_from log' -l json
complete -c weir -n '__fish_seen_subcommand_from log' -l store -r -F
complete -c weir -n '__fish_seen_subcommand_from query' -s p -l port -x
complete -c weir -n '__fish_seen_subcommand_from query' -l protocol -x -a 'udp tcp tls'
complete -c weir -n '__fish_seen_subcommand_from query' -l tls-name -x
complete -c weir -n '__fish_seen_subcommand_from query' -l ca-file -r -F
complete -c weir -n '__fish_seen_subcommand_from query' -l timeout -x
complete -c weir -n '__fish_seen_subcommand_from query' -a '+dnssec +cd +ad +norec +nsid +noedns +tcp +tls'
complete -c weir -n '__fish_seen_subcommand_from read' -s f -l format -x -a 'text flat-json json'
complete -c weir -n '__fish_seen_subcommand_from read' -l to -x
complete -c weir -n '__fish_seen_subcommand_from read' -l ports -x
complete -c weir -n '__fish_seen_subcommand_from read' -s j -l threads -x
)";

}  // namespace

int run(const CompletionCommand& command) {
  const std::string_view text = command.shell == "bash"  ? kBash
                                : command.shell == "zsh" ? kZsh
                                                         : kFish;
  fmt::print("{}", text);
  return kExitDone;
}

}  // namespace weir::app
