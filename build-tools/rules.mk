# SPDX-License-Identifier: Apache-2.0
# How things are compiled. A module.mk adds to PROGS (host programs, in
# $(OUT)/bin/) and GUEST_LIBS (in $(OUT)/lib/), and names its objects by
#   $(call host_obj,tender/main.c common/err.c)   glibc, may be sanitized
#   $(call guest_obj,libos/fd.c)                  libOS: no libc, no FPU
# Host programs built with SAN=address,undefined want an OUT of their own.
PREFIX ?= /usr/local
CC := gcc
VERSION := 0.1.0
PROGS :=
GUEST_LIBS :=
# What is made is named; make V=1 shows the commands.
ifndef V
.SILENT:
endif
SAY = $(if $(V),:,echo)

# Warnings are errors with the compiler that is used here; what a newer one
# thinks of the same sources must not keep anybody from building them.
WERROR ?= $(if $(filter 12,$(shell $(CC) -dumpversion)),-Werror)
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wvla $(WERROR)
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all \
               -fno-omit-frame-pointer)
HOST_CFLAGS = -std=gnu11 -O2 -g $(WARN) -D_GNU_SOURCE -I. -Ibindings/abi \
              -DSEPTUM_VERSION='"$(VERSION)"' $(SAN_FLAGS) $(CFLAGS)
# What every guest object is compiled with; uni-cc uses the same machine flags.
GUEST_MACHINE := -m64 -mcmodel=small -fno-pic -fno-pie -fcf-protection=none \
                 -fno-asynchronous-unwind-tables -fno-stack-protector \
                 -mno-tls-direct-seg-refs -U__linux__ -U__linux -Ulinux -U__gnu_linux__ \
                 -U_FORTIFY_SOURCE
# Objects compiled with other machine flags do not go together: this file
# changes when the flags do, and all that is compiled for guests is then made
# again.
GUEST_FLAGS_FILE := $(OUT)/guest-flags
$(shell mkdir -p $(OUT); echo '$(GUEST_MACHINE)' >$(GUEST_FLAGS_FILE).new; \
    cmp -s $(GUEST_FLAGS_FILE).new $(GUEST_FLAGS_FILE) || \
    cp $(GUEST_FLAGS_FILE).new $(GUEST_FLAGS_FILE))
GUEST_CFLAGS = -std=gnu11 -O2 -g $(WARN) $(GUEST_MACHINE) -ffreestanding \
               -fno-omit-frame-pointer -mgeneral-regs-only \
               -ffunction-sections -fdata-sections \
               -nostdinc -isystem $(shell $(CC) -print-file-name=include) \
               -I. -Ibindings/abi -Ibindings -Ilibos \
               -DSEPTUM_VERSION='"$(VERSION)"'

host_obj = $(patsubst %,$(OUT)/host/%.o,$(basename $(1)))
guest_obj = $(patsubst %,$(OUT)/guest/%.o,$(basename $(1)))

$(OUT)/host/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(HOST_CFLAGS) -MMD -MP -c $< -o $@
$(OUT)/guest/%.o: %.c $(GUEST_FLAGS_FILE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@
$(OUT)/guest/%.o: %.S $(GUEST_FLAGS_FILE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@
-include $(shell find $(OUT)/host $(OUT)/guest -name '*.d' 2>/dev/null)
