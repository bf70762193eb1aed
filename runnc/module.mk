# SPDX-License-Identifier: Apache-2.0
# runnc is one static program: what an engine's LD_LIBRARY_PATH says does not
# reach it, and it starts faster. Each list belongs to one part of the README.
RUNNC_CORE := main log util json conf state spec spec_linux spec_process \
    spec_resources spec_seccomp mount_options mounts mounts_dev mounts_source \
    console console_relay hooks ns cgroup cgroup_procs cgroup_set \
    cgroup_v2 cgroup_stats cgroup_bpf cgroup_unit cgroup_props lsm create init launch start userns userns_map idmap \
    rootless cmd_exec cmd_life cmd_look cmd_limits delegate plain
RUNNC_NET := net net_read net_plug net_pass net_dns net_names
RUNNC_FILES := files
RUNNC_LIBS = -ljansson -lnl-route-3 -lnl-3
PROGS += $(OUT)/bin/runnc

$(patsubst %,$(OUT)/host/runnc/%.o,$(RUNNC_NET)): \
    HOST_CFLAGS += -isystem /usr/include/libnl3

$(OUT)/bin/runnc: $(call host_obj,$(patsubst %,runnc/%.c,$(RUNNC_CORE) \
    $(RUNNC_NET) $(RUNNC_FILES)) common/err.c common/io.c common/elf.c)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(SAN_FLAGS) $(if $(SAN),,-static) -o $@ $^ $(RUNNC_LIBS)

# The relay to a name server that only the container's namespace reaches.
PROGS += $(OUT)/bin/septum-dns
$(OUT)/bin/septum-dns: $(call host_obj,runnc/dns_relay.c)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(SAN_FLAGS) $(if $(SAN),,-static) -o $@ $^ -lseccomp

# What speaks to systemd: its library is there for dynamic programs only. It is
# run with an environment of ours.
PROGS += $(OUT)/bin/septum-systemd
$(OUT)/bin/septum-systemd: $(call host_obj,runnc/systemd.c)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(SAN_FLAGS) -o $@ $^ -lsystemd
