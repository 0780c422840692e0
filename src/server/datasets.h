/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of pictures that clients bring as archives, a folder for each class: kept unpacked in a
 * folder of their own each, under the first digits of the archive's SHA-256, whole or not at all.
 * Callable from any thread. */
#ifndef MIEV_SERVER_DATASETS_H
#define MIEV_SERVER_DATASETS_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "miev.h"

struct miev_datasets;

struct miev_datasets_options {
    const char *folder; /* made where it is not there */
    uint64_t max_bytes; /* of all of them together, unpacked */
    uint64_t max_one;   /* of one, unpacked */
};

struct miev_dataset_about {
    char id[16], sha256[65], name[128];
    char path[PATH_MAX]; /* the folder that holds its classes */
};

MIEV_MUST_USE int miev_datasets_open(const struct miev_datasets_options *options,
                                     struct miev_datasets **out, struct miev_error *err);
void miev_datasets_close(struct miev_datasets *datasets); /* NULL allowed */

/* A file to write an archive into: a descriptor, and its path (capacity PATH_MAX), which the caller
 * removes; or a negative status. */
int miev_datasets_spool(struct miev_datasets *datasets, char *path, struct miev_error *err);
/* Unpack one that is written. *there: the same was there before; *view as below, new reference.
 * MIEV_ERR_INVALID: it is no archive, a bad one, or none with pictures; MIEV_ERR_LIMIT: no room. */
MIEV_MUST_USE int miev_datasets_add(struct miev_datasets *datasets, int archive_fd,
                                    const char *name, json_t **view, bool *there,
                                    struct miev_error *err);
/* {id, name, sha256, classes, images, bytes, created_unix_s} of each, newest first. New reference.
 */
json_t *miev_datasets_views(struct miev_datasets *datasets);
/* The same of one, NULL when it is not there. */
json_t *miev_datasets_view(struct miev_datasets *datasets, const char *id);
/* MIEV_ERR_UNAVAILABLE: it is not there. */
MIEV_MUST_USE int miev_datasets_find(struct miev_datasets *datasets, const char *id,
                                     struct miev_dataset_about *out, struct miev_error *err);
MIEV_MUST_USE int miev_datasets_remove(struct miev_datasets *datasets, const char *id,
                                       struct miev_error *err);

#endif
