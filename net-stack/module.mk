# SPDX-License-Identifier: Apache-2.0
# lwIP from the distribution's source package with our patches, and what is ours
# around it. Both become part of libos.o; the linker leaves them out of images
# that open no socket.
LWIP_FRESH := $(OUT)/src/lwip-fresh
LWIP_DIR := $(OUT)/src/lwip-patched
LWIP_STAMP := $(LWIP_DIR)/.patched
LWIP_PATCHES := $(sort $(wildcard net-stack/patches/*.patch))
LWIP_SRC := $(addprefix core/,init def inet_chksum ip mem memp netif pbuf raw \
              stats tcp tcp_in tcp_out udp) \
            $(addprefix core/ipv4/,dhcp etharp icmp igmp ip4 ip4_addr \
              ip4_frag) \
            $(addprefix core/ipv6/,ethip6 icmp6 inet6 ip6 ip6_addr ip6_frag \
              mld6 nd6) netif/ethernet
LWIP_OBJ := $(LWIP_SRC:%=$(OUT)/guest/lwip/%.o)
NET_INCLUDE := -Inet-stack/port -Inet-stack/port/libc \
               -I$(LWIP_DIR)/src/include -Inet-stack
NET_SRC := $(wildcard net-stack/*.c)
NET_OBJ := $(call guest_obj,$(NET_SRC))

# What was fetched stays; a changed patch goes over a fresh copy of it.
$(LWIP_FRESH):
	OUT=$(OUT) build-tools/fetch-source lwip $@
$(LWIP_STAMP): $(LWIP_PATCHES) | $(LWIP_FRESH)
	rm -rf $(LWIP_DIR) $(LWIP_DIR).new
	cp -r $(LWIP_FRESH) $(LWIP_DIR).new
	grep -lr "`printf '\\r'`" $(LWIP_DIR).new/src | \
	    xargs -r sed -i 's/\r$$//'
	sed -i 's|3000 / TCP_SLOW|LWIP_TCP_RTO_TIME / TCP_SLOW|' \
	    $(LWIP_DIR).new/src/core/tcp.c # as 2.2 has it
	cat $(LWIP_PATCHES) | patch -s -p1 -d $(LWIP_DIR).new
	mv $(LWIP_DIR).new $(LWIP_DIR)
	touch $@
$(LWIP_OBJ): $(OUT)/guest/lwip/%.o: net-stack/port/lwipopts.h \
        net-stack/port/arch/cc.h net-stack/port/net_hooks.h $(LWIP_STAMP) \
        $(GUEST_FLAGS_FILE)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(CC) $(GUEST_CFLAGS) $(NET_INCLUDE) $(LWIP_FLAGS) -w \
	    -c $(LWIP_DIR)/src/$*.c -o $@
$(OUT)/guest/lwip/core/init.o: LWIP_FLAGS := -DNET_LWIP_INIT
# As Linux: with IPv6 only.
$(OUT)/guest/lwip/core/ipv6/icmp6.o: LWIP_FLAGS := -DLWIP_MULTICAST_PING=1
$(OUT)/guest/lwip/core/ipv4/dhcp.o: LWIP_FLAGS := -DLWIP_DNS=1
$(NET_OBJ): GUEST_CFLAGS += $(NET_INCLUDE)
$(NET_OBJ): $(LWIP_STAMP)
$(OUT)/lib/libos.o: $(LWIP_OBJ) $(NET_OBJ)
-include $(NET_OBJ:.o=.d)
