/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of any text: every field is a string within the row; and the typical day of one that
 * happens to be a grid's past: its hours are in order. */
#include <math.h>

#include "core/csv.h"
#include "fuzz.h"
#include "study/typical_day.h"

static void read_as_day(const char *text)
{
    struct miev_typical_day day;
    struct miev_error err;
    if (miev_typical_day_read(text, &day, &err) != MIEV_OK)
        return;
    double least = day.mean_g_per_kwh[day.least_hour];
    for (size_t hour = 0; hour < MIEV_DAY_HOURS; hour++)
        fuzz_require(least <= day.mean_g_per_kwh[hour]);
    fuzz_require(day.least_low_g_per_kwh <= least * (1 + 1e-9) + 1e-9 &&
                 least <= day.least_high_g_per_kwh * (1 + 1e-9) + 1e-9);
    fuzz_require(isfinite(day.day_g_per_kwh) && day.days > 0 && day.first <= day.last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    const char *cursor = text;
    struct miev_csv_row row;
    while (miev_csv_next(&cursor, &row))
        for (size_t i = 0; i <= row.n_fields; i++)
            fuzz_require(strlen(miev_csv_field(&row, i)) < sizeof(row.text));
    read_as_day(text);
    free(text);
    return 0;
}
