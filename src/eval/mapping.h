/* SPDX-License-Identifier: Apache-2.0 */
/* One's own folders in terms of a model's labels: which of its classes count as right for a folder.
 * Comes from outside, as CSV or JSON. */
#ifndef MIEV_EVAL_MAPPING_H
#define MIEV_EVAL_MAPPING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "miev.h"

#define MIEV_MAPPING_MAX_BYTES ((size_t)4 << 20)
#define MIEV_MAPPING_MAX_RULES 65536u

struct miev_mapping_rule {
    char *folder; /* owned */
    char *label;  /* words, a number from 0, a range "151-268"; "": the folder is left out; owned */
};

struct miev_mapping {
    char name[256];  /* of the file, without where it lies; "" for one that came in a request */
    char sha256[65]; /* of the rules, however they were written */
    struct miev_mapping_rule *rules; /* sorted by folder, then label, none twice; owned */
    size_t n;
};

/* Lines "folder,label" (more labels may follow, a folder may have more lines; # begins a remark),
 * or a JSON object {"folder": label | [labels]} with words or numbers; no label, null or [] leaves
 * the folder out. Refused, naming the line or folder: no UTF-8, a line that is too long or has no
 * comma, a folder that is left out and mapped at once, more than MIEV_MAPPING_MAX_RULES rules.
 * text[length] is a zero byte. miev_mapping_finish in any case. */
MIEV_MUST_USE int miev_mapping_parse(const char *text, size_t length, struct miev_mapping *out,
                                     struct miev_error *err);
MIEV_MUST_USE int miev_mapping_load(const char *path, struct miev_mapping *out,
                                    struct miev_error *err);
/* From the JSON object itself. */
MIEV_MUST_USE int miev_mapping_from_json(json_t *object, struct miev_mapping *out,
                                         struct miev_error *err);
void miev_mapping_finish(struct miev_mapping *mapping);

/* The first rule of a folder, or mapping->n when it has none. */
size_t miev_mapping_find(const struct miev_mapping *mapping, const char *folder);
/* False for a folder without any rule. */
bool miev_mapping_leaves_out(const struct miev_mapping *mapping, size_t rule);

#endif
