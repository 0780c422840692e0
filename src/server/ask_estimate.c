/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ask_estimate.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

#define S_PER_YEAR (365.25 * 86400)

/* As numbers come, before they take the form of what they are for. */
struct asked {
    struct miev_ask_estimate ask;
    double year, lifetime_years, embodied;
};

enum kind { TEXT, NUMBER, WHOLE, FLAG };
#define HARDWARE(member) offsetof(struct asked, ask.hardware.member)
#define PLACE(member)    offsetof(struct asked, ask.place.member)
static const struct field {
    const char *name;
    double min, max; /* of a number; of the bytes of a text */
    size_t offset;
    enum kind kind;
} fields[] = {
    {"hours", MIEV_ESTIMATE_MIN_HOURS, MIEV_ESTIMATE_MAX_HOURS, HARDWARE(hours), NUMBER},
    {"cpu", 1, 127, HARDWARE(cpu), TEXT},
    {"instance", 1, 127, HARDWARE(instance), TEXT},
    {"sockets", 1, MIEV_ESTIMATE_MAX_SOCKETS, HARDWARE(sockets), WHOLE},
    {"cores", 1, MIEV_ESTIMATE_MAX_CORES, HARDWARE(cores), WHOLE},
    {"memory_gib", MIEV_ESTIMATE_MIN_MEMORY_GIB, MIEV_ESTIMATE_MAX_MEMORY_GIB, HARDWARE(memory_gib),
     NUMBER},
    {"class", 1, 31, HARDWARE(machine_class), TEXT},
    {"usage", 0, 1, HARDWARE(usage), NUMBER},
    {"gpu", 1, 127, HARDWARE(gpu), TEXT},
    {"gpu_watts", 1, MIEV_ESTIMATE_MAX_GPU_W, HARDWARE(gpu_watts), NUMBER},
    {"gpus", 1, MIEV_ESTIMATE_MAX_GPUS, HARDWARE(gpus), WHOLE},
    {"gpu_usage", 0, 1, HARDWARE(gpu_usage), NUMBER},
    {"method", 1, 127, HARDWARE(methods), TEXT},
    {"zone", 1, 63, PLACE(zone), TEXT},
    {"intensity_g_per_kwh", 0, 10000, PLACE(intensity_g_per_kwh), NUMBER},
    {"pue", 1, 10, PLACE(pue), NUMBER},
    {"year", 1, 3000, offsetof(struct asked, year), WHOLE},
    {"lifetime_years", 0.1, 100, offsetof(struct asked, lifetime_years), NUMBER},
    {"embodied", 0, 1, offsetof(struct asked, embodied), FLAG},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static const struct field *find_field(const char *name)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static int take_text(const struct field *field, const char *text, struct asked *out,
                     struct miev_error *err)
{
    size_t length = strlen(text);
    if ((double)length < field->min || (double)length > field->max)
        return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be a text of %g to %g bytes",
                              field->name, field->min, field->max);
    memcpy((char *)out + field->offset, &text, sizeof(text));
    return MIEV_OK;
}

static int take_flag(const struct field *field, const char *text, struct asked *out,
                     struct miev_error *err)
{
    bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    double value = yes;
    if (!yes && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be true or false", field->name);
    memcpy((char *)out + field->offset, &value, sizeof(value));
    return MIEV_OK;
}

static int take_number(const struct field *field, const char *text, struct asked *out,
                       struct miev_error *err)
{
    double value = 0;
    bool fits = miev_parse_double(text, &value, NULL) == MIEV_OK && value >= field->min &&
                value <= field->max && (field->kind != WHOLE || floor(value) == value);
    if (!fits)
        return miev_error_set(err, MIEV_ERR_INVALID, "'%s' must be a %s from %.15g to %.15g",
                              field->name, field->kind == WHOLE ? "whole number" : "number",
                              field->min, field->max);
    memcpy((char *)out + field->offset, &value, sizeof(value));
    return MIEV_OK;
}

static int take_field(const struct miev_target_field *given, struct asked *out,
                      struct miev_error *err)
{
    char shown[48];
    const struct field *field = find_field(given->name);
    miev_text_show(shown, sizeof(shown), given->name);
    if (!field)
        return miev_error_set(err, MIEV_ERR_INVALID, "there is no field '%s' here", shown);
    switch (field->kind) {
    case TEXT:
        return take_text(field, given->value, out, err);
    case FLAG:
        return take_flag(field, given->value, out, err);
    case NUMBER:
    case WHOLE:
        break;
    }
    return take_number(field, given->value, out, err);
}

int miev_ask_estimate_from_query(const struct miev_target *target, struct miev_ask_estimate *out,
                                 struct miev_error *err)
{
    struct asked asked = {.ask = {.hardware = MIEV_ESTIMATE_ASK_INIT, .place = MIEV_SITE_WISH_INIT},
                          .embodied = 1};
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < target->n_fields; i++)
        rc = take_field(&target->fields[i], &asked, err);
    if (rc != MIEV_OK)
        return rc;
    if (asked.ask.hardware.hours <= 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "'hours' is missing: say how long it runs, as in hours=1.5");
    asked.ask.place.year = (int)asked.year;
    asked.ask.place.lifetime_s = asked.lifetime_years * S_PER_YEAR;
    asked.ask.place.no_embodied = asked.embodied <= 0;
    *out = asked.ask;
    return MIEV_OK;
}
