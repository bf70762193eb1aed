# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Each header of ours compiles alone, in old and new C; and packages may put
# their own sys/select.h, which asks for much, in front of ours (gnulib does).
set -eu
include=$(uni-cc -print-sysroot)/include
cd "$include"
mapfile -t headers < <(find . -name '*.h' -printf '%P\n' |
    grep -vE '^(newlib|bits|machine|ssp)/|/_|^_|^sys/(config|custom_file)' |
    sort)
cd - >/dev/null
[ ${#headers[@]} -gt 100 ]
alone() {
    if ! echo "#include <$1>" | uni-cc "-std=$2" -Wall -Werror -x c -c \
        -o /dev/null - 2>log; then
        echo "$1 in $2:"
        head -n 5 log
    fi
}
for header in "${headers[@]}"; do
    alone "$header" c89
    alone "$header" gnu11
done

mkdir -p gnu/sys
cat >gnu/sys/select.h <<'H'
#ifndef MY_SELECT_H
#include <sys/types.h>
#include <sys/time.h>
#include_next <sys/select.h>
#define MY_SELECT_H
#include <string.h>
#include <signal.h>
#include <pthread.h>
#endif
H
for first in stdio stdlib sys/types sys/time signal time pthread unistd; do
    printf '#include <%s.h>\n#include <sys/select.h>\nfd_set set; pid_t pid;\n' \
        $first | uni-cc -D_GNU_SOURCE -Wall -Werror -Ignu -x c -c -o /dev/null - ||
        echo "after $first.h"
done
