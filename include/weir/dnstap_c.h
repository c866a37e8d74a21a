// Emits dnstap from C: weir/dnstap.h in small. What it says of rings, threads, fork() and counting
// holds here too; C++ programs take that header. A producer that is NULL is off: every call on it
// returns at once and does nothing.
#ifndef WEIR_DNSTAP_C_H
#define WEIR_DNSTAP_C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define WEIR_TAP_C_API __attribute__((visibility("default")))
#else
#define WEIR_TAP_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct sockaddr;

typedef struct weir_tap weir_tap;

/* dnstap.proto, Message.Type. */
typedef enum weir_tap_type {
  WEIR_TAP_AUTH_QUERY = 1,
  WEIR_TAP_AUTH_RESPONSE,
  WEIR_TAP_RESOLVER_QUERY,
  WEIR_TAP_RESOLVER_RESPONSE,
  WEIR_TAP_CLIENT_QUERY,
  WEIR_TAP_CLIENT_RESPONSE,
  WEIR_TAP_FORWARDER_QUERY,
  WEIR_TAP_FORWARDER_RESPONSE,
  WEIR_TAP_STUB_QUERY,
  WEIR_TAP_STUB_RESPONSE,
  WEIR_TAP_TOOL_QUERY,
  WEIR_TAP_TOOL_RESPONSE,
  WEIR_TAP_UPDATE_QUERY,
  WEIR_TAP_UPDATE_RESPONSE
} weir_tap_type;

/* dnstap.proto, SocketProtocol. */
typedef enum weir_tap_protocol {
  WEIR_TAP_UDP = 1,
  WEIR_TAP_TCP,
  WEIR_TAP_DOT,
  WEIR_TAP_DOH,
  WEIR_TAP_DNSCRYPT_UDP,
  WEIR_TAP_DNSCRYPT_TCP,
  WEIR_TAP_DOQ
} weir_tap_protocol;

/* What became of a call, and why messages are dropped. */
typedef enum weir_tap_outcome {
  WEIR_TAP_ACCEPTED,
  WEIR_TAP_QUEUE_FULL,
  WEIR_TAP_TOO_LARGE,
  WEIR_TAP_INVALID,
  WEIR_TAP_TOO_MANY_THREADS,
  WEIR_TAP_EXHAUSTED,
  WEIR_TAP_CLOSED,
  WEIR_TAP_FORKED,
  WEIR_TAP_OUTCOMES /* how many there are */
} weir_tap_outcome;

typedef enum weir_tap_state {
  WEIR_TAP_STATE_OFF,
  WEIR_TAP_STATE_CONNECTING,
  WEIR_TAP_STATE_OPEN,
  WEIR_TAP_STATE_WAITING,
  WEIR_TAP_STATE_EXHAUSTED,
  WEIR_TAP_STATE_CLOSED
} weir_tap_state;

/* Fields as in weir::tap::Options. Set by weir_tap_options_init to the defaults; NULL is empty. */
typedef struct weir_tap_options {
  const char* output; /* file:PATH, unix:PATH, tcp:HOST:PORT, tls:HOST:PORT */
  const char* identity;
  const char* version;
  size_t queue_octets; /* of a calling thread */
  size_t most_threads;
  size_t most_frame_octets;
  uint32_t block_for_ms; /* 0: a call never waits */
  uint32_t flush_interval_ms;
  bool bidirectional;
  uint32_t connect_timeout_ms;
  uint32_t handshake_timeout_ms;
  uint32_t reconnect_first_ms;
  uint32_t reconnect_most_ms;
  int64_t reconnect_attempts; /* below 0: without end */
  uint32_t reconnect_jitter_percent;
  uint64_t rotate_octets; /* of a file; 0: never */
  const char* tls_subject_name;
  const char* tls_ca_file;
  const char* tls_certificate_file;
  const char* tls_key_file;
  /* Called by the library's own thread; `text` lasts for the call. NULL: nobody is told. */
  void (*log)(void* context, bool warning, const char* text);
  void* log_context;
} weir_tap_options;

typedef struct weir_tap_bytes {
  const void* data;
  size_t size; /* 0: the field is left out */
} weir_tap_bytes;

/* 0 is absent: of a query `query_time`, of a response `response_time` is then now. */
typedef int64_t weir_tap_time; /* nanoseconds since 1970-01-01T00:00:00Z */

/* All zero but type and protocol is a valid message; numbers that dnstap.proto does not have are
 * refused. Octets last for the call. */
typedef struct weir_tap_message {
  int type;                                /* weir_tap_type */
  int protocol;                            /* weir_tap_protocol */
  int http_protocol;                       /* 1, 2, 3; 0: left out */
  const struct sockaddr* query_address;    /* who asked; NULL: left out */
  const struct sockaddr* response_address; /* who was asked */
  weir_tap_bytes query;                    /* in wire form, as is what follows */
  weir_tap_bytes response;
  weir_tap_bytes query_zone;
  weir_tap_time query_time;
  weir_tap_time response_time;
  weir_tap_bytes extra;
  const char* policy_type; /* NULL, as all of policy: left out */
  weir_tap_bytes policy_rule;
  int policy_action; /* dnstap.proto, Policy.Action; 0: left out */
  int policy_match;  /* dnstap.proto, Policy.Match; 0: left out */
  weir_tap_bytes policy_value;
} weir_tap_message;

/* produced = sent + all of dropped + queued. */
typedef struct weir_tap_statistics {
  weir_tap_state state;
  uint64_t produced;
  uint64_t sent;
  uint64_t queued;
  uint64_t dropped[WEIR_TAP_OUTCOMES];
  uint64_t connects;
  uint64_t failures;
  size_t threads;
  char last_error[256]; /* cut where it is longer */
} weir_tap_statistics;

WEIR_TAP_C_API void weir_tap_options_init(weir_tap_options* options);
/* NULL on failure, with the reason in `error`, cut to its size; `error` may be NULL. */
WEIR_TAP_C_API weir_tap* weir_tap_open(const weir_tap_options* options, char* error,
                                       size_t error_size);

/* From any thread. */
WEIR_TAP_C_API weir_tap_outcome weir_tap_log(weir_tap* tap, const weir_tap_message* message);
WEIR_TAP_C_API weir_tap_outcome weir_tap_client_query(weir_tap* tap, const struct sockaddr* client,
                                                      const struct sockaddr* server, int protocol,
                                                      const void* query, size_t query_size);
WEIR_TAP_C_API weir_tap_outcome weir_tap_client_response(
    weir_tap* tap, const struct sockaddr* client, const struct sockaddr* server, int protocol,
    const void* query, size_t query_size, const void* response, size_t response_size,
    weir_tap_time query_time);

WEIR_TAP_C_API void weir_tap_statistics_read(const weir_tap* tap, weir_tap_statistics* statistics);
/* Fit for a metric's label: `queue_full`; `open`. */
WEIR_TAP_C_API const char* weir_tap_outcome_text(weir_tap_outcome outcome);
WEIR_TAP_C_API const char* weir_tap_state_text(weir_tap_state state);
/* Waits until all that was accepted before is sent or dropped; false when time was up before. */
WEIR_TAP_C_API bool weir_tap_flush(weir_tap* tap, uint32_t timeout_ms);
/* Calls are refused from now on; sends what is queued, for so long at most, and ends the stream.
 * True if nothing queued was dropped. Statistics can still be read. */
WEIR_TAP_C_API bool weir_tap_close(weir_tap* tap, uint32_t timeout_ms);
/* Closes within 1 s, if that was not done, and frees. No other thread may be in a call. */
WEIR_TAP_C_API void weir_tap_free(weir_tap* tap);

#ifdef __cplusplus
}
#endif

#endif
