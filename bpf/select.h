// Whether a packet may carry DNS that is wanted, told from its first octets: one text for the
// kernel program and for user space where the kernel refuses programs, so that both choose alike.
//
// What cannot be told (fragments, long chains of extension headers) is handed over: user space puts
// it together and asks again. Plain C; every access is bounded where it stands, for the verifier.
#pragma once

#include "bpf/record.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/// Octets of a frame that are looked at.
#define WEIR_HEAD 128
#define WEIR_VLAN_TAGS 2
#define WEIR_EXTENSION_HEADERS 8

/// What was found. IPv4 addresses stand as IPv4-mapped IPv6 ones.
struct weir_seen {
  __u64 from[2];
  __u64 to[2];
  __u16 from_port;
  __u16 to_port;
  __u16 id;       // of a DNS message over UDP
  __u8 protocol;  // 6 or 17
  __u8 unsure;    // a fragment, or headers beyond what is looked at: ports are not known
  __u8 response;  // 1: QR is set, 0: it is not, 2: nobody knows
  __u8 opens;     // a connection: TCP with SYN and no ACK, or QUIC with a long header
};

/// DoT and DoQ (RFC 7858, RFC 9250); HTTPS, so also DoH (RFC 8484).
#define WEIR_PORT_TLS 853
#define WEIR_PORT_HTTPS 443

static __always_inline __u16 weir_u16(const __u8* at) { return (__u16)(at[0] << 8 | at[1]); }

static __always_inline int weir_is_extension(__u8 next) {
  return next == 0 || next == 43 || next == 44 || next == 51 || next == 60;
}

static __always_inline int weir_is_vlan(__u16 type) {
  return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/// Ports, and of UDP the identifier and QR of the message, at `at`.
static __always_inline int weir_transport(const __u8* head, __u32 have, __u32 at,
                                          struct weir_seen* seen) {
  if (seen->protocol != 17 && seen->protocol != 6) return WEIR_OTHER_PROTOCOL;
  if (seen->unsure) return WEIR_TAKEN;
  if (at > WEIR_HEAD - 14) {
    seen->unsure = 1;
    return WEIR_TAKEN;
  }
  if (have < at + 8) return WEIR_RUNT;
  seen->from_port = weir_u16(head + at);
  seen->to_port = weir_u16(head + at + 2);
  if (seen->protocol == 17 && have >= at + 11) {
    seen->id = weir_u16(head + at + 8);
    seen->response = head[at + 10] >> 7;
    // RFC 9000 §17.2: header form and fixed bit, and the types with which clients begin.
    seen->opens = (head[at + 8] & 0xe0) == 0xc0;
  }
  if (seen->protocol == 6 && have >= at + 14) seen->opens = (head[at + 13] & 0x12) == 0x02;
  return WEIR_TAKEN;
}

static __always_inline int weir_ipv4(const __u8* head, __u32 have, __u32 at,
                                     struct weir_seen* seen) {
  if (have < at + 20) return WEIR_RUNT;
  __u32 size = (head[at] & 15) * 4;
  if (size < 20) return WEIR_RUNT;
  seen->from[1] = seen->to[1] = 0;
  __builtin_memcpy((__u8*)seen->from + 12, head + at + 12, 4);
  __builtin_memcpy((__u8*)seen->to + 12, head + at + 16, 4);
  ((__u8*)seen->from)[10] = ((__u8*)seen->from)[11] = 255;
  ((__u8*)seen->to)[10] = ((__u8*)seen->to)[11] = 255;
  seen->protocol = head[at + 9];
  // Any fragment: more to come, or an offset.
  seen->unsure = (weir_u16(head + at + 6) & 0x3fff) != 0;
  return weir_transport(head, have, at + size, seen);
}

static __always_inline int weir_ipv6(const __u8* head, __u32 have, __u32 at,
                                     struct weir_seen* seen) {
  if (have < at + 40) return WEIR_RUNT;
  __builtin_memcpy(seen->from, head + at + 8, 16);
  __builtin_memcpy(seen->to, head + at + 24, 16);
  __u8 next = head[at + 6];
  at += 40;
  for (int i = 0; i < WEIR_EXTENSION_HEADERS && weir_is_extension(next); ++i) {
    if (at > WEIR_HEAD - 12) break;
    if (have < at + 8) return WEIR_RUNT;
    __u8 kind = next;
    __u32 size = head[at + 1];
    next = head[at];
    if (kind == 44 && (weir_u16(head + at + 2) & 0xfff9) != 0) {
      seen->unsure = 1;
      break;
    }
    at += kind == 44 ? 8 : kind == 51 ? (size + 2) * 4 : (size + 1) * 8;
  }
  // What is behind the rest of them is known only when all is there.
  if (weir_is_extension(next)) {
    seen->unsure = 1;
    next = 17;
  }
  seen->protocol = next;
  return weir_transport(head, have, at, seen);
}

/// Reads the first `have` octets of a frame, at most WEIR_HEAD; `head` has room for WEIR_HEAD.
/// WEIR_TAKEN: `seen` says what it is, which has been zeroed before, `response` apart.
static __always_inline int weir_look(const __u8* head, __u32 have, __u32 link,
                                     struct weir_seen* seen) {
  __u32 at = 0;
  seen->response = 2;
  if (have > WEIR_HEAD) have = WEIR_HEAD;
  if (link == WEIR_LINK_IP) {
    if (have < 20) return WEIR_RUNT;
    if (head[0] >> 4 == 4) return weir_ipv4(head, have, 0, seen);
    return head[0] >> 4 == 6 ? weir_ipv6(head, have, 0, seen) : WEIR_NOT_IP;
  }
  if (have < 14) return WEIR_RUNT;
  __u16 type = weir_u16(head + 12);
  at = 14;
  for (int tags = 0; tags < WEIR_VLAN_TAGS && weir_is_vlan(type); ++tags) {
    if (have < at + 4) return WEIR_RUNT;
    type = weir_u16(head + at + 2);
    at += 4;
  }
  if (type == 0x0800) return weir_ipv4(head, have, at, seen);
  return type == 0x86dd ? weir_ipv6(head, have, at, seen) : WEIR_NOT_IP;
}

static __always_inline int weir_has_port(const struct weir_filter* filter, __u16 port) {
  return (filter->ports[port >> 3] >> (port & 7)) & 1;
}

/// The same number for a query and its response, whatever their direction.
static __always_inline __u32 weir_exchange(const struct weir_seen* seen) {
  __u64 sum = (seen->from[0] + seen->to[0]) * 0x9e3779b97f4a7c15ULL;
  sum ^= (seen->from[1] + seen->to[1]) * 0xc2b2ae3d27d4eb4fULL;
  sum ^= ((__u64)(seen->from_port + seen->to_port) | (__u64)seen->id << 32) * 0x165667b19e3779f9ULL;
  sum ^= sum >> 32;
  sum *= 0x9fb21c651e98df25ULL;
  return (__u32)(sum >> 32);
}

/// Whether somebody begins to talk to what may be encrypted DNS.
static __always_inline int weir_is_contact(const struct weir_seen* seen) {
  return seen->opens && (seen->to_port == WEIR_PORT_TLS || seen->to_port == WEIR_PORT_HTTPS);
}

/// Whether what was seen is wanted, as far as ports, direction and sampling go; what is unsure is.
static __always_inline int weir_choose(const struct weir_filter* filter,
                                       const struct weir_seen* seen) {
  if (seen->unsure) return WEIR_TAKEN;
  if (filter->contacts && weir_is_contact(seen)) return WEIR_TAKEN;
  const int from = weir_has_port(filter, seen->from_port);
  if (!from && !weir_has_port(filter, seen->to_port)) return WEIR_OTHER_PORT;
  if (filter->responses_only && (seen->response == 2 ? !from : !seen->response)) return WEIR_QUERY;
  if (filter->sample > 1 && weir_exchange(seen) % filter->sample != 0) return WEIR_SAMPLED_OUT;
  return WEIR_TAKEN;
}
