// Messages for people, as kdig lays them out.
#include "proto/dns/print.h"

#include <algorithm>
#include <array>

#include "base/endpoint.h"
#include "proto/dns/encoding.h"
#include "proto/dns/rdata.h"

namespace weir::dns {
namespace {

struct FlagName {
  uint16_t bit;
  std::string_view text;
};
constexpr FlagName kFlags[] = {{flag::kQr, "qr"}, {flag::kAa, "aa"}, {flag::kTc, "tc"},
                               {flag::kRd, "rd"}, {flag::kRa, "ra"}, {flag::kZ, "z"},
                               {flag::kAd, "ad"}, {flag::kCd, "cd"}};

using SectionNames = std::array<std::string_view, 4>;
constexpr SectionNames kSections = {"QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"};
constexpr SectionNames kUpdateSections = {"ZONE", "PREREQUISITE", "UPDATE", "ADDITIONAL"};

const SectionNames& names_of(const Header& header) {
  return header.opcode() == Opcode::kUpdate ? kUpdateSections : kSections;
}

std::string header_text(const Header& header) {
  std::string text = ";; ->>HEADER<<- opcode: " + to_text(header.opcode()) +
                     "; status: " + to_text(static_cast<Rcode>(header.rcode())) +
                     "; id: " + std::to_string(header.id) + "\n;; Flags:";
  for (const FlagName& flag : kFlags)
    if (header.has(flag.bit)) (text += ' ') += flag.text;
  for (size_t i = 0; i < 4; ++i)
    ((text += "; ") += names_of(header)[i]) += ": " + std::to_string(header.counts[i]);
  return text += '\n';
}

bool is_printable(Bytes octets) {
  return std::all_of(octets.begin(), octets.end(),
                     [](uint8_t octet) { return octet >= ' ' && octet < 0x7f; });
}

// Each gives the value of an option, or nothing when its data does not fit.

std::string nsid_text(Bytes data) {
  std::string text = to_hex(data);
  if (!data.empty() && is_printable(data)) append_quoted(text += ' ', data);
  return text;
}

/// RFC 7871 §6: family, source and scope prefix length, address.
std::string client_subnet_text(Bytes data) {
  if (data.size() < 4) return {};
  const uint16_t family = load_u16(data.data());
  const size_t longest = family == 1 ? 4 : family == 2 ? 16 : 0;
  if (data.size() - 4 > longest || data[2] > longest * 8 || data[3] > longest * 8) return {};
  std::array<uint8_t, 16> address{};
  std::copy(data.begin() + 4, data.end(), address.begin());
  std::string text = "0";  // family 0: the client asks that none be sent
  if (longest != 0)
    text = (longest == 4 ? IpAddress::v4(address.data()) : IpAddress::v6(address.data())).to_text();
  append_number(text += '/', data[2]);
  append_number(text += '/', data[3]);
  return text;
}

std::string extended_error_text(Bytes data) {
  if (data.size() < 2) return {};
  const uint16_t code = load_u16(data.data());
  std::string text = std::to_string(code) + " (" + to_text(static_cast<ExtendedError>(code)) + ")";
  if (data.size() > 2) append_quoted(text += ": ", data.subspan(2));
  return text;
}

/// RFC 7828: tenths of a second; a client sends none.
std::string keepalive_text(Bytes data) {
  if (data.size() != 2) return {};
  const uint16_t tenths = load_u16(data.data());
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string numbers_text(Bytes data, size_t size) {
  std::string text;
  for (size_t at = 0; at + size <= data.size(); at += size) {
    if (at > 0) text += ' ';
    append_number(text, size == 1 ? data[at] : load_u16(&data[at]));
  }
  return data.size() % size == 0 ? text : std::string();
}

std::string name_text(Bytes data) {
  const auto end = check_name(data, 0);
  return end && *end == data.size() ? NameView(data, 0).expand().to_text() : std::string();
}

std::string value_text(const EdnsOption& option) {
  switch (option.code) {
    case Option::kNsid: return nsid_text(option.data);
    case Option::kClientSubnet: return client_subnet_text(option.data);
    case Option::kExtendedError: return extended_error_text(option.data);
    case Option::kTcpKeepalive: return keepalive_text(option.data);
    case Option::kPadding: return std::to_string(option.data.size()) + " octets";
    case Option::kDau:
    case Option::kDhu:
    case Option::kN3u: return numbers_text(option.data, 1);
    case Option::kKeyTag: return numbers_text(option.data, 2);
    case Option::kExpire:
      return option.data.size() == 4 ? std::to_string(load_u32(option.data.data())) + " s" : "";
    case Option::kChain:
    case Option::kReportChannel: return name_text(option.data);
    default: return to_hex(option.data);
  }
}

std::string edns_text(const Message& message) {
  const Edns& edns = *message.edns();
  std::string text = "\n;; EDNS PSEUDOSECTION:\n;; Version: " + std::to_string(edns.version) +
                     "; flags:" + (edns.dnssec_ok ? " do" : "");
  if (edns.z != 0) text += " z(" + std::to_string(edns.z) + ")";
  text += "; UDP size: " + std::to_string(edns.udp_size) +
          " octets; ext-rcode: " + to_text(message.rcode()) + '\n';
  Bytes options = edns.options;
  while (const auto option = next_option(options)) text += ";; " + option_to_text(*option) + '\n';
  return text;
}

/// Owner (padded), class and type between tabs.
void append_columns(std::string& text, std::string owner, const std::string& ttl, Class klass,
                    Type type) {
  constexpr size_t kOwnerWidth = 20;
  owner.resize(std::max(owner.size(), kOwnerWidth), ' ');
  text += owner + '\t' + ttl + '\t' + to_text(klass) + '\t' + to_text(type);
}

std::string questions_text(const Message& message) {
  std::string text;
  const Bytes octets = message.octets();
  size_t at = kHeaderSize;
  for (uint16_t i = 0; i < message.header().counts[0]; ++i) {
    const uint16_t end = check_name(octets, at).value_or(0);
    append_columns(text += ";; ", NameView(octets, static_cast<uint16_t>(at)).expand().to_text(),
                   "", static_cast<Class>(load_u16(&octets[end + size_t{2}])),
                   static_cast<Type>(load_u16(&octets[end])));
    text += '\n';
    at = end + size_t{4};
  }
  return text;
}

std::string records_text(RecordRange records) {
  std::string text;
  for (const Record& record : records) {
    if (record.type == Type::kOpt) continue;
    append_columns(text, record.owner.expand().to_text(), std::to_string(record.ttl), record.klass,
                   record.type);
    text += '\t' + rdata_to_text(record) + '\n';
  }
  return text;
}

void append_section(std::string& text, std::string_view name, const std::string& lines) {
  if (!lines.empty()) ((text += "\n;; ") += name) += " SECTION:\n" + lines;
}

std::string fault_text(Malformed fault, Bytes octets) {
  return ";; MALFORMED: " + std::string(to_text(fault.code)) + ", at octet " +
         std::to_string(fault.offset) + " of " + std::to_string(octets.size()) + '\n';
}

}  // namespace

std::string message_to_text(Bytes octets) {
  std::string text;
  if (const auto header = Header::read(octets)) text = header_text(*header);
  const auto message = Message::parse_prefix(octets);
  if (!message) return text + fault_text(message.error(), octets);
  if (message->edns()) text += edns_text(*message);
  const SectionNames& names = names_of(message->header());
  append_section(text, names[0], questions_text(*message));
  for (const Section section : {Section::kAnswer, Section::kAuthority, Section::kAdditional})
    append_section(text, names[static_cast<size_t>(section) + 1],
                   records_text(message->section(section)));
  if (const size_t end = message->octets().size(); end != octets.size())
    text += fault_text({MalformedCode::kTrailingOctets, static_cast<uint16_t>(end)}, octets);
  return text;
}

std::string record_to_text(const Record& record) {
  return record.owner.expand().to_text() + ' ' + std::to_string(record.ttl) + ' ' +
         to_text(record.klass) + ' ' + to_text(record.type) + ' ' + rdata_to_text(record);
}

std::string option_to_text(const EdnsOption& option) {
  std::string value = value_text(option);
  if (value.empty()) value = to_hex(option.data);
  return to_text(option.code) + (value.empty() ? "" : ": " + value);
}

}  // namespace weir::dns
