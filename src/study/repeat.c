/* SPDX-License-Identifier: Apache-2.0 */
#include "study/repeat.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/json.h"
#include "core/student.h"
#include "study/report_check.h"
#include "study/stats.h"

#define EQUIVALENT_RATIO 1.03
#define TELLING_RATIO    1.25 /* an interval that holds 1 and more than this agrees with nothing */
#define FAMILY_ERROR     0.05
#define SAME_SCORE       0.01
#define REASON_BYTES     400

const char *miev_repeat_verdict_name(enum miev_repeat_verdict verdict)
{
    static const char *const names[] = {"agrees", "differs", "not comparable"};
    return names[verdict];
}

/* Both missing is the same too. */
static bool equal_at(const json_t *a, const json_t *b, const char *key)
{
    const json_t *x = miev_field_at(a, key), *y = miev_field_at(b, key);
    return x == y || json_equal(x, y);
}

/* ---- the surroundings of both --------------------------------------------------------------- */

/* What the two studies have in common, whatever the model. */
struct frame {
    const json_t *before, *after;
    bool same_machine, same_sensors;
    size_t n_comparable;
};

static bool same_machine(const json_t *before, const json_t *after)
{
    static const char *const keys[] = {"cpu",        "sockets", "logical_cpus", "virtual_machine",
                                       "hypervisor", "class",   "product"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!equal_at(miev_field_at(before, "machine"), miev_field_at(after, "machine"), keys[i]))
            return false;
    return true;
}

static const json_t *next_counted(const json_t *report, size_t *i)
{
    const json_t *channels = miev_field_at(miev_field_at(report, "meter"), "channels");
    while (*i < json_array_size(channels)) {
        const json_t *channel = json_array_get(channels, (*i)++);
        if (json_is_true(miev_field_at(channel, "counted")))
            return channel;
    }
    return NULL;
}

/* The same counters or tables, in their fixed order: then what they are wrong by cancels. */
static bool same_sensors(const json_t *before, const json_t *after)
{
    static const char *const keys[] = {"sensor", "id", "part", "method", "source"};
    size_t i = 0, j = 0;
    for (;;) {
        const json_t *a = next_counted(before, &i), *b = next_counted(after, &j);
        if (!a || !b)
            return a == b;
        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
            if (!equal_at(a, b, keys[k]))
                return false;
    }
}

/* ---- one model ------------------------------------------------------------------------------ */

/* Distances of the bounds from the value, on logarithms; INFINITY where a bound is not positive. */
struct figure {
    double value_j;
    double down, up;                       /* of the rounds, 95 % */
    double systematic_down, systematic_up; /* of the sensors, 90 % */
    double degrees_of_freedom;
};

static double log_distance(double value, const json_t *bound)
{
    double limit = json_number_value(bound);
    return json_is_number(bound) && limit > 0 ? fabs(log(limit / value)) : INFINITY;
}

static bool read_figure(const json_t *model, struct figure *out)
{
    const json_t *gross = miev_field_at(miev_field_at(model, "energy"), "gross");
    const json_t *joules = miev_field_at(gross, "per_inference_j");
    double value_j = json_number_value(miev_field_at(joules, "value"));
    double n = json_number_value(miev_field_at(gross, "rounds_effective"));
    if (!(value_j > 0))
        return false;
    *out = (struct figure){
        .value_j = value_j,
        .down = log_distance(value_j, miev_field_at(miev_field_at(joules, "statistical"), "low")),
        .up = log_distance(value_j, miev_field_at(miev_field_at(joules, "statistical"), "high")),
        .systematic_down =
            log_distance(value_j, miev_field_at(miev_field_at(joules, "systematic"), "low")),
        .systematic_up =
            log_distance(value_j, miev_field_at(miev_field_at(joules, "systematic"), "high")),
        .degrees_of_freedom = n > 2 ? n - 1 : 1,
    };
    return true;
}

static bool same_parts(const json_t *a, const json_t *b)
{
    const json_t *left = miev_field_at(miev_field_at(a, "energy"), "parts"),
                 *right = miev_field_at(miev_field_at(b, "energy"), "parts");
    size_t n = json_array_size(left);
    if (n != json_array_size(right))
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(left, i), *y = json_array_get(right, i);
        if (!equal_at(x, y, "part") ||
            (json_is_true(miev_field_at(x, "headline")) && !equal_at(x, y, "method")))
            return false;
    }
    return true;
}

static void say(char out[REASON_BYTES], const char *format, ...) MIEV_PRINTF(2, 3);

static void say(char out[REASON_BYTES], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(out, REASON_BYTES, format, args);
    va_end(args);
}

/* Why a report has no joules of a model; false where it has. */
static bool without_energy(const json_t *model, const char *when, char reason[REASON_BYTES])
{
    const json_t *failure = miev_field_at(model, "error");
    struct figure figure;
    if (failure)
        say(reason, "%s it failed: %.250s", when, miev_field_text(failure, "message"));
    else if (!miev_field_at(miev_field_at(model, "energy"), "gross"))
        say(reason, "%s it got no energy: %.250s", when,
            miev_field_text(miev_field_at(model, "energy"), "reason"));
    else if (!read_figure(model, &figure))
        say(reason, "%s the noise of the rounds took its energy below zero", when);
    else
        return false;
    return true;
}

static bool other_engine(const json_t *a, const json_t *b, char reason[REASON_BYTES])
{
    static const char *const keys[] = {"name", "runtime", "version", "delegate", "threads"};
    const json_t *x = miev_field_at(a, "engine"), *y = miev_field_at(b, "engine");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (equal_at(x, y, keys[i]))
            continue;
        say(reason, "other engine: %.60s %.30s (%.60s) then, %.60s %.30s (%.60s) now",
            miev_field_text(x, "runtime"), miev_field_text(x, "version"),
            miev_field_text(x, "delegate"), miev_field_text(y, "runtime"),
            miev_field_text(y, "version"), miev_field_text(y, "delegate"));
        return true;
    }
    return false;
}

/* Why two results of one file cannot be set against each other; false where they can. */
static bool incomparable(const struct frame *frame, const json_t *a, const json_t *b,
                         char reason[REASON_BYTES])
{
    const char *method = miev_field_text(miev_field_at(a, "energy"), "method");
    if (without_energy(a, "then", reason) || without_energy(b, "now", reason) ||
        other_engine(a, b, reason))
        return true;
    if (strcmp(method, miev_field_text(miev_field_at(b, "energy"), "method")) != 0)
        say(reason, "other method: its energy was %.30s then and is %.30s now", method,
            miev_field_text(miev_field_at(b, "energy"), "method"));
    else if (!same_parts(a, b))
        say(reason, "other parts of the machine are measured or estimated now");
    else if (!frame->same_machine && strcmp(method, "measured") != 0)
        say(reason,
            "other machine (%.100s then, %.100s now), and estimates of two machines differ "
            "by their tables",
            miev_field_text(miev_field_at(frame->before, "machine"), "cpu"),
            miev_field_text(miev_field_at(frame->after, "machine"), "cpu"));
    else if (json_array_size(miev_field_at(a, "guesses")) !=
             json_array_size(miev_field_at(b, "guesses")))
        say(reason, "its card was known in one of the two only: --models names the folder that "
                    "holds it");
    else
        return false;
    return true;
}

static const json_t *match(const json_t *report, const json_t *model)
{
    const json_t *models = miev_field_at(report, "models"), *found = NULL;
    for (size_t i = 0; i < json_array_size(models); i++) {
        const json_t *other = json_array_get(models, i);
        if (!miev_field_at(model, "sha256") || !equal_at(other, model, "sha256"))
            continue;
        if (!found || equal_at(other, model, "name"))
            found = other;
    }
    return found;
}

/* "same": the same classes in the same order with the same scores; "alike": the same first. */
static const char *compare_answers(const json_t *a, const json_t *b)
{
    const json_t *x = miev_field_at(a, "predictions"), *y = miev_field_at(b, "predictions");
    size_t n = json_array_size(x);
    bool same = n == json_array_size(y);
    if (n == 0 || json_array_size(y) == 0)
        return NULL;
    if (!json_equal(miev_field_at(json_array_get(x, 0), "index"),
                    miev_field_at(json_array_get(y, 0), "index")))
        return "different";
    for (size_t i = 0; same && i < n; i++) {
        const json_t *p = json_array_get(x, i), *q = json_array_get(y, i);
        same = equal_at(p, q, "index") &&
               fabs(json_number_value(miev_field_at(p, "score")) -
                    json_number_value(miev_field_at(q, "score"))) <= SAME_SCORE;
    }
    return same ? "same" : "alike";
}

/* ---- the ratio ------------------------------------------------------------------------------ */

struct ratio {
    double value, low, high;        /* of the rounds alone, 95 % */
    double judged_low, judged_high; /* wider, where models or instruments are several */
};

/* t for one of n_comparable judgements at a family error of 5 %, over that of the interval. */
static double wider(const struct figure *figure, size_t n_comparable)
{
    double df = figure->degrees_of_freedom;
    return miev_student_t(1 - FAMILY_ERROR / (double)n_comparable, df) /
           miev_student_t(1 - FAMILY_ERROR, df);
}

static struct ratio ratio_of(const struct frame *frame, const struct figure *a,
                             const struct figure *b)
{
    double wide_a = wider(a, frame->n_comparable), wide_b = wider(b, frame->n_comparable);
    double down = hypot(b->down * wide_b, a->up * wide_a);
    double up = hypot(b->up * wide_b, a->down * wide_a);
    if (!frame->same_machine || !frame->same_sensors) {
        down = hypot(down, hypot(b->systematic_down, a->systematic_up));
        up = hypot(up, hypot(b->systematic_up, a->systematic_down));
    }
    double value = b->value_j / a->value_j;
    return (struct ratio){
        .value = value,
        .low = value * exp(-hypot(b->down, a->up)),
        .high = value * exp(hypot(b->up, a->down)),
        .judged_low = value * exp(-down),
        .judged_high = value * exp(up),
    };
}

static bool within(const struct ratio *ratio, double most)
{
    return ratio->judged_low >= 1 / most && ratio->judged_high <= most;
}

static bool agrees(const struct ratio *ratio)
{
    bool holds_one = ratio->judged_low <= 1 && ratio->judged_high >= 1;
    return holds_one || within(ratio, EQUIVALENT_RATIO);
}

static json_t *bounds_json(double low, double high)
{
    return json_pack("{s:o, s:o}", "low", miev_json_real(low), "high", miev_json_real(high));
}

static json_t *ratio_json(const struct ratio *ratio)
{
    return json_pack("{s:o, s:o, s:o}", "value", miev_json_real(ratio->value), "statistical",
                     bounds_json(ratio->low, ratio->high), "judged",
                     bounds_json(ratio->judged_low, ratio->judged_high));
}

/* ---- the document --------------------------------------------------------------------------- */

static double latency_of(const json_t *model)
{
    const json_t *p50 = miev_field_at(miev_field_at(model, "latency"), "p50_s");
    return json_is_number(p50) ? json_number_value(p50) : (double)NAN;
}

static json_t *joules_of(const json_t *model)
{
    const json_t *value = miev_field_at(
        miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"), "per_inference_j"),
        "value");
    return json_is_number(value) ? json_real(json_number_value(value)) : json_null();
}

static bool too_few_rounds(const json_t *model)
{
    return json_is_false(
        miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"), "enough_rounds"));
}

static long long rounds_of(const json_t *model)
{
    return (long long)json_integer_value(
        miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"), "rounds_effective"));
}

/* Agreement that rests on little is none. */
static bool tells_nothing(const json_t *a, const json_t *b, const struct ratio *ratio,
                          char reason[REASON_BYTES])
{
    if (too_few_rounds(a) || too_few_rounds(b))
        say(reason, "too few rounds to tell: %lld then, %lld now (those that count)", rounds_of(a),
            rounds_of(b));
    else if (within(ratio, TELLING_RATIO))
        return false;
    else if (isfinite(ratio->judged_high))
        say(reason,
            "the interval, %.3g to %.3g, is too wide to tell: agreement needs one within %.3g to "
            "%.3g",
            ratio->judged_low, ratio->judged_high, 1 / TELLING_RATIO, TELLING_RATIO);
    else
        say(reason, "the interval, %.3g or more, is too wide to tell: it has no upper end",
            ratio->judged_low);
    return true;
}

static enum miev_repeat_verdict judge(const struct frame *frame, const json_t *a, const json_t *b,
                                      json_t *out, char reason[REASON_BYTES])
{
    const char *answers = compare_answers(a, b);
    struct figure before, after;
    if (answers)
        (void)json_object_set_new(out, "answers", json_string(answers));
    (void)json_object_set_new(out, "latency_ratio", miev_json_real(latency_of(b) / latency_of(a)));
    if (incomparable(frame, a, b, reason) || !read_figure(a, &before) || !read_figure(b, &after))
        return MIEV_REPEAT_NOT_COMPARABLE;
    struct ratio ratio = ratio_of(frame, &before, &after);
    (void)json_object_set_new(out, "energy_ratio", ratio_json(&ratio));
    (void)json_object_set_new(out, "enough_rounds",
                              json_boolean(!too_few_rounds(a) && !too_few_rounds(b)));
    if (answers && strcmp(answers, "different") == 0) {
        say(reason, "its first answer is another: \"%.100s\" then, \"%.100s\" now",
            miev_field_text(json_array_get(miev_field_at(a, "predictions"), 0), "label"),
            miev_field_text(json_array_get(miev_field_at(b, "predictions"), 0), "label"));
        return MIEV_REPEAT_DIFFERS;
    }
    if (!agrees(&ratio))
        return MIEV_REPEAT_DIFFERS;
    return tells_nothing(a, b, &ratio, reason) ? MIEV_REPEAT_NOT_COMPARABLE : MIEV_REPEAT_AGREES;
}

static json_t *model_json(const struct frame *frame, const json_t *a, const json_t *absent)
{
    char reason[REASON_BYTES] = "";
    enum miev_repeat_verdict verdict = MIEV_REPEAT_NOT_COMPARABLE;
    const json_t *b = match(frame->after, a);
    json_t *out =
        json_pack("{s:O, s:O?, s:o, s:o, s:n, s:n, s:n, s:n}", "name", miev_field_at(a, "name"),
                  "sha256", miev_field_at(a, "sha256"), "before_j", joules_of(a), "after_j",
                  joules_of(b), "energy_ratio", "enough_rounds", "latency_ratio", "answers");
    if (b)
        verdict = judge(frame, a, b, out, reason);
    else
        say(reason, "%.390s", miev_field_text(absent, miev_field_text(a, "name")));
    (void)json_object_set_new(out, "verdict", json_string(miev_repeat_verdict_name(verdict)));
    (void)json_object_set_new(out, "reason", *reason ? json_string(reason) : json_null());
    return out;
}

static size_t count_comparable(const struct frame *frame)
{
    const json_t *models = miev_field_at(frame->before, "models");
    char reason[REASON_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(models); i++) {
        const json_t *a = json_array_get(models, i), *b = match(frame->after, a);
        n += b && !incomparable(frame, a, b, reason);
    }
    return n;
}

/* One that differs decides; all have to agree. */
static enum miev_repeat_verdict overall(const json_t *models)
{
    bool all_agree = json_array_size(models) > 0;
    for (size_t i = 0; i < json_array_size(models); i++) {
        const char *verdict = miev_field_text(json_array_get(models, i), "verdict");
        if (strcmp(verdict, miev_repeat_verdict_name(MIEV_REPEAT_DIFFERS)) == 0)
            return MIEV_REPEAT_DIFFERS;
        all_agree = all_agree && strcmp(verdict, miev_repeat_verdict_name(MIEV_REPEAT_AGREES)) == 0;
    }
    return all_agree ? MIEV_REPEAT_AGREES : MIEV_REPEAT_NOT_COMPARABLE;
}

static bool disturbed(const json_t *report)
{
    const json_t *models = miev_field_at(report, "models");
    for (size_t i = 0; i < json_array_size(models); i++)
        if (json_integer_value(miev_field_at(miev_field_at(json_array_get(models, i), "energy"),
                                             "rounds_disturbed")) > 0)
            return true;
    return false;
}

static void note(json_t *notes, bool holds, const char *text)
{
    if (holds)
        (void)json_array_append_new(notes, json_string(text));
}

/* What may move the factor and is no reason to refuse it. */
static json_t *notes_json(const struct frame *frame)
{
    const json_t *before = frame->before, *after = frame->after;
    json_t *notes = json_array();
    if (!after)
        return notes;
    note(notes, !frame->same_machine,
         "another machine: the interval holds what both machines' sensors may be wrong by");
    note(notes, frame->same_machine && !frame->same_sensors,
         "other sensors: the interval holds what both may be wrong by");
    note(notes, !equal_at(before, after, "miev_version"),
         "another version of miev, which may measure otherwise");
    note(notes,
         !equal_at(miev_field_at(before, "machine"), miev_field_at(after, "machine"), "kernel"),
         "another kernel");
    note(notes,
         !equal_at(miev_field_at(before, "settings"), miev_field_at(after, "settings"),
                   "reserved_cpus"),
         "another number of reserved CPUs");
    note(notes, disturbed(before), "other programs used the CPU then");
    note(notes, disturbed(after), "other programs use the CPU now");
    return notes;
}

static json_t *source_json(const json_t *report, struct miev_error *err)
{
    char identity[65];
    if (!report)
        return json_null();
    if (miev_report_identity(report, identity, err) != MIEV_OK)
        return NULL;
    return json_pack("{s:s, s:O, s:O, s:O}", "identity", identity, "created_unix_s",
                     miev_field_at(report, "created_unix_s"), "miev_version",
                     miev_field_at(report, "miev_version"), "cpu",
                     miev_field_at(miev_field_at(report, "machine"), "cpu"));
}

int miev_repeat_compare(const json_t *before, const json_t *after, const json_t *absent,
                        json_t **out, struct miev_error *err)
{
    struct frame frame = {
        .before = before,
        .after = after,
        .same_machine = after && same_machine(before, after),
        .same_sensors = after && same_sensors(before, after),
    };
    frame.n_comparable = count_comparable(&frame);
    const json_t *models = miev_field_at(before, "models");
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(models); i++)
        (void)json_array_append_new(list, model_json(&frame, json_array_get(models, i), absent));
    json_t *result =
        json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "schema", "miev.repeat/1",
                  "miev_version", miev_version(), "verdict",
                  miev_repeat_verdict_name(overall(list)), "same_machine", (int)frame.same_machine,
                  "same_sensors", (int)frame.same_sensors, "notes", notes_json(&frame), "before",
                  source_json(before, err), "after", source_json(after, err), "models", list);
    if (!result)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the comparison");
    *out = result;
    return MIEV_OK;
}
