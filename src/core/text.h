/* SPDX-License-Identifier: Apache-2.0 */
/* Text that came from outside: reading UTF-8, showing it safely, comparing it kindly. Pure. */
#ifndef MIEV_CORE_TEXT_H
#define MIEV_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define MIEV_TEXT_BAD UINT32_MAX

/* The next code point of well-formed UTF-8 at *text, which moves behind it; 0 at the end, where it
 * stays. A byte that begins none (or a surrogate, or an overlong form) is MIEV_TEXT_BAD and moves
 * *text by one. */
uint32_t miev_text_next(const char **text);

/* Copy text for a message or a terminal: control characters, invalid bytes and the invisible marks
 * that reorder a line become '?'. What does not fit ends in "..."; never cut inside a character.
 * capacity is at least 4. */
void miev_text_show(char *out, size_t capacity, const char *text);

/* What is left for comparing: ASCII letters and digits in lower case, Latin letters without their
 * accents, other scripts as they are; blanks, punctuation and control characters are dropped. What
 * does not fit is dropped too. */
void miev_text_fold(char *out, size_t capacity, const char *text);

#endif
