// The command line on CLI11, whose exceptions end here. Mistakes say what, and what was expected.
#include "app/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/help.h"
#include "app/version.h"
#include "base/endpoint.h"
#include "base/units.h"
#include "flow/catalogue.h"

namespace weir::app {
namespace {

/// Prints the page written by hand instead of CLI11's own.
class PageFormatter final : public CLI::FormatterBase {
 public:
  explicit PageFormatter(std::string_view command) : command_(command) {}
  std::string make_help(const CLI::App*, std::string, CLI::AppFormatMode) const override {
    return std::string(help_page(command_));
  }

 private:
  std::string command_;
};

/// A value that weir's own readers understand, or CLI11's error with what was expected.
CLI::Validator expects(std::string what, std::function<bool(const std::string&)> accepts) {
  return CLI::Validator(
      [what, accepts = std::move(accepts)](std::string& text) {
        return accepts(text) ? std::string{} : fmt::format("'{}' is not {}", text, what);
      },
      what);
}

class Parser {
 public:
  Parser() : app_("weir") {
    app_.formatter(std::make_shared<PageFormatter>(""));
    app_.set_version_flag("--version", fmt::format("weir {}", version()));
    app_.require_subcommand(0, 1);
    add_service_commands();
    add_config();
    add_log();
    add_seen();
    add_query();
    add_read();
    add_capture();
    add_routes();
    import_ = add_command("import-config");
    import_->require_subcommand(1);
    add_command("dnstap-bgp", import_)->add_option("file", import_command_.file)->required();
    completion_ = add_command("completion");
    completion_->add_option("shell", completion_command_.shell)
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  }

  Parsed parse(std::span<const char* const> words) {
    std::vector<std::string> reversed;
    for (auto word = words.rbegin(); word != words.rend(); ++word) reversed.emplace_back(*word);
    try {
      app_.parse(reversed);
    } catch (const CLI::CallForHelp&) {
      return {.out = asked().help()};
    } catch (const CLI::CallForVersion&) {
      return {.out = fmt::format("weir {}\n", version())};
    } catch (const CLI::ParseError& error) {
      return mistake(error, words);
    }
    if (app_.get_subcommands().empty()) {
      if (words.empty()) return {.err = app_.help(), .exit_code = kExitWrongInput};
      return {.err = "weir: expected a command; see weir --help\n", .exit_code = kExitWrongInput};
    }
    return {.command = chosen()};
  }

 private:
  CLI::App* add_command(const std::string& name, CLI::App* parent = nullptr) {
    CLI::App* command = (parent != nullptr ? parent : &app_)->add_subcommand(name);
    command->formatter(
        std::make_shared<PageFormatter>(parent != nullptr ? parent->get_name() : name));
    return command;
  }

  static void add_set(CLI::App* command, ConfigChoice& choice) {
    command->add_option("-s,--set", choice.set)
        ->allow_extra_args(false)
        ->check(expects("KEY=VALUE", [](const std::string& text) {
          const size_t equals = text.find('=');
          return equals != std::string::npos && equals > 0;
        }));
  }
  static void add_choice(CLI::App* command, ConfigChoice& choice) {
    command->add_option("-c,--config", choice.file);
    add_set(command, choice);
  }

  void add_service_commands() {
    run_ = add_command("run");
    add_choice(run_, run_command_.config);
    run_->add_option("--koroz", run_command_.config.koroz);
    check_ = add_command("check");
    check_->add_option("file", check_command_.config.file);
    check_->add_option("-c,--config", check_command_.config.file);
    add_set(check_, check_command_.config);
    check_->add_option("--koroz", check_command_.config.koroz);
  }

  void add_config() {
    config_ = add_command("config");
    config_->require_subcommand(1);
    show_ = add_command("show", config_);
    add_choice(show_, config_command_.config);
    explain_ = add_command("explain", config_);
    explain_->add_option("key", config_command_.key)->required();
    reference_ = add_command("reference", config_);
  }

  static void add_conditions(CLI::App* command, Conditions& to) {
    command->add_option("-n,--name", to.name);
    command->add_option("--client", to.client);
    command->add_option("-t,--type", to.type);
    command->add_option("-r,--rcode", to.rcode);
    command->add_option("-m,--message,--message-type", to.message);
    command->add_option("--since", to.since);
    command->add_option("--until", to.until);
  }

  static void add_format(CLI::App* command, LogFormat& to) {
    auto* format = command
                       ->add_option_function<std::string>("-f,--format",
                                                          [&to](const std::string& word) {
                                                            to = word == "json" ? LogFormat::kJson
                                                                                : LogFormat::kTable;
                                                          })
                       ->check(CLI::IsMember({"table", "json"}));
    command->add_flag_callback("--json", [&to] { to = LogFormat::kJson; })->excludes(format);
  }

  void add_log() {
    log_ = add_command("log");
    LogCommand& to = log_command_;
    add_conditions(log_, to.only);
    log_->add_option("-l,--limit", to.limit)->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}));
    add_format(log_, to.format);
    log_->add_option("--store", to.store);
    add_choice(log_, to.config);
  }

  void add_seen() {
    seen_ = add_command("seen");
    SeenCommand& to = seen_command_;
    seen_->add_option("subject", to.subject)->required();
    seen_->add_option("-t,--type", to.type);
    seen_->add_option("-l,--limit", to.limit)
        ->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}));
    add_format(seen_, to.format);
    seen_->add_option("--store", to.store);
    add_choice(seen_, to.config);
  }

  void add_query() {
    query_ = add_command("query");
    QueryCommand& to = query_command_;
    query_->add_option("words", to.words)->required();
    query_->add_option("-p,--port", to.port)->check(CLI::Range(1, 65535));
    query_
        ->add_option_function<std::string>("--protocol",
                                           [&to](const std::string& word) {
                                             to.protocol = word == "udp"   ? QueryProtocol::kUdp
                                                           : word == "tcp" ? QueryProtocol::kTcp
                                                                           : QueryProtocol::kTls;
                                           })
        ->check(CLI::IsMember({"udp", "tcp", "tls"}));
    query_->add_option("--tls-name", to.tls_name);
    query_->add_option("--ca-file", to.ca_file);
    query_
        ->add_option_function<std::string>(
            "--timeout", [&to](const std::string& word) { to.timeout = *parse_duration(word); })
        ->check(expects("a time with its unit, like 5s or 500ms", [](const std::string& word) {
          const auto duration = parse_duration(word);
          return duration && *duration > Duration::zero();
        }));
  }

  static void add_output(CLI::App* command, OutputChoice& to) {
    const auto formats = flow::format_words();
    command->add_option("-f,--format", to.format)
        ->check(CLI::IsMember(std::vector<std::string>(formats.begin(), formats.end())));
    command->add_option("--to", to.to);
    command->add_flag("--count", to.count);
    add_conditions(command, to.only);
  }
  static void add_ports(CLI::App* command, std::vector<uint16_t>& to) {
    command->add_option("--ports", to)
        ->delimiter(',')
        ->check(CLI::Range(1, 65535))
        ->allow_extra_args(false);
  }

  void add_capture() {
    capture_ = add_command("capture");
    CaptureCommand& to = capture_command_;
    capture_->add_option("interfaces", to.interfaces)->required();
    add_output(capture_, to);
    add_ports(capture_, to.ports);
    capture_->add_option("--networks", to.networks)
        ->delimiter(',')
        ->check(expects("an address or a network like 192.0.2.0/24",
                        [](const std::string& text) { return Prefix::parse(text).has_value(); }))
        ->allow_extra_args(false);
    capture_->add_flag("--responses-only", to.responses_only);
    capture_->add_flag("--promiscuous", to.promiscuous);
    capture_->add_option("--sample", to.sample)->check(CLI::Range(1, 1'000'000'000));
    capture_->add_option("--snap", to.snap_octets)->check(CLI::Range(64, 65600));
    capture_->add_option("--method", to.method)->check(CLI::IsMember({"auto", "ebpf", "packet"}));
    capture_->add_option("--netns", to.netns);
  }

  void add_read() {
    read_ = add_command("read");
    ReadCommand& to = read_command_;
    read_->add_option("files", to.files)->required();
    add_output(read_, to);
    read_->add_flag("--follow", to.follow);
    read_->add_option("--certificate", to.certificate);
    read_->add_option("--key", to.key);
    read_->add_option("--client-ca", to.client_ca);
    add_ports(read_, to.ports);
    read_->add_option("-j,--threads", to.threads)->check(CLI::Range(1, 1024));
  }

  void add_routes() {
    routes_ = add_command("routes");
    routes_->require_subcommand(1);
    RoutesCommand& to = routes_command_;
    using What = RoutesCommand::What;
    for (const auto& [word, what] :
         {std::pair("list", What::kList), std::pair("why", What::kWhy),
          std::pair("watch", What::kWatch), std::pair("state", What::kState)}) {
      CLI::App* command = add_command(word, routes_);
      command->callback([&to, asked = what] { to.what = asked; });
      if (what == What::kWhy) command->add_option("subject", to.subject)->required();
      if (what == What::kList) command->add_option("--set-name", to.set);
      command->add_flag("--json", to.json);
      command->add_option("--server", to.server);
      add_choice(command, to.config);
    }
    blind_spots_ = add_command("blind-spots");
    blind_spots_->add_flag("--json", blind_spots_command_.json);
    blind_spots_->add_option("--server", blind_spots_command_.server);
    add_choice(blind_spots_, blind_spots_command_.config);
    domains_ = add_command("domains");
    domains_->require_subcommand(1);
    CLI::App* test = add_command("test", domains_);
    test->add_option("names", domains_command_.names)->required();
    add_choice(test, domains_command_.config);
  }

  Command chosen() {
    if (routes_->parsed()) return routes_command_;
    if (blind_spots_->parsed()) return blind_spots_command_;
    if (domains_->parsed()) return domains_command_;
    if (run_->parsed()) return run_command_;
    if (check_->parsed()) return check_command_;
    if (log_->parsed()) return log_command_;
    if (seen_->parsed()) return seen_command_;
    if (query_->parsed()) return query_command_;
    if (read_->parsed()) return read_command_;
    if (capture_->parsed()) return capture_command_;
    if (import_->parsed()) return import_command_;
    if (completion_->parsed()) return completion_command_;
    config_command_.what = explain_->parsed()     ? ConfigCommand::What::kExplain
                           : reference_->parsed() ? ConfigCommand::What::kReference
                                                  : ConfigCommand::What::kShow;
    return config_command_;
  }

  /// The innermost command that was named.
  CLI::App& asked() {
    CLI::App* at = &app_;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    return *at;
  }

  Parsed mistake(const CLI::ParseError& error, std::span<const char* const> words) {
    CLI::App& command = asked();
    std::string where = "weir";
    if (&command != &app_) where += " " + command.get_name();
    std::string text = fmt::format("{}: {}", where, error.what());
    if (const std::string near = suggestion(command, words); !near.empty())
      text += fmt::format("; did you mean {}?", near);
    return {.err = fmt::format("{}\nsee {} --help\n", text, where), .exit_code = kExitWrongInput};
  }

  /// A command or option that one of the words not understood nearly is.
  static std::string suggestion(CLI::App& command, std::span<const char* const> words) {
    std::vector<std::string> known;
    for (const CLI::App* sub : command.get_subcommands({})) known.push_back(sub->get_name());
    for (const CLI::Option* option : command.get_options())
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    for (const std::string_view word : words) {
      const std::string_view bare = word.substr(0, word.find('='));
      if (std::find(candidates.begin(), candidates.end(), bare) != candidates.end()) continue;
      if (const std::string_view near = nearest(bare, candidates); !near.empty())
        return std::string(near);
    }
    return {};
  }

  CLI::App app_;
  CLI::App *run_, *check_, *config_, *show_, *explain_, *reference_, *log_, *query_, *read_;
  CLI::App *capture_, *completion_, *seen_, *routes_, *blind_spots_, *domains_, *import_;
  RunCommand run_command_;
  CheckCommand check_command_;
  ConfigCommand config_command_;
  LogCommand log_command_;
  SeenCommand seen_command_;
  QueryCommand query_command_;
  ReadCommand read_command_;
  CaptureCommand capture_command_;
  CompletionCommand completion_command_;
  RoutesCommand routes_command_;
  BlindSpotsCommand blind_spots_command_;
  DomainsCommand domains_command_;
  ImportCommand import_command_;
};

}  // namespace

Parsed parse_command_line(std::span<const char* const> words) { return Parser().parse(words); }

}  // namespace weir::app
