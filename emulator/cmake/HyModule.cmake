# hy_module(<name> SOURCES <files> [PUBLIC <targets>] [PRIVATE <targets>])
#
# One static library for the folder that calls it. Headers are included by their path below
# emulator/ ("io/timer.h"). Which folders a folder may include at all is the table in
# tests/tidy/tidy.c; the targets named here are for the linker.
function(hy_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(hy_${name} STATIC ${ARG_SOURCES})
  target_include_directories(hy_${name} PUBLIC "${PROJECT_SOURCE_DIR}/emulator")
  target_link_libraries(hy_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} hy_flags)
endfunction()

# hy_test(<file.c> [USES <targets>] [TIMEOUT <seconds>]): one cmocka program, one ctest entry
# named after the file.
function(hy_test file)
  cmake_parse_arguments(ARG "" "TIMEOUT" "USES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  get_filename_component(name "${file}" NAME_WE)
  add_executable(${name} "${file}")
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE ${ARG_USES} hy_flags Cmocka::cmocka)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# hy_fuzz(<file.c> USES <targets>): a libFuzzer target with HY_FUZZ, otherwise the same file
# with a main that replays tests/fuzz/corpus/<name without fuzz_>/* as an ordinary test.
function(hy_fuzz file)
  cmake_parse_arguments(ARG "" "" "USES" ${ARGN})
  get_filename_component(name "${file}" NAME_WE)
  string(REGEX REPLACE "^fuzz_" "" corpus "${name}")
  if(HY_FUZZ)
    add_executable(${name} "${file}")
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} "${file}" "${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.c")
    add_test(NAME ${name} COMMAND ${name} "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${corpus}")
    set_tests_properties(${name} PROPERTIES TIMEOUT 60)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_USES} hy_flags)
endfunction()
