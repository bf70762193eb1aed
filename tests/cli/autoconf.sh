# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A project of autoconf's: functions that are there are found, others are
# not; sizes are computed without running; make and what it builds work.
set -eu
exec 8>"$TEST_OUT/binfmt.lock" # cli/binfmt registers images for all
flock -s 8
command -v autoconf >/dev/null || {
    echo "no autoconf"
    exit 77
}
cat >configure.ac <<'AC'
AC_INIT([demo], [1.0])
AC_CONFIG_HEADERS([config.h])
AC_CONFIG_FILES([Makefile])
AC_PROG_CC
AC_CHECK_TOOL([AR], [ar])
AC_PROG_RANLIB
AC_C_BIGENDIAN
AC_CHECK_HEADERS([unistd.h pthread.h sys/epoll_not_there.h dirent.h])
AC_CHECK_FUNCS([malloc strlcpy pthread_create no_such_function_at_all])
AC_CHECK_SIZEOF([long])
AC_CHECK_SIZEOF([off_t])
AC_SEARCH_LIBS([pow], [m])
AC_SEARCH_LIBS([clock_gettime], [rt])
AC_CHECK_LIB([z], [deflate])
AC_SYS_LARGEFILE
AC_OUTPUT
AC
cat >Makefile.in <<'MK'
CC = @CC@
CFLAGS = @CFLAGS@
LIBS = @LIBS@
AR = @AR@
RANLIB = @RANLIB@
demo@EXEEXT@: main.o libpart.a
	$(CC) $(CFLAGS) @LDFLAGS@ -o $@ main.o -L. -lpart $(LIBS)
libpart.a: part.o
	rm -f $@
	$(AR) rc $@ part.o
	$(RANLIB) $@
.c.o:
	$(CC) $(CFLAGS) -I. -c $<
MK
cat >main.c <<'C'
#include "config.h"
#include <stdio.h>
int part(void);
int main(void) { printf("%d %d\n", part(), SIZEOF_LONG); return 0; }
C
echo 'int part(void) { return 42; }' >part.c
autoconf
autoheader 2>/dev/null

build() {
    rm -rf config.log config.status config.cache
    ./configure --host=x86_64-septum-elf "$@" >log 2>&1 || {
        tail -50 log config.log
        exit 1
    }
    make clean >/dev/null 2>&1 || rm -f ./*.o ./*.a demo
    make >>log 2>&1 || {
        tail -20 log
        exit 1
    }
    grep -E '^#define (HAVE|SIZEOF|WORDS)' config.h | grep -v STD | sort
    grep -oE '^(CC|AR|RANLIB|LIBS) = .*' Makefile
    uni-inspect demo >/dev/null
    tender demo
}
echo "# names found by the host's name"
build LDFLAGS=-Wu,--stack=2M
uni-inspect demo | grep stack
echo "# names given"
build CC=uni-cc AR=uni-ar RANLIB=uni-ranlib CFLAGS='-O2 -g -fPIE' |
    tail -n 5
