/* SPDX-License-Identifier: Apache-2.0 */
/* What a client asks of the calculator, from the query of an address. Pure. */
#ifndef MIEV_SERVER_ASK_ESTIMATE_H
#define MIEV_SERVER_ASK_ESTIMATE_H

#include "server/target.h"
#include "study/estimate_ask.h"
#include "study/site.h"

struct miev_ask_estimate {
    struct miev_estimate_ask hardware;
    struct miev_site_wish place;
};

/* The fields are the options of `miev estimate`, units and all; those of the place are called as
 * everywhere here. hours is asked for. *out points into target. MIEV_ERR_INVALID names the field
 * that is not known, missing or out of its bounds. */
MIEV_MUST_USE int miev_ask_estimate_from_query(const struct miev_target *target,
                                               struct miev_ask_estimate *out,
                                               struct miev_error *err);

#endif
