#include "base/edit.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#define MAX_WORD  64
#define MAX_SLIPS 2 /* that a word may be away from what was meant */

/* Characters of @text as they are compared; -1 if there are more than MAX_WORD or it is not UTF-8. */
static int edit_fold(const char *text, gunichar *ret_chars)
{
	int n = 0;

	if (!g_utf8_validate(text, -1, NULL))
		return -1;
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_unichar_tolower(g_utf8_get_char(p));

		if (n == MAX_WORD)
			return -1;
		if (c == 0xb5 || c == 0x3bc) /* the micro sign, and the letter that looks like it */
			c = 'u';
		ret_chars[n++] = c == '-' ? '_' : c;
	}
	return n;
}

/* Distance of @x and @y; more than @max as @max + 1, for which only a band of the table is looked at. */
static int edit_within(const gunichar *x, int n_x, const gunichar *y, int n_y, int max)
{
	int row[3][MAX_WORD + 2]; /* of i - 2, i - 1 and i, in turn */

	if (n_x - n_y > max || n_y - n_x > max)
		return max + 1;
	for (int j = 0; j <= n_y; j++)
		row[0][j] = j;
	for (int i = 1; i <= n_x; i++) {
		int *here = row[i % 3];
		const int *above = row[(i + 2) % 3];
		const int *above2 = row[(i + 1) % 3];
		const int first = MAX(i - max, 1), last = MIN(i + max, n_y);

		here[first - 1] = first == 1 ? i : max + 1;
		for (int j = first; j <= last; j++) {
			const bool same = x[i - 1] == y[j - 1];
			int best = above[j - 1] + (same ? 0 : 1);

			if (j < i + max) /* else above it the band has ended */
				best = MIN(best, above[j] + 1);
			best = MIN(best, here[j - 1] + 1);
			if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
				best = MIN(best, above2[j - 2] + 1);
			here[j] = best;
		}
	}
	return MIN(row[n_x % 3][n_y], max + 1);
}

int edit_distance(const char *a, const char *b)
{
	gunichar x[MAX_WORD], y[MAX_WORD];
	const int n_x = edit_fold(a, x);
	const int n_y = edit_fold(b, y);

	if (n_x < 0 || n_y < 0)
		return strcmp(a, b) == 0 ? 0 : MAX_WORD;
	return edit_within(x, n_x, y, n_y, MAX_WORD);
}

/* The only one of @accepted that begins with @word: what was begun right is likely meant. */
static const char *edit_begun(const char *word, const char *const *accepted)
{
	const char *begun = NULL;

	if (strlen(word) < 3)
		return NULL;
	for (; *accepted != NULL; accepted++) {
		if (!g_str_has_prefix(*accepted, word))
			continue;
		if (begun != NULL)
			return NULL;
		begun = *accepted;
	}
	return begun;
}

const char *edit_nearest(const char *word, const char *const *accepted)
{
	gunichar x[MAX_WORD], y[MAX_WORD];
	const int n_x = edit_fold(word, x);
	const char *nearest = NULL;
	int nearest_distance = MAX_SLIPS + 1;

	for (int i = 0; n_x >= 0 && accepted[i] != NULL; i++) {
		const int n_y = edit_fold(accepted[i], y);
		const int limit = n_y <= 3 ? 1 : MAX_SLIPS;
		const int distance =
			n_y < 0 ? MAX_SLIPS + 1 : edit_within(x, n_x, y, n_y, MAX_SLIPS);

		if (distance <= limit && distance < n_y && distance < nearest_distance) {
			nearest = accepted[i];
			nearest_distance = distance;
		}
	}
	return nearest != NULL ? nearest : edit_begun(word, accepted);
}
