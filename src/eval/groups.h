/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a model's classes are right for which folder. A group is what a folder and its classes
 * share: the folder's own label, or all that a mapping gives it. */
#ifndef MIEV_EVAL_GROUPS_H
#define MIEV_EVAL_GROUPS_H

#include <stdint.h>

#include "eval/dataset.h"
#include "eval/mapping.h"

#define MIEV_GROUP_NONE UINT32_MAX

struct miev_groups {
    uint32_t *of_class;  /* a model's class -> its group, MIEV_GROUP_NONE: no folder's; owned */
    uint32_t *of_folder; /* a class of the dataset -> its group; owned */
    size_t n_classes, n_folders;
    size_t n_mapped; /* classes that have a group */
};

/* What names the classes of a model: n_labels is 0 or n_classes. */
struct miev_class_names {
    char *const *labels;
    size_t n_labels, n_classes;
};

/* A label by its words (letter case does not matter; of "tench, Tinca tinca" also one part), by
 * number from 0, or a range of numbers. Without a mapping each folder is a label. Refused in words
 * that name them: labels that the model does not have, words that are those of two of its classes,
 * a class that two folders of a mapping claim, folders that the mapping lacks. miev_groups_finish
 * in any case. */
MIEV_MUST_USE int miev_groups_make(const struct miev_dataset *dataset,
                                   const struct miev_mapping *mapping,
                                   const struct miev_class_names *names, struct miev_groups *out,
                                   struct miev_error *err);
void miev_groups_finish(struct miev_groups *groups);

/* The only class of a folder, or MIEV_GROUP_NONE when it has several. */
uint32_t miev_groups_class(const struct miev_groups *groups, size_t folder);

/* A draft of a mapping for people to edit, as text (caller frees): for each folder the labels that
 * hold all of its words, and a remark where there are none. NULL without memory. */
char *miev_mapping_draft(const struct miev_dataset *dataset, const struct miev_class_names *names);

#endif
