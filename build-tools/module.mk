# SPDX-License-Identifier: Apache-2.0
# Host tools, and what the linker needs beside libc in the sysroot.
SYSROOT := $(OUT)/sysroot
BUILD_TOOLS := uni-ar uni-build uni-cc uni-inspect uni-ld uni-run
# What autoconf looks for when it is told --host=x86_64-septum-elf.
HOST_NAMES := $(patsubst %,$(OUT)/bin/x86_64-septum-elf-%,gcc cc ar ranlib \
                pkg-config)
PROGS += $(BUILD_TOOLS:%=$(OUT)/bin/%) $(OUT)/bin/uni-ranlib \
         $(OUT)/bin/uni-binfmt $(OUT)/bin/uni-pkg-config $(HOST_NAMES)
GUEST_LIBS += $(SYSROOT)/lib/uni.ld $(SYSROOT)/lib/uni.specs \
              $(SYSROOT)/lib/libos.o $(SYSROOT)/septum.cmake \
              $(SYSROOT)/cmake/Platform/Septum.cmake

opts_src := build-tools/args.c build-tools/img_opts.c build-tools/paths.c \
            common/err.c common/io.c
pack_src := common/image_pack.c common/image_symtab.c common/outfile.c \
            common/elf.c common/io.c
rootfs_src := build-tools/rootfs.c common/fstree.c common/fstree_scan.c \
              common/erofs_plan.c common/erofs_emit.c
inspect_src := build-tools/inspect.c build-tools/inspect_elf.c \
               build-tools/inspect_text.c \
               build-tools/inspect_json.c common/erofs_read.c common/elf.c \
               common/io.c common/err.c

$(OUT)/bin/uni-ar: $(call host_obj,build-tools/uni-ar.c common/err.c)
$(OUT)/bin/uni-build: $(call host_obj,build-tools/uni-build.c $(opts_src))
$(OUT)/bin/uni-cc: $(call host_obj,build-tools/uni-cc.c $(opts_src))
$(OUT)/bin/uni-inspect: $(call host_obj,build-tools/uni-inspect.c \
                          $(inspect_src))
$(OUT)/bin/uni-ld: $(call host_obj,build-tools/uni-ld.c \
                     build-tools/tls_scan.c $(opts_src) \
                     $(pack_src) $(rootfs_src))
$(OUT)/bin/uni-ld $(OUT)/bin/uni-inspect: TOOL_LIBS = -lelf
$(OUT)/bin/uni-run: $(call host_obj,build-tools/uni-run.c build-tools/args.c \
                      build-tools/paths.c common/err.c common/elf.c common/io.c)
$(BUILD_TOOLS:%=$(OUT)/bin/%):
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(SAN_FLAGS) -o $@ $^ $(TOOL_LIBS)
$(OUT)/bin/uni-ranlib: $(OUT)/bin/uni-ar
	ln -sf uni-ar $@
$(OUT)/bin/x86_64-septum-elf-gcc: $(OUT)/bin/uni-cc
	ln -sf uni-cc $@
$(OUT)/bin/x86_64-septum-elf-%: $(OUT)/bin/uni-%
	ln -sf uni-$* $@
$(OUT)/bin/uni-binfmt $(OUT)/bin/uni-pkg-config: $(OUT)/bin/%: build-tools/%
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	sed 's/@VERSION@/$(VERSION)/' $< >$@ && chmod 755 $@

$(OUT)/host/build-tools/uni-cc.o: $(GUEST_FLAGS_FILE)
$(OUT)/host/build-tools/uni-cc.o: HOST_CFLAGS += \
    -DUNI_MACHINE_FLAGS='"$(GUEST_MACHINE)"'

# Debug information of libc and libOS is most of an image's file; where ld
# knows zstd it is compressed, unless -gz= or another linker is asked for.
LD_ZSTD := $(shell $(CC) -Wl,--help 2>/dev/null | grep -o 'compress-debug.*zstd')
LINK_DEBUG := $(if $(LD_ZSTD),%{!gz*:%{!fuse-ld=*:$(strip \
                --compress-debug-sections=zstd)}})
$(SYSROOT)/lib/uni.specs: build-tools/uni.specs build-tools/module.mk
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	sed 's/@DEBUG@/$(LINK_DEBUG)/' $< >$@
$(SYSROOT)/lib/uni.ld: build-tools/uni.ld
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	cp $< $@
$(SYSROOT)/cmake/Platform/Septum.cmake: build-tools/cmake/Platform-Septum.cmake
	@mkdir -p $(@D)
	cp $< $@
$(SYSROOT)/septum.cmake: build-tools/cmake/septum.cmake
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	cp $< $@
$(SYSROOT)/lib/libos.o: $(OUT)/lib/libos.o
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	cp $< $@
