/* json_sniff.c - recognise what is not JSON text before anybody complains about its first byte. */
#include <string.h>

#include "scenario/json.h"
#include "scenario/json_scan.h"

struct magic {
	const char *bytes;
	size_t len;
	const char *what;
};

/* clang-format off: one row per kind of file */
static const struct magic magics[] = {
	{ "SQLite format 3", 15, "an SQLite database" },
	{ "\x1f\x8b", 2, "a gzip file" },
	{ "\xfd"
	  "7zXZ",
	  5, "an xz file" },
	{ "\x28\xb5\x2f\xfd", 4, "a zstd file" },
	{ "BZh", 3, "a bzip2 file" },
	{ "PK\x03\x04", 4, "a zip file" },
	{ "\x7f"
	  "ELF",
	  4, "an ELF binary" },
	{ "\x89PNG", 4, "a PNG picture" },
	{ "%PDF", 4, "a PDF document" },
	{ "\xff\xfe", 2, "UTF-16 text" },
	{ "\xfe\xff", 2, "UTF-16 text" },
	{ "{\0", 2, "UTF-16 text" },
	{ "\0{", 2, "UTF-16 text" },
};
/* clang-format on */

void json_advance(struct diag_place *place, const char **from, const char *at)
{
	const char *p = *from;

	for (; p < at; p++) {
		if (*p == '\n' || (*p == '\r' && p[1] != '\n')) {
			place->line++;
			place->col = 1;
		} else if (*p != '\r' && ((unsigned char)*p & 0xc0) != 0x80) {
			place->col++; /* continuation bytes belong to the character before them */
		}
	}
	*from = p;
}

static struct diag_place sniff_place(const char *text, const char *at, const char *file)
{
	struct diag_place place = { file, 1, 1 };

	json_advance(&place, &text, at);
	return place;
}

bool json_sniff(const char *text, size_t len, const char *file, struct diag *diag)
{
	const struct diag_place start = { file, 1, 1 };
	const char *bad;

	if (len > JSON_MAX_BYTES) {
		diag_add(diag, start, NULL, "more than %d MiB; expected a scenario of at most that",
			 JSON_MAX_BYTES / (1024 * 1024));
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(magics); i++)
		if (len >= magics[i].len && memcmp(text, magics[i].bytes, magics[i].len) == 0) {
			diag_add(diag, start, NULL, "looks like %s; expected JSON in UTF-8",
				 magics[i].what);
			return false;
		}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		diag_add(diag, start, NULL,
			 "starts with a byte order mark; expected UTF-8 without one");
		return false;
	}
	if (strspn(text, " \t\r\n") == len) {
		diag_add(diag, start, NULL, "the file is empty; expected a JSON object");
		return false;
	}
	if (!g_utf8_validate_len(text, len, &bad)) {
		const unsigned char byte = (unsigned char)*bad;

		if (byte == 0)
			diag_add(diag, sniff_place(text, bad, file), NULL,
				 "NUL byte at offset %zu; expected text", (size_t)(bad - text));
		else
			diag_add(diag, sniff_place(text, bad, file), NULL,
				 "byte 0x%02x at offset %zu is not UTF-8", byte,
				 (size_t)(bad - text));
		return false;
	}
	return true;
}
