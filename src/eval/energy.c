/* SPDX-License-Identifier: Apache-2.0 */
/* Joules of an evaluation, span by span. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/field.h"
#include "core/json.h"
#include "eval/pass.h"

/* Student's t for the few idle rounds, two-sided 95 %. */
#define IDLE_T 4.303

static const char *const unavailable = "unavailable";

static void add_part(struct miev_eval_part *to, const struct miev_part_energy *from)
{
    const char *method = miev_quality_name(from->quality);
    if (from->quality == MIEV_UNAVAILABLE)
        method = unavailable;
    if (to->method[0] == '\0')
        (void)snprintf(to->method, sizeof(to->method), "%s", method);
    else if (strcmp(to->method, method) != 0)
        (void)snprintf(to->method, sizeof(to->method), "mixed");
    if (from->quality == MIEV_UNAVAILABLE)
        return;
    (void)snprintf(to->sensor, sizeof(to->sensor), "%s", from->sensor ? from->sensor : "");
    to->gross_j += from->gross_j;
    to->net_j += from->net_j;
    to->low_j += from->gross_j * from->systematic_low_ratio;
    to->high_j += from->gross_j * from->systematic_high_ratio;
}

int miev_eval_add_span(struct miev_eval *eval, struct miev_eval_energy *energy,
                       const struct miev_round *span, struct miev_error *err)
{
    struct miev_span_energy at, shifted;
    if (energy->elsewhere)
        return MIEV_OK;
    int rc = miev_run_energy(&eval->run, span, 0, &at, err);
    if (rc == MIEV_OK)
        rc = miev_run_energy(&eval->run, span, 1, &shifted, err);
    if (rc != MIEV_OK)
        return rc;
    if (!at.complete)
        return MIEV_OK; /* a counter was lost: these images are not covered, and the report says so
                         */
    for (size_t p = 0; p < MIEV_PART_COUNT; p++)
        add_part(&energy->parts[p], &at.parts[p]);
    energy->seconds += at.duration_s;
    energy->cpu_s += at.work_cpu_s;
    energy->neighbour_cpu_s += at.neighbour_cpu_s;
    if (isfinite(shifted.gross_j))
        energy->idle_shift_j += shifted.gross_j - at.gross_j;
    energy->images += span->count;
    return MIEV_OK;
}

/* ---- telling -------------------------------------------------------------------------------- */

static json_t *bounds_json(double low, double high)
{
    return json_pack("{s:o, s:o}", "low", miev_json_real(low), "high", miev_json_real(high));
}

static json_t *parts_json(const struct miev_eval_energy *energy)
{
    json_t *parts = json_array();
    for (size_t p = 0; p < MIEV_PART_COUNT; p++) {
        const struct miev_eval_part *part = &energy->parts[p];
        bool known = strcmp(part->method, unavailable) != 0;
        double none = (double)NAN;
        (void)json_array_append_new(
            parts, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b}", "part",
                             miev_part_name((enum miev_part)p), "method", part->method, "sensor",
                             known ? json_string(part->sensor) : json_null(), "joules",
                             miev_json_real(known ? part->gross_j : none), "net_joules",
                             miev_json_real(known ? part->net_j : none), "low",
                             miev_json_real(known ? part->low_j : none), "high",
                             miev_json_real(known ? part->high_j : none), "headline",
                             (int)(p != MIEV_PART_MACHINE)));
    }
    return parts;
}

/* The headline's parts added: their bounds err independently, in quadrature. */
struct headline {
    const char *method;
    double gross_j, net_j, low_j, high_j;
};

static struct headline add_up(const struct miev_eval_energy *energy)
{
    struct headline sum = {.method = unavailable};
    double below_j2 = 0, above_j2 = 0;
    for (size_t p = 0; p < MIEV_PART_MACHINE; p++) {
        const struct miev_eval_part *part = &energy->parts[p];
        if (part->method[0] == '\0' || strcmp(part->method, unavailable) == 0)
            continue;
        sum.method = sum.method == unavailable               ? part->method
                     : strcmp(sum.method, part->method) == 0 ? sum.method
                                                             : "mixed";
        sum.gross_j += part->gross_j;
        sum.net_j += part->net_j;
        below_j2 += pow(part->gross_j - part->low_j, 2);
        above_j2 += pow(part->high_j - part->gross_j, 2);
    }
    sum.low_j = fmax(sum.gross_j - sqrt(below_j2), 0);
    sum.high_j = sum.gross_j + sqrt(above_j2);
    return sum;
}

json_t *miev_eval_energy_json(const struct miev_eval_energy *energy, size_t images)
{
    struct headline sum = add_up(energy);
    if (energy->images == 0 || strcmp(sum.method, unavailable) == 0)
        return json_pack("{s:s, s:[], s:s, s:I}", "method", unavailable, "parts", "reason",
                         energy->elsewhere ? "the model is served elsewhere: the joules of this "
                                             "machine are not its own"
                         : energy->images == 0 ? "no time was metered"
                                               : "no sensor covers it",
                         "images", (json_int_t)0);
    double n = (double)energy->images, shift_j = IDLE_T * fabs(energy->idle_shift_j);
    json_t *per_image =
        json_pack("{s:o, s:o, s:o}", "value", miev_json_real(sum.gross_j / n), "statistical",
                  bounds_json((sum.gross_j - shift_j) / n, (sum.gross_j + shift_j) / n),
                  "systematic", bounds_json(sum.low_j / n, sum.high_j / n));
    return json_pack(
        "{s:s, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:I, s:b, s:o, s:o, s:o, s:o}", "method",
        sum.method, "parts", parts_json(energy), "gross", "total_j", miev_json_real(sum.gross_j),
        "per_inference_j", per_image, "net_total_j", miev_json_real(sum.net_j), "systematic_low_j",
        miev_json_real(sum.low_j), "systematic_high_j", miev_json_real(sum.high_j), "images",
        (json_int_t)energy->images, "covers_all", (int)(energy->images == images), "seconds",
        miev_json_real(energy->seconds), "cpu_s", miev_json_real(energy->cpu_s), "neighbour_cpu_s",
        miev_json_real(energy->neighbour_cpu_s), "inference_s",
        miev_json_real(energy->seconds / n));
}

/* ---- the state file ------------------------------------------------------------------------- */

json_t *miev_eval_energy_save(const struct miev_eval_energy *energy)
{
    json_t *parts = json_array();
    for (size_t p = 0; p < MIEV_PART_COUNT; p++) {
        const struct miev_eval_part *part = &energy->parts[p];
        (void)json_array_append_new(
            parts, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "method", part->method, "sensor",
                             part->sensor, "gross_j", miev_json_real(part->gross_j), "net_j",
                             miev_json_real(part->net_j), "low_j", miev_json_real(part->low_j),
                             "high_j", miev_json_real(part->high_j)));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I}", "parts", parts, "seconds",
                     miev_json_real(energy->seconds), "cpu_s", miev_json_real(energy->cpu_s),
                     "neighbour_cpu_s", miev_json_real(energy->neighbour_cpu_s), "idle_shift_j",
                     miev_json_real(energy->idle_shift_j), "images", (json_int_t)energy->images);
}

static bool load_part(const json_t *from, struct miev_eval_part *out)
{
    struct miev_eval_part part = {.gross_j = miev_field_number(from, "gross_j"),
                                  .net_j = miev_field_number(from, "net_j"),
                                  .low_j = miev_field_number(from, "low_j"),
                                  .high_j = miev_field_number(from, "high_j")};
    bool whole =
        miev_json_string(from, "method", part.method, sizeof(part.method), NULL) == MIEV_OK &&
        miev_json_string(from, "sensor", part.sensor, sizeof(part.sensor), NULL) == MIEV_OK;
    *out = part;
    return whole && part.gross_j >= 0;
}

bool miev_eval_energy_load(const json_t *from, struct miev_eval_energy *out)
{
    struct miev_eval_energy energy = {
        .seconds = miev_field_number(from, "seconds"),
        .cpu_s = miev_field_number(from, "cpu_s"),
        .neighbour_cpu_s = miev_field_number(from, "neighbour_cpu_s"),
        .idle_shift_j = miev_field_number(from, "idle_shift_j"),
    };
    const json_t *parts = json_object_get(from, "parts");
    json_int_t images = json_integer_value(json_object_get(from, "images"));
    bool whole = json_array_size(parts) == MIEV_PART_COUNT && images >= 0 &&
                 images <= (json_int_t)MIEV_DATASET_MAX_IMAGES && energy.seconds >= 0 &&
                 energy.cpu_s >= 0 && isfinite(energy.idle_shift_j);
    for (size_t p = 0; whole && p < MIEV_PART_COUNT; p++)
        whole = load_part(json_array_get(parts, p), &energy.parts[p]);
    energy.images = (size_t)images;
    if (whole)
        *out = energy;
    return whole;
}
