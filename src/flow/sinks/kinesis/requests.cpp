// libcurl's easy interface, by pointers: its connection is kept between requests.
#include "flow/sinks/kinesis/requests.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "flow/sinks/kinesis/libcurl.h"

// curl's header checks arguments in macros of these names, which would hide the pointers.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace weir::flow::kinesis {
namespace {

constexpr size_t kMostReply = 1 << 20;

template <typename Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(find_in_libcurl(name));
}

/// The functions that are used.
struct Library {
  decltype(curl_global_init)* global_init = find<decltype(curl_global_init)>("curl_global_init");
  decltype(curl_easy_init)* init = find<decltype(curl_easy_init)>("curl_easy_init");
  decltype(curl_easy_cleanup)* cleanup = find<decltype(curl_easy_cleanup)>("curl_easy_cleanup");
  decltype(curl_easy_reset)* reset = find<decltype(curl_easy_reset)>("curl_easy_reset");
  decltype(curl_easy_setopt)* set = find<decltype(curl_easy_setopt)>("curl_easy_setopt");
  decltype(curl_easy_getinfo)* get = find<decltype(curl_easy_getinfo)>("curl_easy_getinfo");
  decltype(curl_easy_perform)* perform = find<decltype(curl_easy_perform)>("curl_easy_perform");
  decltype(curl_slist_append)* append = find<decltype(curl_slist_append)>("curl_slist_append");
  decltype(curl_slist_free_all)* free_list =
      find<decltype(curl_slist_free_all)>("curl_slist_free_all");

  Library() { global_init(CURL_GLOBAL_DEFAULT); }
};

const Library& curl() {
  static const Library library;
  return library;
}

size_t keep_reply(char* octets, size_t one, size_t count, void* into) {
  auto& reply = *static_cast<std::string*>(into);
  if (reply.size() + one * count > kMostReply) return 0;
  reply.append(octets, one * count);
  return one * count;
}

int give_up(void* interrupted, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::atomic<bool>*>(interrupted)->load() ? 1 : 0;
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

struct Requests::Handle {
  CURL* easy = curl().init();
  curl_slist* headers = nullptr;

  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    clear();
    curl().cleanup(easy);
  }
  void clear() {
    curl().free_list(headers);
    headers = nullptr;
  }
  void header(const std::string& line) { headers = curl().append(headers, line.c_str()); }
};

struct Requests::Credentials {
  std::string identifier, secret, token;
};

Requests::Requests(const KinesisSinkSettings& settings)
    : settings_(settings),
      endpoint_(settings.endpoint.empty()
                    ? fmt::format("https://kinesis.{}.amazonaws.com", settings.region)
                    : settings.endpoint) {}
Requests::~Requests() = default;

Result<Requests::Credentials> Requests::credentials() const {
  Credentials found;
  if (!settings_.credentials_file.empty()) {
    std::ifstream file(settings_.credentials_file);
    std::getline(file, found.identifier);
    std::getline(file, found.secret);
    std::getline(file, found.token);
  } else {
    found = {environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
             environment("AWS_SESSION_TOKEN")};
  }
  if (found.identifier.empty() || found.secret.empty())
    return Error{Fault::kConfig,
                 "no credentials: set credentials_file, or AWS_ACCESS_KEY_ID and "
                 "AWS_SECRET_ACCESS_KEY in the environment",
                 true};
  return found;
}

Result<Reply> Requests::put_records(const std::string& body) {
  TRY(const Credentials who, credentials());
  if (!handle_) handle_ = std::make_unique<Handle>();
  CURL* const easy = handle_->easy;
  curl().reset(easy);
  handle_->clear();
  handle_->header("Content-Type: application/x-amz-json-1.1");
  handle_->header("X-Amz-Target: Kinesis_20131202.PutRecords");
  if (!who.token.empty()) handle_->header("X-Amz-Security-Token: " + who.token);
  const std::string user = who.identifier + ':' + who.secret;
  const std::string signing = fmt::format("aws:amz:{}:kinesis", settings_.region);
  const auto timeout = static_cast<long>(settings_.timeout / 1ms);
  std::array<char, CURL_ERROR_SIZE> why{};
  Reply reply;
  curl().set(easy, CURLOPT_URL, (endpoint_ + '/').c_str());
  curl().set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().set(easy, CURLOPT_NOSIGNAL, 1L);
  curl().set(easy, CURLOPT_HTTPHEADER, handle_->headers);
  curl().set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl().set(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl().set(easy, CURLOPT_USERPWD, user.c_str());
  curl().set(easy, CURLOPT_AWS_SIGV4, signing.c_str());
  if (!settings_.ca_file.empty()) curl().set(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
  curl().set(easy, CURLOPT_TIMEOUT_MS, timeout);
  curl().set(easy, CURLOPT_WRITEFUNCTION, &keep_reply);
  curl().set(easy, CURLOPT_WRITEDATA, &reply.body);
  curl().set(easy, CURLOPT_NOPROGRESS, 0L);
  curl().set(easy, CURLOPT_XFERINFOFUNCTION, &give_up);
  curl().set(easy, CURLOPT_XFERINFODATA, &interrupted_);
  curl().set(easy, CURLOPT_ERRORBUFFER, why.data());
  const CURLcode code = curl().perform(easy);
  if (code != CURLE_OK)
    return Error{Fault::kPeer, fmt::format("{}: {}", endpoint_, why.data()), true};
  curl().get(easy, CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

}  // namespace weir::flow::kinesis
