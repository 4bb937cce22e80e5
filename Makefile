# Makefile - builds, checks and demonstrates rcusim. GNU make 4.3 or later.
#
#   make demo          install what is missing, build, compare policies on two scenarios
#   make check         install what is missing, build, run every test and every lint
#   make help          the other targets and the variables
#
# The house has floors (README.md): every folder of sim/ but sim/cli becomes librcusim; sim/cli becomes the
# command and is compiled so that it can see include/ only. Sources are found by wildcard: a new file needs
# no line here. Objects live in build/VARIANT/, with the path of their source.

VERSION := 0.1.0
SONAME  := librcusim.so.0

# ---- Variables to set on the command line -------------------------------------------------------

BUILD ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
OPT    ?=
WERROR ?= -Werror
V      ?= 0
# Number of random scenarios and seed of the differential test; N= is short for DIFF_N=.
N      ?=
SEED   ?= 1
DIFF_N ?= $(or $(N),1000)
# Of g_test_rand(): what a check draws today it draws tomorrow. R02S and 32 hexadecimal digits; a random one searches on.
GLIB_SEED ?= R02S00000000000000000000000000000001
# How many times check-kill kills a writer.
KILLS  ?= 200
# Where `make install` puts what it installs: below $(DESTDIR)$(PREFIX).
PREFIX  ?= /usr/local
DESTDIR ?=
LIBDIR  ?= lib

# Seconds that `make fuzz` gives each target.
FUZZ_TIME ?= 300

VARIANTS := debug release asan cov fuzz
ifeq ($(filter $(BUILD),$(VARIANTS)),)
$(error BUILD=$(BUILD): found no such variant; accepted: $(VARIANTS))
endif

B := build/$(BUILD)-$(notdir $(lastword $(CC)))$(OPT)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(patsubst build/%,%,$(2))';
else
Q :=
say =
endif

# Goals that compile nothing themselves: they need no compiler, and so none of the questions below.
QUIET_GOALS := deps demo check fuzz check-lint check-determinism help clean format uninstall lint-format lint-floors lint-cppcheck
ifneq ($(filter-out $(QUIET_GOALS),$(or $(MAKECMDGOALS),all)),)
NEEDS_CC := yes
endif

# ---- Sources ------------------------------------------------------------------------------------

# From the ground floor up; a folder may include only what architecture allows (tests/lint/floors.pl).
INT_ROOMS := base engine machine rcu mm policy

LIB_SRC   := $(sort $(filter-out sim/cli/%,$(wildcard sim/*/*.c)))
CLI_SRC   := $(sort $(wildcard sim/cli/*.c))
SQL_SRC   := $(if $(wildcard sim/record/embed.sh),$(sort $(wildcard sim/record/*.sql)))
UNIT_SRC  := $(sort $(wildcard tests/unit/test_*.c))
MODEL_SRC := $(sort $(wildcard tests/model/test_*.c))
DIFF_SRC  := $(wildcard tests/model/diff.c)
UNIT_AID  := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
MODEL_AID := $(sort $(filter-out $(MODEL_SRC) $(DIFF_SRC),$(wildcard tests/model/*.c)))
FUZZ_SRC  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_AID  := $(filter-out $(FUZZ_SRC),$(wildcard tests/fuzz/*.c))
BENCH_SRC := $(sort $(wildcard bench/*.c))
CLI_TESTS := $(sort $(wildcard tests/cli/*.t))
CLI_AID   := $(patsubst %.c,$(B)/%,$(wildcard tests/cli/*.c))

C_FILES   := $(sort $(wildcard sim/*/*.[ch] include/rcusim/*.h tests/*/*.[ch] bench/*.[ch] docs/*/*.c))

SQL_H     := $(SQL_SRC:sim/%=$(B)/gen/%.h)
LIB_OBJ   := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ   := $(CLI_SRC:%.c=$(B)/%.o)
INT_OBJ   := $(foreach r,$(INT_ROOMS),$(filter $(B)/sim/$(r)/%,$(LIB_OBJ)))
TEST_OBJ  := $(patsubst %.c,$(B)/%.o,$(UNIT_SRC) $(UNIT_AID) $(MODEL_SRC) $(MODEL_AID) $(DIFF_SRC) $(FUZZ_SRC) $(FUZZ_AID) $(wildcard tests/cli/*.c) $(BENCH_SRC))

STATIC    := $(B)/librcusim.a
SHARED    := $(B)/librcusim.so
COMMAND   := $(B)/rcusim
UNIT      := $(UNIT_SRC:%.c=$(B)/%)
MODEL     := $(MODEL_SRC:%.c=$(B)/%)
DIFF      := $(DIFF_SRC:tests/model/%.c=$(B)/tests/%)
FUZZ      := $(FUZZ_SRC:%.c=$(B)/%)
BENCH     := $(BENCH_SRC:%.c=$(B)/%)

# ---- Flags --------------------------------------------------------------------------------------

PKGS := glib-2.0 gio-2.0 liblzma sqlite3 libcjson
ifdef NEEDS_CC
# Other people's headers are not ours to warn about: -isystem.
DEP_CFLAGS := $(patsubst -I%,-isystem%,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
DEP_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
# Where the instruction set allows it, the compiler itself refuses a float.
NO_FLOATS  := $(shell $(CC) -mgeneral-regs-only -fsyntax-only -x c /dev/null 2>/dev/null && echo -mgeneral-regs-only)
endif

OPT_release := -O2
OPT_debug   := -Og
OPT_asan    := -O1
OPT_cov     := -O0
OPT_fuzz    := -O1
USED_OPT    := $(or $(OPT),$(OPT_$(BUILD)))

VARIANT_debug   := -DSIM_ASSERT_SLOW
VARIANT_release := -fstack-protector-strong $(if $(filter -O0,$(USED_OPT)),,-D_FORTIFY_SOURCE=2)
VARIANT_asan    := -DSIM_ASSERT_SLOW -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
VARIANT_cov     := --coverage
VARIANT_fuzz    := $(VARIANT_asan) -fsanitize=fuzzer-no-link

WARNINGS := -Wall -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wformat=2 -Wvla -Wwrite-strings -Wnull-dereference -Wswitch-enum $(WERROR)

DEFINES  := -DRCUSIM_VERSION='"$(VERSION)"'

# -ffp-contract=off: statistics are equal on machines with and without fused multiply-add.
# -fPIC once for both libraries; without interposition that costs the static one nothing.
BASE_CFLAGS := -std=gnu11 $(USED_OPT) -g -fPIC -fno-semantic-interposition -ffp-contract=off -pthread \
	$(VARIANT_$(BUILD)) $(WARNINGS) $(DEFINES) $(DEP_CFLAGS)

# The revision goes into one object only (rcusim_version_revision()), made anew when it changes.
ifdef NEEDS_CC
REVISION := $(or $(if $(wildcard .git),$(shell git describe --always --dirty --abbrev=12 2>/dev/null)),unknown)
endif
FILE_CFLAGS_version.c := -DRCUSIM_REVISION='"$(REVISION)"'
# So does the place of the installed scenarios, for a command that was copied away from its tree.
FILE_CFLAGS_source.c := -DRCUSIM_DATA_DIR='"$(PREFIX)/share/rcusim"'

# What a folder of sim/ adds. clang takes an enum for unsigned and finds fault with every int made of one;
# gcc, which does not, watches the signs.
NARROW := -Wconversion $(if $(findstring clang,$(CC)),-Wno-sign-conversion,-Wsign-conversion)
$(foreach r,$(INT_ROOMS),$(eval ROOM_CFLAGS_$(r) := $(NARROW) $(NO_FLOATS)))
ROOM_CFLAGS_record := $(NARROW)

# From a source's path to its flags: the command sees the public headers, the library sees the house.
room_of       = $(word 2,$(subst /, ,$(1)))
see_sim       = -Isim -Iinclude -I$(B)/gen $(ROOM_CFLAGS_$(call room_of,$(1)))
see_cli       = -Iinclude -Isim/cli
see_tests     = -Isim -Iinclude -Itests
see_bench     = -Isim -Iinclude -Ibench
cflags_of     = $(BASE_CFLAGS) $(if $(filter sim/cli/%,$(1)),$(see_cli),$(call see_$(firstword $(subst /, ,$(1))),$(1))) \
	$(FILE_CFLAGS_$(notdir $(1))) $(CFLAGS)

# -lm: statistics and reports only; tests/lint/floats.pl keeps it out of the rooms below them.
LIBS         := $(DEP_LIBS) -lm
BASE_LDFLAGS := -pthread -Wl,--as-needed,-z,relro,-z,now $(filter -fsanitize=% --coverage,$(VARIANT_$(BUILD)))
SO_LDFLAGS   := -shared -Wl,-soname,$(SONAME) -Wl,-Bsymbolic $(if $(filter asan fuzz,$(BUILD)),,-Wl,-z,defs)

# ---- The library and the command ----------------------------------------------------------------

.PHONY: all tests deps demo demo-run install uninstall check check-unit check-model check-cli check-golden check-fuzz check-diff check-lint \
	check-kill check-determinism validate lint format bench fuzz fuzz-run clean help FORCE

# The command is linked with the static library: one file that runs wherever it is copied, a compute node
# for instance. That it needs nothing but the exported functions is checked by linking it with the shared
# library as well (make lint-exports).
all: $(STATIC) $(SHARED) $(if $(CLI_SRC),$(COMMAND) build/rcusim)

tests: $(UNIT) $(MODEL) $(DIFF) $(FUZZ) $(CLI_AID) $(BENCH)

$(STATIC): $(LIB_OBJ) $(B)/.sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) qcsD $@ $(LIB_OBJ)

# Only the public API leaves the shared library.
$(B)/librcusim.map: Makefile
	$(Q)mkdir -p $(@D) && printf '{\nglobal:\n\trcusim_*;\nlocal:\n\t*;\n};\n' >$@

$(SHARED): $(LIB_OBJ) $(B)/.sources $(B)/librcusim.map
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(SO_LDFLAGS) -Wl,--version-script=$(B)/librcusim.map $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIBS)
	$(Q)ln -sf $(@F) $(@D)/$(SONAME)

$(COMMAND): $(CLI_OBJ) $(STATIC)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(STATIC) $(LIBS)

# The same command on the shared library: shows that the exported functions suffice.
$(B)/rcusim-shared: $(CLI_OBJ) $(SHARED)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) -L$(B) -lrcusim -Wl,-rpath,'$$ORIGIN' $(DEP_LIBS)

# A short name for the command that was built last.
build/rcusim: $(COMMAND) FORCE
	$(Q)test "$$(readlink $@)" = "$(patsubst build/%,%,$<)" || ln -sfn "$(patsubst build/%,%,$<)" $@

$(B)/%.o: %.c $(B)/.flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(call cflags_of,$<) -MMD -MP -c -o $@ $<

# SQL is written in .sql files: sim/record/schema.sql is #include "record/schema.sql.h", char schema_sql[].
$(SQL_H): $(B)/gen/record/%.h: sim/record/% sim/record/embed.sh
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D) && sh sim/record/embed.sh $< $@ $(subst -,_,$(subst .,_,$(notdir $<)))

$(filter $(B)/sim/record/%,$(LIB_OBJ)): | $(SQL_H)

# Everything is compiled anew when a flag changes, the libraries are made anew when a source goes away.
FLAGS_NOW := $(CC) $(BASE_CFLAGS) $(NARROW) $(NO_FLOATS) $(CFLAGS) $(BASE_LDFLAGS) $(LDFLAGS)
$(B)/.flags: FORCE
	@mkdir -p $(@D)
	@pkg-config --exists $(PKGS) || { echo 'rcusim: libraries are missing (pkg-config $(PKGS)); try: make deps' >&2; exit 1; }
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' >$@

$(B)/.revision: FORCE
	@mkdir -p $(@D)
	@echo '$(REVISION)' | cmp -s - $@ || echo '$(REVISION)' >$@

$(filter %/version.o,$(LIB_OBJ)): $(B)/.revision

$(B)/.prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@

$(B)/sim/scenario/source.o: $(B)/.prefix

$(B)/.sources: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LIB_OBJ) | cmp -s - $@ || printf '%s\n' $(LIB_OBJ) >$@

-include $(patsubst %.o,%.d,$(LIB_OBJ) $(CLI_OBJ) $(TEST_OBJ))

# ---- Test programs ------------------------------------------------------------------------------

$(UNIT): $(B)/tests/unit/%: $(B)/tests/unit/%.o $(UNIT_AID:%.c=$(B)/%.o) $(STATIC)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIBS)

$(MODEL): $(B)/tests/model/%: $(B)/tests/model/%.o $(MODEL_AID:%.c=$(B)/%.o) $(STATIC)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIBS)

$(DIFF): $(B)/tests/model/diff.o $(MODEL_AID:%.c=$(B)/%.o) $(STATIC)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIBS)

# The same test with a fault planted in the code that settles runs.
$(B)/tests/diff-planted: $(B)/tests/model/planted/settle.o $(DIFF) $(B)/tests/model/diff.o $(MODEL_AID:%.c=$(B)/%.o) $(STATIC)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -Wl,--wrap=op_times_n_ends_before -o $@ $(filter %.o,$^) $(STATIC) $(LIBS)

$(CLI_AID): $(B)/%: $(B)/%.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $<

# A fuzz target with the fuzzing engine, or with a main() that feeds it its corpus.
FUZZ_MAIN := $(if $(filter fuzz,$(BUILD)),,$(FUZZ_AID:%.c=$(B)/%.o))
$(FUZZ): $(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(FUZZ_MAIN) $(STATIC)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIBS)

$(BENCH): $(B)/bench/%: $(B)/bench/%.o $(STATIC)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC) $(LIBS)

# Kept, so that a changed test does not compile its helpers again.
.SECONDARY:

# ---- Checks -------------------------------------------------------------------------------------

# tests/run.pl is prove's harness with a count that check.sh can add up. Each stage also works alone.
TAP     := perl tests/run.pl
TAP_ENV := RCUSIM='$(CURDIR)/$(COMMAND)' RCUSIM_BUILD='$(BUILD)' G_TEST_SRCDIR='$(CURDIR)/tests' \
	G_TEST_BUILDDIR='$(CURDIR)/$(B)/tests' G_DEBUG=fatal-warnings,gc-friendly \
	ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
STAGE   := $(notdir $(B))

check:
	+$(Q)NO_DEPS='$(NO_DEPS)' sh tests/deps.sh check && MAKE='$(MAKE)' sh tests/check.sh

check-unit: $(UNIT)
	$(Q)$(TAP_ENV) $(TAP) --stage 'unit $(STAGE)' --args '--tap --seed=$(GLIB_SEED)' -- $^

check-model: $(MODEL)
	$(Q)$(TAP_ENV) $(TAP) --stage 'model $(STAGE)' --args '--tap --seed=$(GLIB_SEED)' -- $^

check-cli: $(if $(CLI_SRC),$(COMMAND) $(CLI_AID))
	$(Q)$(TAP_ENV) $(TAP) --stage 'cli $(STAGE)' -- $(if $(CLI_SRC),$(CLI_TESTS))

# Every shipped scenario under every policy, fast and event by event, against the recorded hashes.
GOLDEN := 'tests/golden/golden.t --fast' 'tests/golden/golden.t --reference'
check-golden: $(if $(CLI_SRC),$(COMMAND))
	$(Q)$(TAP_ENV) $(TAP) --stage 'golden $(STAGE)' --timeout 1800 -- $(if $(CLI_SRC),$(GOLDEN))

# Every input that a fuzz target is to begin with, or once broke something: tests/fuzz/corpus/NAME/.
check-fuzz: $(FUZZ)
	$(Q)$(TAP_ENV) $(TAP) --stage 'fuzz $(STAGE)' -- \
		$(foreach f,$^,'$f tests/fuzz/corpus/$(patsubst fuzz_%,%,$(notdir $f))')

# Random scenarios, fast against --reference: make check-diff N=100000 SEED=7
check-diff: $(DIFF) $(B)/tests/diff-planted
	$(Q)$(TAP_ENV) $(TAP) --stage 'diff $(STAGE)' --timeout 86400 --args '--n $(DIFF_N) --seed $(SEED)' -- $<
	$(Q)$(TAP_ENV) DIFF='$(CURDIR)/$<' DIFF_PLANTED='$(CURDIR)/$(B)/tests/diff-planted' \
		$(TAP) --stage 'planted $(STAGE)' -- tests/planted.t

# SIGKILL while a database is being written: nothing acknowledged is lost, nothing half-written is left.
check-kill: $(COMMAND)
	$(Q)$(TAP_ENV) KILLS='$(KILLS)' SEED='$(SEED)' $(TAP) --stage 'kill $(STAGE)' --timeout 7200 -- $(wildcard tests/cli/kill.t)

# The recorded hashes again, from gcc and clang, -O0 and -O3.
check-determinism:
	+$(Q)MAKE='$(MAKE)' sh tests/golden/determinism.sh

lint: $(addprefix lint-,format floors globals floats exports cppcheck tidy)
	@echo 'lint: clean'

.PHONY: $(addprefix lint-,format floors globals floats exports cppcheck tidy)

lint-format:
	$(Q)sh tests/lint/format.sh $(C_FILES)

lint-floors:
	$(Q)perl tests/lint/floors.pl .

lint-globals: $(LIB_OBJ)
	$(Q)perl tests/lint/globals.pl tests/lint/globals.allow $^

lint-floats: $(INT_OBJ)
	$(Q)CC='$(CC)' perl tests/lint/floats.pl $(wildcard $(foreach r,$(INT_ROOMS),sim/$(r)/*.[ch])) $^

lint-exports: $(SHARED) $(if $(CLI_SRC),$(B)/rcusim-shared)
	$(Q)perl tests/lint/exports.pl $(SHARED) $(wildcard include/rcusim/*.h)

lint-cppcheck:
	$(Q)mkdir -p build/lint/cppcheck && sh tests/lint/cppcheck.sh build/lint/cppcheck $(LIB_SRC) $(CLI_SRC)

# One stamp per source; a source is looked at again when it, a header of its object or the settings change.
TIDY := $(patsubst %.c,$(B)/lint/%.tidy,$(LIB_SRC) $(CLI_SRC))
lint-tidy: $(TIDY)

$(TIDY): $(B)/lint/%.tidy: %.c $(B)/%.o .clang-tidy
	$(call say,TIDY,$@)
	$(Q)mkdir -p $(@D) && sh tests/lint/tidy.sh $< $(filter-out $(WARNINGS) -mgeneral-regs-only -fno-semantic-interposition,$(call cflags_of,$<)) && touch $@

# Each lint catches the fault it is there for: planted in a small copy of the house.
check-lint:
	$(Q)$(TAP) --stage 'lint' -- $(sort $(wildcard tests/lint/*.t))

format:
	clang-format -i $(C_FILES)

bench: $(BENCH) $(COMMAND)
	$(Q)for b in $(sort $(BENCH)); do echo "== $$b"; $$b || exit 1; done
	$(Q)for b in bench/*.sh; do echo "== $$b"; RCUSIM=$(COMMAND) sh $$b || exit 1; done

# New inputs for every target, FUZZ_TIME seconds each: make fuzz FUZZ_TIME=3600. Needs clang with its libFuzzer.
fuzz:
	+$(Q)sh tests/fuzz/engine.sh && $(MAKE) CC=clang BUILD=fuzz fuzz-run

fuzz-run: $(FUZZ) $(COMMAND)
	$(Q)for f in $(FUZZ); do $(TAP_ENV) sh tests/fuzz/fuzz.sh $$f build/fuzz $(FUZZ_TIME) || exit 1; done

# What the simulator does and what real kernels did: docs/validation.md, and its plots.
validate: $(COMMAND)
	$(Q)$(COMMAND) validate scenarios/lab -o docs/validation.md

# ---- First use ----------------------------------------------------------------------------------

deps:
	$(Q)NO_DEPS='$(NO_DEPS)' sh tests/deps.sh build

# make is started anew after deps: what was missing when this file was read is there now.
demo:
	+$(Q)NO_DEPS='$(NO_DEPS)' sh tests/deps.sh build && $(MAKE) $$(sh tests/jobs.sh) all && $(MAKE) demo-run

demo-run: $(COMMAND)
	$(Q)$(COMMAND) compare make-j2 -o output/make-j2.db --force
	$(Q)echo
	$(Q)$(COMMAND) compare exit-storm -o output/exit-storm.db --force
	$(Q)printf '\nWhat to try next:\n  %s\n  %s\n  %s\n' \
		'build/rcusim query output/make-j2.db latency' \
		'build/rcusim query output/exit-storm.db help' \
		'build/rcusim compare make-j2 --policy per-vma --vary machine.hz=100,250,1000 -o output/hz.db'

# ---- Installation -------------------------------------------------------------------------------

# The command writes its own manual page, completion and schema, from its tables.
$(B)/rcusim.1: $(COMMAND)
	$(Q)$(COMMAND) help --man >$@

$(B)/rcusim.bash: $(COMMAND)
	$(Q)$(COMMAND) help --completion >$@

$(B)/scenario.schema.json: $(COMMAND)
	$(Q)$(COMMAND) scenario schema >$@

# Its prefix is known from where the file itself is, so that a staged or moved tree can be built against.
UP := $(subst $() ,/,$(patsubst %,..,$(subst /, ,$(LIBDIR)/pkgconfig)))
$(B)/rcusim.pc: Makefile FORCE
	$(Q)printf '%s\n' 'prefix=$${pcfiledir}/$(UP)' 'libdir=$${prefix}/$(LIBDIR)' 'includedir=$${prefix}/include' \
		'scenariosdir=$${prefix}/share/rcusim/scenarios' '' 'Name: rcusim' \
		'Description: simulator of RCU callback offloading and VMA freeing' 'Version: $(VERSION)' \
		'Requires: glib-2.0' 'Requires.private: gio-2.0 sqlite3 libcjson' \
		'Libs: -L$${libdir} -lrcusim' 'Libs.private: -lm' 'Cflags: -I$${includedir}' >$@

# bash-completion names an absolute directory; it counts if it is below PREFIX.
COMPLETIONS = $(or $(patsubst $(PREFIX)/%,%,$(filter $(PREFIX)/%,$(shell pkg-config --variable=completionsdir \
	bash-completion 2>/dev/null))),share/bash-completion/completions)

# What is installed: MODE:FROM:TO, and links TO:TARGET; uninstall removes exactly these.
INSTALLED = 755:$(COMMAND):bin/rcusim 644:$(STATIC):$(LIBDIR)/librcusim.a \
	755:$(SHARED):$(LIBDIR)/librcusim.so.$(VERSION) 644:$(B)/rcusim.pc:$(LIBDIR)/pkgconfig/rcusim.pc \
	644:$(B)/rcusim.1:share/man/man1/rcusim.1 644:$(B)/rcusim.bash:$(COMPLETIONS)/rcusim \
	644:$(B)/scenario.schema.json:share/rcusim/scenario.schema.json \
	$(foreach f,$(wildcard include/rcusim/*.h),644:$(f):$(f)) \
	$(foreach f,$(sort $(shell find scenarios -type f)),644:$(f):share/rcusim/$(f))
LINKS     := $(LIBDIR)/$(SONAME):librcusim.so.$(VERSION) $(LIBDIR)/librcusim.so:$(SONAME)
OWN_DIRS  := include/rcusim share/rcusim

install: all $(B)/rcusim.1 $(B)/rcusim.bash $(B)/scenario.schema.json $(B)/rcusim.pc
	$(Q)root='$(DESTDIR)$(PREFIX)'; set -e; \
	for i in $(INSTALLED); do \
		mode=$${i%%:*}; rest=$${i#*:}; from=$${rest%%:*}; to="$$root/$${rest#*:}"; \
		mkdir -p "$${to%/*}"; install -m "$$mode" "$$from" "$$to"; \
	done; \
	for i in $(LINKS); do ln -sfn "$${i#*:}" "$$root/$${i%%:*}"; done; \
	echo "installed in $$root"

uninstall:
	$(Q)root='$(DESTDIR)$(PREFIX)'; set -e; \
	for i in $(INSTALLED) $(LINKS:%=-:-:%); do rest=$${i#*:*:}; rm -f "$$root/$${rest%%:*}"; done; \
	for d in $(OWN_DIRS); do test ! -d "$$root/$$d" || find "$$root/$$d" -depth -type d -empty -delete; done; \
	echo "removed from $$root"

clean:
	rm -rf build

help:
	@sed -n 's/^#   make/  make/p' Makefile
	@echo '  make all           librcusim (static, shared) and the command: build/rcusim'
	@echo '  make deps          install what the build needs; looks first (NO_DEPS=1: never installs)'
	@echo '  make install       command, library, headers, manual page, completion, scenarios (PREFIX=, DESTDIR=)'
	@echo '  make uninstall     removes exactly what make install installs'
	@echo '  make lint          clang-format, clang-tidy, cppcheck, floors, globals, floats, exports'
	@echo '  make format        clang-format -i'
	@echo '  make bench         build and run bench/*.c and bench/*.sh'
	@echo '  make validate      docs/validation.md: measured runs of real kernels, simulated'
	@echo '  make check-unit    one stage of check; also -model -cli -golden -diff (N=, SEED=)'
	@echo '  make fuzz          libFuzzer on tests/fuzz/fuzz_*.c (FUZZ_TIME=$(FUZZ_TIME) seconds each); check-fuzz: the corpus'
	@echo '  make check-kill    kill writers (KILLS=$(KILLS)); check-determinism: gcc, clang, -O0, -O3'
	@echo 'Variables: BUILD=debug|release|asan|cov|fuzz CC=gcc|clang OPT=-O3 CFLAGS= LDFLAGS= V=1 WERROR='
