# SPDX-License-Identifier: MIT
# Builds, tests and installs Fascia; 'make help' lists what can be asked for.
#
# One file, not recursive; all output goes to build/ (with SAN=1 to build/san/, with TSAN=1 to build/tsan/). Sources are found by
# wildcard: a new .c file, an interface file in interfaces/, a backend in daemon/backends/, an example or a
# test needs no edit here.

ifeq ($(SAN),1)
B := build/san
else ifeq ($(TSAN),1)
B := build/tsan
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
ZSHDIR = $(DATADIR)/zsh/site-functions
PKGLIBDIR = $(LIBDIR)/fascia
# Settings are the same for every architecture, wherever its libraries are.
VENDORDIR = $(PREFIX)/lib/fascia
VERSION = 0.1.0

# Asked for only when something is built, so that this file can be read before the packages are there.
PKG_CONFIG ?= pkg-config
pkg_dir = $(or $(shell $(PKG_CONFIG) --variable=$(1) $(2) 2>/dev/null),$(3))
SYSTEMUNITDIR = $(call pkg_dir,systemdsystemunitdir,systemd,/usr/lib/systemd/system)
SYSTEMGENERATORDIR = $(call pkg_dir,systemdsystemgeneratordir,systemd,/usr/lib/systemd/system-generators)
SYSUSERSDIR = $(call pkg_dir,sysusersdir,systemd,/usr/lib/sysusers.d)
DBUSDATADIR = $(call pkg_dir,datadir,dbus-1,/usr/share)/dbus-1
LIBS = $(shell $(PKG_CONFIG) --libs libsystemd inih)
# Distributions call it what they like.
lua = $(firstword $(foreach name,lua5.4 lua-5.4 lua54 lua,$(shell $(PKG_CONFIG) --exists '$(name) >= 5.4' 2>/dev/null && echo $(name))))
LUA_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(lua))
SIMULATOR_LIBS = $(shell $(PKG_CONFIG) --libs jansson $(lua)) -lm
READER_LIBS = $(shell $(PKG_CONFIG) --libs jansson yaml-0.1) -lm

CC ?= cc
HOSTCC ?= $(CC)
# What is called often is within libsystemd: -O2 makes no call cheaper here (make bench), and text a fifth larger.
CFLAGS ?= -Os -g
# What a later version of a library deprecates is no reason to build nothing.
WARNINGS = -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-error=deprecated-declarations
ifeq ($(SAN),1)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(TSAN),1)
SANITIZE = -fsanitize=thread -fno-omit-frame-pointer
else
STACK = -fstack-protector-strong
# A compiler that does not optimise would warn of it.
FORTIFY = $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif
ALL_CFLAGS = -std=gnu11 $(WARNINGS) -fPIC $(STACK) $(SANITIZE) $(CFLAGS)
ALL_CPPFLAGS = -D_GNU_SOURCE $(FORTIFY) $(INCLUDES) $(CPPFLAGS) -MMD -MP
# With a sanitizer, symbols of its run time are left to the program. Sections that are only read share the pages of the text, as they do
# by default on most processors: a module, which is next to nothing but tables, is then half as large in memory.
ALL_LDFLAGS = $(SANITIZE) -Wl,-z,relro,-z,now,-z,noseparate-code -Wl,-T,interfaces/build/sections.ld -Wl,--as-needed $(if $(SANITIZE),,-Wl,-z,defs) $(LDFLAGS)

# Short lines by default; V=1 shows the commands.
ifneq ($(V),1)
Q = @printf '  %-8s %s\n' $(1) '$(patsubst $(CURDIR)/%,%,$@)';
endif

# ---- what there is ----

qfaces := $(wildcard interfaces/*.qface tests/interfaces/*.qface daemon/simulator/*.qface)
stems := $(basename $(notdir $(qfaces)))
shipped := $(basename $(notdir $(wildcard interfaces/*.qface)))
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

# What the generator and the simulation both read with; for the generator it is compiled by HOSTCC.
language_sources := $(wildcard interfaces/language/*.c)
language_objects := $(call objects,$(language_sources))
host_language_objects := $(language_sources:%.c=$(B)/host/%.o)
codegen_objects := $(call objects,$(wildcard interfaces/codegen/*.c))
library_objects := $(call objects,$(wildcard interfaces/runtime/*.c client/*.c))
service_objects := $(call objects,$(filter-out daemon/fasciad.c,$(wildcard daemon/*.c)))
json_objects := $(call objects,$(wildcard interfaces/json/*.c))
fasciactl_objects := $(call objects,$(wildcard client/fasciactl/*.c client/cli/*.c))
fascia_sim_objects := $(call objects,$(wildcard client/fascia-sim/*.c client/cli/*.c))
simulator_objects := $(call objects,$(wildcard daemon/simulator/*.c))
# How the simulator finds the reader of data files: loaded when it is needed, or within the program.
simulator_loads := $(call objects,daemon/simulator/data/sim-data-library.c)
simulator_has := $(call objects,daemon/simulator/data/sim-data-builtin.c)
reader_objects := $(filter-out $(simulator_loads) $(simulator_has),$(call objects,$(wildcard daemon/simulator/data/*.c)))
backends := $(basename $(notdir $(wildcard daemon/backends/*.c)))
examples := $(basename $(notdir $(wildcard client/examples/*.c)))
tests := $(basename $(notdir $(wildcard tests/test-*.c)))
benches := $(basename $(notdir $(wildcard tests/bench/*.c)))
helper_objects := $(call objects,$(filter-out tests/test-%.c,$(wildcard tests/*.c)) $(filter-out %/fuzzer.c,$(wildcard tests/fuzz/*.c)))

CODEGEN := $(B)/fascia-codegen
stamps := $(foreach s,$(stems),$(B)/gen/$s/stamp)
modules := $(foreach s,$(stems),$(B)/modules/$s.stamp)
plugins := $(if $(simulator_objects),$(B)/plugins/simulator.so) $(backends:%=$(B)/plugins/%.so)
installed_simulator := $(if $(simulator_objects),$(B)/install/plugins/simulator.so)
# What is said of backends, for those who look for one.
descriptions := $(foreach f,$(wildcard daemon/*/*.backend),$(B)/plugins/$(notdir $f))
daemon := $(if $(wildcard daemon/fasciad.c),$(B)/fasciad $(B)/install/fasciad)

tools := $(B)/fasciactl $(B)/install/fasciactl $(B)/fascia-sim $(B)/install/fascia-sim

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all run fuzz check check-programs stress load bench golden format install uninstall deb check-deb clean help packages-run packages-check packages-deb
.DEFAULT_GOAL := all

all: $(CODEGEN) $(B)/libfascia.so $(daemon) $(tools) $(B)/man3/stamp $(modules) $(plugins) $(installed_simulator) $(descriptions) $(examples:%=$(B)/examples/%)

help:
	@echo 'make             builds everything into build/'
	@echo 'make run         a private message bus, fasciad with the shipped features, and a tour'
	@echo 'make check       builds and runs all tests; T=test-NAME for one; SAN=1 or TSAN=1 with sanitizers; VALGRIND=1'
	@echo 'make stress      kills, stops and restarts services and their bus for some minutes, under clients; FASCIA_SEED=N'
	@echo 'make load        clients that behave badly, and what the others notice of them, for minutes'
	@echo 'make bench       compares with the same feature written by hand on sd-bus; QUICK=1 for a short one'
	@echo 'make fuzz        feeds what reads files with anything, 60 seconds for each target; SECONDS_EACH=600, T=TARGET, ADD=1'
	@echo 'make golden      rewrites the expected outputs of the generator in tests/golden/'
	@echo 'make format      lays out all C files'
	@echo 'make install     PREFIX=$(PREFIX) SYSCONFDIR=$(SYSCONFDIR) DESTDIR=$(DESTDIR)'
	@echo 'make uninstall   removes what install put there'
	@echo 'make deb         Debian packages in build/deb/, with lintian content; check-deb also installs, upgrades and purges them'
	@echo 'make clean       removes build/'
	@echo '"make run" and "make check" install missing packages first, and say so.'

packages-run packages-check packages-deb: packages-%:
	@.ci/packages $*

# ---- compiling ----

# Who may include what follows from these paths: the daemon and the client see the runtime, never each
# other; generated code, plugins and examples see what is public; the generator sees the language, and
# nothing else of ours; the language sees nothing.
public_includes = -Iclient/include -I$(B)/include
$(B)/obj/interfaces/codegen/%.o: INCLUDES = -Iinterfaces/codegen -Iinterfaces/language
$(B)/obj/interfaces/language/%.o $(B)/host/interfaces/language/%.o: INCLUDES = -Iinterfaces/language
$(B)/obj/interfaces/runtime/%.o: INCLUDES = -Iinterfaces/runtime -Iclient/include
$(B)/obj/interfaces/json/%.o: INCLUDES = -Iinterfaces/json -Iinterfaces/runtime -Iclient/include
$(B)/obj/client/cli/%.o: INCLUDES = -Iclient/cli
$(B)/obj/client/fasciactl/%.o: INCLUDES = -Iclient/fasciactl -Iclient/cli -Iinterfaces/json -Iinterfaces/runtime -Iclient/include
$(B)/obj/client/fascia-sim/%.o: INCLUDES = -Iclient/fascia-sim -Iclient/cli -Iinterfaces/json -Iinterfaces/runtime $(public_includes)
$(B)/obj/client/%.o: INCLUDES = -Iclient -Iinterfaces/runtime -Iclient/include
$(B)/obj/client/examples/%.o: INCLUDES = $(public_includes)
$(B)/obj/daemon/%.o: INCLUDES = -Idaemon -Iinterfaces/json -Iinterfaces/runtime -Iclient/include
$(B)/obj/daemon/backends/%.o: INCLUDES = $(public_includes)
$(B)/obj/daemon/simulator/%.o: INCLUDES = -Idaemon/simulator -Idaemon/simulator/data -Iinterfaces/language -Iinterfaces/json -Iinterfaces/runtime \
	$(public_includes) $(LUA_CFLAGS)
$(B)/obj/daemon/backends/%.o $(B)/obj/client/examples/%.o: HIDDEN = -fvisibility=hidden
$(B)/obj/daemon/simulator/%.o $(B)/obj/interfaces/language/%.o $(B)/obj/interfaces/json/%.o $(B)/gen/%.o: HIDDEN = -fvisibility=hidden
$(B)/obj/tests/%.o: INCLUDES = -Itests -Iinterfaces/codegen -Iinterfaces/language -Iinterfaces/json -Iinterfaces/runtime -Iclient -Iclient/cli -Iclient/fascia-sim -Idaemon \
	-Idaemon/simulator -Idaemon/simulator/data $(public_includes) $(LUA_CFLAGS)
$(B)/gen/%.o: INCLUDES = $(public_includes)

# The directories of this installation, and the version. Written when this file is read, and only when they differ, so
# that another PREFIX compiles again what names one of them, and nothing else.
define paths_text
#define FASCIA_VENDOR_DIR "$(VENDORDIR)"
#define FASCIA_SYSCONF_DIR "$(SYSCONFDIR)/fascia"
#define FASCIA_PLUGIN_DIR "$(PKGLIBDIR)/plugins"
#define FASCIA_MODULE_DIR "$(PKGLIBDIR)/modules"
endef
define version_text
#define FASCIA_VERSION "$(VERSION)"
endef
define write_header
ifneq ($$(strip $$(file <$(B)/$(1).h)),$$(strip $$($(1)_text)))
$$(shell mkdir -p $(B))
$$(file >$(B)/$(1).h,$$($(1)_text))
endif
endef
ifeq ($(filter clean help format deb check-deb packages-%,$(or $(MAKECMDGOALS),all)),)
$(eval $(call write_header,paths))
$(eval $(call write_header,version))
endif
naming = $(call objects,$(shell grep -lE '$(1)' interfaces/*/*.c client/*.c client/fasciactl/*.c client/fascia-sim/*.c daemon/*.c daemon/simulator/data/*.c))
name_paths := $(call naming,FASCIA_(VENDOR|SYSCONF|PLUGIN|MODULE)_DIR)
name_version := $(call naming,FASCIA_VERSION)
$(name_paths): $(B)/paths.h
$(name_paths): PATHS = -include $(B)/paths.h
$(name_version): $(B)/version.h
$(name_version): RELEASE = -include $(B)/version.h

# The project of 'fascia-codegen new', as rows of an array: { "path", "text" }.
new_project := $(wildcard interfaces/codegen/new-project/*.in interfaces/codegen/new-project/.*.in)
$(B)/new-project.h: $(new_project) interfaces/codegen/new-project
	@mkdir -p $(@D)
	$(call Q,GEN)for file in $(new_project); do \
		name=$${file##*/}; echo "{ \"$${name%.in}\","; \
		sed 's/["\\]/\\&/g; s/.*/"&\\n"/' "$$file"; echo '},'; \
	done >$@
$(B)/obj/interfaces/codegen/new.o: $(B)/new-project.h
$(B)/obj/interfaces/codegen/new.o: INCLUDES = -Iinterfaces/codegen -Iinterfaces/language -I$(B)

# What fasciad says of its own object, as a text.
$(B)/manager-interface.h: daemon/org.fascia.Manager1.xml
	@mkdir -p $(@D)
	$(call Q,GEN)sed 's/["\\]/\\&/g; s/.*/"&\\n"/' $< >$@
$(B)/obj/daemon/manager-object.o: $(B)/manager-interface.h
$(B)/obj/daemon/manager-object.o: INCLUDES += -I$(B)

$(B)/obj/interfaces/codegen/%.o: interfaces/codegen/%.c
	@mkdir -p $(@D)
	$(call Q,HOSTCC)$(HOSTCC) $(ALL_CPPFLAGS) $(PATHS) $(RELEASE) $(ALL_CFLAGS) -c -o $@ $<

$(B)/host/interfaces/language/%.o: interfaces/language/%.c
	@mkdir -p $(@D)
	$(call Q,HOSTCC)$(HOSTCC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Generated headers must be there before the first compilation; after it, the .d files know which matter.
$(B)/obj/%.o: %.c | $(stamps)
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(ALL_CPPFLAGS) $(PATHS) $(RELEASE) $(ALL_CFLAGS) $(HIDDEN) -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c | $(stamps)
	$(call Q,CC)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(HIDDEN) -c -o $@ $<

# ---- generating ----

# The kitchen has an interface without members on purpose.
codegen = $(CODEGEN) -I interfaces -I tests/interfaces -Wno-empty-interface

# make_gen STEM FILE. The stamp is older than what comes with it, so that nothing seems to need it again.
# headers.d, read with the other .d files, says where headers come from that are included by the name of their
# module.
define make_gen
$(B)/gen/$(1)/stamp: $(2) $(wildcard $(basename $(2)).yaml $(basename $(2)).lua) $(CODEGEN)
	@mkdir -p $$(@D) $(B)/include
	@touch $$@
	@rm -f $$(@D)/$(1)-stub.c
	$$(call Q,GEN)$(codegen) --emit=types,front,backend,module,xml,man,policy,activation,stub -o $$(@D) $(2)
	@include=$(B)/include/$$$$($(codegen) --print=include-dir $(2)); \
		ln -sfn ../gen/$(1) $$$$include; echo "$$$$include/%.h: $$@ ;" >$$(@D)/headers.d
	@$(codegen) --print=imports $(2) | sed 's|.*|$$@: &\n&:|' >>$$(@D)/headers.d
gen_$(1) := $(foreach part,types.c backend.c module.c stub.c,$(B)/gen/$(1)/$(1)-$(part)) $(B)/gen/$(1)/$(1).c
$$(gen_$(1)): $(B)/gen/$(1)/stamp ;
$(B)/gen/$(1)/%.h: $(B)/gen/$(1)/stamp ;
$(B)/modules/$(1).stamp: $(B)/gen/$(1)/$(1)-module.o $(B)/gen/$(1)/$(1)-types.o $(B)/libfascia.so
	@mkdir -p $$(@D)
	$$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $$(@D)/$$$$($(CODEGEN) --print=bus-name $(2)).so \
		$$(filter %.o,$$^) -L$(B) -lfascia
	@chmod go-w $$(@D) $$(@D)/$$$$($(CODEGEN) --print=bus-name $(2)).so
	@touch $$@
endef
$(foreach f,$(qfaces),$(eval $(call make_gen,$(basename $(notdir $f)),$f)))

# Manual pages of the public functions.
$(B)/man3/stamp: client/man/pages.awk $(wildcard client/include/fascia/*.h)
	@rm -rf $(@D) && mkdir -p $(@D)
	$(call Q,MAN)awk -v directory=$(@D) -v version=$(VERSION) -f $< $(filter %.h,$^)
	@touch $@

# ---- linking ----

# What is loaded must not be writable by others, nor where it lies; whatever the umask is.
close = chmod go-w $(@D) $@

$(CODEGEN): $(codegen_objects) $(host_language_objects)
	$(call Q,HOSTLD)$(HOSTCC) $(ALL_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs yaml-0.1 expat)

# What is exported is said by the version script alone.
$(B)/libfascia.so.0: $(library_objects) client/libfascia.map
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -Wl,-soname,libfascia.so.0 -Wl,-Bsymbolic-functions \
		-Wl,--version-script=client/libfascia.map -o $@ $(filter %.o,$^) $(LIBS) -ldl -pthread

$(B)/libfascia-service.so.0: $(service_objects) $(json_objects) $(B)/libfascia.so daemon/libfascia-service.map
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -Wl,-soname,libfascia-service.so.0 -Wl,-Bsymbolic-functions \
		-Wl,--version-script=daemon/libfascia-service.map -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS) $(shell $(PKG_CONFIG) --libs jansson) -pthread

$(B)/%.so: $(B)/%.so.0
	@ln -sf $(notdir $*).so.0 $@

# Archives are for tests, which look inside.
$(B)/libfascia.a: $(library_objects)
$(B)/libfascia-service.a: $(service_objects)
$(B)/libjson.a: $(json_objects)
$(B)/liblanguage.a: $(language_objects)
# What the tools have that is fuzzed.
$(B)/libtools.a: $(B)/obj/client/cli/cli.o $(B)/obj/client/fascia-sim/table.o
# As part of a program the plugin has a name of its own.
$(B)/libsimulator.a: $(filter-out %/plugin.o,$(simulator_objects)) $(B)/obj/daemon/simulator/static/plugin.o $(reader_objects) $(simulator_has)
$(B)/obj/daemon/simulator/static/%.o: daemon/simulator/%.c | $(stamps)
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(ALL_CPPFLAGS) -DFASCIA_PLUGIN_NAME=simulator_plugin $(ALL_CFLAGS) $(HIDDEN) -c -o $@ $<
$(B)/libcodegen.a: $(filter-out %/main.o,$(codegen_objects))
$(B)/libgenerated.a: $(foreach s,$(stems),$(foreach part,-types -backend,$(B)/gen/$s/$s$(part).o) $(B)/gen/$s/$s.o)
$(B)/%.a:
	@rm -f $@
	$(call Q,AR)$(AR) rcs $@ $^

# In the build tree a program finds its libraries beside it; what is installed, only the one that nobody else has.
$(B)/fasciad $(B)/install/fasciad: $(B)/obj/daemon/fasciad.o $(B)/libfascia-service.so $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) $(RUNPATH) -o $@ $< -L$(B) -Wl,--no-as-needed -lfascia-service -lfascia -Wl,--as-needed $(LIBS)
$(B)/fasciad: RUNPATH = -Wl,-rpath,'$$ORIGIN'
$(B)/install/fasciad: RUNPATH = -Wl,-rpath,$(PKGLIBDIR)
$(B)/install/fasciad: $(B)/paths.h

# A tool of the same build: it stands on what libfascia shares with the service library.
$(B)/fasciactl $(B)/install/fasciactl: $(fasciactl_objects) $(json_objects) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) $(RUNPATH) -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS) $(shell $(PKG_CONFIG) --libs jansson) -lm
$(B)/fasciactl: RUNPATH = -Wl,-rpath,'$$ORIGIN'

# A client of the simulator's own interface.
$(B)/fascia-sim $(B)/install/fascia-sim: $(fascia_sim_objects) $(json_objects) $(foreach part,simulation-types simulation,$(B)/gen/simulation/$(part).o) \
	$(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) $(RUNPATH) -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS) $(shell $(PKG_CONFIG) --libs jansson ncursesw) -lm
$(B)/fascia-sim: RUNPATH = -Wl,-rpath,'$$ORIGIN'

# Generic, but for the interface by which it is controlled. In the build tree it finds the reader there.
simulator_parts := $(simulator_objects) $(simulator_loads) $(json_objects) $(foreach part,types backend,$(B)/gen/simulation/simulation-$(part).o)
$(B)/plugins/simulator.so $(B)/install/plugins/simulator.so: $(simulator_parts) $(B)/libfascia.so $(B)/libfascia-simulation-data.so.0
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) $(RUNPATH) -o $@ $(filter %.o,$^) -L$(B) -lfascia $(SIMULATOR_LIBS) -ldl -pthread
	@$(close)
$(B)/plugins/simulator.so: RUNPATH = -Wl,-rpath,$(abspath $(B))
$(B)/install/plugins/simulator.so: RUNPATH = -Wl,-rpath,$(PKGLIBDIR)
$(B)/install/plugins/simulator.so: $(B)/paths.h

$(B)/libfascia-simulation-data.so.0: $(reader_objects) $(language_objects) $(call objects,$(addprefix daemon/simulator/sim-,fault.c member.c text.c)) \
	$(B)/libfascia.so
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -Wl,-soname,$(@F) -o $@ $(filter %.o,$^) -L$(B) -lfascia $(READER_LIBS)

.SECONDEXPANSION:
$(B)/plugins/%.so: $(B)/obj/daemon/backends/%.o $$(B)/gen/$$*/$$*-types.o $$(B)/gen/$$*/$$*-backend.o \
	$(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia
	@$(close)

# remote-client is an example for interfaces/remote.qface.
$(B)/examples/%: $(B)/obj/client/examples/%.o \
	$$(foreach s,$$(firstword $$(subst -, ,$$*)),$$(B)/gen/$$s/$$s-types.o $$(B)/gen/$$s/$$s.o) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS)

$(descriptions): $(B)/plugins/%.backend: $(wildcard daemon/*/*.backend)
	@mkdir -p $(@D)
	@install -m 644 $(filter %/$(@F),$^) $@

archives := $(B)/libtools.a $(B)/libsimulator.a $(B)/libgenerated.a $(B)/libfascia-service.a $(B)/libjson.a $(B)/libfascia.a $(B)/libcodegen.a $(B)/liblanguage.a
# All of libfascia is in a test program, so that what it loads finds one libfascia there, not half of another.
test_libs = -Wl,--whole-archive $(B)/libfascia.a -Wl,--no-whole-archive $(archives) $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka expat) $(SIMULATOR_LIBS) $(READER_LIBS) -ldl -pthread -lm

$(tests:%=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/%.o $(helper_objects) $(archives)
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) -rdynamic -o $@ $(filter %.o,$^) $(test_libs)

$(benches:%=$(B)/bench/%): $(B)/bench/%: $(B)/obj/tests/bench/%.o $$(foreach s,remote climate cluster,$$(B)/gen/$$s/$$s-types.o $$(B)/gen/$$s/$$s.o) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(ALL_LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' -o $@ $(filter %.o,$^) -L$(B) -lfascia $(LIBS) -lm

# The stubs are proven to be backends.
stubs := $(stems:%=$(B)/stubs/%.so)
$(B)/stubs/%.so: $$(B)/gen/$$*/$$*-stub.o $$(B)/gen/$$*/$$*-types.o $$(B)/gen/$$*/$$*-backend.o $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia
	@$(close)

# A backend for tests under a real systemd.
$(B)/system/orders.so: $(B)/obj/tests/system/orders.o $(addprefix $(B)/gen/remote/,remote-types.o remote-backend.o) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia
	@$(close)

# What a person made of a stub, beside the simulation of the same.
$(B)/conformance/conformance.so: $(B)/obj/tests/conformance/machine.o $(addprefix $(B)/gen/conformance/,conformance-types.o conformance-backend.o) $(B)/libfascia.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -shared $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) -L$(B) -lfascia -lm
	@$(close)

# ---- using ----

environment = FASCIA_SOURCE_DIR=$(CURDIR) FASCIA_BUILD_DIR=$(CURDIR)/$(B) FASCIA_CODEGEN=$(CURDIR)/$(CODEGEN)

# The packages first, then what needs them: make asks pkg-config only once it runs again.
again = +$(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
run: packages-run
	@$(again) all
	@$(environment) client/examples/tour.sh

check: packages-check
	@$(again) check-programs
	@$(environment) SAN=$(SAN) VALGRIND=$(VALGRIND) tests/run-tests $(T)

# The same with all of their rounds.
stress: packages-check
	@$(again) check-programs
	@$(environment) FASCIA_STRESS=full SAN=$(SAN) tests/run-tests test-stress

# What others on the bus notice of one that behaves badly: a minute for each, judged by the time that they wait.
load: packages-check
	@$(again) check-programs
	@$(environment) FASCIA_TEST_SECONDS=900 LOAD_SECONDS=$(or $(SECONDS_EACH),60) tests/run-tests test-start test-load-daemon test-load-broker

check-programs: all $(stubs) $(B)/system/orders.so $(B)/conformance/conformance.so $(tests:%=$(B)/tests/%) $(benches:%=$(B)/bench/%)

bench: packages-check
	@$(again) check-programs
	@$(environment) QUICK=$(QUICK) tests/bench/run
	@$(environment) QUICK=$(QUICK) tests/bench/simulation
	@$(environment) QUICK=$(QUICK) tests/bench/generator

# With clang alone; everything that is fuzzed is compiled once more, in one step.
FUZZ_SOURCES = $(filter-out %/main.c,$(wildcard interfaces/codegen/*.c interfaces/runtime/*.c interfaces/json/*.c)) $(language_sources) \
	$(wildcard daemon/simulator/*.c tests/fuzz/*.c) \
	$(filter-out %-library.c,$(wildcard daemon/simulator/data/*.c)) daemon/state.c daemon/state-file.c client/cli/cli.c client/fascia-sim/table.c
FUZZ_HEADERS = $(wildcard client/*/*.h interfaces/*/*.h daemon/simulator/*.h daemon/simulator/data/*.h daemon/state*.h tests/fuzz/*.h)
FUZZ_TYPES = $(foreach s,$(stems),$(B)/gen/$s/$s-types.c) $(B)/gen/simulation/simulation-backend.c
$(B)/fuzz/fuzzer: $(FUZZ_SOURCES) $(FUZZ_HEADERS) | $(codegen_objects) $(FUZZ_TYPES)
	@mkdir -p $(@D)
	$(call Q,FUZZER)clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -D_GNU_SOURCE \
		-Iinterfaces/codegen -Iinterfaces/language -Iinterfaces/json -Iinterfaces/runtime -Idaemon -Idaemon/simulator -Idaemon/simulator/data -Iclient/cli -Iclient/fascia-sim \
		$(public_includes) -I$(B) \
		$(LUA_CFLAGS) -DFASCIA_PLUGIN_NAME=simulator_plugin -include $(B)/version.h -include $(B)/paths.h \
		-o $@ $(FUZZ_SOURCES) $(FUZZ_TYPES) $(LIBS) $(shell $(PKG_CONFIG) --libs expat) $(SIMULATOR_LIBS) $(READER_LIBS) -ldl -pthread
fuzz: $(B)/fuzz/fuzzer
	@SECONDS_EACH=$(SECONDS_EACH) ADD=$(ADD) tests/fuzz/run $(B)/fuzz/fuzzer $(T)

golden: $(CODEGEN)
	@for stem in $(shipped); do \
		rm -rf tests/golden/$$stem && mkdir -p tests/golden/$$stem && \
		$(CODEGEN) -o tests/golden/$$stem interfaces/$$stem.qface && \
		$(CODEGEN) --emit=stub -o tests/golden/$$stem interfaces/$$stem.qface || exit 1; \
	done
	@for xml in tests/interfaces/foreign/*.xml; do \
		$(CODEGEN) import -o $${xml%.xml}.qface $$xml 2>$${xml%.xml}.warnings || exit 1; \
	done

format:
	clang-format -i $(shell git ls-files '*.c' '*.cpp' '*.h' ':!tests/golden')

# ---- installing ----

# stage: lays out below $$root what is to be installed, under the names that it will have. install then puts each
# file in place under another name and renames it: message buses read a policy as soon as it is there, whole or not.
# uninstall removes the same files. Test interfaces and private headers stay in the build.
define stage
	set -eu; umask 022; root=$$(mktemp -d); trap 'rm -rf "$$root"' EXIT; \
	put() { \
		mode=$$1; to=$$root$$2; shift 2; mkdir -p "$$to"; \
		for file; do [ ! -f "$$file" ] || install -m "$$mode" "$$file" "$$to"; done; \
	}; \
	put 755 $(BINDIR) $(B)/install/fasciad $(B)/install/fasciactl $(B)/install/fascia-sim $(CODEGEN); \
	put 755 $(LIBDIR) $(B)/libfascia.so.0; \
	ln -s libfascia.so.0 $$root$(LIBDIR)/libfascia.so; \
	put 755 $(PKGLIBDIR) $(B)/libfascia-service.so.0 $(B)/libfascia-simulation-data.so.0; \
	put 644 $(DATADIR)/dbus-1/interfaces $(wildcard daemon/*.xml); \
	put 644 $(DBUSDATADIR)/system.d $(wildcard systemd/*.conf); \
	put 644 $(DATADIR)/bash-completion/completions client/fasciactl/completion/fasciactl client/fascia-sim/completion/fascia-sim; \
	put 644 $(ZSHDIR) client/fasciactl/completion/_fasciactl client/fascia-sim/completion/_fascia-sim; \
	put 755 $(PKGLIBDIR)/plugins $(filter-out %/simulator.so,$(plugins)) $(installed_simulator); \
	put 644 $(PKGLIBDIR)/plugins $(descriptions); \
	put 644 $(VENDORDIR) $(wildcard config/*.conf); \
	put 644 $(INCLUDEDIR)/fascia $(wildcard client/include/fascia/*.h); \
	put 644 $(DATADIR)/fascia/interfaces $(wildcard interfaces/*.qface); \
	put 644 $(DATADIR)/fascia/simulation $(wildcard interfaces/*.lua interfaces/*.jsonl); \
	put 755 $(PKGLIBDIR)/modules $(controls:%=$(B)/modules/%.so); \
	for name in $(controls); do \
		put 644 $(DATADIR)/dbus-1/interfaces $(B)/gen/*/xml/$$name.xml; \
		put 644 $(MANDIR)/man7 $(B)/gen/*/man/$$name.7; \
	done; \
	for page in $(wildcard */*.[1-8] */*/*.[1-8]); do put 644 $(MANDIR)/man$${page##*.} $$page; done; \
	put 644 $(MANDIR)/man3 $(B)/man3/*.3; \
	fill() { \
		mkdir -p "$$root$$3"; \
		sed $(foreach v,$(filled),-e 's|@$v@|$($v)|g') "$$2" >"$$root$$3/$$4"; \
		chmod "$$1" "$$root$$3/$$4"; \
	}; \
	fill 644 client/fascia.pc.in $(LIBDIR)/pkgconfig fascia.pc; \
	fill 644 systemd/fasciad.service.in $(SYSTEMUNITDIR) fasciad.service; \
	sed -e '/^ExecStart=/s/$$/ --module %i/' -e '/^BusName=/s/$$/.%i/' -e '/^Description=/s/=.*/=Vehicle feature %i on D-Bus/' \
		-e '2,/^\[Unit\]/s/^# Serves the.*/# One module, with Process=own, in a process of its own; else as fasciad.service:/' \
		"$$root$(SYSTEMUNITDIR)/fasciad.service" >"$$root$(SYSTEMUNITDIR)/fasciad@.service"; \
	put 644 $(SYSTEMUNITDIR) systemd/fascia.target systemd/fascia.slice; \
	fill 755 systemd/fascia-generator.in $(SYSTEMGENERATORDIR) fascia-generator; \
	fill 644 config/dbus-limits.conf.in $(DATADIR)/fascia dbus-limits.conf; \
	fill 644 systemd/early.conf.in $(DATADIR)/fascia early.conf; \
	fill 644 interfaces/build/fascia.mk.in $(DATADIR)/fascia fascia.mk; \
	fill 755 interfaces/build/serve $(DATADIR)/fascia serve; \
	for file in FasciaConfig.cmake FasciaConfigVersion.cmake; do \
		fill 644 interfaces/build/$$file.in $(LIBDIR)/cmake/Fascia $$file; \
	done; \
	mkdir -p $$root$(SYSUSERSDIR); \
	cp systemd/fascia.sysusers $$root$(SYSUSERSDIR)/fascia.conf; \
	for stem in $(shipped); do \
		qface=interfaces/$$stem.qface; name=$$($(CODEGEN) --print=bus-name $$qface); \
		put 755 $(PKGLIBDIR)/modules $(B)/modules/$$name.so; \
		put 644 $(INCLUDEDIR)/$$($(CODEGEN) --print=include-dir $$qface) \
			$$(ls $(B)/gen/$$stem/*.h | grep -v -e -private.h); \
		put 644 $(DATADIR)/dbus-1/interfaces $(B)/gen/$$stem/xml/*.xml; \
		put 644 $(DBUSDATADIR)/system.d $(B)/gen/$$stem/dbus/$$name.conf; \
		put 644 $(DBUSDATADIR)/system-services $(B)/gen/$$stem/dbus/$$name.service; \
		put 644 $(MANDIR)/man7 $(B)/gen/$$stem/man/*.7; \
	done; \
	files=$$(cd "$$root" && find . ! -type d)
endef
# What is served only when the configuration says so: no file that starts it, a policy written by hand.
controls = org.fascia.Simulation1
# What files that are made for this installation name as @…@.
filled = PREFIX BINDIR LIBDIR SYSTEMUNITDIR PKGLIBDIR INCLUDEDIR DATADIR SYSCONFDIR DBUSDATADIR VERSION
own_directories = $(PKGLIBDIR)/plugins $(PKGLIBDIR)/modules $(PKGLIBDIR) $(VENDORDIR) $(INCLUDEDIR)/fascia \
	$(foreach s,$(shipped),$(INCLUDEDIR)/$$($(CODEGEN) --print=include-dir interfaces/$s.qface)) \
	$(DATADIR)/fascia/interfaces $(DATADIR)/fascia/simulation $(DATADIR)/fascia $(LIBDIR)/cmake/Fascia

# For drop-ins.
settings_directories = $(SYSCONFDIR)/fascia/fasciad.conf.d $(SYSCONFDIR)/fascia/client.conf.d

# What concerns the running system is left out when it is not the one installed to, and may fail: it says so then.
install: all
	@$(stage); \
	for file in $$files; do \
		to=$(DESTDIR)/$${file#./}; new=$${to%/*}/.$${to##*/}.new; \
		mkdir -p "$${to%/*}"; cp -dp "$$root/$$file" "$$new"; mv -fT "$$new" "$$to"; \
	done; \
	install -d $(settings_directories:%=$(DESTDIR)%); \
	echo "installed $$(echo "$$files" | wc -l) files to $(DESTDIR)$(PREFIX)"
	@$(if $(DESTDIR),,$(call tell,ldconfig,the libraries may not be found))
	@$(if $(DESTDIR),,$(call tell,systemd-sysusers $(SYSUSERSDIR)/fascia.conf,the user fascia is to be added by hand))
	@$(if $(DESTDIR),,$(call tell,systemctl daemon-reload,systemd will read the unit when it starts))
	@$(if $(DESTDIR),,$(call tell,$(reload_bus),the message bus will read the policy when it starts))
tell = $(1) || echo 'note: "$(1)" failed: $(2)' >&2
reload_bus = busctl --quiet call org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig

uninstall: all
	@$(stage); cd /; \
	for file in $$files; do rm -f "$(DESTDIR)/$${file#./}"; done
	@for directory in $(own_directories) $(settings_directories) $(SYSCONFDIR)/fascia; do rmdir "$(DESTDIR)$$directory" 2>/dev/null || :; done
	@$(if $(DESTDIR),,$(call tell,ldconfig,the cache of libraries keeps the old ones))
	@echo 'uninstalled; the user fascia is left, and what stands in $(SYSCONFDIR)/fascia'

# Debian packages, by their own rules, of a copy of the tree.
deb: packages-deb
	@systemd/debian/build build/deb
check-deb: deb $(B)/examples/remote-client
	@FASCIA_SOURCE_DIR=$(CURDIR) tests/system/packages.sh
	@FASCIA_SOURCE_DIR=$(CURDIR) tests/system/packages.sh -B

clean:
	rm -rf build

-include $(shell find $(B)/obj $(B)/host $(B)/gen -name '*.d' 2>/dev/null)
