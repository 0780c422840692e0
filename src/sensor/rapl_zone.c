/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/rapl_zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool miev_rapl_split_folder(const char *folder, bool *mmio, char *parent)
{
    static const char msr_prefix[] = "intel-rapl:", mmio_prefix[] = "intel-rapl-mmio:";
    bool is_msr = strncmp(folder, msr_prefix, sizeof(msr_prefix) - 1) == 0;
    bool is_mmio = strncmp(folder, mmio_prefix, sizeof(mmio_prefix) - 1) == 0;
    const char *first_colon = strchr(folder, ':');
    if ((!is_msr && !is_mmio) || strlen(folder) >= 64)
        return false;
    /* Groups of digits between colons, and nothing else: "intel-rapl:a" is not the kernel's. */
    for (const char *at = first_colon; *at != '\0';) {
        size_t digits = strspn(at + 1, "0123456789");
        if (*at != ':' || digits == 0)
            return false;
        at += 1 + digits;
    }
    const char *last_colon = strrchr(folder, ':');
    size_t length = last_colon == first_colon ? 0 : (size_t)(last_colon - folder);
    memcpy(parent, folder, length);
    parent[length] = '\0';
    *mmio = is_mmio;
    return true;
}

/* "package-0-die-1" -> 0, 1; "package-0" -> 0, -1. */
static bool parse_package(const char *name, int *package, int *die)
{
    char rest[8];
    *die = -1;
    if (strlen(name) > 24 || strncmp(name, "package-", 8) != 0 || !isdigit((unsigned char)name[8]))
        return false;
    char *end = NULL;
    long first = strtol(name + 8, &end, 10), second = -1;
    (void)snprintf(rest, sizeof(rest), "%.5s", end);
    if (strcmp(rest, "-die-") == 0 && isdigit((unsigned char)end[5]))
        second = strtol(end + 5, &end, 10);
    if (*end != '\0' || first > 1023 || second > 1023)
        return false;
    *package = (int)first;
    *die = (int)second;
    return true;
}

bool miev_rapl_parse_name(const char *name, const char *parent_name, struct miev_rapl_zone *out)
{
    static const struct {
        const char *name;
        enum miev_rapl_kind kind;
    } inner[] = {{"dram", MIEV_RAPL_DRAM}, {"core", MIEV_RAPL_CORE}, {"uncore", MIEV_RAPL_UNCORE}};
    int package = -1, die = -1;
    if (strcmp(name, "psys") == 0) {
        out->kind = MIEV_RAPL_PSYS;
        out->package = out->die = -1;
        return true;
    }
    if (parse_package(name, &package, &die)) {
        out->kind = MIEV_RAPL_PACKAGE;
        out->package = package;
        out->die = die;
        return true;
    }
    for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
        if (strcmp(name, inner[i].name) != 0 || !parse_package(parent_name, &package, &die))
            continue;
        out->kind = inner[i].kind;
        out->package = package;
        out->die = die;
        return true;
    }
    return false;
}

void miev_rapl_zone_id(const struct miev_rapl_zone *zone, char *out)
{
    static const char *const names[] = {"package", "dram", "core", "uncore", "psys"};
    if (zone->package < 0)
        (void)snprintf(out, 64, "%s", names[zone->kind]);
    else if (zone->die < 0)
        (void)snprintf(out, 64, "%s-%d", names[zone->kind], zone->package);
    else
        (void)snprintf(out, 64, "%s-%d-die-%d", names[zone->kind], zone->package, zone->die);
}

void miev_rapl_bounds(bool amd, struct miev_channel *out)
{
    /* Intel's package is measured on the chip, AMD's is a model. */
    static const double intel[MIEV_PART_COUNT][2] = {
        [MIEV_PART_CPU] = {0.92, 1.10},
        [MIEV_PART_MEMORY] = {0.80, 1.25},
        [MIEV_PART_MACHINE] = {0.80, 1.25},
    };
    static const double amd_package[2] = {0.85, 1.25};
    const double *ratios = amd && out->part == MIEV_PART_CPU ? amd_package : intel[out->part];
    out->systematic_low_ratio = ratios[0];
    out->systematic_high_ratio = ratios[1];
}
