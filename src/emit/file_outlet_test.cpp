// Files as outlets: streams that readers find whole, and what is kept when a disk is full.
#include "emit/file_outlet.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "kit/dnstap_peers.h"
#include "kit/temporary.h"

namespace weir::emit {
namespace {

using Payloads = std::vector<Octets>;

Octets frame(size_t payload_octets, uint8_t fill = 'x') {
  Octets made;
  EXPECT_TRUE(dnstap::append_data_frame(made, Octets(payload_octets, fill)));
  return made;
}

struct FileOutletTest : ::testing::Test {
  void open(FileTarget target = {}) {
    target.path = path;
    outlet = std::make_unique<FileOutlet>(target);
    const Status opened = outlet->open();
    ASSERT_TRUE(opened) << opened.error().what;
    ASSERT_TRUE(outlet->is_open());
  }
  void write(const Octets& frames) {
    const Written written = outlet->write(frames);
    EXPECT_FALSE(written.error) << written.error->what;
    EXPECT_EQ(written.octets, frames.size());
  }
  Payloads payloads(const std::string& suffix = "") const {
    return kit::dnstap_payloads_in(kit::read_file(path + suffix));
  }
  bool exists(const std::string& suffix) const { return std::filesystem::exists(path + suffix); }

  const kit::TemporaryFolder folder;
  const std::string path = folder / "missing/folders/x.fstrm";
  std::unique_ptr<FileOutlet> outlet;
};

TEST_F(FileOutletTest, E08_holds_start_data_and_stop_in_folders_that_it_made) {
  open();
  write(frame(3, 'a'));
  write(frame(4, 'b'));
  outlet->close();
  EXPECT_EQ(payloads(), (Payloads{Octets(3, 'a'), Octets(4, 'b')}));
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(FileOutletTest, D45_keeps_what_was_there_under_a_number) {
  for (const char fill : {'a', 'b', 'c', 'd'}) {
    open({.keep = 2});
    write(frame(3, static_cast<uint8_t>(fill)));
    outlet->close();
  }
  EXPECT_EQ(payloads(), Payloads{Octets(3, 'd')});
  EXPECT_EQ(payloads(".1"), Payloads{Octets(3, 'c')});
  EXPECT_EQ(payloads(".2"), Payloads{Octets(3, 'b')});
  EXPECT_FALSE(exists(".3"));
}

TEST_F(FileOutletTest, an_empty_file_is_used_as_it_is) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  kit::write_file(path, {});
  open();
  outlet->close();
  EXPECT_TRUE(payloads().empty());
  EXPECT_FALSE(exists(".1"));
}

TEST_F(FileOutletTest, R10_loses_no_frame_over_rotation_by_size) {
  open({.rotate_octets = 1000, .keep = 100});
  for (int i = 0; i < 50; ++i) {
    write(frame(100, static_cast<uint8_t>(i)));
    EXPECT_TRUE(outlet->tend(wall_time(1)));
  }
  outlet->close();
  Payloads found;
  for (int number = 99; number > 0; --number)
    if (const std::string suffix = "." + std::to_string(number); exists(suffix)) {
      EXPECT_LT(std::filesystem::file_size(path + suffix), 1200U);
      for (const Octets& payload : payloads(suffix)) found.push_back(payload);
    }
  for (const Octets& payload : payloads()) found.push_back(payload);
  ASSERT_EQ(found.size(), 50U);
  for (size_t i = 0; i < 50; ++i) EXPECT_EQ(found[i], Octets(100, static_cast<uint8_t>(i)));
  EXPECT_TRUE(exists(".4"));
}

TEST_F(FileOutletTest, R10_rotates_by_age_what_has_data) {
  VirtualClock clock;
  open({.rotate_age = 60s});
  EXPECT_TRUE(outlet->tend(clock.wall_now()));
  clock.advance(61s);
  EXPECT_TRUE(outlet->tend(clock.wall_now()));
  EXPECT_FALSE(exists(".1"));  // nothing in it
  write(frame(3));
  EXPECT_TRUE(outlet->tend(clock.wall_now()));
  EXPECT_TRUE(exists(".1"));
  write(frame(5));
  EXPECT_TRUE(outlet->tend(clock.wall_now()));
  clock.advance(59s);
  EXPECT_TRUE(outlet->tend(clock.wall_now()));
  EXPECT_FALSE(exists(".2"));
  clock.advance(2s);
  EXPECT_TRUE(outlet->tend(clock.wall_now()));
  EXPECT_TRUE(exists(".2"));
  EXPECT_EQ(payloads(".1"), Payloads{Octets(5, 'x')});
  EXPECT_EQ(payloads(".2"), Payloads{Octets(3, 'x')});
}

TEST_F(FileOutletTest, synchronises_as_it_is_told) {
  VirtualClock clock;
  for (const auto sync : {FileTarget::Sync::kAlways, FileTarget::Sync::kInterval}) {
    open({.sync = sync, .sync_interval = 1s});
    write(frame(3));
    EXPECT_TRUE(outlet->tend(clock.wall_now()));
    clock.advance(1s);
    EXPECT_TRUE(outlet->tend(clock.wall_now()));
    outlet->close();
    EXPECT_EQ(payloads(), Payloads{Octets(3, 'x')});
  }
}

TEST_F(FileOutletTest, E03_a_path_that_cannot_be_written_is_the_settings_fault) {
  for (const std::string bad :
       {"/proc/nowhere/x.fstrm", "/proc/version/x.fstrm", "/dev/null", "/"}) {
    FileOutlet refused(FileTarget{.path = bad});
    const Status opened = refused.open();
    ASSERT_FALSE(opened) << bad;
    EXPECT_EQ(opened.error().fault, Fault::kConfig) << opened.error().what;
    EXPECT_NE(opened.error().what.find(bad), std::string::npos);
  }
}

/// No file of this process may grow beyond so many octets.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t octets) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(FileOutletTest, a_frame_that_does_not_fit_is_taken_back_and_may_be_written_again) {
  open();
  Octets frames = frame(400, 'a');
  kit::append(frames, frame(500, 'b'));
  {
    const SmallFiles small(700);
    const Written written = outlet->write(frames);
    ASSERT_TRUE(written.error);
    EXPECT_TRUE(written.error->retry);
    EXPECT_EQ(written.octets, frame(400).size());
    EXPECT_FALSE(outlet->is_open());
  }
  EXPECT_EQ(std::filesystem::file_size(path), 42U + 404U);  // START and the first
  ASSERT_TRUE(outlet->open());
  write(frame(500, 'b'));
  outlet->close();
  EXPECT_EQ(payloads(), Payloads{Octets(500, 'b')});
  EXPECT_EQ(std::filesystem::file_size(path + ".1"), 42U + 404U);
}

}  // namespace
}  // namespace weir::emit
