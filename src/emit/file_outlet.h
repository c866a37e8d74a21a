// A file as an outlet: a stream a file, whole frames only, numbered files for what was before.
#pragma once

#include <cstdint>

#include "base/unique_fd.h"
#include "emit/outlet.h"

namespace weir::emit {

class FileOutlet final : public Outlet {
 public:
  explicit FileOutlet(FileTarget target) : target_(std::move(target)) {}

  /// After a full disk the stream goes on in the file that it was in. Fault::kConfig says that only
  /// an operator can mend it.
  Status open() override;
  bool is_open() const override { return file_ && !held_up_; }
  Written write(Bytes frames) override;
  Status tend(WallTime now) override;
  void close() override;
  /// Files do not wait for anybody.
  void interrupt() override {}

 private:
  Status begin();
  Status make_room();
  Status end();
  Status rotate();
  Status put_control(Bytes frame);
  size_t put(Bytes octets);
  Error stumbled(int error_number);
  Status synchronise();
  bool is_large() const;
  bool has_data() const;
  bool is_ours() const;

  const FileTarget target_;
  UniqueFd file_;
  bool held_up_ = false;  // a full disk: the stream in `file_` goes on when there is room again
  bool synced_ = true;
  uint64_t octets_ = 0;  // the file's size: whole frames
  WallTime began_;       // the first time it was tended
  WallTime last_sync_;
};

}  // namespace weir::emit
