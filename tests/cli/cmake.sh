# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A project of CMake's with the toolchain file: a library, a check for a
# function, a library of one's own in a folder, a generator that the build
# runs, a test that ctest runs. One that names no language gets uni-cc for all.
set -eu
exec 8>"$TEST_OUT/binfmt.lock" # cli/binfmt registers images for all
flock -s 8
command -v cmake >/dev/null || {
    echo "no cmake"
    exit 77
}
cat >CMakeLists.txt <<'CM'
cmake_minimum_required(VERSION 3.16)
project(demo C)
include(CheckFunctionExists)
include(CheckSymbolExists)
check_function_exists(strdup HAVE_STRDUP)
check_function_exists(no_such_function_at_all HAVE_NOTHING)
check_symbol_exists(O_CLOEXEC fcntl.h HAVE_CLOEXEC)
message(STATUS "found: ${HAVE_STRDUP} ${HAVE_NOTHING} ${HAVE_CLOEXEC}")
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(ZLIB QUIET)
message(STATUS "zlib of the host: ${ZLIB_FOUND}")
find_library(OWN own)
find_path(OWN_H own.h)
message(STATUS "found: own ${OWN} ${OWN_H}")
message(STATUS "found: unix ${UNIX}, septum ${SEPTUM}")
add_library(shared SHARED part.c) # becomes a static one
add_executable(gen gen.c)
add_custom_command(OUTPUT table.h COMMAND gen > table.h DEPENDS gen)
add_library(part STATIC part.c)
add_executable(demo main.c ${CMAKE_CURRENT_BINARY_DIR}/table.h)
target_include_directories(demo PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
target_link_libraries(demo part Threads::Threads m)
enable_testing()
add_test(NAME demo COMMAND demo one two)
set_tests_properties(demo PROPERTIES PASS_REGULAR_EXPRESSION "42 and 3")
CM
cat >gen.c <<'C'
#include <stdio.h>
int main(void) { return puts("#define TABLE 42") < 0; }
C
cat >main.c <<'C'
#include <stdio.h>
#include "table.h"
int part(int x);
int main(int argc, char **argv)
{
    (void)argv;
    printf("%d and %d\n", TABLE, part(argc));
    return 0;
}
C
echo 'int part(int x) { return x; }' >part.c
mkdir -p own/lib own/include
uni-ar rcs own/lib/libown.a
: >own/include/own.h
for type in Debug Release; do
    cmake -S . -B $type -DCMAKE_BUILD_TYPE=$type \
        -DCMAKE_FIND_ROOT_PATH="$PWD/own" \
        -DCMAKE_TOOLCHAIN_FILE="$(uni-cc -print-sysroot)/septum.cmake" \
        >log 2>&1 || { cat log; exit 1; }
    grep -E 'found:|zlib|Found Threads' log | sed "s, *\$,,; s,$PWD,,g"
    cmake --build $type >log 2>&1 || { cat log; exit 1; }
    (cd $type && ctest) >log 2>&1 || { cat log $type/Testing/Temporary/*.log; exit 1; }
    grep -o '100% tests passed' log
    uni-inspect $type/demo >/dev/null
done

mkdir any
cat >any/CMakeLists.txt <<'CM'
cmake_minimum_required(VERSION 3.16)
project(any)
get_filename_component(NAME "${CMAKE_CXX_COMPILER}" NAME)
message(STATUS "C++: ${NAME}")
CM
cmake -S any -B any/out \
    -DCMAKE_TOOLCHAIN_FILE="$(uni-cc -print-sysroot)/septum.cmake" \
    >log 2>&1 || { cat log; exit 1; }
grep 'C++: ' log
