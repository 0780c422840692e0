/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of a pull: what came is checked, unpacked, and put where it belongs. */
#ifndef MIEV_MODEL_DELIVER_H
#define MIEV_MODEL_DELIVER_H

#include "model/partial.h"
#include "model/pull.h"

struct miev_pulling {
    const struct miev_pull_options *options;
    const struct miev_depot *depot;
    const struct miev_catalog *catalog;
    const struct miev_pull_item *item;
    struct miev_address address; /* the item's, at a commit where it named a branch */
    struct miev_partial partial;
    char told_sha256[65], told_md5[33]; /* by the hub, "" where it tells none */
    bool not_needed;                    /* the hub told a sha256 that is here */
};

/* Tell options->pulled of everything the item names and return true, if all of it is here and no
 * server need be asked whether it still is that. */
bool miev_deliver_what_is_here(const struct miev_pulling *pulling);

/* Check, unpack and keep the partial's body, write the cards, and tell options->pulled. */
MIEV_MUST_USE int miev_deliver(struct miev_pulling *pulling, struct miev_error *err);

#endif
