// Emits COUNT client queries from C, and prints what became of them: emit TARGET COUNT.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/dnstap_c.h>

static void tell(void* context, bool warning, const char* text) {
  (void)context;
  fprintf(stderr, "%s: %s\n", warning ? "warning" : "info", text);
}

static struct sockaddr_in address(const char* text, uint16_t port) {
  struct sockaddr_in made;
  memset(&made, 0, sizeof made);
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  inet_pton(AF_INET, text, &made.sin_addr);
  return made;
}

static void print(const weir_tap* tap) {
  weir_tap_statistics statistics;
  weir_tap_statistics_read(tap, &statistics);
  printf("state %s\nproduced %llu\nsent %llu\nqueued %llu\n", weir_tap_state_text(statistics.state),
         (unsigned long long)statistics.produced, (unsigned long long)statistics.sent,
         (unsigned long long)statistics.queued);
  for (int why = 1; why < WEIR_TAP_OUTCOMES; ++why)
    if (statistics.dropped[why] > 0)
      printf("dropped %s %llu\n", weir_tap_outcome_text((weir_tap_outcome)why),
             (unsigned long long)statistics.dropped[why]);
}

int main(int argc, char** argv) {
  /* example.com A */
  static const unsigned char query[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1";
  const struct sockaddr_in client = address("192.0.2.7", 54321);
  const struct sockaddr_in server = address("198.51.100.53", 53);
  char error[256];
  weir_tap_options options;
  weir_tap* tap;
  bool all;
  if (argc != 3) {
    fprintf(stderr, "usage: emit file:PATH|unix:PATH|tcp:HOST:PORT|tls:HOST:PORT COUNT\n");
    return 2;
  }
  weir_tap_options_init(&options);
  options.output = argv[1];
  options.identity = "emit";
  options.block_for_ms = 10000; /* a server would rather drop, the default */
  options.log = tell;
  tap = weir_tap_open(&options, error, sizeof error);
  if (tap == NULL) {
    fprintf(stderr, "%s\n", error);
    return 1;
  }
  for (unsigned long long left = strtoull(argv[2], NULL, 10); left > 0; --left)
    weir_tap_client_query(tap, (const struct sockaddr*)&client, (const struct sockaddr*)&server,
                          WEIR_TAP_UDP, query, sizeof query - 1);
  all = weir_tap_close(tap, 10000);
  print(tap);
  weir_tap_free(tap);
  return all ? 0 : 1;
}
