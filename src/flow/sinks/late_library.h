// A library that is loaded when a sink first wants it: a weir without such a sink does without it,
// and starts the sooner.
#pragma once

#include "base/result.h"

namespace weir::flow {

class LateLibrary {
 public:
  /// `file` as the dynamic linker knows it; `spoken` is the service that is spoken by it; `package`
  /// is Debian's. Texts live as long as the program.
  LateLibrary(const char* file, const char* spoken, const char* package);

  /// Before the first call of any of its functions. The error says what is to be installed.
  Status load() const;
  /// The function of that name, which every version has that `file` may be; after `load`.
  void* find(const char* name) const;

 private:
  const char* const file_;
  const char* const spoken_;
  const char* const package_;
  void* const handle_;
};

}  // namespace weir::flow

/// Defines a function that a library's header declares: a call goes on to the library itself.
/// `library` gives the LateLibrary.
#define PASS_ON_TO(library, result, name, parameters, arguments)                        \
  extern "C" result name parameters {                                                   \
    static auto* const call = reinterpret_cast<decltype(name)*>(library().find(#name)); \
    return call arguments;                                                              \
  }
