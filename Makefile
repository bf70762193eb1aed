# SPDX-License-Identifier: Apache-2.0
# One make, no recursion: each folder adds a module.mk. Output is in $(OUT).
OUT ?= out
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

include build-tools/rules.mk
include $(sort $(wildcard */module.mk */*/module.mk))

.PHONY: all demo check bench install clean help
all: $(PROGS) $(GUEST_LIBS)  ## build everything; the programs are in out/bin/
demo: ## install what is needed, build, run hello.uni in both cages
	@build-tools/deps build
	@$(MAKE) --no-print-directory all
	@tests/demo
check: ## install what is needed, build, run all tests; one: make check T=NAME
	@build-tools/deps build check
	@$(MAKE) --no-print-directory all
	@tests/run $(T)
bench: ## measure against native programs; results in bench/results/
	@build-tools/deps build bench
	@$(MAKE) --no-print-directory all
	@bench/run $(B)
install: all ## install to $(DESTDIR)$(PREFIX)
	@build-tools/install "$(DESTDIR)$(PREFIX)" "$(OUT)"
clean: ## remove all that was built
	rm -rf $(OUT)
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | \
	    sed 's/:.*## /\t/' | expand -t 12
