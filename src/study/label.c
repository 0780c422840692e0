/* SPDX-License-Identifier: Apache-2.0 */
#include "study/label.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "export/field.h"
#include "study/report_model.h"
#include "study/site.h"

/* A copy at another place, or at the same one when site is NULL; manufacturing counts. */
static int price_again(const json_t *report, bool at_average, json_t **out, struct miev_error *err)
{
    struct miev_site site;
    struct miev_price_options price;
    struct miev_site_wish wish = MIEV_SITE_WISH_INIT;
    miev_report_priced_by(report, &site, &price);
    wish.pue = site.pue;
    json_t *copy = json_deep_copy(report);
    int rc = at_average ? miev_site_find(&wish, &site, &price, err) : MIEV_OK;
    price.embodied = true;
    if (rc == MIEV_OK)
        rc = miev_report_price(copy, &price, err);
    if (rc == MIEV_OK)
        *out = copy;
    else
        json_decref(copy);
    return rc;
}

static double bound(const json_t *pair, const char *which)
{
    /* Both errors: the wider side of the two, as the study's own verdict has them apart. */
    double rounds = miev_field_number(miev_field_at(pair, "statistical"), which);
    double sensor = miev_field_number(miev_field_at(pair, "systematic"), which);
    return strcmp(which, "low") == 0 ? fmin(rounds, sensor) : fmax(rounds, sensor);
}

/* The pair is kept once, in the order of the report. */
static json_t *ratio_json(const json_t *pair, bool turned)
{
    double value = miev_field_number(pair, "ratio");
    double low = bound(pair, "low"), high = bound(pair, "high");
    return miev_json_interval(turned ? (struct miev_interval){1 / value, 1 / high, 1 / low}
                                     : (struct miev_interval){value, low, high});
}

static json_t *compared(const json_t *report, const char *name, const char *reference)
{
    size_t i;
    json_t *pair;
    json_array_foreach(miev_field_at(report, "comparison"), i, pair)
    {
        const char *a = miev_field_text(pair, "a"), *b = miev_field_text(pair, "b");
        bool forward = strcmp(a, name) == 0 && strcmp(b, reference) == 0;
        bool turned = strcmp(b, name) == 0 && strcmp(a, reference) == 0;
        if ((forward || turned) && isfinite(miev_field_number(pair, "ratio")))
            return ratio_json(pair, turned);
    }
    return NULL;
}

static int find_reference(const json_t *report, const char *name, const char *wanted, json_t **out,
                          struct miev_error *err)
{
    const json_t *models = miev_field_at(report, "models");
    const char *reference = wanted ? wanted : MIEV_LABEL_REFERENCE;
    json_t *ratio = strcmp(name, reference) == 0 ? NULL : compared(report, name, reference);
    *out = json_null();
    if (!ratio && wanted)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the study did not compare %.100s with %.100s: measure them together "
                              "('miev compare')",
                              name, wanted);
    if (!ratio)
        return MIEV_OK;
    const char *sha256 = "";
    for (size_t i = 0; i < json_array_size(models); i++)
        if (strcmp(miev_field_text(json_array_get(models, i), "name"), reference) == 0)
            sha256 = miev_field_text(json_array_get(models, i), "sha256");
    *out = json_pack("{s:s, s:s, s:o}", "name", reference, "sha256", sha256, "ratio", ratio);
    return MIEV_OK;
}

int miev_label_make(const json_t *report, const char *model, const char *reference, json_t **out,
                    struct miev_error *err)
{
    const json_t *models = miev_field_at(report, "models");
    json_t *here = NULL, *world = NULL, *ratio = NULL;
    size_t i = 0;
    int rc = miev_report_model_find(models, model, &i, err);
    if (rc == MIEV_OK)
        rc = find_reference(report, miev_field_text(json_array_get(models, i), "name"), reference,
                            &ratio, err);
    if (rc == MIEV_OK)
        rc = price_again(report, false, &here, err);
    if (rc == MIEV_OK)
        rc = price_again(report, true, &world, err);
    if (rc == MIEV_OK)
        *out = json_pack("{s:O, s:O, s:I, s:O}", "report", here, "world", world, "model",
                         (json_int_t)i, "reference", ratio);
    json_decref(here);
    json_decref(world);
    json_decref(ratio);
    return rc;
}
