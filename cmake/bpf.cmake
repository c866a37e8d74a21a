# weir_ebpf(target): compiles bpf/watch.bpf.c and gives the target its skeleton, bpf/watch.skel.h.
#
# Without the tools the configuration fails instead of leaving eBPF out by itself: a weir that
# watches interfaces slower than its documentation says would be found out in production only.
option(WEIR_EBPF "watch interfaces by eBPF (needs clang 15 or later, bpftool and libbpf)" ON)

function(weir_ebpf target)
  if(NOT WEIR_EBPF)
    message(STATUS "eBPF is left out: weir will watch interfaces through packet sockets only")
    return()
  endif()
  find_program(BPF_CLANG NAMES clang-19 clang-18 clang-17 clang-16 clang-15 clang)
  find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin)
  pkg_check_modules(BPF IMPORTED_TARGET libbpf>=1.1)
  if(NOT BPF_CLANG OR NOT BPFTOOL OR NOT BPF_FOUND)
    message(FATAL_ERROR "Watching interfaces by eBPF needs clang, bpftool and libbpf "
      "(scripts/install build brings them). Through packet sockets only: -DWEIR_EBPF=OFF")
  endif()
  set(made ${PROJECT_BINARY_DIR}/generated/bpf)
  file(MAKE_DIRECTORY ${made})
  # <asm/types.h> stands in the folder of the machine, which clang's BPF target does not know.
  execute_process(COMMAND ${CMAKE_C_COMPILER} -print-multiarch OUTPUT_VARIABLE machine
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT machine)
    set(machine ${CMAKE_LIBRARY_ARCHITECTURE})
  endif()
  set(source ${PROJECT_SOURCE_DIR}/bpf/watch.bpf.c)
  add_custom_command(OUTPUT ${made}/watch.skel.h
    COMMAND ${BPF_CLANG} -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror
      -I${PROJECT_SOURCE_DIR} -isystem /usr/include/${machine} -c ${source} -o ${made}/watch.bpf.o
    COMMAND ${BPFTOOL} gen skeleton ${made}/watch.bpf.o name watch_bpf > ${made}/watch.skel.h
    DEPENDS ${source} ${PROJECT_SOURCE_DIR}/bpf/select.h ${PROJECT_SOURCE_DIR}/bpf/record.h
    COMMENT "Building the eBPF program" VERBATIM)
  target_sources(${target} PRIVATE ${made}/watch.skel.h)
  target_include_directories(${target} SYSTEM PRIVATE ${PROJECT_BINARY_DIR}/generated)
  target_compile_definitions(${target} PRIVATE WEIR_EBPF)
  if(TARGET ${target}_test)
    target_compile_definitions(${target}_test PRIVATE WEIR_EBPF)
  endif()
  target_link_libraries(${target} PRIVATE PkgConfig::BPF)
endfunction()
