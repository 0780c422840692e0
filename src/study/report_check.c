/* SPDX-License-Identifier: Apache-2.0 */
#include "study/report_check.h"

#include <float.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/sha256.h"
#include "core/text.h"
#include "study/study.h"

#define MAX_DEPTH      24
#define MAX_TEXT_BYTES 8192
#define MAX_RISE       100
#define BIG            1e18
#define POSITIVE       DBL_MIN
#define PATH_BYTES     160

/* ---- texts and depth ------------------------------------------------------------------------ */

static int clean_text(json_t *text, struct miev_error *err)
{
    char *clean = NULL;
    size_t length = json_string_length(text);
    if (length > MAX_TEXT_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "a text in it has %zu bytes, at most %d are allowed", length,
                              MAX_TEXT_BYTES);
    clean = malloc(length + 4); /* never longer than it was */
    if (!clean)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report");
    miev_text_show(clean, length + 4, json_string_value(text));
    int failed = strcmp(clean, json_string_value(text)) != 0 && json_string_set(text, clean) != 0;
    free(clean);
    return failed ? miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report") : MIEV_OK;
}

/* Recursion ends at MAX_DEPTH. */
static int clean_value(json_t *value, unsigned depth, struct miev_error *err)
{
    int rc = MIEV_OK;
    size_t i;
    const char *key;
    json_t *item;
    if (json_is_string(value))
        return clean_text(value, err);
    if (depth == MAX_DEPTH)
        return miev_error_set(err, MIEV_ERR_LIMIT, "it is nested deeper than %d levels", MAX_DEPTH);
    if (json_is_array(value)) {
        json_array_foreach(value, i, item) if (rc == MIEV_OK) rc =
            clean_value(item, depth + 1, err);
    } else if (json_is_object(value)) {
        json_object_foreach(value, key, item) if (rc == MIEV_OK) rc =
            clean_value(item, depth + 1, err);
    }
    return rc;
}

/* ---- fields --------------------------------------------------------------------------------- */

enum kind {
    TEXT,
    NUMBER,
    WHOLE,
    FLAG,
    OBJECT,
    LIST, /* of objects; min and max: how many */
    DIMS, /* a shape: a list of whole numbers; min and max: how many */
    RISE, /* a list of up to MAX_RISE numbers, none below the one before it; min and max: of each */
};

enum {
    OPTIONAL = 1, /* may be missing */
    NULLABLE = 2, /* may be null */
};

struct rule {
    const char *key;
    enum kind kind;
    unsigned may;
    double min, max;           /* of a number, or of the bytes of a text, or of a list's length */
    const struct rule *inside; /* of an object or of each object of a list */
};

static const struct rule bounds[] = {
    {"low", NUMBER, NULLABLE, -BIG, BIG, NULL},
    {"high", NUMBER, NULLABLE, -BIG, BIG, NULL},
    {0},
};
static const struct rule interval[] = {
    {"value", NUMBER, 0, -BIG, BIG, NULL},
    {"low", NUMBER, 0, -BIG, BIG, NULL},
    {"high", NUMBER, 0, -BIG, BIG, NULL},
    {0},
};
static const struct rule per_inference_j[] = {
    {"value", NUMBER, NULLABLE, -1e12, 1e12, NULL},
    {"statistical", OBJECT, 0, 0, 0, bounds},
    {"systematic", OBJECT, 0, 0, 0, bounds},
    {0},
};
static const struct rule per_inference[] = {
    {"per_inference_j", OBJECT, 0, 0, 0, per_inference_j},
    {"rounds", WHOLE, 0, 0, 1e9, NULL},
    {"rounds_effective", WHOLE, 0, 0, 1e9, NULL},
    {"enough_rounds", FLAG, 0, 0, 0, NULL},
    {0},
};
static const struct rule part[] = {
    {"part", TEXT, 0, 1, 32, NULL},
    {"method", TEXT, 0, 1, 32, NULL},
    {"sensor", TEXT, NULLABLE, 1, 64, NULL},
    {"joules", NUMBER, NULLABLE, -1e12, 1e12, NULL},
    {0},
};
static const struct rule energy[] = {
    {"method", TEXT, 0, 1, 32, NULL},
    {"reason", TEXT, OPTIONAL, 1, 512, NULL},
    {"parts", LIST, OPTIONAL, 0, 64, part},
    {"gross", OBJECT, OPTIONAL, 0, 0, per_inference},
    {"net", OBJECT, OPTIONAL, 0, 0, per_inference},
    {"rounds_disturbed", WHOLE, OPTIONAL, 0, 1e9, NULL},
    {"inference_s", NUMBER, OPTIONAL, POSITIVE, 1e9, NULL},
    {0},
};
static const struct rule engine[] = {
    {"name", TEXT, 0, 1, 64, NULL},
    {"runtime", TEXT, 0, 1, 64, NULL},
    {"version", TEXT, 0, 0, 64, NULL},
    {"delegate", TEXT, 0, 0, 64, NULL},
    {0},
};
static const struct rule tensor[] = {
    {"name", TEXT, OPTIONAL, 0, 512, NULL},
    {"dtype", TEXT, 0, 1, 32, NULL},
    {"shape", DIMS, 0, 0, 8, NULL},
    {"scale", NUMBER, OPTIONAL, POSITIVE, BIG, NULL},
    {"zero_point", WHOLE, OPTIONAL, -BIG, BIG, NULL},
    {0},
};
static const struct rule prediction[] = {
    {"label", TEXT, 0, 0, 1024, NULL},
    {"index", WHOLE, 0, 0, 1e9, NULL},
    {"score", NUMBER, 0, -BIG, BIG, NULL},
    {0},
};
static const struct rule distribution[] = {
    {"ratio", RISE, 0, 0, 1, NULL},
    {"seconds", RISE, 0, 0, 1e9, NULL},
    {0},
};
static const struct rule latency[] = {
    {"p50_s", NUMBER, 0, POSITIVE, 1e9, NULL},
    {"p90_s", NUMBER, NULLABLE, 0, 1e9, NULL},
    {"p99_s", NUMBER, NULLABLE, 0, 1e9, NULL},
    {"distribution", OBJECT, OPTIONAL, 0, 0, distribution}, /* older reports have none */
    {0},
};
static const struct rule traffic[] = {
    {"asked_per_s", NUMBER, 0, POSITIVE, 1e9, NULL},
    {"concurrency", WHOLE, 0, 1, 1e6, NULL},
    {"duration_s", NUMBER, 0, POSITIVE, 1e9, NULL},
    {"sent", WHOLE, 0, 1, 1e9, NULL},
    {"answered", WHOLE, 0, 0, 1e9, NULL},
    {"failed", WHOLE, 0, 0, 1e9, NULL},
    {"fault", TEXT, NULLABLE, 1, 512, NULL},
    {"waited", WHOLE, 0, 0, 1e9, NULL},
    {"answered_per_s", NUMBER, 0, 0, 1e9, NULL},
    {"latency", OBJECT, NULLABLE, 0, 0, latency},
    {"per_request_j", OBJECT, NULLABLE, 0, 0, interval},
    {0},
};
static const struct rule footprint[] = {
    {"per_inference_g", OBJECT, 0, 0, 0, interval},
    {"operational_g", OBJECT, 0, 0, 0, interval},
    {"embodied_g", OBJECT, NULLABLE, 0, 0, interval},
    {0},
};
static const struct rule failure[] = {
    {"code", TEXT, 0, 1, 64, NULL},
    {"message", TEXT, 0, 1, 1024, NULL},
    {0},
};
static const struct rule own_settings[] = {
    {"threads", WHOLE, 0, 1, 1024, NULL},
    {"delegate", TEXT, NULLABLE, 1, 64, NULL},
    {"batch", WHOLE, 0, 1, 1024, NULL},
    {"reserved_cpus", WHOLE, 0, 1, 1e6, NULL},
    {0},
};
static const struct rule model[] = {
    {"name", TEXT, 0, 1, 512, NULL},
    {"settings", OBJECT, OPTIONAL, 0, 0, own_settings},
    {"precision", TEXT, 0, 1, 64, NULL},
    {"sha256", TEXT, OPTIONAL, 64, 64, NULL},
    {"archive_sha256", TEXT, OPTIONAL, 64, 64, NULL},
    {"bytes", WHOLE, OPTIONAL, 1, BIG, NULL},
    {"address", TEXT, OPTIONAL, 1, 512, NULL},
    {"traffic", OBJECT, OPTIONAL | NULLABLE, 0, 0, traffic},
    {"engine", OBJECT, OPTIONAL, 0, 0, engine},
    {"predictions", LIST, OPTIONAL, 0, 1000, prediction},
    {"latency", OBJECT, OPTIONAL | NULLABLE, 0, 0, latency},
    {"energy", OBJECT, OPTIONAL, 0, 0, energy},
    {"footprint", OBJECT, OPTIONAL | NULLABLE, 0, 0, footprint},
    {"error", OBJECT, OPTIONAL, 0, 0, failure},
    {0},
};
static const struct rule color_profile[] = {
    {"name", TEXT, 0, 0, 256, NULL},
    {"use", TEXT, 0, 1, 64, NULL},
    {0},
};
/* What processes that are not trusted may tell of themselves. */
static const struct rule told_of_model[] = {
    {"sandbox", TEXT, OPTIONAL, 1, 64, NULL},
    {"engine", OBJECT, OPTIONAL, 0, 0, engine},
    {"inputs", LIST, OPTIONAL, 0, 64, tensor},
    {"outputs", LIST, OPTIONAL, 0, 64, tensor},
    {0},
};
static const struct rule told_of_picture[] = {
    {"format", TEXT, 0, 1, 32, NULL},
    {"width", WHOLE, 0, 1, 1e6, NULL},
    {"height", WHOLE, 0, 1, 1e6, NULL},
    {"color_profile", OBJECT, 0, 0, 0, color_profile},
    {0},
};
static const struct rule pair[] = {
    {"a", TEXT, 0, 1, 512, NULL},
    {"b", TEXT, 0, 1, 512, NULL},
    {"ratio", NUMBER, NULLABLE, POSITIVE, BIG, NULL},
    {"method", TEXT, 0, 1, 32, NULL},
    {"statistical", OBJECT, 0, 0, 0, bounds},
    {"systematic", OBJECT, 0, 0, 0, bounds},
    {"verdict", TEXT, 0, 1, 32, NULL},
    {"likely", FLAG, 0, 0, 0, NULL},
    {0},
};
static const struct rule machine[] = {
    {"cpu", TEXT, 0, 0, 256, NULL},
    {"logical_cpus", WHOLE, 0, 1, 1e6, NULL},
    {"virtual_machine", FLAG, 0, 0, 0, NULL},
    {"hypervisor", TEXT, 0, 0, 256, NULL},
    {"class", TEXT, 0, 1, 32, NULL},
    {"host_logical_cpus", WHOLE, OPTIONAL | NULLABLE, 1, 1e6, NULL},
    {"host_told", FLAG, OPTIONAL, 0, 0, NULL},
    {0},
};
static const struct rule channel[] = {
    {"sensor", TEXT, 0, 1, 64, NULL},
    {"id", TEXT, 0, 1, 128, NULL},
    {"part", TEXT, 0, 1, 32, NULL},
    {"method", TEXT, 0, 1, 32, NULL},
    {"counted", FLAG, 0, 0, 0, NULL},
    {"systematic_low_ratio", NUMBER, 0, POSITIVE, 1e6, NULL},
    {"systematic_high_ratio", NUMBER, 0, POSITIVE, 1e6, NULL},
    {"source", TEXT, 0, 0, 1024, NULL},
    {0},
};
static const struct rule remote[] = {
    {"address", TEXT, 0, 1, 512, NULL},
    {"boundary", TEXT, 0, 1, 512, NULL},
    {0},
};
static const struct rule meter[] = {
    {"channels", LIST, 0, 0, 256, channel},
    {"remote", OBJECT, OPTIONAL, 0, 0, remote},
    {0},
};
static const struct rule settings[] = {
    {"threads", WHOLE, 0, 1, 1024, NULL},
    {"delegate", TEXT, NULLABLE, 1, 64, NULL},
    {"budget_s", NUMBER, 0, 0, 1e9, NULL},
    {"target_ratio", NUMBER, 0, POSITIVE, 1e3, NULL},
    {"seed", WHOLE, 0, 0, 9007199254740991.0, NULL},
    {"dedicated", FLAG, 0, 0, 0, NULL},
    {"fast_decode", FLAG, 0, 0, 0, NULL},
    {"memory_bytes", WHOLE, 0, 1, BIG, NULL},
    {"reserved_cpus", WHOLE, 0, 1, 1e6, NULL},
    {"logical_cpus", WHOLE, 0, 1, 1e6, NULL},
    {0},
};
static const struct rule input[] = {
    {"sha256", TEXT, 0, 64, 64, NULL},
    {"name", TEXT, 0, 1, 1024, NULL},
    {"bytes", WHOLE, 0, 1, BIG, NULL},
    {0},
};
static const struct rule stop[] = {
    {"reason", TEXT, 0, 1, 64, NULL},
    {"elapsed_s", NUMBER, 0, 0, 1e12, NULL},
    {"blocks", WHOLE, 0, 0, 1e9, NULL},
    {"half_width_ratio", NUMBER, NULLABLE, 0, BIG, NULL},
    {"ratio_half_width", NUMBER, NULLABLE, 0, BIG, NULL},
    {"needed_budget_s", NUMBER, OPTIONAL | NULLABLE, 0, BIG, NULL},
    {0},
};
static const struct rule site[] = {
    {"zone", TEXT, 0, 1, 63, NULL},    {"intensity_g_per_kwh", NUMBER, 0, 0, 1e6, NULL},
    {"source", TEXT, 0, 0, 511, NULL}, {"year", WHOLE, NULLABLE, 0, 9999, NULL},
    {"pue", NUMBER, 0, 1, 1000, NULL}, {0},
};
static const struct rule sweep_point[] = {
    {"name", TEXT, 0, 1, 512, NULL},
    {"item_j", NUMBER, 0, POSITIVE, 1e12, NULL},
    {"items_per_s", NUMBER, 0, POSITIVE, 1e18, NULL},
    {0},
};
static const struct rule sweep[] = {
    {"default", TEXT, 0, 1, 512, NULL},
    {"front", LIST, 0, 0, MIEV_STUDY_MAX_MODELS, sweep_point},
    {"knee", TEXT, NULLABLE, 1, 512, NULL},
    {"knee_words", TEXT, NULLABLE, 1, 1024, NULL},
    {"best", TEXT, NULLABLE, 1, 512, NULL},
    {"advice", TEXT, 0, 1, 1024, NULL},
    {0},
};
static const struct rule report_rules[] = {
    {"miev_version", TEXT, 0, 1, 31, NULL},
    {"created_unix_s", WHOLE, 0, 0, 4e11, NULL},
    {"machine", OBJECT, 0, 0, 0, machine},
    {"meter", OBJECT, 0, 0, 0, meter},
    {"settings", OBJECT, 0, 0, 0, settings},
    {"input", OBJECT, 0, 0, 0, input},
    {"stop", OBJECT, 0, 0, 0, stop},
    {"models", LIST, 0, 1, MIEV_STUDY_MAX_MODELS, model},
    {"comparison", LIST, 0, 0, MIEV_STUDY_MAX_MODELS *(MIEV_STUDY_MAX_MODELS - 1) / 2.0, pair},
    {"site", OBJECT, 0, 0, 0, site},
    {"sweep", OBJECT, OPTIONAL, 0, 0, sweep},
    {0},
};

static int check_object(const json_t *object, const struct rule *rules, const char *path,
                        struct miev_error *err);

static int check_number(const json_t *value, const struct rule *rule, const char *path,
                        struct miev_error *err)
{
    double number = json_number_value(value);
    bool right = rule->kind == WHOLE ? json_is_integer(value) : json_is_number(value);
    if (right && number >= rule->min && number <= rule->max)
        return MIEV_OK;
    if (rule->min > 0 && rule->min <= POSITIVE)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a number above 0, at most %g",
                              path, rule->max);
    return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a %snumber from %g to %g", path,
                          rule->kind == WHOLE ? "whole " : "", rule->min, rule->max);
}

static int check_text(const json_t *value, const struct rule *rule, const char *path,
                      struct miev_error *err)
{
    size_t length = json_string_length(value);
    if (json_is_string(value) && length >= (size_t)rule->min && length <= (size_t)rule->max)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a text of %.0f to %.0f bytes",
                          path, rule->min, rule->max);
}

static int check_list(const json_t *list, const struct rule *rule, const char *path,
                      struct miev_error *err)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n < (size_t)rule->min || n > (size_t)rule->max)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be a list of %.0f to %.0f", path,
                              rule->min, rule->max);
    for (size_t i = 0; i < n; i++) {
        char item[PATH_BYTES];
        (void)snprintf(item, sizeof(item), "%.120s[%zu]", path, i);
        int rc = check_object(json_array_get(list, i), rule->inside, item, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

static int check_dims(const json_t *list, const struct rule *rule, const char *path,
                      struct miev_error *err)
{
    size_t n = json_array_size(list);
    bool right = json_is_array(list) && n >= (size_t)rule->min && n <= (size_t)rule->max;
    for (size_t i = 0; right && i < n; i++)
        right = json_is_integer(json_array_get(list, i));
    return right ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_INVALID,
                                  "\"%s\" must be a list of %.0f to %.0f whole numbers", path,
                                  rule->min, rule->max);
}

static int check_rise(const json_t *list, const struct rule *rule, const char *path,
                      struct miev_error *err)
{
    size_t n = json_array_size(list);
    double least = rule->min;
    bool right = json_is_array(list) && n <= MAX_RISE;
    for (size_t i = 0; right && i < n; i++) {
        double number = json_number_value(json_array_get(list, i));
        right = json_is_number(json_array_get(list, i)) && number >= least && number <= rule->max;
        least = number;
    }
    return right ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_INVALID,
                                  "\"%s\" must be a list of up to %d numbers from %g to %g that "
                                  "never fall",
                                  path, MAX_RISE, rule->min, rule->max);
}

static int check_field(const json_t *value, const struct rule *rule, const char *path,
                       struct miev_error *err)
{
    if (!value && (rule->may & OPTIONAL))
        return MIEV_OK;
    if (!value)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" is missing", path);
    if (json_is_null(value) && (rule->may & NULLABLE))
        return MIEV_OK;
    switch (rule->kind) {
    case TEXT:
        return check_text(value, rule, path, err);
    case FLAG:
        return json_is_boolean(value)
                   ? MIEV_OK
                   : miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be true or false", path);
    case OBJECT:
        return check_object(value, rule->inside, path, err);
    case LIST:
        return check_list(value, rule, path, err);
    case DIMS:
        return check_dims(value, rule, path, err);
    case RISE:
        return check_rise(value, rule, path, err);
    case NUMBER:
    case WHOLE:
        break;
    }
    return check_number(value, rule, path, err);
}

static int check_object(const json_t *object, const struct rule *rules, const char *path,
                        struct miev_error *err)
{
    if (!json_is_object(object))
        return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" must be an object", path);
    for (const struct rule *rule = rules; rule->key; rule++) {
        char field[PATH_BYTES];
        (void)snprintf(field, sizeof(field), "%.120s%s%s", path, *path ? "." : "", rule->key);
        int rc = check_field(json_object_get(object, rule->key), rule, field, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

/* ---- what fields owe to each other ---------------------------------------------------------- */

static bool in_order(const json_t *low, double value, const json_t *high)
{
    return (json_is_null(low) || json_number_value(low) <= value) &&
           (json_is_null(high) || value <= json_number_value(high));
}

static int check_joules(const json_t *item, const char *name, struct miev_error *err)
{
    const json_t *gross = json_object_get(json_object_get(item, "energy"), "gross");
    const json_t *figure = json_object_get(gross, "per_inference_j");
    const json_t *value = json_object_get(figure, "value");
    static const char *const kinds[] = {"statistical", "systematic"};
    for (size_t i = 0; json_is_number(value) && i < 2; i++) {
        const json_t *limits = json_object_get(figure, kinds[i]);
        const json_t *low = json_object_get(limits, "low"), *high = json_object_get(limits, "high");
        if (!in_order(low, json_number_value(value), high))
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "the energy of %.100s does not lie between its %s bounds", name,
                                  kinds[i]);
    }
    return MIEV_OK;
}

/* A quantile's two numbers stand at the same place of two lists. */
static int check_distribution(const json_t *item, const char *name, struct miev_error *err)
{
    const json_t *both = json_object_get(json_object_get(item, "latency"), "distribution");
    if (json_array_size(json_object_get(both, "ratio")) ==
        json_array_size(json_object_get(both, "seconds")))
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the latency distribution of %.100s has not as many \"seconds\" as "
                          "\"ratio\"",
                          name);
}

/* Each model is either measured or failed, and names tell them apart. */
static int check_models(const json_t *models, struct miev_error *err)
{
    for (size_t i = 0; i < json_array_size(models); i++) {
        const json_t *item = json_array_get(models, i);
        const char *name = json_string_value(json_object_get(item, "name"));
        if (!json_object_get(item, "error") && !json_object_get(item, "energy"))
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "\"models[%zu]\" has neither \"energy\" nor \"error\"", i);
        for (size_t j = 0; j < i; j++) {
            const json_t *other = json_object_get(json_array_get(models, j), "name");
            if (strcmp(json_string_value(other), name) == 0)
                return miev_error_set(err, MIEV_ERR_INVALID, "two models are named %.100s", name);
        }
        int rc = check_joules(item, name, err);
        if (rc == MIEV_OK)
            rc = check_distribution(item, name, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

static int check_schema(const json_t *report, struct miev_error *err)
{
    const char *schema = json_string_value(json_object_get(report, "schema"));
    if (!json_is_object(report) || !schema || strncmp(schema, "miev.report/", 12) != 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "it is no report of MIEV: its \"schema\" is not " MIEV_REPORT_SCHEMA);
    if (strcmp(schema, MIEV_REPORT_SCHEMA) == 0)
        return MIEV_OK;
    return miev_error_set(
        err, MIEV_ERR_UNSUPPORTED,
        "it is a report of the form %.40s, and this miev reads " MIEV_REPORT_SCHEMA ": update miev",
        schema);
}

int miev_report_check(const json_t *report, struct miev_error *err)
{
    int rc = check_schema(report, err);
    if (rc == MIEV_OK)
        rc = check_object(report, report_rules, "", err);
    return rc == MIEV_OK ? check_models(json_object_get(report, "models"), err) : rc;
}

int miev_report_read(const char *text, size_t length, json_t **out, struct miev_error *err)
{
    json_t *report = NULL;
    if (length > MIEV_REPORT_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT, "it has more than the %zu bytes of a report",
                              MIEV_REPORT_MAX_BYTES);
    int rc = miev_json_parse(text, length, &report, err);
    if (rc != MIEV_OK)
        return rc;
    rc = clean_value(report, 0, err);
    if (rc == MIEV_OK)
        rc = miev_report_check(report, err);
    if (rc == MIEV_OK)
        *out = report;
    else
        json_decref(report);
    return rc;
}

/* ---- what a process tells ------------------------------------------------------------------- */

static int take(json_t *facts, const json_t *answer, const struct rule *rules,
                struct miev_error *err)
{
    json_t *told = json_object();
    for (const struct rule *rule = rules; rule->key; rule++)
        (void)json_object_set(told, rule->key, json_object_get(answer, rule->key));
    int rc = clean_value(told, 0, err);
    if (rc == MIEV_OK)
        rc = check_object(told, rules, "", err);
    if (rc == MIEV_OK && json_object_update(facts, told) != 0)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the report");
    json_decref(told);
    return rc;
}

int miev_report_take_model(json_t *facts, const json_t *answer, struct miev_error *err)
{
    return take(facts, answer, told_of_model, err);
}

int miev_report_take_picture(json_t *facts, const json_t *answer, struct miev_error *err)
{
    return take(facts, answer, told_of_picture, err);
}

/* ---- as text -------------------------------------------------------------------------------- */

static int dump(const json_t *report, size_t flags, char **out, size_t *length,
                struct miev_error *err)
{
    char *text = json_dumps(report, flags | JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (!text)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the text of the report");
    *out = text;
    *length = strlen(text);
    return MIEV_OK;
}

int miev_report_text(const json_t *report, char **out, size_t *length, struct miev_error *err)
{
    return dump(report, 0, out, length, err);
}

int miev_report_identity(const json_t *report, char out[65], struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    int rc = dump(report, JSON_SORT_KEYS, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    miev_sha256_hex(text, length, out);
    free(text);
    return MIEV_OK;
}

bool miev_report_has_energy(const json_t *report)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(report, "models"), i, item)
    {
        const json_t *gross = json_object_get(json_object_get(item, "energy"), "gross");
        const json_t *figure = json_object_get(gross, "per_inference_j");
        if (json_is_number(json_object_get(figure, "value")))
            return true;
    }
    return false;
}
