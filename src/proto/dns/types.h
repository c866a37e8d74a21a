// The numbers of DNS and their mnemonics: types, classes, opcodes, response codes, option codes
// (IANA "Domain Name System (DNS) Parameters").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::dns {

enum class Type : uint16_t {
  kA = 1,
  kNs = 2,
  kMd = 3,
  kMf = 4,
  kCname = 5,
  kSoa = 6,
  kMb = 7,
  kMg = 8,
  kMr = 9,
  kNull = 10,
  kWks = 11,
  kPtr = 12,
  kHinfo = 13,
  kMinfo = 14,
  kMx = 15,
  kTxt = 16,
  kRp = 17,
  kAfsdb = 18,
  kX25 = 19,
  kIsdn = 20,
  kRt = 21,
  kNsap = 22,
  kSig = 24,
  kKey = 25,
  kPx = 26,
  kGpos = 27,
  kAaaa = 28,
  kLoc = 29,
  kNxt = 30,
  kSrv = 33,
  kNaptr = 35,
  kKx = 36,
  kCert = 37,
  kA6 = 38,
  kDname = 39,
  kOpt = 41,
  kApl = 42,
  kDs = 43,
  kSshfp = 44,
  kIpseckey = 45,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kDhcid = 49,
  kNsec3 = 50,
  kNsec3param = 51,
  kTlsa = 52,
  kSmimea = 53,
  kHip = 55,
  kCds = 59,
  kCdnskey = 60,
  kOpenpgpkey = 61,
  kCsync = 62,
  kZonemd = 63,
  kSvcb = 64,
  kHttps = 65,
  kSpf = 99,
  kNid = 104,
  kL32 = 105,
  kL64 = 106,
  kLp = 107,
  kEui48 = 108,
  kEui64 = 109,
  kTkey = 249,
  kTsig = 250,
  kIxfr = 251,
  kAxfr = 252,
  kMailb = 253,
  kMaila = 254,
  kAny = 255,
  kUri = 256,
  kCaa = 257,
  kAvc = 258,
  kDlv = 32769,
};

enum class Class : uint16_t { kIn = 1, kCh = 3, kHs = 4, kNone = 254, kAny = 255 };

enum class Opcode : uint8_t {
  kQuery = 0,
  kIquery = 1,
  kStatus = 2,
  kNotify = 4,
  kUpdate = 5,
  kDso = 6,
};

/// Response codes, the extended ones of EDNS included (12 bits).
enum class Rcode : uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kYxDomain = 6,
  kYxRrset = 7,
  kNxRrset = 8,
  kNotAuth = 9,
  kNotZone = 10,
  kDsoTypeNi = 11,
  kBadVers = 16,
  kBadKey = 17,
  kBadTime = 18,
  kBadMode = 19,
  kBadName = 20,
  kBadAlg = 21,
  kBadTrunc = 22,
  kBadCookie = 23,
};

/// EDNS option codes.
enum class Option : uint16_t {
  kLlq = 1,
  kUl = 2,
  kNsid = 3,
  kDau = 5,
  kDhu = 6,
  kN3u = 7,
  kClientSubnet = 8,
  kExpire = 9,
  kCookie = 10,
  kTcpKeepalive = 11,
  kPadding = 12,
  kChain = 13,
  kKeyTag = 14,
  kExtendedError = 15,
  kReportChannel = 18,
  kZoneVersion = 19,
};

/// Extended DNS Errors (RFC 8914) that weir itself gives.
enum class ExtendedError : uint16_t {
  kOther = 0,
  kStaleAnswer = 3,
  kBlocked = 15,
  kCensored = 16,
  kFiltered = 17,
  kProhibited = 18,
  kNotReady = 14,
  kCachedError = 13,
  kNotSupported = 21,
  kNoReachableAuthority = 22,
  kNetworkError = 23,
  kInvalidData = 24,
};

/// `AAAA`, or `TYPE65280` for one without a name (RFC 3597).
std::string to_text(Type type);
/// `IN`, or `CLASS2`.
std::string to_text(Class klass);
/// `QUERY`, or `OPCODE9`.
std::string to_text(Opcode opcode);
/// `NXDOMAIN`, or `RCODE3841`.
std::string to_text(Rcode rcode);
/// `EDE`, or `OPT65001`.
std::string to_text(Option option);
/// `Prohibited`, or `EDE4711`.
std::string to_text(ExtendedError code);

/// The inverses; letter case does not matter, and the generic forms are understood.
std::optional<Type> type_from_text(std::string_view text);
std::optional<Class> class_from_text(std::string_view text);
std::optional<Rcode> rcode_from_text(std::string_view text);

}  // namespace weir::dns
