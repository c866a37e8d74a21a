// Certificates made at run time: an authority, and leaves that are right or wrong in one way.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace weir::kit {

/// A certificate and its key, in PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

struct LeafOptions {
  std::vector<std::string> dns;  // subjectAltName
  std::vector<std::string> ip;
  std::string common_name = "weir test server";
  long valid_from_seconds = -3600;  // from now
  long valid_until_seconds = 3600;
};

/// Signs leaves with a P-256 key of its own.
class Authority {
 public:
  explicit Authority(const std::string& name = "weir test authority");
  ~Authority();
  /// Its own certificate, for a CA file.
  std::string certificate() const;
  Identity issue(const LeafOptions& options) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A leaf that signs itself.
Identity self_signed(const LeafOptions& options);

/// SHA-256 of the certificate's SubjectPublicKeyInfo.
std::string pin_hex(const std::string& certificate);
std::string pin_base64(const std::string& certificate);

/// A file that is gone with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace weir::kit
