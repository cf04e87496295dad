# Installs a build into a temporary prefix, builds the consumer against it, runs the consumer.
#   cmake -D build=<build dir> -D config=<configuration> -D consumer=<this folder>
#         -D generator=<name> -D compiler=<c++> -D flags=<C++ flags of the build> -P run_consumer.cmake
set(temporary "$ENV{TMPDIR}")
if(NOT temporary)
  set(temporary /tmp)
endif()
string(RANDOM LENGTH 12 suffix)
set(work "${temporary}/hyperlocal-consumer-${suffix}")

# step(<what it does> <expected in its output, or ""> <command>...): ends the test when the command fails.
function(step what expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    file(REMOVE_RECURSE "${work}")
    message(FATAL_ERROR "the consumer: ${what} failed (${status}):\n${output}")
  endif()
  if(expected AND NOT output MATCHES "${expected}")
    file(REMOVE_RECURSE "${work}")
    message(FATAL_ERROR "the consumer: ${what} says\n${output}\ninstead of ${expected}")
  endif()
endfunction()

step("installing" "" ${CMAKE_COMMAND} --install "${build}" --config "${config}" --prefix "${work}/prefix")
step("configuring" "" ${CMAKE_COMMAND} -S "${consumer}" -B "${work}/build" -G "${generator}"
  "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_CXX_COMPILER=${compiler}" "-DCMAKE_CXX_FLAGS=${flags}"
  "-DCMAKE_BUILD_TYPE=${config}")
step("building" "" ${CMAKE_COMMAND} --build "${work}/build" --config "${config}")
find_program(program consumer PATHS "${work}/build" "${work}/build/${config}" NO_DEFAULT_PATH)
# e3b0c442 begins the SHA-256 of nothing.
step("running" "^frame 42, e3b0c442, ffmpeg version [^\n]+\n$" "${program}")
file(REMOVE_RECURSE "${work}")
