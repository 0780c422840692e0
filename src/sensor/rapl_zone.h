/* SPDX-License-Identifier: Apache-2.0 */
/* What a powercap zone is, from its name and its parent's. Pure. */
#ifndef MIEV_SENSOR_RAPL_ZONE_H
#define MIEV_SENSOR_RAPL_ZONE_H

#include "sensor/sensor.h"

enum miev_rapl_kind {
    MIEV_RAPL_PACKAGE,
    MIEV_RAPL_DRAM,
    MIEV_RAPL_CORE,
    MIEV_RAPL_UNCORE,
    MIEV_RAPL_PSYS
};

struct miev_rapl_zone {
    enum miev_rapl_kind kind;
    int package, die; /* -1: belongs to none, or the machine does not tell dies apart */
    bool mmio;        /* the same counters over another path */
};

/* "intel-rapl:0", "intel-rapl-mmio:0:1": folders that the kernel makes for zones. parent gets the
 * folder above ("intel-rapl:0"), "" for a zone of the top; it has 64 characters. */
bool miev_rapl_split_folder(const char *folder, bool *mmio, char *parent);

/* The zone that is called name inside a zone called parent_name ("" at the top). False for a name
 * that means nothing here. mmio is not touched. */
bool miev_rapl_parse_name(const char *name, const char *parent_name, struct miev_rapl_zone *out);

/* "package-0", "package-0-die-1", "dram-1", "core-0", "psys"; out has 64 characters. */
void miev_rapl_zone_id(const struct miev_rapl_zone *zone, char *out);

/* The bounds of what a counter of the channel's part is worth; docs/method-energy.md. */
void miev_rapl_bounds(bool amd, struct miev_channel *out);

#endif
