# The one helper file: how a library, a test and a benchmark of this project are declared.

# hyperlocal_library(engine SRCS a.cc HDRS a.h DEPS ... PRIVATE_DEPS ...)
# makes the static library hyperlocal_<name> with the alias hyperlocal::<name>. Always link the alias: a
# misspelt alias is an error at configure time, a misspelt plain name only one at link time.
function(hyperlocal_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;HDRS;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target hyperlocal_${name})
  add_library(${target} STATIC)
  add_library(hyperlocal::${name} ALIAS ${target})
  target_sources(${target} PRIVATE ${ARG_SRCS}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HDRS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target}
    PUBLIC ${ARG_DEPS}
    PRIVATE $<BUILD_INTERFACE:hyperlocal_flags> ${ARG_PRIVATE_DEPS})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  install(TARGETS ${target} EXPORT hyperlocalTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hyperlocal)
endfunction()

# hyperlocal_test(engine_json_test SRCS a_test.cc DEPS hyperlocal::engine LABELS unit [TIMEOUT seconds])
# A test binary is one CTest test; GoogleTest prints the cases inside it.
function(hyperlocal_test name)
  if(NOT HYPERLOCAL_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE
    ${ARG_DEPS} hyperlocal_flags GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# hyperlocal_fuzz_target(json SRCS json_fuzz.cc DEPS ... RUNS 10000)
# makes the libFuzzer program json_fuzz and a CTest test of that name: RUNS inputs, the same every time, made from the
# files in corpus/json/. What breaks it is left in the build directory, and the output says how it is called. (Given a
# directory instead, libFuzzer would write into the corpus.)
function(hyperlocal_fuzz_target name)
  cmake_parse_arguments(ARG "" "RUNS" "SRCS;DEPS" ${ARGN})
  add_executable(${name}_fuzz ${ARG_SRCS})
  target_link_libraries(${name}_fuzz PRIVATE ${ARG_DEPS} hyperlocal_flags)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  file(GLOB seeds CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}/*)
  if(NOT seeds)
    message(FATAL_ERROR "${name}_fuzz has no seeds in ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
  endif()
  list(JOIN seeds "," seeds)
  file(CONFIGURE OUTPUT ${name}_seeds.txt CONTENT "@seeds@" @ONLY)
  # The time limit is for machines that are very slow or busy; elsewhere the number of runs ends it.
  add_test(NAME ${name}_fuzz
    COMMAND ${name}_fuzz -seed=1 -runs=${ARG_RUNS} -max_total_time=20 -timeout=10
      -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/${name}- -seed_inputs=@${CMAKE_CURRENT_BINARY_DIR}/${name}_seeds.txt)
  set_tests_properties(${name}_fuzz PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

# hyperlocal_bench(bench_name SRCS a_bench.cc DEPS hyperlocal::engine): a Google Benchmark binary.
function(hyperlocal_bench name)
  if(NOT HYPERLOCAL_BENCH)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} hyperlocal_flags benchmark::benchmark_main)
endfunction()
