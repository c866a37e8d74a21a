// A whole message as text for people, in the layout of dig and kdig.
#pragma once

#include <string>

#include "proto/dns/message.h"

namespace weir::dns {

/// Header line, EDNS, question and sections. Octets that do not parse give a line saying
/// where and why.
std::string message_to_text(Bytes octets);
/// One record: `www.example.org. 300 IN A 192.0.2.1`.
std::string record_to_text(const Record& record);
/// One EDNS option: `NSID: 6e7331 "ns1"`; data that does not fit its code in hexadecimal.
std::string option_to_text(const EdnsOption& option);

}  // namespace weir::dns
