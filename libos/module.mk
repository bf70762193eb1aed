# SPDX-License-Identifier: Apache-2.0
# $(OUT)/lib/libos.o: bindings + libOS as one object. Only the
# entry, the note and the personalities' interface stay global, the latter
# under a reserved prefix so that an application may have its own sys_read.
# Objects of a personality go through the same renaming:
#   $(OBJCOPY) $(LIBOS_RENAME) in.o out.o     (needs $(LIBOS_REDEFINE) built)
OBJCOPY ?= objcopy
# Another folder adds objects of its own: $(LIBOS_O): $(NET_OBJ)
LIBOS_OBJ := $(call guest_obj,$(wildcard bindings/*.c bindings/*.S libos/*.c \
               libos/x86_64/*.S))
LIBOS_O := $(OUT)/lib/libos.o
LIBOS_REDEFINE := $(OUT)/guest/libos.redefine
LIBOS_RENAME := --redefine-syms=$(LIBOS_REDEFINE)
GUEST_LIBS += $(LIBOS_O)
# Static functions of one name in two files stay apart, so that an image gets
# what it needs and not what has the same name (ld --gc-sections).
UNIQUE := $(patsubst %,--unique='.%.*',text data rodata bss)

LIBOS_API := libos/sys.h libos/hold.h net-stack/sys_net.h
$(LIBOS_REDEFINE): $(LIBOS_API) libos/module.mk
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	{ grep -ohE '\bsys_[a-z0-9_]+' $(LIBOS_API); \
	  printf '%s\n' personality_start hc_gate libos_work; } | sort -u | \
	    sed 's/.*/& __septum_&/' > $@

$(LIBOS_O): $(LIBOS_OBJ) $(LIBOS_REDEFINE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	ld -r $(UNIQUE) -o $@.all $(filter %.o,$^)
	$(OBJCOPY) $(LIBOS_RENAME) -w --keep-global-symbol='__septum_*' \
	    --keep-global-symbol=uni_start --keep-global-symbol=hc_note \
	    $@.all $@
	rm $@.all
