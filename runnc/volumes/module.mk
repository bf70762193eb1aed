# SPDX-License-Identifier: Apache-2.0
# septum-9p: static on musl like the tender, for an idle one should cost next
# to nothing. The objects are made by the tender's rule (tender/module.mk).
VOLUME_SRC := $(filter-out runnc/volumes/filter_gen.c,$(wildcard runnc/volumes/*.c)) \
    common/err.c
VOLUME_OBJ := $(patsubst %,$(OUT)/tender/%.o,$(basename $(VOLUME_SRC)))
PROGS += $(OUT)/bin/septum-9p

$(OUT)/gen/volume_filter_gen: runnc/volumes/filter_gen.c runnc/volumes/confine.h \
    runnc/volumes/serve.h
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(HOST_CFLAGS) $< -lseccomp -o $@
$(OUT)/gen/volume_filter.h: $(OUT)/gen/volume_filter_gen
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$< > $@
$(OUT)/tender/runnc/volumes/confine.o: $(OUT)/gen/volume_filter.h
$(OUT)/bin/septum-9p: $(VOLUME_OBJ)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) -nostdlib -static-pie -Wl,--gc-sections -Wl,--build-id=none \
	    $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(VOLUME_OBJ) \
	    $(MUSL_LIB)/libc.a \
	    $(shell $(CC) -print-libgcc-file-name) $(MUSL_LIB)/crtn.o -o $@
