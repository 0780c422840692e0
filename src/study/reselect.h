/* SPDX-License-Identifier: Apache-2.0 */
/* The models of a report, found again by the hashes of their files. */
#ifndef MIEV_STUDY_RESELECT_H
#define MIEV_STUDY_RESELECT_H

#include "study/selection.h"

struct miev_reselection {
    struct miev_selection selection; /* what was found */
    struct miev_catalog extra;       /* cards of the user's folder */
    json_t *absent;                  /* {name: why it was not found}; owned */
};

/* Look among the bundled models, then in models_dir (NULL: none), among its cards and its files.
 * A model that was measured without a card is taken without one again. miev_reselect_finish in any
 * case. */
MIEV_MUST_USE int miev_reselect(struct miev_reselection *out, const json_t *report,
                                const char *models_dir, struct miev_error *err);
void miev_reselect_finish(struct miev_reselection *reselection);

#endif
