/* SPDX-License-Identifier: Apache-2.0 */
/* Text within Markdown. For the files of this folder. */
#ifndef MIEV_EXPORT_MARKDOWN_H
#define MIEV_EXPORT_MARKDOWN_H

#include <stdio.h>

/* Text from a file or a card, which must not end its cell or become a link or a tag. */
void miev_markdown_text(const char *text, FILE *file);

#endif
