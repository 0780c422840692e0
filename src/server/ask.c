/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ask.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "grid/live.h"
#include "study/study.h"

/* Every field there is: a query is turned into JSON by it, and others are refused. */
enum kind { WORD, NUMBER, WHOLE, FLAG, WORDS, OBJECT };
/* What a field says something about; an address takes the fields of some of these. */
enum subject { OF_STUDY = 1, OF_SITE = 2, OF_HOUR = 4, OF_ALTERNATIVES = 8 };
#define MOST_LATENCY_MS 86400000.0 /* a day */
static const struct field {
    const char *name;
    double min, max;
    enum kind kind;
    enum subject subject;
} fields[] = {
    {"models", 1, MIEV_STUDY_MAX_MODELS, WORDS, OF_STUDY},
    {"input", 1, 159, WORD, OF_STUDY},
    {"name", 0, 159, WORD, OF_STUDY},
    {"zone", 1, 63, WORD, OF_SITE},
    {"intensity_g_per_kwh", 0, 10000, NUMBER, OF_SITE},
    {"pue", 1, 10, NUMBER, OF_SITE},
    {"embodied", 0, 1, FLAG, OF_SITE},
    {"requests_per_day", 0, 1e15, NUMBER, OF_SITE},
    {"lifetime_years", MIEV_SITE_MIN_LIFETIME_YEARS, MIEV_SITE_MAX_LIFETIME_YEARS, NUMBER, OF_SITE},
    {"hour", 1, 39, WORD, OF_HOUR},
    {"max_latency_ms", 0.000001, MOST_LATENCY_MS, NUMBER, OF_ALTERNATIVES},
    {"min_accuracy_percent", 0, 100, NUMBER, OF_ALTERNATIVES},
    {"regions", 1, 159, WORD, OF_ALTERNATIVES},
    {"sweep", 0, 0, OBJECT, OF_STUDY},
    {"threads", 1, 1024, WHOLE, OF_STUDY},
    {"delegate", 0, 31, WORD, OF_STUDY},
    {"budget_s", 0, MIEV_ASK_MAX_BUDGET_S, NUMBER, OF_STUDY},
    {"target_ratio", 0.001, 1, NUMBER, OF_STUDY},
    {"seed", 0, 9007199254740991.0, WHOLE, OF_STUDY},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static const struct field *find_field(const char *name)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static bool is_clean(const char *text)
{
    while (*text) {
        uint32_t point = miev_text_next(&text);
        if (point == MIEV_TEXT_BAD || point < 0x20 || point == 0x7f)
            return false;
    }
    return true;
}

static bool is_word(const json_t *value, double min, double max)
{
    return json_is_string(value) && (double)json_string_length(value) >= min &&
           (double)json_string_length(value) <= max && is_clean(json_string_value(value));
}

static bool are_words(const json_t *value, double min, double max)
{
    size_t i;
    json_t *item;
    if (!json_is_array(value) || (double)json_array_size(value) < min ||
        (double)json_array_size(value) > max)
        return false;
    json_array_foreach(value, i, item) if (!is_word(item, 1, 191)) return false;
    return true;
}

static bool is_number(const json_t *value, double min, double max)
{
    double number = json_number_value(value);
    return json_is_number(value) && number >= min && number <= max;
}

static int check_field(const struct field *field, const json_t *value, struct miev_error *err)
{
    bool fits = false;
    switch (field->kind) {
    case WORD:
        fits = is_word(value, field->min, field->max);
        break;
    case WORDS:
        fits = are_words(value, field->min, field->max);
        break;
    case NUMBER:
        fits = is_number(value, field->min, field->max);
        break;
    case WHOLE:
        fits = is_number(value, field->min, field->max) &&
               floor(json_number_value(value)) == json_number_value(value);
        break;
    case FLAG:
        fits = json_is_boolean(value);
        break;
    case OBJECT:
        fits = json_is_object(value);
        break;
    }
    if (fits)
        return MIEV_OK;
    if (field->kind == OBJECT)
        return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be an object", field->name);
    if (field->kind == FLAG)
        return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be true or false", field->name);
    return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be %s %.15g to %.15g%s", field->name,
                          field->kind == WORD    ? "a text of"
                          : field->kind == WORDS ? "a list of"
                          : field->kind == WHOLE ? "a whole number from"
                                                 : "a number from",
                          field->min, field->max,
                          field->kind == WORD    ? " bytes"
                          : field->kind == WORDS ? " texts"
                                                 : "");
}

/* subjects: those that may be spoken of. */
static int check(json_t *document, unsigned subjects, struct miev_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(document, key, value)
    {
        char shown[48];
        const struct field *field = find_field(key);
        miev_text_show(shown, sizeof(shown), key);
        if (!field || !(field->subject & subjects))
            return miev_error_set(err, MIEV_ERR_INVALID, "there is no field '%s' here", shown);
        int rc = json_is_null(value) ? MIEV_OK : check_field(field, value, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

/* ---- from fields that were checked ---------------------------------------------------------- */

static double number_of(const json_t *document, const char *key, double otherwise)
{
    const json_t *value = json_object_get(document, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static void copy_word(char *out, size_t capacity, const json_t *document, const char *key)
{
    const char *text = json_string_value(json_object_get(document, key));
    (void)snprintf(out, capacity, "%s", text ? text : "");
}

static int take_hour(const json_t *document, struct miev_ask_site *out, struct miev_error *err)
{
    const char *text = json_string_value(json_object_get(document, "hour"));
    if (!text)
        return MIEV_OK;
    if (out->wish.intensity_g_per_kwh >= 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "an hour and an intensity say the same thing: give one of them");
    if (!miev_live_parse_time(text, &out->hour) || out->hour <= 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'hour' must be a time such as 2026-11-28T20:00Z");
    return MIEV_OK;
}

static int take_site(const json_t *document, struct miev_ask_site *out, struct miev_error *err)
{
    *out = (struct miev_ask_site){.wish = MIEV_SITE_WISH_INIT};
    copy_word(out->zone, sizeof(out->zone), document, "zone");
    out->wish.zone = *out->zone ? out->zone : NULL;
    out->wish.intensity_g_per_kwh = number_of(document, "intensity_g_per_kwh", -1);
    out->wish.pue = number_of(document, "pue", 0);
    out->wish.requests_per_day = number_of(document, "requests_per_day", 0);
    out->wish.lifetime_s = number_of(document, "lifetime_years", 0) * MIEV_SITE_YEAR_S;
    out->wish.no_embodied = json_is_false(json_object_get(document, "embodied"));
    for (size_t i = 0; i < N_FIELDS; i++)
        out->any = out->any || (fields[i].subject & (OF_SITE | OF_HOUR) &&
                                json_object_get(document, fields[i].name));
    struct miev_site site;
    struct miev_price_options price;
    int rc = take_hour(document, out, err);
    return rc == MIEV_OK ? miev_site_find(&out->wish, &site, &price, err) : rc;
}

static int take_sweep(json_t *document, struct miev_ask *out, struct miev_error *err)
{
    json_t *sweep = json_object_get(document, "sweep");
    out->sweep = json_is_object(sweep);
    if (!out->sweep)
        return MIEV_OK;
    if (json_is_number(json_object_get(document, "threads")) ||
        json_is_string(json_object_get(document, "delegate")))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a sweep has threads and delegates of its own: leave out 'threads' "
                              "and 'delegate'");
    return miev_ask_sweep_read(sweep, &out->grid, err);
}

static int take(json_t *document, struct miev_ask *out, struct miev_error *err)
{
    int rc = check(document, OF_STUDY | OF_SITE, err);
    if (rc == MIEV_OK && !json_is_array(json_object_get(document, "models")))
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "'models' is missing: list the ids of the models to measure");
    if (rc == MIEV_OK)
        rc = take_site(document, &out->site, err);
    if (rc == MIEV_OK)
        rc = take_sweep(document, out, err);
    if (rc != MIEV_OK)
        return rc;
    out->own_budget = json_is_number(json_object_get(document, "budget_s"));
    copy_word(out->input, sizeof(out->input), document, "input");
    copy_word(out->name, sizeof(out->name), document, "name");
    copy_word(out->delegate, sizeof(out->delegate), document, "delegate");
    out->threads = (unsigned)number_of(document, "threads", 1);
    out->budget_s = number_of(document, "budget_s", 60);
    out->target_ratio = number_of(document, "target_ratio", 0.03);
    out->seed = number_of(document, "seed", -1);
    out->models = json_incref(json_object_get(document, "models"));
    return MIEV_OK;
}

/* *out points into itself: filled where it stays. */
int miev_ask_from_json(json_t *document, struct miev_ask *out, struct miev_error *err)
{
    *out = (struct miev_ask){.models = NULL};
    int rc = take(document, out, err);
    if (rc == MIEV_OK && !*out->input) {
        miev_ask_finish(out);
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "'input' is missing: the id of a picture (/api/v1/inputs lists them)");
    }
    return rc;
}

void miev_ask_finish(struct miev_ask *ask)
{
    json_decref(ask->models);
    ask->models = NULL;
}

/* ---- from a query --------------------------------------------------------------------------- */

static json_t *split(const char *text)
{
    json_t *list = json_array();
    while (*text) {
        size_t length = strcspn(text, ",");
        (void)json_array_append_new(list, json_stringn(text, length));
        text += length + (text[length] == ',');
    }
    return list;
}

/* The JSON that a field's text stands for; NULL: it stands for none of its kind. */
static json_t *value_of(const struct field *field, const char *text)
{
    double number = 0;
    switch (field->kind) {
    case WORD:
        return json_string(text);
    case WORDS:
        return split(text);
    case NUMBER:
    case WHOLE:
        return miev_parse_double(text, &number, NULL) == MIEV_OK ? json_real(number) : NULL;
    case OBJECT:
        return NULL;
    case FLAG:
        break;
    }
    if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
        return json_true();
    return strcmp(text, "false") == 0 || strcmp(text, "0") == 0 ? json_false() : NULL;
}

static bool is_other(const char *name, const char *const *others)
{
    for (size_t i = 0; others && others[i]; i++)
        if (strcmp(others[i], name) == 0)
            return true;
    return false;
}

static int document_of(const struct miev_target *target, const char *const *others, json_t **out,
                       struct miev_error *err)
{
    json_t *document = json_object();
    for (size_t i = 0; i < target->n_fields; i++) {
        const struct field *field = find_field(target->fields[i].name);
        if (is_other(target->fields[i].name, others))
            continue;
        json_t *value = field ? value_of(field, target->fields[i].value) : NULL;
        if (!value) {
            json_decref(document);
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  field ? "'%.40s' has a value that is none of its kind"
                                        : "there is no field '%.40s' here",
                                  target->fields[i].name);
        }
        (void)json_object_set_new(document, target->fields[i].name, value);
    }
    *out = document;
    return MIEV_OK;
}

int miev_ask_from_query(const struct miev_target *target, struct miev_ask *out,
                        struct miev_error *err)
{
    json_t *document = NULL;
    *out = (struct miev_ask){.models = NULL};
    int rc = document_of(target, NULL, &document, err);
    if (rc == MIEV_OK)
        rc = take(document, out, err);
    json_decref(document);
    return rc;
}

static int checked_of(const struct miev_target *target, const char *const *others,
                      unsigned subjects, json_t **out, struct miev_error *err)
{
    int rc = document_of(target, others, out, err);
    if (rc == MIEV_OK)
        rc = check(*out, subjects, err);
    return rc;
}

int miev_ask_site_from_query(const struct miev_target *target, const char *const *others,
                             struct miev_ask_site *out, struct miev_error *err)
{
    json_t *document = NULL;
    int rc = checked_of(target, others, OF_SITE | OF_HOUR, &document, err);
    if (rc == MIEV_OK)
        rc = take_site(document, out, err);
    json_decref(document);
    return rc;
}

int miev_ask_alternatives_from_query(const struct miev_target *target,
                                     struct miev_ask_alternatives *out, struct miev_error *err)
{
    static const char *const others[] = {"model", NULL};
    json_t *document = NULL;
    *out = (struct miev_ask_alternatives){.max_latency_ms = 0};
    int rc = checked_of(target, others, OF_SITE | OF_ALTERNATIVES, &document, err);
    if (rc == MIEV_OK)
        rc = take_site(document, &out->site, err);
    if (rc == MIEV_OK) {
        const json_t *rate = json_object_get(document, "requests_per_day");
        out->no_rate = json_is_number(rate) && json_number_value(rate) <= 0;
        out->max_latency_ms = number_of(document, "max_latency_ms", 0);
        out->min_accuracy_percent = number_of(document, "min_accuracy_percent", 0);
        copy_word(out->regions, sizeof(out->regions), document, "regions");
    }
    json_decref(document);
    return rc;
}
