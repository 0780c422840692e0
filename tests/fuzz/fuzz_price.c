/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON as a report that came from elsewhere: it is priced whole, or refused with a sentence. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "fuzz.h"
#include "study/price.h"

/* One axis never holds two data sets: whoever is on it has a name, an accuracy and grams. */
static void check_front(const json_t *front)
{
    size_t i;
    json_t *entry;
    if (json_array_size(json_object_get(front, "models")) == 0)
        abort();
    json_array_foreach(json_object_get(front, "models"), i, entry)
    {
        double top1 = json_number_value(json_object_get(entry, "top1"));
        if (!(json_number_value(json_object_get(entry, "per_inference_g")) > 0) ||
            !(top1 >= 0 && top1 <= 1))
            abort();
    }
}

/* A rate has its figures or its reason. */
static void check_rate(const json_t *rate)
{
    if (rate && !json_is_string(json_object_get(rate, "reason")) &&
        !(json_number_value(json_object_get(rate, "workers")) >= 1 &&
          json_is_number(json_object_get(rate, "year_g"))))
        abort();
}

static void check_report(const json_t *report)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(report, "pareto"), i, item) check_front(item);
    json_array_foreach(json_object_get(report, "models"), i, item)
        check_rate(json_object_get(json_object_get(item, "footprint"), "at_rate"));
    char *text = json_dumps(report, JSON_COMPACT);
    if (!text)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct miev_site site = {
        .zone = "custom", .intensity_g_per_kwh = 400, .source = "a test", .pue = 1.5};
    const struct miev_price_options options = {
        .site = &site, .embodied = true, .requests_per_day = 1000};
    struct miev_error err = {0};
    json_t *report = NULL;
    int rc = miev_json_parse((const char *)data, size, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_report_price(report, &options, &err);
    if (rc == MIEV_OK)
        check_report(report);
    else if (err.message[0] == '\0')
        abort();
    json_decref(report);
    return 0;
}
