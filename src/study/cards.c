/* SPDX-License-Identifier: Apache-2.0 */
#include "study/cards.h"

#include <stdio.h>
#include <string.h>

#include "core/field.h"
#include "core/json.h"
#include "footprint/interval.h"

#define NAME_BYTES 64

/* The sensor's own name: a meter of another MIEV tells it before the channel's ("nvml/gpu-0"). */
static bool is_of(const json_t *channel, const char *sensor)
{
    const char *id = miev_field_text(channel, "id");
    size_t length = strlen(sensor);
    return strcmp(miev_field_text(channel, "sensor"), sensor) == 0 ||
           (strncmp(id, sensor, length) == 0 && id[length] == '/');
}

/* False: the channel is of no card. NVML tells the card's name before the counter's; the kernel's
 * files tell the driver's alone; rails of a board are those of one chip. */
static bool name_of(const json_t *channel, char out[NAME_BYTES])
{
    const char *source = miev_field_text(channel, "source"), *end = strstr(source, ": ");
    out[0] = '\0';
    if (!json_is_true(json_object_get(channel, "counted")) ||
        strcmp(miev_field_text(channel, "part"), "gpu") != 0)
        return false;
    if (is_of(channel, "hwmon"))
        return strncmp(source, "rail ", 5) != 0;
    if (!is_of(channel, "nvml") || !end)
        return false;
    (void)snprintf(out, NAME_BYTES, "%.*s", (int)(end - source < 63 ? end - source : 63), source);
    return true;
}

void miev_cards_of(const json_t *report, struct miev_cards *out)
{
    size_t i;
    const json_t *channel;
    struct miev_embodied server;
    out->n = 0;
    out->lifetime_s = (struct miev_interval){0, 0, 0};
    if (miev_embodied_default(MIEV_MACHINE_SERVER, &server, NULL) == MIEV_OK)
        out->lifetime_s = server.lifetime_s;
    json_array_foreach(json_object_get(json_object_get(report, "meter"), "channels"), i, channel)
    {
        char name[NAME_BYTES];
        if (out->n < MIEV_CARDS_MAX && name_of(channel, name) &&
            miev_embodied_card_named(name, &out->each[out->n], NULL) == MIEV_OK)
            out->n++;
    }
}

bool miev_cards_used_by(const json_t *model)
{
    size_t i;
    const json_t *part;
    json_array_foreach(json_object_get(json_object_get(model, "energy"), "parts"), i, part)
    {
        if (strcmp(miev_field_text(part, "part"), "gpu") == 0)
            return strcmp(miev_field_text(part, "method"), "unavailable") != 0;
    }
    return false;
}

int miev_cards_add(const struct miev_cards *cards, double time_s, struct miev_interval *embodied_g,
                   struct miev_error *err)
{
    struct miev_interval sum = *embodied_g;
    for (size_t i = 0; i < cards->n; i++) {
        const struct miev_embodied card = {.total_g = cards->each[i].total_g,
                                           .lifetime_s = cards->lifetime_s};
        struct miev_interval own_g;
        int rc = miev_embodied_share(&card, time_s, 1, &own_g, err);
        if (rc != MIEV_OK)
            return rc;
        sum = miev_interval_add_bounds(&sum, &own_g);
    }
    *embodied_g = sum;
    return MIEV_OK;
}

json_t *miev_cards_json(const struct miev_cards *cards)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cards->n; i++) {
        const struct miev_embodied_card *card = &cards->each[i];
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o, s:f, s:s}", "part", "gpu",
                                                    "name", card->name, "listed", (int)card->listed,
                                                    "total_g", miev_json_interval(card->total_g),
                                                    "share", 1.0, "source", card->source));
    }
    return list;
}
