/* SPDX-License-Identifier: Apache-2.0 */
/* The document: shares of time, and what they are of the energy of one inference. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/json.h"
#include "footprint/interval.h"
#include "profile/profile.h"
#include "profile/shares.h"
#include "study/price.h"
#include "study/report_check.h"

/* What one inference takes; value NAN: not known. */
struct whole {
    struct miev_interval joules, grams;
    char missing[400]; /* why the joules are not known, "" when they are */
};

static json_t *interval_json(const struct miev_interval *interval)
{
    return isfinite(interval->value) ? miev_json_interval(*interval) : json_null();
}

/* The share and the whole err independently. */
static json_t *part_json(const struct miev_interval *share, const struct miev_interval *whole)
{
    if (!isfinite(whole->value))
        return json_null();
    struct miev_interval by_whole = miev_interval_scale(whole, share->value);
    struct miev_interval by_share = miev_interval_scale(share, whole->value);
    struct miev_interval part = miev_interval_merge(&by_whole, &by_share);
    part.low = fmax(part.low, 0);
    return interval_json(&part);
}

static void add_row(json_t *out, const struct miev_share_row *row, const struct whole *whole)
{
    (void)json_object_set_new(out, "seconds", json_real(row->seconds));
    (void)json_object_set_new(out, "share", interval_json(&row->share));
    (void)json_object_set_new(out, "joules", part_json(&row->share, &whole->joules));
    (void)json_object_set_new(out, "grams", part_json(&row->share, &whole->grams));
}

static json_t *kinds_json(const struct miev_shares *shares, const struct whole *whole)
{
    json_t *list = json_array();
    for (size_t k = 0; k < shares->n_kinds; k++) {
        const struct miev_share_kind *kind = &shares->kinds[k];
        json_t *row =
            json_pack("{s:s, s:I, s:f}", "type", kind->type, "operators",
                      (json_int_t)kind->operators, "calls_per_inference", kind->row.calls);
        add_row(row, &kind->row, whole);
        (void)json_array_append_new(list, row);
    }
    return list;
}

static json_t *text_or_null(const char *text)
{
    return text[0] ? json_string(text) : json_null();
}

static json_t *operators_json(const struct miev_op_times *times, const struct miev_shares *shares,
                              const struct whole *whole)
{
    json_t *list = json_array();
    for (size_t o = 0; o < times->n_ops; o++) {
        const struct miev_op *op = &times->ops[o];
        json_t *row =
            json_pack("{s:o, s:s, s:o, s:o, s:f}", "name", text_or_null(op->name), "type", op->type,
                      "provider", text_or_null(op->provider), "output_shape",
                      text_or_null(op->shape), "calls_per_inference", shares->ops[o].calls);
        add_row(row, &shares->ops[o], whole);
        (void)json_array_append_new(list, row);
    }
    return list;
}

/* ---- the energy ----------------------------------------------------------------------------- */

static const json_t *find_model(const json_t *report, const char *sha256)
{
    size_t i;
    json_t *model;
    json_array_foreach(json_object_get(report, "models"), i, model)
    {
        const char *own = json_string_value(json_object_get(model, "sha256"));
        if (own && strcmp(own, sha256) == 0)
            return model;
    }
    return NULL;
}

static int check_same_way(const json_t *measured, const json_t *profiled, struct miev_error *err)
{
    static const char *const keys[] = {"runtime", "version", "delegate", "threads"};
    const json_t *a = json_object_get(measured, "engine"), *b = json_object_get(profiled, "engine");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
            continue;
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the report measured this model with another \"%s\" of its engine: "
                              "its energy is not that of what is profiled now",
                              keys[i]);
    }
    return MIEV_OK;
}

static struct miev_interval read_interval(const json_t *from)
{
    double none = (double)NAN;
    struct miev_interval out = {none, none, none};
    if (miev_json_number(from, "value", 0, 1e12, &out.value, NULL) != MIEV_OK ||
        miev_json_number(from, "low", 0, 1e12, &out.low, NULL) != MIEV_OK ||
        miev_json_number(from, "high", 0, 1e12, &out.high, NULL) != MIEV_OK)
        out.value = none;
    return out;
}

static int read_energy(const json_t *model, const json_t *profiled, struct whole *out,
                       struct miev_error *err)
{
    struct miev_energy_estimate energy;
    const json_t *failed = json_object_get(model, "error");
    if (failed) {
        const char *why = json_string_value(json_object_get(failed, "message"));
        (void)snprintf(out->missing, sizeof(out->missing), "%.300s",
                       why ? why : "its study failed");
        return MIEV_OK;
    }
    int rc = check_same_way(model, profiled, err);
    if (rc != MIEV_OK)
        return rc;
    if (miev_report_energy(json_object_get(model, "energy"), &energy, NULL) == MIEV_OK)
        return miev_energy_interval(&energy, &out->joules, err);
    (void)snprintf(out->missing, sizeof(out->missing),
                   "no sensor covers it, or its rounds did not fit the time that was given");
    return MIEV_OK;
}

static int read_whole(const struct miev_profile *profile, const json_t *report,
                      const json_t **model, struct whole *out, struct miev_error *err)
{
    double none = (double)NAN;
    const char *sha256 = json_string_value(json_object_get(profile->model, "sha256"));
    *out = (struct whole){{none, none, none}, {none, none, none}, ""};
    *model = find_model(report, sha256 ? sha256 : "");
    if (!*model)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the report holds no model with the hash %.12s...: it is of other "
                              "files",
                              sha256 ? sha256 : "");
    out->grams =
        read_interval(json_object_get(json_object_get(*model, "footprint"), "per_inference_g"));
    return read_energy(*model, profile->model, out, err);
}

static json_t *energy_json(const json_t *report, const json_t *model, const struct whole *whole)
{
    char identity[65];
    if (!isfinite(whole->joules.value) || miev_report_identity(report, identity, NULL) != MIEV_OK)
        return json_null();
    return json_pack("{s:O, s:o, s:o, s:s, s:O}", "method",
                     json_object_get(json_object_get(model, "energy"), "method"), "per_inference_j",
                     interval_json(&whole->joules), "per_inference_g", interval_json(&whole->grams),
                     "report", identity, "created_unix_s",
                     json_object_get(report, "created_unix_s"));
}

/* ---- the whole ------------------------------------------------------------------------------ */

static json_t *inference_json(const struct miev_shares *shares)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:o, s:I, s:I, s:b}", "plain_s", shares->plain_s,
                     "profiled_s", shares->watched_s, "shared_s", shares->shared_s,
                     "overhead_ratio", shares->watched_s / shares->plain_s - 1,
                     "overhead_per_call_s", interval_json(&shares->per_call_s), "runs",
                     (json_int_t)shares->runs, "runs_left_out", (json_int_t)shares->runs_left_out,
                     "operators_overlap", (int)shares->overlap);
}

static json_t *shared_or_null(const json_t *report, const char *key)
{
    const json_t *value = json_object_get(report, key);
    return value ? json_deep_copy(value) : json_null();
}

static json_t *document(const struct miev_profile *profile, const struct miev_shares *shares,
                        const json_t *report, const json_t *model, const struct whole *whole)
{
    json_t *between = json_object();
    add_row(between, &shares->between, whole);
    return json_pack("{s:s, s:s, s:I, s:s, s:O, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "schema", MIEV_PROFILE_SCHEMA, "miev_version", miev_version(),
                     "created_unix_s", (json_int_t)time(NULL), "attribution",
                     "energy of one inference, shared out by time; not measured per operator",
                     "model", profile->model, "input", profile->input, "machine",
                     shared_or_null(report, "machine"), "site", shared_or_null(report, "site"),
                     "energy", energy_json(report, model, whole), "energy_missing",
                     text_or_null(whole->missing), "inference", inference_json(shares), "kinds",
                     kinds_json(shares, whole), "operators",
                     operators_json(&profile->times, shares, whole), "between", between);
}

int miev_profile_report(const struct miev_profile *profile, const json_t *report, json_t **out,
                        struct miev_error *err)
{
    struct whole whole;
    struct miev_shares shares = {.ops = NULL};
    const json_t *model = NULL;
    int rc = read_whole(profile, report, &model, &whole, err);
    if (rc == MIEV_OK)
        rc = miev_shares_make(&profile->times, profile->plain_s, profile->n_plain, &shares, err);
    if (rc == MIEV_OK) {
        *out = document(profile, &shares, report, model, &whole);
        if (!*out)
            rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the profile");
    }
    miev_shares_finish(&shares);
    return rc;
}
