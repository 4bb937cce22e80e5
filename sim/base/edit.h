/* edit.h - "did you mean": the accepted word that is nearest to one that is not accepted. */
#pragma once

#include <stddef.h>

/**
 * edit_distance:
 *
 * Returns: insertions, deletions, substitutions and swaps of neighbours (Damerau-Levenshtein, optimal
 *   string alignment) between two UTF-8 strings, in characters; case, '-' and '_' do not count. Words
 *   of more than 64 characters are as far apart as they are long.
 */
int edit_distance(const char *a, const char *b);

/**
 * edit_nearest:
 * @accepted: NULL-terminated
 *
 * Returns: the first of the nearest of @accepted if it is near enough to be what was meant (one slip in a
 *   short word, two in a longer one) or, if none is, the only one that @word begins; else %NULL
 */
const char *edit_nearest(const char *word, const char *const *accepted);
