# The library for other programs, weir::dnstap: shared and static, with its headers, a CMake package
# and a pkg-config file. `cmake --install build/release --component dnstap` installs it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# The server's log needs spdlog and prints; the library has a quiet one in its place.
set(quiet_log ${PROJECT_SOURCE_DIR}/src/producer/quiet_log.cpp)
set(dnstap_objects $<FILTER:$<TARGET_OBJECTS:weir_base>,EXCLUDE,/log.cpp>)
foreach(room proto io emit producer)
  list(APPEND dnstap_objects $<TARGET_OBJECTS:weir_${room}>)
endforeach()
set(dnstap_needs OpenSSL::SSL OpenSSL::Crypto fmt::fmt Threads::Threads)
set(dnstap_map ${PROJECT_SOURCE_DIR}/cmake/weir-dnstap.map)

# Shared: the linker takes out of the rooms what the producer needs, and shows what is public.
add_library(weir_dnstap SHARED ${quiet_log} $<TARGET_OBJECTS:weir_producer>)
target_link_libraries(weir_dnstap PRIVATE
  -Wl,--as-needed weir_emit weir_io weir_proto weir_base ${dnstap_needs} weir_flags)
target_link_options(weir_dnstap PRIVATE -Wl,--version-script=${dnstap_map})
if(NOT WEIR_SANITIZE)  # whose symbols are the program's
  target_link_options(weir_dnstap PRIVATE -Wl,--no-undefined)
endif()
set_target_properties(weir_dnstap PROPERTIES OUTPUT_NAME weir-dnstap EXPORT_NAME dnstap
  VERSION ${PROJECT_VERSION} SOVERSION 0 LINKER_LANGUAGE CXX LINK_DEPENDS ${dnstap_map})

# Static: an archive of the rooms, out of which the program's linker takes what it needs.
add_library(weir_dnstap_static STATIC ${quiet_log} ${dnstap_objects})
target_link_libraries(weir_dnstap_static INTERFACE ${dnstap_needs})
set_target_properties(weir_dnstap_static PROPERTIES OUTPUT_NAME weir-dnstap
  EXPORT_NAME dnstap_static LINKER_LANGUAGE CXX)

foreach(library weir_dnstap weir_dnstap_static)
  target_include_directories(${library} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_include_directories(${library} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  install(TARGETS ${library} EXPORT ${library}
    LIBRARY COMPONENT dnstap NAMELINK_COMPONENT dnstap ARCHIVE COMPONENT dnstap)
endforeach()

set(dnstap_package ${CMAKE_INSTALL_LIBDIR}/cmake/weir-dnstap)
install(DIRECTORY include/weir DESTINATION include COMPONENT dnstap)
install(EXPORT weir_dnstap NAMESPACE weir:: FILE weir-dnstap-shared.cmake
  DESTINATION ${dnstap_package} COMPONENT dnstap)
install(EXPORT weir_dnstap_static NAMESPACE weir:: FILE weir-dnstap-static.cmake
  DESTINATION ${dnstap_package} COMPONENT dnstap)
write_basic_package_version_file(weir-dnstap-config-version.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH dnstap_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/weir-dnstap.pc.in weir-dnstap.pc @ONLY)
install(FILES cmake/weir-dnstap-config.cmake
  ${PROJECT_BINARY_DIR}/weir-dnstap-config-version.cmake
  DESTINATION ${dnstap_package} COMPONENT dnstap)
install(FILES ${PROJECT_BINARY_DIR}/weir-dnstap.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dnstap)
