/* SPDX-License-Identifier: Apache-2.0 */
/* Reports that are kept: one row a study, from its start on. The text of a report is stored as it
 * is, so that what is exported is byte for byte what was kept. */
#ifndef MIEV_STORE_STORE_H
#define MIEV_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/env.h"

#define MIEV_STORE_REPORT_MAX_BYTES ((size_t)16 << 20)
#define MIEV_STORE_LAST             ((int64_t)0) /* the newest row, for `find` */

enum miev_store_status {
    MIEV_STORE_RUNNING, /* its process is at work */
    MIEV_STORE_QUEUED,  /* its process will come to it; there may be no report yet */
    MIEV_STORE_CUT_OFF, /* its process is gone without a word; what it kept is there */
    MIEV_STORE_FINISHED,
    MIEV_STORE_INTERRUPTED, /* by its user */
    MIEV_STORE_FAILED,
};
/* "running", "queued", "cut off", "finished", "interrupted", "failed". */
const char *miev_store_status_name(enum miev_store_status status);

/* What stands beside a report. Texts that are too long are cut at a character. */
struct miev_store_row {
    int64_t id;             /* 1 and up, never given twice; set by the store */
    int64_t created_unix_s; /* start of the study; of an imported report, its own time */
    int64_t kept_unix_ms;   /* when the report below was written; set by the store */
    enum miev_store_status status;
    char identity[65];     /* of a finished report (sha256 of its canonical text), else "" */
    char name[160];        /* given by the user, else "" */
    char models[160];      /* in words: "cifar10-nano:int8 and 3 more" */
    char input[160];       /* name of the input */
    char input_sha256[65]; /* of the input's file, or "" where it is not known */
    char schema[32], miev_version[32];
    char note[400];    /* why there is no whole report, else "" */
    int64_t repeat_of; /* the study that this one repeats, or 0 */
    bool imported;
    size_t bytes; /* of the report; set by the store */
};

/* One kind of store. A state lives in state_size zeroed bytes, belongs to one thread at a time, and
 * the same data may be open in any number of processes. Texts handed over stay the caller's. Every
 * failure is a sentence that names the store's place. */
struct miev_store_ops {
    const char *name; /* "sqlite" */
    size_t state_size;
    /* Open what lies in the folder. create: make folder and store where they are not there;
     * otherwise MIEV_ERR_UNAVAILABLE. MIEV_ERR_BROKEN: damaged, or not a store of reports; nothing
     * is changed then. MIEV_ERR_UNSUPPORTED: written by a newer version. */
    int (*open)(void *state, const char *folder, bool create, struct miev_error *err);
    /* Add a row with its report and set row->id. A running or queued row belongs to this state
     * until it is updated to another status or the state is closed, and is cut off from then on,
     * however the process ends. MIEV_ERR_LIMIT: the report has more than
     * MIEV_STORE_REPORT_MAX_BYTES. When the call returns MIEV_OK, the row outlives the loss of the
     * process and of the machine's power. */
    int (*insert)(void *state, struct miev_store_row *row, const char *report, size_t length,
                  struct miev_error *err);
    /* Put status, identity, note and report in place of those of row->id; the rest of the row
     * stays. Promises and statuses as insert; MIEV_ERR_UNAVAILABLE when the row is gone. */
    int (*update)(void *state, const struct miev_store_row *row, const char *report, size_t length,
                  struct miev_error *err);
    /* The row of an id, or of MIEV_STORE_LAST. *report (may be NULL: not wanted) is the caller's to
     * free, terminated; row->bytes is its length. MIEV_ERR_UNAVAILABLE: no such row. */
    int (*find)(void *state, int64_t id, struct miev_store_row *row, char **report,
                struct miev_error *err);
    /* The row with that identity: MIEV_OK, or MIEV_ERR_UNAVAILABLE. */
    int (*find_identity)(void *state, const char *identity, struct miev_store_row *row,
                         struct miev_error *err);
    /* Every row, newest first, until `each` returns false. */
    int (*list)(void *state, bool (*each)(void *context, const struct miev_store_row *row),
                void *context, struct miev_error *err);
    /* Delete rows, all or none. MIEV_ERR_UNAVAILABLE: one is not there; MIEV_ERR_INVALID: one is
     * running or queued. */
    int (*remove)(void *state, const int64_t *ids, size_t n, struct miev_error *err);
    /* Give a row another name. MIEV_ERR_UNAVAILABLE: it is not there. */
    int (*rename)(void *state, int64_t id, const char *name, struct miev_error *err);
    /* Whether the text of any report holds these words. */
    int (*mentions)(void *state, const char *words, bool *out, struct miev_error *err);
    /* A number that is another one after any row has changed, whoever changed it. */
    int (*changes)(void *state, uint64_t *out, struct miev_error *err);
    /* Move what lies in the folder aside, whatever it is, under a name that was not there; *to
     * (capacity PATH_MAX) tells it. Needs no open state. MIEV_ERR_UNAVAILABLE: nothing is there. */
    int (*set_aside)(const char *folder, char *to, struct miev_error *err);
    void (*close)(void *state);
};

/* All kinds, ends with NULL. The first is the one of the command line. */
extern const struct miev_store_ops *const miev_stores[];

struct miev_store;

/* The folder of this user's data: $MIEV_DATA, else $XDG_DATA_HOME/miev, else ~/.local/share/miev.
 * MIEV_ERR_UNAVAILABLE when none of them is set. */
MIEV_MUST_USE int miev_store_folder(const struct miev_env *env, char *out, size_t capacity,
                                    struct miev_error *err);

/* As the functions of the table; miev_store_open takes the first kind in the folder above. */
MIEV_MUST_USE int miev_store_open(const struct miev_env *env, bool create, struct miev_store **out,
                                  struct miev_error *err);
void miev_store_close(struct miev_store *store); /* NULL allowed */
MIEV_MUST_USE int miev_store_insert(struct miev_store *store, struct miev_store_row *row,
                                    const char *report, size_t length, struct miev_error *err);
MIEV_MUST_USE int miev_store_update(struct miev_store *store, const struct miev_store_row *row,
                                    const char *report, size_t length, struct miev_error *err);
MIEV_MUST_USE int miev_store_find(struct miev_store *store, int64_t id, struct miev_store_row *row,
                                  char **report, struct miev_error *err);
MIEV_MUST_USE int miev_store_find_identity(struct miev_store *store, const char *identity,
                                           struct miev_store_row *row, struct miev_error *err);
MIEV_MUST_USE int miev_store_list(struct miev_store *store,
                                  bool (*each)(void *context, const struct miev_store_row *row),
                                  void *context, struct miev_error *err);
/* Every row, newest first, as a list that the caller frees; NULL where there is none. */
MIEV_MUST_USE int miev_store_rows(struct miev_store *store, struct miev_store_row **out, size_t *n,
                                  struct miev_error *err);
MIEV_MUST_USE int miev_store_remove(struct miev_store *store, const int64_t *ids, size_t n,
                                    struct miev_error *err);
MIEV_MUST_USE int miev_store_rename(struct miev_store *store, int64_t id, const char *name,
                                    struct miev_error *err);
MIEV_MUST_USE int miev_store_mentions(struct miev_store *store, const char *words, bool *out,
                                      struct miev_error *err);
MIEV_MUST_USE int miev_store_changes(struct miev_store *store, uint64_t *out,
                                     struct miev_error *err);
MIEV_MUST_USE int miev_store_set_aside(const struct miev_env *env, char *to,
                                       struct miev_error *err);

#endif
