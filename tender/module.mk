# SPDX-License-Identifier: Apache-2.0
# The tender is static-PIE on musl: it starts in a tenth of what glibc needs,
# and brings nothing that it would have to take out of the guest's way.
MUSL_LIB ?= /usr/lib/x86_64-linux-musl
MUSL_INCLUDE ?= /usr/include/x86_64-linux-musl
TENDER_CFLAGS = $(filter-out -fsanitize%,$(HOST_CFLAGS)) -fPIE \
    -nostdinc -isystem $(MUSL_INCLUDE) \
    -isystem $(shell $(CC) -print-file-name=include) \
    -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu \
    -I$(OUT)/gen -fno-stack-protector -fcf-protection=none \
    -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
TENDER_SRC := $(filter-out tender/filter_gen.c,$(wildcard tender/*.c)) \
    $(wildcard tender/*.S) common/err.c common/io.c common/elf.c
TENDER_OBJ := $(patsubst %,$(OUT)/tender/%.o,$(basename $(TENDER_SRC)))
PROGS += $(OUT)/bin/tender

$(OUT)/gen/filter_gen: tender/filter_gen.c bindings/abi/uni.h
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(HOST_CFLAGS) $< -lseccomp -o $@
$(OUT)/gen/filter_calls.h: $(OUT)/gen/filter_gen
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$< > $@
$(OUT)/tender/tender/filter.o: $(OUT)/gen/filter_calls.h
$(OUT)/tender/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(TENDER_CFLAGS) -MMD -MP -c $< -o $@
$(OUT)/tender/%.o: %.S
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(TENDER_CFLAGS) -MMD -MP -c $< -o $@
$(OUT)/bin/tender: $(TENDER_OBJ) tender/tender.ld
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) -nostdlib -static-pie -Wl,--gc-sections -Wl,-z,norelro \
	    -Wl,-z,noseparate-code -Wl,--build-id=none -Wl,-T,tender/tender.ld \
	    $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(TENDER_OBJ) \
	    $(MUSL_LIB)/libc.a \
	    $(shell $(CC) -print-libgcc-file-name) $(MUSL_LIB)/crtn.o -o $@
-include $(shell find $(OUT)/tender -name '*.d' 2>/dev/null)
