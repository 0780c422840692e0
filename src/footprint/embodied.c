/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "footprint/footprint.h"
#include "footprint/interval.h"

#define G_PER_KG   1e3
#define S_PER_YEAR (365.25 * 86400)
/* Of any server; see miev_embodied_host. */
#define HOST_CPUS      256.0
#define HOST_CPUS_LOW  112.0
#define HOST_CPUS_HIGH 576.0

/* Columns of data/embodied_device.csv and data/embodied_lifetime.csv. */
enum { DEVICE_P10 = 2, DEVICE_MEDIAN, DEVICE_P90 };
enum { LIFETIME_LOW = 1, LIFETIME_VALUE, LIFETIME_HIGH };

/* The line of a table whose first field is the class. */
static bool find_row(const char *table, const char *machine_class, struct miev_csv_row *row)
{
    while (miev_csv_next(&table, row))
        if (strcmp(miev_csv_field(row, 0), machine_class) == 0)
            return true;
    return false;
}

static int read_triple(const struct miev_csv_row *row, size_t low, size_t value, size_t high,
                       double unit, struct miev_interval *out, struct miev_error *err)
{
    struct miev_interval plain;
    int rc = miev_parse_double(miev_csv_field(row, low), &plain.low, err);
    if (rc == MIEV_OK)
        rc = miev_parse_double(miev_csv_field(row, value), &plain.value, err);
    if (rc == MIEV_OK)
        rc = miev_parse_double(miev_csv_field(row, high), &plain.high, err);
    if (rc == MIEV_OK)
        *out = miev_interval_scale(&plain, unit);
    return rc;
}

int miev_embodied_default(enum miev_machine_class machine_class, struct miev_embodied *out,
                          struct miev_error *err)
{
    const char *name = miev_machine_class_name(machine_class);
    struct miev_csv_row device, lifetime;
    if (!find_row(miev_data_embodied_device, name, &device) ||
        !find_row(miev_data_embodied_lifetime, name, &lifetime))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "no embodied carbon is known for a machine of class '%s': say "
                              "server, desktop or laptop",
                              name);
    struct miev_embodied result = {
        .machine_class = machine_class,
        .source =
            "Boavizta environmental-footprint-data (2023), manufacturers' product footprints"};
    int rc =
        read_triple(&device, DEVICE_P10, DEVICE_MEDIAN, DEVICE_P90, G_PER_KG, &result.total_g, err);
    if (rc == MIEV_OK)
        rc = read_triple(&lifetime, LIFETIME_LOW, LIFETIME_VALUE, LIFETIME_HIGH, S_PER_YEAR,
                         &result.lifetime_s, err);
    if (rc == MIEV_OK)
        *out = result;
    return rc;
}

struct miev_interval miev_embodied_host(unsigned own_cpus, bool virtual_machine, unsigned host_cpus,
                                        bool told)
{
    double own = own_cpus, host = fmax(own, host_cpus > 0 ? host_cpus : HOST_CPUS);
    if (!virtual_machine)
        return (struct miev_interval){own, own, own};
    if (told && host_cpus > 0)
        return (struct miev_interval){host, host, host};
    return (struct miev_interval){host, fmax(own, host * HOST_CPUS_LOW / HOST_CPUS),
                                  host * HOST_CPUS_HIGH / HOST_CPUS};
}

static int check_embodied(const struct miev_embodied *embodied, double time_s, double share,
                          struct miev_error *err)
{
    int rc = miev_interval_check(&embodied->total_g, "the machine's embodied carbon in grams", err);
    if (rc == MIEV_OK)
        rc = miev_interval_check(&embodied->lifetime_s, "the machine's lifetime in seconds", err);
    if (rc != MIEV_OK)
        return rc;
    if (embodied->lifetime_s.low <= 0 || embodied->total_g.low < 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the machine's lifetime must be more than 0 seconds and its embodied "
                              "carbon not below 0 grams");
    if (!isfinite(time_s) || time_s < 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a time of %g seconds is not possible: give 0 or more", time_s);
    if (!(share >= 0 && share <= 1))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a share of %g of the machine is not possible: give 0 to 1", share);
    return MIEV_OK;
}

void miev_embodied_plan(struct miev_embodied *embodied, double lifetime_s)
{
    if (lifetime_s > 0)
        embodied->lifetime_s = (struct miev_interval){lifetime_s, lifetime_s, lifetime_s};
}

int miev_embodied_share(const struct miev_embodied *embodied, double time_s, double share,
                        struct miev_interval *out_g, struct miev_error *err)
{
    int rc = check_embodied(embodied, time_s, share, err);
    if (rc != MIEV_OK)
        return rc;
    const struct miev_interval *total_g = &embodied->total_g, *lifetime_s = &embodied->lifetime_s;
    double reserved_s = time_s * share;
    *out_g = (struct miev_interval){.value = total_g->value * (reserved_s / lifetime_s->value),
                                    .low = total_g->low * (reserved_s / lifetime_s->high),
                                    .high = total_g->high * (reserved_s / lifetime_s->low)};
    return MIEV_OK;
}

int miev_embodied(const char *machine_class, double time_s, double share,
                  struct miev_interval *embodied_g, struct miev_error *err)
{
    static const enum miev_machine_class classes[] = {MIEV_MACHINE_SERVER, MIEV_MACHINE_DESKTOP,
                                                      MIEV_MACHINE_LAPTOP};
    if (!machine_class || !embodied_g)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "machine_class and embodied_g must not be NULL");
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strcmp(miev_machine_class_name(classes[i]), machine_class) != 0)
            continue;
        struct miev_embodied embodied;
        int rc = miev_embodied_default(classes[i], &embodied, err);
        return rc == MIEV_OK ? miev_embodied_share(&embodied, time_s, share, embodied_g, err) : rc;
    }
    char shown[64];
    miev_text_show(shown, sizeof(shown), machine_class);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "'%s' is no class of machine: give server, desktop or laptop", shown);
}
