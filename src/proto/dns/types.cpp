// The tables of mnemonics (IANA "Domain Name System (DNS) Parameters") and the generic forms of
// RFC 3597 §5 for numbers without one.
#include "proto/dns/types.h"

#include <algorithm>
#include <charconv>
#include <span>

namespace weir::dns {
namespace {

struct Mnemonic {
  uint16_t number;
  std::string_view text;
};

// Each table is in the order of its numbers: `find_text` searches it by halves.
constexpr Mnemonic kTypes[] = {
    {1, "A"},           {2, "NS"},       {3, "MD"},        {4, "MF"},         {5, "CNAME"},
    {6, "SOA"},         {7, "MB"},       {8, "MG"},        {9, "MR"},         {10, "NULL"},
    {11, "WKS"},        {12, "PTR"},     {13, "HINFO"},    {14, "MINFO"},     {15, "MX"},
    {16, "TXT"},        {17, "RP"},      {18, "AFSDB"},    {19, "X25"},       {20, "ISDN"},
    {21, "RT"},         {22, "NSAP"},    {23, "NSAP-PTR"}, {24, "SIG"},       {25, "KEY"},
    {26, "PX"},         {27, "GPOS"},    {28, "AAAA"},     {29, "LOC"},       {30, "NXT"},
    {31, "EID"},        {32, "NIMLOC"},  {33, "SRV"},      {34, "ATMA"},      {35, "NAPTR"},
    {36, "KX"},         {37, "CERT"},    {38, "A6"},       {39, "DNAME"},     {40, "SINK"},
    {41, "OPT"},        {42, "APL"},     {43, "DS"},       {44, "SSHFP"},     {45, "IPSECKEY"},
    {46, "RRSIG"},      {47, "NSEC"},    {48, "DNSKEY"},   {49, "DHCID"},     {50, "NSEC3"},
    {51, "NSEC3PARAM"}, {52, "TLSA"},    {53, "SMIMEA"},   {55, "HIP"},       {56, "NINFO"},
    {57, "RKEY"},       {58, "TALINK"},  {59, "CDS"},      {60, "CDNSKEY"},   {61, "OPENPGPKEY"},
    {62, "CSYNC"},      {63, "ZONEMD"},  {64, "SVCB"},     {65, "HTTPS"},     {66, "DSYNC"},
    {99, "SPF"},        {100, "UINFO"},  {101, "UID"},     {102, "GID"},      {103, "UNSPEC"},
    {104, "NID"},       {105, "L32"},    {106, "L64"},     {107, "LP"},       {108, "EUI48"},
    {109, "EUI64"},     {128, "NXNAME"}, {249, "TKEY"},    {250, "TSIG"},     {251, "IXFR"},
    {252, "AXFR"},      {253, "MAILB"},  {254, "MAILA"},   {255, "ANY"},      {256, "URI"},
    {257, "CAA"},       {258, "AVC"},    {259, "DOA"},     {260, "AMTRELAY"}, {261, "RESINFO"},
    {262, "WALLET"},    {32768, "TA"},   {32769, "DLV"},
};

constexpr Mnemonic kClasses[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};

constexpr Mnemonic kOpcodes[] = {{0, "QUERY"},  {1, "IQUERY"}, {2, "STATUS"},
                                 {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"}};

constexpr Mnemonic kRcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};

constexpr Mnemonic kOptions[] = {
    {1, "LLQ"},
    {2, "UL"},
    {3, "NSID"},
    {5, "DAU"},
    {6, "DHU"},
    {7, "N3U"},
    {8, "ECS"},
    {9, "EXPIRE"},
    {10, "COOKIE"},
    {11, "KEEPALIVE"},
    {12, "PADDING"},
    {13, "CHAIN"},
    {14, "KEYTAG"},
    {15, "EDE"},
    {16, "CLIENT-TAG"},
    {17, "SERVER-TAG"},
    {18, "REPORT-CHANNEL"},
    {19, "ZONEVERSION"},
};

constexpr Mnemonic kExtendedErrors[] = {
    {0, "Other Error"},
    {1, "Unsupported DNSKEY Algorithm"},
    {2, "Unsupported DS Digest Type"},
    {3, "Stale Answer"},
    {4, "Forged Answer"},
    {5, "DNSSEC Indeterminate"},
    {6, "DNSSEC Bogus"},
    {7, "Signature Expired"},
    {8, "Signature Not Yet Valid"},
    {9, "DNSKEY Missing"},
    {10, "RRSIGs Missing"},
    {11, "No Zone Key Bit Set"},
    {12, "NSEC Missing"},
    {13, "Cached Error"},
    {14, "Not Ready"},
    {15, "Blocked"},
    {16, "Censored"},
    {17, "Filtered"},
    {18, "Prohibited"},
    {19, "Stale NXDOMAIN Answer"},
    {20, "Not Authoritative"},
    {21, "Not Supported"},
    {22, "No Reachable Authority"},
    {23, "Network Error"},
    {24, "Invalid Data"},
    {25, "Signature Expired before Valid"},
    {26, "Too Early"},
    {27, "Unsupported NSEC3 Iterations Value"},
    {28, "Unable to conform to policy"},
    {29, "Synthesized"},
    {30, "Invalid Query Type"},
};

constexpr bool in_order(std::span<const Mnemonic> table) {
  return std::is_sorted(table.begin(), table.end(),
                        [](const Mnemonic& a, const Mnemonic& b) { return a.number < b.number; });
}
static_assert(in_order(kTypes) && in_order(kClasses) && in_order(kOpcodes) && in_order(kRcodes) &&
              in_order(kOptions) && in_order(kExtendedErrors));

std::string find_text(std::span<const Mnemonic> table, uint16_t number, std::string_view prefix) {
  const auto found =
      std::lower_bound(table.begin(), table.end(), number,
                       [](const Mnemonic& entry, uint16_t value) { return entry.number < value; });
  if (found != table.end() && found->number == number) return std::string(found->text);
  return std::string(prefix) + std::to_string(number);
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return upper(x) == upper(y); });
}

/// The number of `text`: a mnemonic, or `prefix` and a decimal number of at most `highest`.
std::optional<uint16_t> find_number(std::span<const Mnemonic> table, std::string_view text,
                                    std::string_view prefix, uint16_t highest) {
  for (const Mnemonic& entry : table)
    if (same_word(entry.text, text)) return entry.number;
  if (text.size() <= prefix.size() || !same_word(text.substr(0, prefix.size()), prefix))
    return std::nullopt;
  const char* const first = text.data() + prefix.size();
  const char* const last = text.data() + text.size();
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(first, last, number);
  if (error != std::errc{} || end != last || number > highest) return std::nullopt;
  return number;
}

}  // namespace

std::string to_text(Type type) { return find_text(kTypes, static_cast<uint16_t>(type), "TYPE"); }
std::string to_text(Class klass) {
  return find_text(kClasses, static_cast<uint16_t>(klass), "CLASS");
}
std::string to_text(Opcode opcode) {
  return find_text(kOpcodes, static_cast<uint16_t>(opcode), "OPCODE");
}
std::string to_text(Rcode rcode) {
  return find_text(kRcodes, static_cast<uint16_t>(rcode), "RCODE");
}
std::string to_text(Option option) {
  return find_text(kOptions, static_cast<uint16_t>(option), "OPT");
}
std::string to_text(ExtendedError code) {
  return find_text(kExtendedErrors, static_cast<uint16_t>(code), "EDE");
}

std::optional<Type> type_from_text(std::string_view text) {
  const auto number = find_number(kTypes, text, "TYPE", 0xffff);
  if (!number) return std::nullopt;
  return static_cast<Type>(*number);
}
std::optional<Class> class_from_text(std::string_view text) {
  const auto number = find_number(kClasses, text, "CLASS", 0xffff);
  if (!number) return std::nullopt;
  return static_cast<Class>(*number);
}
std::optional<Rcode> rcode_from_text(std::string_view text) {
  const auto number = find_number(kRcodes, text, "RCODE", 0xfff);
  if (!number) return std::nullopt;
  return static_cast<Rcode>(*number);
}

}  // namespace weir::dns
