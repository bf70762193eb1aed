# SPDX-License-Identifier: Apache-2.0
# Host tools, and what the linker needs beside libc in the sysroot.
SYSROOT := $(OUT)/sysroot
BUILD_TOOLS := uni-cc uni-ld
PROGS += $(BUILD_TOOLS:%=$(OUT)/bin/%)
GUEST_LIBS += $(SYSROOT)/lib/uni.ld $(SYSROOT)/lib/uni.specs \
              $(SYSROOT)/lib/libos.o

opts_src := build-tools/img_opts.c common/err.c
pack_src := common/image_pack.c common/image_symtab.c common/outfile.c \
            common/elf.c common/io.c
rootfs_src := build-tools/rootfs.c common/fstree.c common/fstree_scan.c \
              common/erofs_plan.c common/erofs_emit.c

$(OUT)/bin/uni-cc: $(call host_obj,build-tools/uni-cc.c build-tools/paths.c \
                     $(opts_src))
$(OUT)/bin/uni-ld: $(call host_obj,build-tools/uni-ld.c $(opts_src) \
                     $(pack_src) $(rootfs_src))
$(OUT)/bin/uni-ld: TOOL_LIBS = -lelf
$(BUILD_TOOLS:%=$(OUT)/bin/%):
	@mkdir -p $(@D)
	$(CC) $(SAN_FLAGS) -o $@ $^ $(TOOL_LIBS)

$(OUT)/host/build-tools/uni-cc.o: HOST_CFLAGS += \
    -DUNI_MACHINE_FLAGS='"$(GUEST_MACHINE)"'

$(SYSROOT)/lib/uni.%: build-tools/uni.%
	@mkdir -p $(@D)
	cp $< $@
$(SYSROOT)/lib/libos.o: $(OUT)/lib/libos.o
	@mkdir -p $(@D)
	cp $< $@
