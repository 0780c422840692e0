/* SPDX-License-Identifier: Apache-2.0 */
/* Served models under load: a table and what the load could not do; nothing without --per-second.
 */
#include <stdio.h>

#include "cli/show_parts.h"
#include "study/study.h"

static const json_t *traffic_of(const json_t *model)
{
    const json_t *traffic = miev_field_at(model, "traffic");
    return json_is_object(traffic) ? traffic : NULL;
}

/* leave: as in table_column_if_wide, 0 for what is always there. */
static const struct {
    const char *header, *field;
    unsigned leave;
} latencies[] = {{"p50", "p50_s", 0}, {"p90", "p90_s", 2}, {"p99", "p99_s", 0}};
#define N_LATENCIES (sizeof(latencies) / sizeof(latencies[0]))

/* After the name: due, answered, failed, waited, the latencies, joules. */
enum { DUE = 1, ANSWERED, FAILED, WAITED, FIRST_LATENCY, ENERGY = FIRST_LATENCY + N_LATENCIES };

static void set_row(struct table *table, size_t row, const json_t *model, bool ascii)
{
    const json_t *traffic = traffic_of(model);
    double joules = miev_field_number(miev_field_at(traffic, "per_request_j"), "value");
    struct miev_unit unit = miev_unit_for(MIEV_QUANTITY_ENERGY_J, &joules, 1, ascii);
    char number[MIEV_NUMBER_SIZE];
    table_set(table, row, 0, "%s", miev_field_text(model, "name"));
    miev_format_number(number, sizeof(number), miev_field_number(traffic, "asked_per_s"));
    table_set(table, row, DUE, "%s", number);
    miev_format_number(number, sizeof(number), miev_field_number(traffic, "answered_per_s"));
    table_set(table, row, ANSWERED, "%s", number);
    table_set(table, row, FAILED, "%.0f of %.0f", miev_field_number(traffic, "failed"),
              miev_field_number(traffic, "sent"));
    table_set(table, row, WAITED, "%.0f", miev_field_number(traffic, "waited"));
    for (size_t i = 0; i < N_LATENCIES; i++) {
        double value_s = miev_field_number(miev_field_at(traffic, "latency"), latencies[i].field);
        struct miev_unit time = miev_unit_for(MIEV_QUANTITY_TIME_S, &value_s, 1, ascii);
        field_set_number(table, row, FIRST_LATENCY + i, value_s, &time);
    }
    field_set_number(table, row, ENERGY, joules, &unit);
}

static void say_faults(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *traffic = traffic_of(models[i]);
        if (miev_field_number(traffic, "failed") > 0)
            say(terminal, "Requests to %s failed, the first because %s.",
                miev_field_text(models[i], "name"), miev_field_text(traffic, "fault"));
    }
}

static void print(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    struct table table;
    if (!table_init(&table, n))
        return;
    (void)table_column(&table, "under load", false);
    (void)table_column(&table, "due/s", true);
    (void)table_column(&table, "answered/s", true);
    (void)table_column_if_wide(&table, "failed", true, 4);
    (void)table_column_if_wide(&table, "waited", true, 3);
    for (size_t i = 0; i < N_LATENCIES; i++)
        (void)table_column_if_wide(&table, latencies[i].header, true, latencies[i].leave);
    (void)table_column_if_wide(&table, "energy/request", true, 1);
    for (size_t i = 0; i < n; i++)
        set_row(&table, i, models[i], !terminal->utf8);
    show_table(&table, terminal);
    table_finish(&table);
    say_faults(models, n, terminal);
    say(terminal,
        "Latency under load counts from when a request was due: requests come at random times, "
        "whether or not the ones before are answered, at most %.0f at once.",
        miev_field_number(traffic_of(models[0]), "concurrency"));
    (void)fputc('\n', terminal->file);
}

void show_traffic(const json_t *const *models, size_t n, const struct terminal *terminal)
{
    const json_t *loaded[MIEV_STUDY_MAX_MODELS];
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (traffic_of(models[i]))
            loaded[count++] = models[i];
    if (count > 0)
        print(loaded, count, terminal);
}
