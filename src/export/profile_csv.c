/* SPDX-License-Identifier: Apache-2.0 */
#include "export/csv_cell.h"
#include "export/export.h"
#include "export/field.h"

static const char *const texts[] = {
    "name", "type", "provider", "output_shape", "calls_per_inference", "seconds"};
static const char *const intervals[] = {"share", "joules", "grams"};
static const char *const ends[] = {"value", "low", "high"};

#define N(list) (sizeof(list) / sizeof((list)[0]))

static void put_header(FILE *file)
{
    (void)fputs("position", file);
    for (size_t i = 0; i < N(texts); i++)
        (void)fprintf(file, ",%s", texts[i]);
    for (size_t i = 0; i < N(intervals); i++)
        (void)fprintf(file, ",%s,%s_low,%s_high", intervals[i], intervals[i], intervals[i]);
    (void)fputs("\r\n", file);
}

static void put_line(const json_t *row, FILE *file)
{
    for (size_t i = 0; i < N(texts); i++) {
        (void)fputc(',', file);
        miev_csv_put(miev_field_at(row, texts[i]), file);
    }
    for (size_t i = 0; i < N(intervals); i++) {
        for (size_t end = 0; end < N(ends); end++) {
            (void)fputc(',', file);
            miev_csv_put(miev_field_at(miev_field_at(row, intervals[i]), ends[end]), file);
        }
    }
    (void)fputs("\r\n", file);
}

bool miev_export_profile_csv(const json_t *profile, FILE *file)
{
    size_t i;
    const json_t *row;
    put_header(file);
    json_array_foreach(miev_field_at(profile, "operators"), i, row)
    {
        (void)fprintf(file, "%zu", i + 1);
        put_line(row, file);
    }
    json_t *between = json_deep_copy(miev_field_at(profile, "between"));
    (void)json_object_set_new(between, "type", json_string("between operators"));
    put_line(between, file);
    json_decref(between);
    return !ferror(file);
}
