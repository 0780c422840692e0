/* SPDX-License-Identifier: Apache-2.0 */
/* Class names as text, one a line. */
#ifndef MIEV_MODEL_LABELS_H
#define MIEV_MODEL_LABELS_H

#include <stddef.h>

#include "miev.h"

#define MIEV_LABELS_MAX      65536
#define MIEV_LABEL_MAX_BYTES 1000

struct miev_labels {
    char **list; /* n words, owned */
    size_t n;
};

/* UTF-8, with or without a byte order mark, lines ended by LF or CRLF; empty lines at the end do
 * not count. An empty line before the end (a label left out would shift all that follow), one
 * over MIEV_LABEL_MAX_BYTES, a zero byte, text that is not UTF-8, and fewer than 2 or more than
 * MIEV_LABELS_MAX labels are refused (MIEV_ERR_INVALID, MIEV_ERR_LIMIT), naming the line.
 * text[length] is a zero byte. */
MIEV_MUST_USE int miev_labels_parse(const char *text, size_t length, struct miev_labels *out,
                                    struct miev_error *err);
MIEV_MUST_USE int miev_labels_load(const char *path, struct miev_labels *out,
                                   struct miev_error *err);
/* ImageNet's 1,000 class names (data/imagenet_labels.txt), for 1,001 outputs behind "background".
 * n is 1000 or 1001. */
MIEV_MUST_USE int miev_labels_imagenet(size_t n, struct miev_labels *out, struct miev_error *err);
void miev_labels_finish(struct miev_labels *labels);

#endif
