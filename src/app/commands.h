// What the command line can ask for, as plain values, and the functions that do it. Each gives the
// exit code: 0 done, 1 it went wrong (or no answer), 2 what was asked for is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace weir::app {

/// Where clients are answered unless something else is said.
inline constexpr uint16_t kDefaultPort = 8853;

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitWrongInput = 2;

/// Where settings come from: a file, one of koroz that wins over it, and `key=value` words that win
/// over both.
struct ConfigChoice {
  std::string file;   // empty: /etc/weir/weir.toml if it exists
  std::string koroz;  // empty: none
  std::vector<std::string> set;
};

struct RunCommand {
  ConfigChoice config;
};

struct CheckCommand {
  ConfigChoice config;
};

struct ConfigCommand {
  enum class What { kShow, kExplain, kReference };
  What what = What::kShow;
  std::string key;
  ConfigChoice config;
};

/// What messages are looked for, in words; an empty one is any.
struct Conditions {
  std::string name;
  std::string client;
  std::string type;
  std::string rcode;
  std::string message;  // one of dnstap's types, or all
  std::string since;
  std::string until;
};

/// Which messages come out, and how.
struct OutputChoice {
  Conditions only;
  std::string format = "text";
  std::string to;      // a sink's address; empty: standard output
  bool count = false;  // only how many there are
};

struct ReadCommand : OutputChoice {
  std::vector<std::string> files;  // or interfaces, or addresses to listen on
  std::string certificate;         // of a TLS listener: PEM files
  std::string key;
  std::string client_ca;
  std::vector<uint16_t> ports;
  unsigned threads = 0;  // 0: one a processor
  bool follow = false;
};

struct CaptureCommand : OutputChoice {
  std::vector<std::string> interfaces;
  std::vector<uint16_t> ports;
  std::vector<std::string> networks;
  bool responses_only = false;
  bool promiscuous = false;
  uint32_t sample = 1;
  size_t snap_octets = 0;
  std::string method = "auto";
  std::string netns;
};

enum class LogFormat { kAutomatic, kTable, kJson };

struct LogCommand {
  ConfigChoice config;
  std::string store;  // a store's file; empty: the one of the settings
  Conditions only{.message = "CLIENT_RESPONSE"};
  uint64_t limit = 100;
  LogFormat format = LogFormat::kAutomatic;
};

struct SeenCommand {
  ConfigChoice config;
  std::string subject;  // a name or an address
  std::string type;     // empty: all
  std::string store;    // a history's file; empty: the one of the settings
  uint64_t limit = 100;
  LogFormat format = LogFormat::kAutomatic;
};

enum class QueryProtocol { kUdp, kTcp, kTls };

struct QueryCommand {
  std::vector<std::string> words;  // NAME [TYPE] [@SERVER] [+FLAG…], in any order
  std::optional<uint16_t> port;
  std::optional<QueryProtocol> protocol;
  std::string tls_name;
  std::string ca_file;
  Duration timeout = std::chrono::seconds(5);
};

/// What is asked of a running weir about its routes.
struct RoutesCommand {
  enum class What { kList, kWhy, kWatch, kState };
  What what = What::kList;
  ConfigChoice config;
  std::string server;   // of the operator's HTTP; empty: as the settings have it
  std::string subject;  // of kWhy: a name or an address
  std::string set;
  bool json = false;
};

/// What a running weir is asked about DNS that passes by the resolvers.
struct BlindSpotsCommand {
  ConfigChoice config;
  std::string server;  // of the operator's HTTP; empty: as the settings have it
  bool json = false;
};

/// Which sets of the settings want names, and which lines say so.
struct DomainsCommand {
  ConfigChoice config;
  std::vector<std::string> names;
};

/// The settings file of another system, printed as weir's.
struct ImportCommand {
  std::string file;
};

struct CompletionCommand {
  std::string shell;
};

int run(const RunCommand& command);
int run(const CheckCommand& command);
int run(const ConfigCommand& command);
int run(const ReadCommand& command);
int run(const CaptureCommand& command);
int run(const LogCommand& command);
int run(const SeenCommand& command);
int run(const QueryCommand& command);
int run(const RoutesCommand& command);
int run(const BlindSpotsCommand& command);
int run(const DomainsCommand& command);
int run(const ImportCommand& command);
int run(const CompletionCommand& command);

using Command = std::variant<RunCommand, CheckCommand, ConfigCommand, ReadCommand, CaptureCommand,
                             LogCommand, SeenCommand, QueryCommand, RoutesCommand,
                             BlindSpotsCommand, DomainsCommand, ImportCommand, CompletionCommand>;

}  // namespace weir::app
