# One static library per stage, all built alike: flowcef_stage(decode SOURCES a.cpp b.cpp LINK flowcef::core).
add_library(flowcef_warnings INTERFACE)
target_compile_options(flowcef_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast)
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # It takes the sources of a unity build for headers.
  target_compile_options(flowcef_warnings INTERFACE -Wno-subobject-linkage)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of GCC 12's library uses what C++23 has no more.
  target_compile_options(flowcef_warnings INTERFACE -Wno-deprecated-declarations)
endif()

function(flowcef_stage name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;LINK_PRIVATE;PRECOMPILE")
  set(target flowcef_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(flowcef::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PUBLIC ${arg_LINK} PRIVATE ${arg_LINK_PRIVATE} flowcef_warnings)
  if(arg_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${arg_PRECOMPILE})
  endif()
endfunction()

# One GoogleTest program per folder of tests: flowcef_test(unit_decode LABEL unit SOURCES ... LINK ...). All share the
# precompiled headers of flowcef_test_headers.
function(flowcef_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} flowcef_warnings GTest::gmock_main)
  target_compile_options(${name} PRIVATE ${FLOWCEF_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM flowcef_test_headers)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT 120)
endfunction()
