# Placeholder until the build system lands: compiles everything there is.
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Isim -Iinclude $(shell pkg-config --cflags glib-2.0 sqlite3 libcjson 2>/dev/null) $(CFLAGS)
