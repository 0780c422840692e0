/* SPDX-License-Identifier: Apache-2.0 */
/* Report x site -> grams. Changes the report in place and measures nothing, so that it can be done
 * again for another place. */
#ifndef MIEV_STUDY_PRICE_H
#define MIEV_STUDY_PRICE_H

#include <jansson.h>
#include <stdbool.h>

#include "footprint/footprint.h"

struct miev_price_options {
    const struct miev_site *site;
    bool default_site;       /* nobody named a zone: the report says so */
    bool embodied;           /* add the share of manufacturing */
    double lifetime_s;       /* that the machine is planned to be in use; 0: its class's range */
    double requests_per_day; /* 0: no equivalents */
};

/* Set .site, .pareto, each model's .footprint, and each comparison's .carbon_ratio. Models without
 * energy get none. MIEV_ERR_INVALID when the report lacks what its schema asks for. */
MIEV_MUST_USE int miev_report_price(json_t *report, const struct miev_price_options *options,
                                    struct miev_error *err);

/* What one inference of a model takes, wherever it runs. */
struct miev_priceable {
    bool has_energy, has_embodied;
    struct miev_energy_estimate energy;
    struct miev_interval embodied_g;
    struct miev_interval cards_g; /* of embodied_g, that of graphics cards; zeros: none */
};

/* Read each of n models of a report once, to price it at many places. Of the options only those of
 * manufacturing count. MIEV_ERR_INVALID as above. */
MIEV_MUST_USE int miev_report_priceable(const json_t *report,
                                        const struct miev_price_options *options,
                                        struct miev_priceable *out, size_t n,
                                        struct miev_error *err);
/* The grams of one inference at a place, as miev_report_price would say; NAN without energy. */
MIEV_MUST_USE int miev_priceable_grams(const struct miev_priceable *model,
                                       const struct miev_site *site, struct miev_interval *out_g,
                                       struct miev_error *err);

/* The gross joules of one inference, of a model's .energy. MIEV_ERR_INVALID: it has none. */
MIEV_MUST_USE int miev_report_energy(const json_t *energy, struct miev_energy_estimate *out,
                                     struct miev_error *err);

/* The place and the options that a report was priced by, to price another one alike. *out refers to
 * *site. */
void miev_report_priced_by(const json_t *report, struct miev_site *site,
                           struct miev_price_options *out);

#endif
