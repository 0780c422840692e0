/* SPDX-License-Identifier: Apache-2.0 */
/* A study's place in the store: a row from its start, a checkpoint at most every second, its report
 * at the end. A store that cannot be written costs the record, never the study. */
#ifndef MIEV_STUDY_KEEP_H
#define MIEV_STUDY_KEEP_H

#include <jansson.h>
#include <stdbool.h>

#include "store/store.h"
#include "study/price.h"

struct miev_keep {
    struct miev_store *store;               /* owned; NULL: it could not be opened */
    struct miev_store_row row;              /* row.id 0: nothing was written yet */
    const struct miev_price_options *price; /* what checkpoints are priced by */
    char *text;                             /* the last that was written, owned */
    size_t length;
    int status; /* of the last attempt to write; not MIEV_OK: error says why */
    struct miev_error error;
};

/* What a row says of a study of n models, the first of which is called so: "a and 3 more". name:
 * the user's own, or NULL. */
void miev_keep_describe(struct miev_store_row *row, const char *name, const char *first, size_t n);

/* Open the store for one study. name: the user's own, or NULL. A failure is kept in status and
 * error, and the functions below then do nothing. miev_keep_close when done. */
void miev_keep_open(struct miev_keep *keep, const struct miev_env *env, const char *name,
                    const struct miev_price_options *price);
/* Give the study a row before it runs, with status queued and no report: about tells the rest
 * (name, models, input, input_sha256, repeat_of). Returns keep->status. */
int miev_keep_queue(struct miev_keep *keep, const struct miev_store_row *about);
/* For miev_study_options.checkpoint: write the row, or what is new in it. Prices the report. */
void miev_keep_checkpoint(void *keep, json_t *report);
/* Write the finished (and priced) report; NULL: the study failed as a whole, and the last
 * checkpoint is all there is. Returns keep->status. */
int miev_keep_finish(struct miev_keep *keep, const json_t *report);
/* The same for a study that ends without a report: its status, and a sentence that says why. */
int miev_keep_end(struct miev_keep *keep, enum miev_store_status status, const char *note);
void miev_keep_close(struct miev_keep *keep);

/* Add a checked report that was made elsewhere. *row tells where it is; *there: it was there
 * before. */
MIEV_MUST_USE int miev_keep_import(struct miev_store *store, const json_t *report, const char *name,
                                   struct miev_store_row *row, bool *there, struct miev_error *err);

#endif
