// The kernel program: looks at every packet of an interface, copies those that may be DNS into a
// ring, counts the rest by reason, and lets all of them pass unchanged.
//
// `watch_xdp` sees what arrives before the network stack does; `watch_frame` and `watch_packet` see
// what leaves, or arrives where XDP cannot be, on links with and without Ethernet headers.
// clang-format off: the helpers need the types before them
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
// clang-format on

#include "bpf/select.h"

#define TCX_NEXT (-1) /* what other programs of the interface say, goes */

/// Set before loading.
const volatile struct weir_filter filter = {.sample = 1, .snap = 65600};

/// Read by user space through shared memory.
struct weir_counts counts[WEIR_PROCESSORS];

/// Set by the reader when it is about to sleep.
__u32 awaited;

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} ring SEC(".maps");

struct head {
  __u8 octets[WEIR_HEAD];
};
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct head);
} heads SEC(".maps");

struct network {
  __u32 bits;
  __u8 address[16];
};
struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, WEIR_NETWORKS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct network);
  __type(value, __u8);
} networks SEC(".maps");

static __always_inline int in_networks(const __u64 address[2]) {
  struct network key = {.bits = 128};
  __builtin_memcpy(key.address, address, 16);
  return bpf_map_lookup_elem(&networks, &key) != 0;
}

/// To wake the reader costs more than a record does: so only when it sleeps. What is being written
/// while it falls asleep is announced by what comes next, or found when it looks by itself.
static __always_inline __u64 wake(void) {
  if (!awaited) return BPF_RB_NO_WAKEUP;
  awaited = 0;
  return BPF_RB_FORCE_WAKEUP;
}

/// A packet, of which both kinds of context can tell length and octets.
struct packet {
  void* context;
  __u32 size;
  __u32 interface;
  __u32 link;
  __u8 xdp;
};

static __always_inline long load(const struct packet* packet, void* to, __u32 size) {
  return packet->xdp ? bpf_xdp_load_bytes(packet->context, 0, to, size)
                     : bpf_skb_load_bytes(packet->context, 0, to, size);
}

/// Room in the ring is asked for in sizes that the verifier knows: the next of these.
#define COPY(octets)                                                                  \
  static __always_inline int copy_##octets(const struct packet* packet, __u32 size) { \
    struct {                                                                          \
      struct weir_record head;                                                        \
      __u8 frame[octets];                                                             \
    }* record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);                       \
    if (!record) return WEIR_RING_FULL;                                               \
    asm volatile("" : "+r"(size));                                                    \
    if (size == 0 || size > octets || load(packet, record->frame, size)) {            \
      bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);                                  \
      return WEIR_RUNT;                                                               \
    }                                                                                 \
    record->head.time = bpf_ktime_get_ns();                                           \
    record->head.captured = size;                                                     \
    record->head.original = packet->size;                                             \
    record->head.interface = packet->interface;                                       \
    record->head.link = packet->link;                                                 \
    bpf_ringbuf_submit(record, wake());                                               \
    return WEIR_TAKEN;                                                                \
  }
COPY(104)
COPY(232)
COPY(488)
COPY(1000)
COPY(2048)
COPY(8192)
COPY(65600)

static __always_inline int copy(const struct packet* packet) {
  __u32 size = packet->size;
  if (size > filter.snap) size = filter.snap;
  if (size <= 104) return copy_104(packet, size);
  if (size <= 232) return copy_232(packet, size);
  if (size <= 488) return copy_488(packet, size);
  if (size <= 1000) return copy_1000(packet, size);
  if (size <= 2048) return copy_2048(packet, size);
  if (size <= 8192) return copy_8192(packet, size);
  return copy_65600(packet, size > 65600 ? 65600 : size);
}

static __always_inline int decide(const struct packet* packet) {
  const __u32 zero = 0;
  struct head* head = bpf_map_lookup_elem(&heads, &zero);
  if (!head) return WEIR_RUNT;
  __u32 have = packet->size < WEIR_HEAD ? packet->size : WEIR_HEAD;
  asm volatile("" : "+r"(have));
  if (have == 0 || have > WEIR_HEAD || load(packet, head->octets, have)) return WEIR_RUNT;
  struct weir_seen seen = {};
  int fate = weir_look(head->octets, have, packet->link, &seen);
  if (fate != WEIR_TAKEN) return fate;
  // The compiler must not take what stands above for what will be set.
  const struct weir_filter* wanted = (const struct weir_filter*)&filter;
  asm volatile("" : "+r"(wanted));
  fate = weir_choose(wanted, &seen);
  if (fate != WEIR_TAKEN) return fate;
  if (filter.networks && !in_networks(seen.from) && !in_networks(seen.to))
    return WEIR_OTHER_NETWORK;
  return copy(packet);
}

static __always_inline void watch(const struct packet* packet) {
  struct weir_counts* mine = &counts[bpf_get_smp_processor_id() & (WEIR_PROCESSORS - 1)];
  const int fate = decide(packet);
  if (fate >= 0 && fate < WEIR_FATES) ++mine->fates[fate];
}

SEC("xdp.frags")
int watch_xdp(struct xdp_md* context) {
  const struct packet packet = {.context = context,
                                .size = (__u32)bpf_xdp_get_buff_len(context),
                                .interface = context->ingress_ifindex,
                                .link = WEIR_LINK_ETHERNET,
                                .xdp = 1};
  watch(&packet);
  return XDP_PASS;
}

SEC("tc")
int watch_frame(struct __sk_buff* context) {
  const struct packet packet = {.context = context,
                                .size = context->len,
                                .interface = context->ifindex,
                                .link = WEIR_LINK_ETHERNET};
  watch(&packet);
  return TCX_NEXT;
}

SEC("tc")
int watch_packet(struct __sk_buff* context) {
  const struct packet packet = {.context = context,
                                .size = context->len,
                                .interface = context->ifindex,
                                .link = WEIR_LINK_IP};
  watch(&packet);
  return TCX_NEXT;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
