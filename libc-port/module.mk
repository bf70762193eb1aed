# SPDX-License-Identifier: Apache-2.0
# newlib, with our headers first, into NEWLIB_OUT; then ours and newlib's
# together into the sysroot that uni-cc and uni-build compile against.
NEWLIB_OUT ?= $(OUT)/newlib
NEWLIB_TAR = $(firstword $(wildcard /usr/src/newlib/newlib-*.tar.xz))
NEWLIB_LIBS := $(NEWLIB_OUT)/libc.a $(NEWLIB_OUT)/libm.a
SYSROOT := $(OUT)/sysroot

# What gcc 14 no longer takes from C sources as old as newlib's.
NEWLIB_OLD_C := -Wno-implicit-function-declaration -Wno-int-conversion \
    -Wno-incompatible-pointer-types

# newlib is compiled again only when a header that it reads has changed.
LIBC_HEADERS := $(shell find libc-port/include -name '*.h')
NEWLIB_READS := $(addprefix libc-port/include/, errno.h fcntl.h limits.h \
    pthread.h sched.h setjmp.h signal.h time.h unistd.h \
    machine/_types.h machine/time.h sys/_types.h sys/config.h \
    sys/_default_fcntl.h sys/dirent.h sys/errno.h sys/features.h \
    sys/reent.h sys/select.h sys/signal.h sys/stat.h sys/types.h \
    sys/unistd.h)

# Several trees may share one NEWLIB_OUT: hence the lock, and the checksum of
# what it was made from.
NEWLIB_MADE_BY := libc-port/build/newlib libc-port/build/newlib.sed \
    libc-port/build/weaken $(GUEST_FLAGS_FILE) $(NEWLIB_READS)
$(NEWLIB_OUT)/stamp: $(NEWLIB_MADE_BY)
	@test -n "$(NEWLIB_TAR)" || { echo "libc-port: no" \
	    "/usr/src/newlib/newlib-*.tar.xz: install newlib-source" >&2; false; }
	@mkdir -p $(NEWLIB_OUT) && flock $(NEWLIB_OUT) sh -c '\
	    sum=$$(cat $(NEWLIB_MADE_BY) | cksum); \
	    test "$$sum" = "$$(cat $(NEWLIB_OUT)/sum 2>/dev/null)" || { \
	        echo "  newlib (a minute or more)" && \
	        libc-port/build/newlib $(NEWLIB_OUT) $(NEWLIB_TAR) $(CC) \
	            libc-port/include $(GUEST_MACHINE) $(NEWLIB_OLD_C) && \
	        echo "$$sum" >$(NEWLIB_OUT)/sum; }' && touch $@

# Ours is compiled as an application is, with the libOS's contract in view.
LIBC_CFLAGS = -std=gnu11 -O2 -g $(WARN) -Wno-missing-prototypes \
    $(GUEST_MACHINE) -D_GNU_SOURCE \
    -ffunction-sections -fdata-sections -fno-builtin -fno-strict-aliasing \
    -nostdinc -isystem $(SYSROOT)/include \
    -isystem $(shell $(CC) -print-file-name=include) \
    -I. -Ilibc-port -Ibindings -Ibindings/abi
$(OUT)/libc/%.o: libc-port/%.c $(SYSROOT)/include/stamp
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(LIBC_CFLAGS) -MMD -MP -c $< -o $@
$(OUT)/libc/%.o: libc-port/%.S $(GUEST_FLAGS_FILE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(LIBC_CFLAGS) -MMD -MP -c $< -o $@
-include $(shell find $(OUT)/libc -name '*.d' 2>/dev/null)

libc_objs = $(patsubst libc-port/%,$(OUT)/libc/%.o,$(basename \
    $(foreach dir,$(1),$(wildcard libc-port/$(dir)/*.c libc-port/$(dir)/*.S))))
LIBC_OBJS := $(call libc_objs,files malloc net newlib process pthread regex \
    signal stdlib string string/x86_64 text time tree users x86_64)
LIBM_OBJS := $(call libc_objs,math)

# Regular expressions: musl's TRE with our patches. What was fetched stays; a
# changed patch goes over a fresh copy of it.
MUSL_FRESH := $(OUT)/src/musl-fresh
REGEX_DIR := $(OUT)/src/regex-patched
REGEX_STAMP := $(REGEX_DIR)/.patched
REGEX_PATCHES := $(sort $(wildcard libc-port/regex/patches/*.patch))
REGEX_OBJS := $(addprefix $(OUT)/libc/tre/,regcomp.o regexec.o tre-mem.o)
LIBC_OBJS += $(REGEX_OBJS)
$(MUSL_FRESH):
	OUT=$(OUT) build-tools/fetch-source musl $@
$(REGEX_STAMP): $(REGEX_PATCHES) | $(MUSL_FRESH)
	rm -rf $(REGEX_DIR) $(REGEX_DIR).new
	mkdir -p $(REGEX_DIR).new/src
	cp -r $(MUSL_FRESH)/src/regex $(REGEX_DIR).new/src/
	cat $(REGEX_PATCHES) | patch -s -p1 -d $(REGEX_DIR).new
	mv $(REGEX_DIR).new $(REGEX_DIR)
	touch $@
$(REGEX_OBJS): $(OUT)/libc/tre/%.o: libc-port/regex/tre_port.h \
        $(REGEX_STAMP) $(SYSROOT)/include/stamp
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(LIBC_CFLAGS) -Ilibc-port/regex -w \
	    -c $(REGEX_DIR)/src/regex/$*.c -o $@

# One include directory: ours, and newlib's where we have none. What ours
# builds on (#include_next) is kept as <newlib/...>.
$(SYSROOT)/include/stamp: $(NEWLIB_OUT)/stamp $(LIBC_HEADERS)
	@rm -rf $(@D) && mkdir -p $(@D)/newlib
	@cp -r $(NEWLIB_OUT)/include/. $(@D)/
	@cp -r $(NEWLIB_OUT)/include/. $(@D)/newlib/
	@cp -r libc-port/include/. $(@D)/
	@find libc-port/include -name '*.h' -printf '%P\n' | while read -r h; do \
	    sed -i 's|#include_next <\(.*\)>|#include <newlib/\1>|' $(@D)/$$h; \
	done
	@cd $(@D)/newlib && find . -name '*.h' | while read -r h; do \
	    grep -qrF "<newlib/$${h#./}>" .. --include="$$(basename $$h)" || \
	    rm "$$h"; done; find . -type d -empty -delete
	@touch $@

# libos/module.mk makes the last one and is read later than this.
LIBC_MERGE := libc-port/build/merge libc-port/build/weaken \
    $(OUT)/guest/libos.redefine
$(SYSROOT)/lib/libc.a: $(LIBC_OBJS) $(NEWLIB_OUT)/stamp $(LIBC_MERGE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	libc-port/build/merge $@ $(abspath $(NEWLIB_OUT))/libc.a \
	    $(LIBOS_REDEFINE) $(LIBC_OBJS)
$(SYSROOT)/lib/libm.a: $(LIBM_OBJS) $(NEWLIB_OUT)/stamp $(LIBC_MERGE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	libc-port/build/merge $@ $(abspath $(NEWLIB_OUT))/libm.a \
	    $(LIBOS_REDEFINE) $(LIBM_OBJS)
$(SYSROOT)/lib/crt0.o: $(OUT)/libc/start/start.o $(OUT)/libc/start/tls.o \
    $(OUT)/guest/libos.redefine
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	ld -r -o $@.plain $(filter %.o,$^)
	objcopy $(LIBOS_RENAME) $@.plain $@ && rm $@.plain

# For -lpthread and the like: all is in libc.a.
EMPTY_LIBS := $(patsubst %,$(SYSROOT)/lib/lib%.a,pthread rt dl util crypt \
    xnet resolv)
$(EMPTY_LIBS):
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	@rm -f $@ && ar rcs $@
GUEST_LIBS += $(SYSROOT)/lib/libc.a $(SYSROOT)/lib/libm.a \
    $(SYSROOT)/lib/crt0.o $(EMPTY_LIBS)
