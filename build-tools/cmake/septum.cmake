# SPDX-License-Identifier: Apache-2.0
# CMake toolchain file: cmake -DCMAKE_TOOLCHAIN_FILE=.../sysroot/septum.cmake
# (cmake-toolchains(7)). Finds the tools from where it lies itself: in the
# build tree (sysroot, bin) or installed (lib/septum/sysroot, bin).
set(CMAKE_SYSTEM_NAME Septum)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

get_filename_component(septum_sysroot "${CMAKE_CURRENT_LIST_DIR}" ABSOLUTE)
list(APPEND CMAKE_MODULE_PATH "${septum_sysroot}/cmake")
set(septum_bin "${septum_sysroot}/../bin")
if(NOT EXISTS "${septum_bin}/uni-cc")
    set(septum_bin "${septum_sysroot}/../../../bin")
endif()
get_filename_component(septum_bin "${septum_bin}" ABSOLUTE)

set(CMAKE_C_COMPILER "${septum_bin}/uni-cc")
set(CMAKE_ASM_COMPILER "${septum_bin}/uni-cc")
set(CMAKE_AR "${septum_bin}/uni-ar" CACHE FILEPATH "archiver")
set(CMAKE_RANLIB "${septum_bin}/uni-ranlib" CACHE FILEPATH "ranlib")
set(CMAKE_CROSSCOMPILING_EMULATOR "${septum_bin}/uni-run")

# Without a C++ library only what needs none compiles; better to be told than
# a program of the host's. A project that names no language asks for both.
set(CMAKE_CXX_COMPILER "${septum_bin}/uni-cc")
set(CMAKE_CXX_COMPILER_WORKS TRUE)

# Programs are the host's; headers, libraries and packages are not. Those of
# one's own are in further folders of CMAKE_FIND_ROOT_PATH.
list(APPEND CMAKE_FIND_ROOT_PATH "${septum_sysroot}")
list(REMOVE_DUPLICATES CMAKE_FIND_ROOT_PATH)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${septum_sysroot}/lib/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")
