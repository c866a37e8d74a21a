// Another program, run by a test and listened to.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace weir::kit {

/// How long a peer may say nothing.
inline constexpr int kPatienceMs = 20'000;

/// A program with its standard output and error at our end of a pipe; stopped when it goes.
class Program {
 public:
  explicit Program(const std::vector<std::string>& words) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    output_ = UniqueFd(ends[0]);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::dup2(ends[1], 2);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
  }
  ~Program() { finish(SIGKILL); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Reads on until `words` have been said; false if it ends before.
  bool says(const std::string& words) {
    while (said_.find(words) == std::string::npos)
      if (!read_some()) return false;
    return true;
  }
  /// All that it says until it ends, by itself or by the signal.
  std::string finish(int signal = 0) {
    if (pid_ <= 0) return said_;
    if (signal != 0) ::kill(pid_, signal);
    while (read_some()) continue;
    if (!ended_) ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return said_;
  }
  int exit_status() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

 private:
  bool read_some() {
    pollfd ready{.fd = output_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kPatienceMs) <= 0) return false;
    std::array<char, 4096> chunk{};
    const ssize_t count = ::read(output_.get(), chunk.data(), chunk.size());
    if (count > 0) said_.append(chunk.data(), static_cast<size_t>(count));
    ended_ = count == 0;
    return count > 0;
  }

  UniqueFd output_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;  // its output
  std::string said_;
};

}  // namespace weir::kit
