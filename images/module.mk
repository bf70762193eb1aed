# SPDX-License-Identifier: Apache-2.0
# uni-image: container images into unikernels' images, and back.
PROGS += $(OUT)/bin/uni-image
uni_image_src := $(sort $(wildcard images/*.c)) \
    $(addprefix common/,elf.c erofs_emit.c erofs_plan.c erofs_read.c err.c \
      fstree.c fstree_scan.c image_pack.c image_symtab.c io.c outfile.c)
$(OUT)/bin/uni-image: $(call host_obj,$(uni_image_src))
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(SAN_FLAGS) -o $@ $^ -larchive -lz -ljansson -lcrypto -lelf
