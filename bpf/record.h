// What the kernel program and user space share: the filter that is set before the program is
// loaded, the records in the ring, and why a packet is not taken. Plain C, for clang's BPF target
// and C++.
#pragma once

#include <linux/types.h>

/// What becomes of a packet; each but the first two is a reason why it is not handed over. The
/// packet itself always goes its way.
enum weir_fate {
  WEIR_TAKEN = 0,
  WEIR_RING_FULL,  // it was wanted, and there was no room
  WEIR_RUNT,       // it ends within its headers
  WEIR_NOT_IP,
  WEIR_OTHER_PROTOCOL,  // neither UDP nor TCP
  WEIR_OTHER_PORT,
  WEIR_OTHER_NETWORK,
  WEIR_QUERY,        // only responses are wanted
  WEIR_SAMPLED_OUT,  // one of N is wanted, and this was another
  WEIR_FATES,
};

/// With what a frame begins.
enum weir_link { WEIR_LINK_ETHERNET, WEIR_LINK_IP };

/// What is wanted, without the networks: those are a map in the kernel, a list in user space.
struct weir_filter {
  __u8 ports[8192];  // a bit each, lowest first
  __u32 sample;      // one of so many exchanges; 0 and 1: all
  __u32 snap;        // octets of a frame that are handed over
  __u8 responses_only;
  __u8 networks;  // whether any are set
  __u8 contacts;  // also what opens a connection to a port of encrypted DNS
};

/// The head of a record in the ring; `captured` octets of the frame follow.
struct weir_record {
  __u64 time;  // CLOCK_MONOTONIC, nanoseconds
  __u32 captured;
  __u32 original;
  __u32 interface;  // its index
  __u32 link;       // enum weir_link
};

/// Slots of per-processor counters; processors beyond that share.
#define WEIR_PROCESSORS 256
/// Networks that may be set.
#define WEIR_NETWORKS 4096

/// What one processor counted, in cache lines that nobody else writes.
struct weir_counts {
  __u64 fates[WEIR_FATES];
} __attribute__((aligned(64)));
