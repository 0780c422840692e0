/* SPDX-License-Identifier: Apache-2.0 */
/* What the estimate says of each server of a list of published results (columns as SPECpower's
 * own export): one CSV line a server. scripts/fit-estimate and scripts/validate-estimate read it.
 *
 *     estimate_rows RESULTS.csv [FIT.csv]     FIT: in place of the built-in data/server_power.csv
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "sensor/cpu_table.h"
#include "sensor/server_power.h"

#define MAX_BYTES (64u << 20)

/* Less memory than this for a core means that the list counts in another unit ("1" for 1,024). */
#define LEAST_GIB_PER_CORE 0.125

enum column { CPU, SOCKETS, CORES, THREADS, MEMORY, IDLE, FULL, YEAR, N_COLUMNS };
static const char *const titles[N_COLUMNS] = {"CPU Description",   "Chips",
                                              "# Cores",           "Total Threads",
                                              "Total Memory (GB)", "avg. watts @ active idle",
                                              "avg. watts @ 100%", "Published"};

static bool find_columns(const struct miev_csv_row *head, size_t at[N_COLUMNS])
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        for (at[c] = 0; at[c] < head->n_fields; at[c]++)
            if (strcmp(head->fields[at[c]], titles[c]) == 0)
                break;
        if (at[c] == head->n_fields) {
            (void)fprintf(stderr, "estimate_rows: the file has no column \"%s\"\n", titles[c]);
            return false;
        }
    }
    return true;
}

static double number(const struct miev_csv_row *row, size_t column)
{
    double value = 0;
    return miev_parse_double(miev_csv_field(row, column), &value, NULL) == MIEV_OK ? value : 0;
}

static void show_wall(const struct miev_wall_power *wall)
{
    printf(",%.6g,%.6g,%.6g", wall->w, wall->low_w, wall->high_w);
}

/* False for a line that is no result. */
static bool show_row(const struct miev_csv_row *row, const size_t at[N_COLUMNS], const char *table)
{
    char name[128], key[MIEV_CPU_NAME_MAX], design[MIEV_CPU_DESIGN_MAX] = "";
    (void)snprintf(name, sizeof(name), "%.127s", miev_csv_field(row, at[CPU]));
    for (char *comma = strchr(name, ','); comma; comma = strchr(comma, ','))
        *comma = ' '; /* "AMD EPYC 9754," */
    struct miev_server server = {.cpu_name = name,
                                 .design = "",
                                 .sockets = (unsigned)number(row, at[SOCKETS]),
                                 .cores = (unsigned)number(row, at[CORES]),
                                 .memory_gib = number(row, at[MEMORY])};
    if (server.memory_gib < LEAST_GIB_PER_CORE * server.cores)
        server.memory_gib = 0;
    double idle_w = number(row, at[IDLE]), full_w = number(row, at[FULL]);
    if (server.sockets == 0 || server.cores < server.sockets || idle_w <= 0 || full_w <= 0)
        return false;
    struct miev_cpu_tdp tdp = {.tdp_w = 0};
    (void)miev_cpu_tdp_find(name, &tdp);
    (void)miev_cpu_design_find(name, design);
    miev_cpu_name_normalise(name, key);
    printf("%s,%s,%g,%u,%u,%g,%g,%.4s,%g,%g", key, design, tdp.tdp_w, server.sockets, server.cores,
           number(row, at[THREADS]), server.memory_gib,
           strrchr(miev_csv_field(row, at[YEAR]), '-')
               ? strrchr(miev_csv_field(row, at[YEAR]), '-') + 1
               : "",
           idle_w, full_w);
    struct miev_server_power power;
    if (miev_server_power_of(table, &server, &power)) {
        printf(",%s", miev_server_known_name(power.known));
        show_wall(&power.idle);
        show_wall(&power.full);
    }
    printf("\n");
    return true;
}

static int show_all(const char *text, const char *table)
{
    struct miev_csv_row row;
    size_t at[N_COLUMNS], left_out = 0;
    if (!miev_csv_next(&text, &row) || !find_columns(&row, at))
        return 1;
    printf("cpu,design,rating_w,sockets,cores,threads,memory_gib,year,idle_w,full_w,known,"
           "idle_estimate_w,idle_low_w,idle_high_w,full_estimate_w,full_low_w,full_high_w\n");
    while (miev_csv_next(&text, &row))
        left_out += !show_row(&row, at, table);
    if (left_out > 0)
        (void)fprintf(stderr, "estimate_rows: %zu lines are no results\n", left_out);
    return 0;
}

int main(int argc, char **argv)
{
    char *text = NULL, *table = NULL;
    size_t length = 0;
    struct miev_error err;
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: estimate_rows RESULTS.csv [FIT.csv]\n");
        return 2;
    }
    int rc = miev_file_load(argv[1], MAX_BYTES, &text, &length, &err);
    if (rc == MIEV_OK && argc == 3)
        rc = miev_file_load(argv[2], MAX_BYTES, &table, &length, &err);
    if (rc == MIEV_OK)
        rc = show_all(text, table ? table : miev_data_server_power);
    else
        (void)fprintf(stderr, "estimate_rows: %s\n", err.message);
    free(text);
    free(table);
    return rc == MIEV_OK ? 0 : 1;
}
