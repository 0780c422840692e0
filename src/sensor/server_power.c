/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/server_power.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/file.h"
#include "sensor/cpu_table.h"

bool miev_cpu_design_find(const char *cpu_name, char out[MIEV_CPU_DESIGN_MAX])
{
    char name[MIEV_CPU_NAME_MAX];
    const char *cursor = miev_data_cpu_design;
    struct miev_csv_row row;
    miev_cpu_name_normalise(cpu_name, name);
    while (name[0] != '\0' && miev_csv_next(&cursor, &row)) {
        if (fnmatch(miev_csv_field(&row, 0), name, 0) != 0)
            continue;
        (void)snprintf(out, MIEV_CPU_DESIGN_MAX, "%.31s", miev_csv_field(&row, 1));
        return true;
    }
    return false;
}

const char *miev_server_known_name(enum miev_server_known known)
{
    static const char *const names[] = {"rating and design", "design", "rating", "neither"};
    return names[known];
}

/* The number in the line "watts,known,term,value"; false when there is none. */
static bool find_value(const char *table, const char *watts, const char *known, const char *term,
                       double *out)
{
    struct miev_csv_row row;
    while (miev_csv_next(&table, &row))
        if (strcmp(miev_csv_field(&row, 0), watts) == 0 &&
            strcmp(miev_csv_field(&row, 1), known) == 0 &&
            strcmp(miev_csv_field(&row, 2), term) == 0)
            return miev_parse_double(miev_csv_field(&row, 3), out, NULL) == MIEV_OK;
    return false;
}

bool miev_usual_server_of(const char *table, const char *design, struct miev_usual_server *out)
{
    double sockets = 0, cores = 0, threads = 0, gib = 0;
    if (!find_value(table, "usual", design, "sockets", &sockets) ||
        !find_value(table, "usual", design, "cores_per_socket", &cores) ||
        !find_value(table, "usual", design, "threads_per_core", &threads) ||
        !find_value(table, "usual", design, "gib_per_core", &gib) ||
        !(sockets >= 1 && cores >= 1 && threads >= 1))
        return false;
    *out = (struct miev_usual_server){.sockets = (unsigned)sockets,
                                      .cores_per_socket = (unsigned)cores,
                                      .threads_per_core = (unsigned)threads,
                                      .gib_per_core = gib};
    return true;
}

/* What the logarithm of the watts is a sum of. A term that a level does not use is not in the
 * table's lines of that level. */
struct term {
    const char *name;
    double factor;
};

static bool log_watts(const char *table, const char *watts, const char *known,
                      const struct term *terms, size_t n_terms, double *out)
{
    double sum = 0;
    for (size_t i = 0; i < n_terms; i++) {
        double value = 0;
        bool found = find_value(table, watts, known, terms[i].name, &value);
        if (!found && strcmp(terms[i].name, "constant") == 0)
            return false;
        sum += found ? value * terms[i].factor : 0;
    }
    *out = sum;
    return true;
}

static bool wall_power(const char *table, const char *watts, const struct miev_server *server,
                       const struct miev_server_power *is, struct miev_wall_power *out)
{
    char design[MIEV_CPU_DESIGN_MAX + 8];
    const char *known = miev_server_known_name(is->known);
    double sockets = server->sockets, cores = server->cores;
    double low = 0, high = 0, sum = 0;
    bool memory_known = server->memory_gib > 0;
    (void)snprintf(design, sizeof(design), "design %s", is->design);
    const struct term terms[] = {
        {"constant", 1},
        {"ln sockets", log(sockets)},
        {"ln cores per socket", log(cores / sockets)},
        {"one socket", server->sockets == 1},
        {"ln rating", is->tdp_w > 0 ? log(is->tdp_w) : 0},
        {"ln GiB per core", memory_known ? log(server->memory_gib / cores) : 0},
        {"memory not known", !memory_known},
        {design, 1},
    };
    if (!log_watts(table, watts, known, terms, sizeof(terms) / sizeof(terms[0]), &sum) ||
        !find_value(table, watts, known, "low", &low) ||
        !find_value(table, watts, known, "high", &high))
        return false;
    *out = (struct miev_wall_power){exp(sum), exp(sum) * low, exp(sum) * high};
    return true;
}

/* A design counts as known only where the fit has it. */
static void find_design(const char *table, const struct miev_server *server,
                        char out[MIEV_CPU_DESIGN_MAX])
{
    struct miev_usual_server usual;
    (void)snprintf(out, MIEV_CPU_DESIGN_MAX, "%.31s", server->design);
    if (!miev_usual_server_of(table, out, &usual) && !miev_cpu_design_find(server->cpu_name, out))
        out[0] = '\0';
    if (!miev_usual_server_of(table, out, &usual))
        out[0] = '\0';
}

bool miev_server_power_of(const char *table, const struct miev_server *server,
                          struct miev_server_power *out)
{
    struct miev_server_power is = {.tdp_w = 0};
    struct miev_cpu_tdp tdp;
    if (server->sockets == 0 || server->cores == 0)
        return false;
    find_design(table, server, is.design);
    bool rated = miev_cpu_tdp_find(server->cpu_name, &tdp);
    is.tdp_w = rated ? tdp.tdp_w : 0;
    if (is.design[0] != '\0')
        is.known = rated ? MIEV_SERVER_RATING_AND_DESIGN : MIEV_SERVER_DESIGN;
    else
        is.known = rated ? MIEV_SERVER_RATING : MIEV_SERVER_NEITHER;
    if (!wall_power(table, "idle", server, &is, &is.idle) ||
        !wall_power(table, "full", server, &is, &is.full))
        return false;
    *out = is;
    return true;
}
