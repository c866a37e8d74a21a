# weir_room(NAME [THREADED] USES room… LINKS lib…): the library weir_NAME from src/NAME, and its
# unit tests.
#
# Every .cpp below the room belongs to it; files named *_test.cpp make the test program
# weir_NAME_test. Nothing else has to be edited when a file is added. THREADED says that threads of
# the room share something: the thread sanitizer looks at these rooms only.
add_custom_target(unit_tests)
add_custom_target(threaded_tests)

# What every unit test begins with, compiled once: half of the compiler's time for a test.
function(weir_test_headers)
  add_executable(weir_test_headers EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tests/kit/headers.cpp)
  target_link_libraries(weir_test_headers PRIVATE weir_flags GTest::gmock GTest::gtest_main)
  weir_test_options(weir_test_headers)
  target_precompile_headers(weir_test_headers PRIVATE
    <algorithm> <chrono> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
    <thread> <vector> <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# The tests' own code is not worth a compiler's time.
function(weir_test_options target)
  target_compile_definitions(${target} PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # For ccache: which headers were used.
  target_compile_options(${target} PRIVATE -O0 $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

function(weir_room name)
  cmake_parse_arguments(ROOM "THREADED" "" "USES;LINKS;TEST_LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main|/quiet_log)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ROOM_USES PREPEND weir_)
  if(sources)
    add_library(weir_${name} STATIC ${sources})
    target_include_directories(weir_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(weir_${name} PUBLIC ${ROOM_USES} PRIVATE weir_flags ${ROOM_LINKS})
  else()
    add_library(weir_${name} INTERFACE)
    target_include_directories(weir_${name} INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(weir_${name} INTERFACE ${ROOM_USES})
  endif()
  if(WEIR_TESTS AND tests)
    add_executable(weir_${name}_test ${tests})
    target_link_libraries(weir_${name}_test PRIVATE weir_${name} weir_flags ${ROOM_LINKS}
      ${ROOM_TEST_LINKS} GTest::gmock GTest::gtest_main)
    target_include_directories(weir_${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    weir_test_options(weir_${name}_test)
    target_precompile_headers(weir_${name}_test REUSE_FROM weir_test_headers)
    add_dependencies(unit_tests weir_${name}_test)
    set(labels unit)
    if(ROOM_THREADED)
      add_dependencies(threaded_tests weir_${name}_test)
      list(APPEND labels threaded)
    endif()
    add_test(NAME unit_${name} COMMAND weir_${name}_test --gtest_brief=1)
    set_tests_properties(unit_${name} PROPERTIES LABELS "${labels}" TIMEOUT 300)
  endif()
endfunction()
