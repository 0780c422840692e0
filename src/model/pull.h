/* SPDX-License-Identifier: Apache-2.0 */
/* From an address or a name to models in the depot that can be measured. */
#ifndef MIEV_MODEL_PULL_H
#define MIEV_MODEL_PULL_H

#include "model/address.h"
#include "model/catalog.h"
#include "model/depot.h"

enum miev_pull_phase {
    MIEV_PULL_LOOKING, /* asking, or waiting for another pull of the same */
    MIEV_PULL_DOWNLOADING,
    MIEV_PULL_CHECKING,
    MIEV_PULL_UNPACKING,
};
/* "looking", ...: as in the events of --json-progress. */
const char *miev_pull_phase_name(enum miev_pull_phase phase);

/* One thing to fetch, and the files that a card expects of it. */
struct miev_pull_item {
    struct miev_address address;
    const struct miev_card *card; /* of the catalog, or NULL for a bare address */
    const struct miev_card_file *files[MIEV_CARD_MAX_FILES]; /* of that card */
    size_t n_files;
};

struct miev_pulled {
    char name[160]; /* as `miev compare` takes it: "efficientnet-lite0:int8" */
    char sha256[65];
    uint64_t bytes;
    bool was_here; /* nothing had to be fetched */
    bool changed;  /* other bytes than at an earlier pull of the same address */
};

struct miev_pull_options {
    const struct miev_env *env;
    const char *member; /* inside the archive of a bare address, or "" */
    uint64_t max_bytes;
    double patience_s; /* for a server that sends less than 1 kB/s */
    bool public_only;  /* asked by somebody else: no files and no hosts of this machine or net */
    const atomic_bool *stop;
    /* total 0: not known. Often; never from another thread. */
    void (*progress)(void *context, enum miev_pull_phase phase, uint64_t bytes, uint64_t total);
    void (*pulled)(void *context, const struct miev_pulled *pulled);
    void *context;
};

/* What a word of the command line stands for: the starter set ("starter"), the files of a card of
 * the catalog ("name", "name:precision"; those that have an address), or one address. *items is the
 * caller's to free; catalog must outlive it. MIEV_ERR_INVALID: no such name, or nothing to pull. */
MIEV_MUST_USE int miev_pull_plan(const struct miev_catalog *catalog, const char *word,
                                 struct miev_pull_item **items, size_t *n, struct miev_error *err);

/* Fetch, check, unpack, put into the depot and write a card; options->pulled is told of each file.
 * What is here already is not fetched again. MIEV_ERR_INTERRUPTED after *stop: what came stays to
 * go on with. */
MIEV_MUST_USE int miev_pull(const struct miev_pull_options *options, const struct miev_depot *depot,
                            const struct miev_catalog *catalog, const struct miev_pull_item *item,
                            struct miev_error *err);

#endif
