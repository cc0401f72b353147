# SPDX-License-Identifier: MIT
# Builds, tests and installs Fascia; 'make help' lists what can be asked for.
#
# One file, not recursive; all output goes to build/ (with SAN=1 to build/san/). Sources are found by
# wildcard: a new .c file, an interface file in interfaces/, a backend in daemon/backends/, an example or a
# test needs no edit here.

ifeq ($(SAN),1)
B := build/san
else
B := build
endif

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
DATADIR = $(PREFIX)/share
MANDIR = $(DATADIR)/man
PKGLIBDIR = $(LIBDIR)/fascia
VERSION = 0.1.0

# Asked for only when something is built, so that this file can be read before the packages are there.
PKG_CONFIG ?= pkg-config
SYSTEMUNITDIR = $(shell $(PKG_CONFIG) --variable=systemdsystemunitdir systemd)
SYSUSERSDIR = $(shell $(PKG_CONFIG) --variable=sysusersdir systemd)
DBUSDATADIR = $(shell $(PKG_CONFIG) --variable=datadir dbus-1)/dbus-1
LIBS = $(shell $(PKG_CONFIG) --libs libsystemd inih)

CC ?= cc
HOSTCC ?= $(CC)
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla
ifeq ($(SAN),1)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong
endif
ALL_CFLAGS = -std=gnu11 $(WARNINGS) -fPIC $(SANITIZE) $(CFLAGS)
ALL_CPPFLAGS = -D_GNU_SOURCE $(HARDEN) $(INCLUDES) $(CPPFLAGS) -MMD -MP
# With a sanitizer, symbols of its run time are left to the program.
ALL_LDFLAGS = $(SANITIZE) -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),,-Wl,-z,defs) $(LDFLAGS)

# Short lines by default; V=1 shows the commands.
ifneq ($(V),1)
Q = @printf '  %-8s %s\n' $(1) '$(patsubst $(CURDIR)/%,%,$@)';
endif

# ---- what there is ----

qfaces := $(wildcard interfaces/*.qface tests/interfaces/*.qface)
stems := $(basename $(notdir $(qfaces)))
shipped := $(basename $(notdir $(wildcard interfaces/*.qface)))
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

codegen_objects := $(call objects,$(wildcard interfaces/codegen/*.c))
library_objects := $(call objects,$(wildcard interfaces/runtime/*.c client/*.c))
service_objects := $(call objects,$(filter-out daemon/fasciad.c,$(wildcard daemon/*.c)))
simulator_objects := $(call objects,$(wildcard daemon/simulator/*.c))
backends := $(basename $(notdir $(wildcard daemon/backends/*.c)))
examples := $(basename $(notdir $(wildcard client/examples/*.c)))
tests := $(basename $(notdir $(wildcard tests/test-*.c)))
benches := $(basename $(notdir $(wildcard tests/bench/*.c)))
helper_objects := $(call objects,$(filter-out tests/test-%.c,$(wildcard tests/*.c)))

CODEGEN := $(B)/fascia-codegen
stamps := $(foreach s,$(stems),$(B)/gen/$s/stamp)
modules := $(foreach s,$(stems),$(B)/modules/$s.stamp)
plugins := $(if $(simulator_objects),$(B)/plugins/simulator.so) $(backends:%=$(B)/plugins/%.so)
daemon := $(if $(wildcard daemon/fasciad.c),$(B)/fasciad $(B)/install/fasciad)

.DELETE_ON_ERROR:
.PHONY: all run check check-programs bench golden format install uninstall clean help packages-run packages-check
.DEFAULT_GOAL := all

all: $(CODEGEN) $(B)/libfascia.so $(daemon) $(modules) $(plugins) $(examples:%=$(B)/examples/%)

help:
	@echo 'make             builds everything into build/'
	@echo 'make run         a private message bus, fasciad with the shipped features, and a tour'
	@echo 'make check       builds and runs all tests; T=test-NAME for one; SAN=1 with sanitizers; VALGRIND=1'
	@echo 'make bench       compares with the same feature written by hand on sd-bus; QUICK=1 for a short one'
	@echo 'make golden      rewrites the expected outputs of the generator in tests/golden/'
	@echo 'make format      lays out all C files'
	@echo 'make install     PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR) DESTDIR=$(DESTDIR)'
	@echo 'make uninstall   removes what install put there'
	@echo 'make clean       removes build/'
	@echo '"make run" and "make check" install missing packages first, and say so.'

packages-run packages-check: packages-%:
	@.ci/packages $*

# ---- compiling ----

# Who may include what follows from these paths: the daemon and the client see the runtime, never each
# other; generated code, plugins and examples see what is public; the generator sees nothing of ours.
public_includes = -Iclient/include -I$(B)/include
$(B)/obj/interfaces/codegen/%.o: INCLUDES = -Iinterfaces/codegen
$(B)/obj/interfaces/runtime/%.o: INCLUDES = -Iinterfaces/runtime -Iclient/include
$(B)/obj/client/%.o: INCLUDES = -Iclient -Iinterfaces/runtime -Iclient/include
$(B)/obj/client/examples/%.o: INCLUDES = $(public_includes)
$(B)/obj/daemon/%.o: INCLUDES = -Idaemon -Iinterfaces/runtime -Iclient/include
$(B)/obj/daemon/simulator/%.o $(B)/obj/daemon/backends/%.o: INCLUDES = $(public_includes)
$(B)/obj/daemon/backends/%.o $(B)/obj/client/examples/%.o: HIDDEN = -fvisibility=hidden
$(B)/obj/daemon/simulator/%.o $(B)/gen/%.o: HIDDEN = -fvisibility=hidden
$(B)/obj/tests/%.o: INCLUDES = -Itests -Iinterfaces/codegen -Iinterfaces/runtime -Iclient -Idaemon $(public_includes)
$(B)/gen/%.o: INCLUDES = $(public_includes)

# The directories of this installation. Written when the file is read and only when it differs, so that
# another PREFIX rebuilds what knows it.
paths := $(B)/paths.h
define paths_text
#define FASCIA_VENDOR_DIR "$(PKGLIBDIR)"
#define FASCIA_SYSCONF_DIR "$(SYSCONFDIR)/fascia"
#define FASCIA_PLUGIN_DIR "$(PKGLIBDIR)/plugins"
#define FASCIA_MODULE_DIR "$(PKGLIBDIR)/modules"
#define FASCIA_VERSION "$(VERSION)"
endef
ifeq ($(filter clean help format packages-%,$(or $(MAKECMDGOALS),all)),)
ifneq ($(file <$(paths)),$(paths_text))
$(shell mkdir -p $(B))
$(file >$(paths),$(paths_text))
endif
endif

$(B)/obj/interfaces/codegen/%.o: interfaces/codegen/%.c $(paths)
	@mkdir -p $(@D)
	$(call Q,HOSTCC)$(HOSTCC) $(ALL_CPPFLAGS) -include $(paths) $(ALL_CFLAGS) -c -o $@ $<

# Generated headers must be there before the first compilation; after it, the .d files know which matter.
$(B)/obj/%.o: %.c $(paths) | $(stamps)
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(ALL_CPPFLAGS) -include $(paths) $(ALL_CFLAGS) $(HIDDEN) -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c
	$(call Q,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(HIDDEN) -c -o $@ $<

# ---- generating ----

# make_gen STEM FILE. The stamp is older than what comes with it, so that nothing seems to need it again.
define make_gen
$(B)/gen/$(1)/stamp: $(2) $(CODEGEN)
	@mkdir -p $$(@D) $(B)/include
	@touch $$@
	$$(call Q,GEN)$(CODEGEN) -o $$(@D) $(2)
	@rm -f $$(@D)/$(1)-stub.c && $(CODEGEN) --emit=stub -o $$(@D) $(2)
	@ln -sfn ../gen/$(1) $(B)/include/$$$$($(CODEGEN) --print=include-dir $(2))
gen_$(1) := $(foreach part,types.c backend.c module.c stub.c,$(B)/gen/$(1)/$(1)-$(part)) $(B)/gen/$(1)/$(1).c
$$(gen_$(1)): $(B)/gen/$(1)/stamp ;
$(B)/modules/$(1).stamp: $(B)/gen/$(1)/$(1)-module.o $(B)/gen/$(1)/$(1)-types.o $(B)/libfascia.so
	@mkdir -p $$(@D)
	$$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $$(@D)/$$$$($(CODEGEN) --print=bus-name $(2)).so $$(filter %.o,$$^) -L$(B) -lfascia
	@touch $$@
endef
$(foreach f,$(qfaces),$(eval $(call make_gen,$(basename $(notdir $f)),$f)))

# ---- linking ----

$(CODEGEN): $(codegen_objects)
	$(call Q,HOSTLD)$(HOSTCC) $(ALL_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs yaml-0.1)

# What is exported is said by the version script alone.
$(B)/libfascia.so.0: $(library_objects) client/libfascia.map
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -Wl,-soname,libfascia.so.0 -Wl,-Bsymbolic-functions -Wl,--version-script=client/libfascia.map -o $@ $(filter %.o,$^) $(LIBS) -ldl -pthread

$(B)/libfascia-service.so.0: $(service_objects) $(B)/libfascia.so
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -Wl,-soname,libfascia-service.so.0 -Wl,-Bsymbolic-functions -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS)

$(B)/%.so: $(B)/%.so.0
	@ln -sf $(notdir $*).so.0 $@

# Archives are for tests, which look inside.
$(B)/libfascia.a: $(library_objects)
$(B)/libfascia-service.a: $(service_objects)
$(B)/libcodegen.a: $(filter-out %/main.o,$(codegen_objects))
$(B)/libgenerated.a: $(foreach s,$(stems),$(foreach part,-types -backend,$(B)/gen/$s/$s$(part).o) $(B)/gen/$s/$s.o)
$(B)/%.a:
	@rm -f $@
	$(call Q,AR)$(AR) rcs $@ $^

# In the build tree a program finds its libraries beside it; what is installed has no such path.
$(B)/fasciad $(B)/install/fasciad: $(B)/obj/daemon/fasciad.o $(B)/libfascia-service.so $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) $(RUNPATH) -o $@ $< -L$(B) -Wl,--no-as-needed -lfascia-service -lfascia $(LIBS)
$(B)/fasciad: RUNPATH = -Wl,-rpath,'$$ORIGIN'

$(B)/plugins/simulator.so: $(simulator_objects) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia

.SECONDEXPANSION:
$(B)/plugins/%.so: $(B)/obj/daemon/backends/%.o $$(B)/gen/$$*/$$*-types.o $$(B)/gen/$$*/$$*-backend.o $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia

# remote-client is an example for interfaces/remote.qface.
$(B)/examples/%: $(B)/obj/client/examples/%.o $$(foreach s,$$(firstword $$(subst -, ,$$*)),$$(B)/gen/$$s/$$s-types.o $$(B)/gen/$$s/$$s.o) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS)

archives := $(B)/libgenerated.a $(B)/libfascia-service.a $(B)/libfascia.a $(B)/libcodegen.a
test_libs = $(archives) $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka yaml-0.1) -ldl -pthread -lm

$(tests:%=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/%.o $(helper_objects) $(archives)
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) -rdynamic -o $@ $(filter %.o,$^) $(test_libs)

$(benches:%=$(B)/bench/%): $(B)/bench/%: $(B)/obj/tests/bench/%.o $$(foreach s,remote,$$(B)/gen/$$s/$$s-types.o $$(B)/gen/$$s/$$s.o) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS) -lm

# The stubs are proven to be backends.
stubs := $(stems:%=$(B)/stubs/%.so)
$(B)/stubs/%.so: $$(B)/gen/$$*/$$*-stub.o $$(B)/gen/$$*/$$*-types.o $$(B)/gen/$$*/$$*-backend.o $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia

# ---- using ----

environment = FASCIA_SOURCE_DIR=$(CURDIR) FASCIA_BUILD_DIR=$(CURDIR)/$(B) FASCIA_CODEGEN=$(CURDIR)/$(CODEGEN)

# The packages first, then what needs them: make asks pkg-config only once it runs again.
run: packages-run
	@+$(MAKE) --no-print-directory all
	@$(environment) client/examples/tour.sh

check: packages-check
	@+$(MAKE) --no-print-directory check-programs
	@$(environment) SAN=$(SAN) VALGRIND=$(VALGRIND) tests/run-tests $(T)

check-programs: all $(stubs) $(tests:%=$(B)/tests/%) $(benches:%=$(B)/bench/%)

bench: packages-check
	@+$(MAKE) --no-print-directory check-programs
	@$(environment) QUICK=$(QUICK) tests/bench/run

golden: $(CODEGEN)
	@for stem in $(shipped); do \
		rm -rf tests/golden/$$stem && mkdir -p tests/golden/$$stem && \
		$(CODEGEN) -o tests/golden/$$stem interfaces/$$stem.qface && \
		$(CODEGEN) --emit=stub -o tests/golden/$$stem interfaces/$$stem.qface || exit 1; \
	done

format:
	clang-format -i $(shell git ls-files '*.c' '*.h' ':!tests/golden')

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
