/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc, /sys and metering commands may answer: zones, processors, counters, CPU times, lines
 * of joules; and what the file of a profile may hold. */
#include <math.h>

#include "core/file.h"
#include "fuzz.h"
#include "meter/meter_internal.h"
#include "sensor/counter.h"
#include "sensor/machine.h"
#include "sensor/meter_line.h"
#include "sensor/power_model.h"
#include "sensor/profile.h"
#include "sensor/rapl_zone.h"

static void try_processor(const char *text)
{
    struct miev_machine machine = {.logical_cpus = 0};
    miev_machine_parse_cpuinfo(text, &machine);
    fuzz_require(machine.logical_cpus >= 1 && machine.sockets >= 1);
}

static void try_zone(const char *text)
{
    struct miev_rapl_zone zone;
    bool mmio = false;
    char word[64];
    if (miev_rapl_split_folder(text, &mmio, word))
        fuzz_require(strlen(word) < strlen(text));
    if (!miev_rapl_parse_name(text, "", &zone) && !miev_rapl_parse_name("core", text, &zone))
        return;
    miev_rapl_zone_id(&zone, word);
    fuzz_require(strlen(word) > 0 && zone.package >= -1 && zone.die >= -1);
}

/* Any row of counter values: joules never fall and are never more than power by time. */
static void try_counter(const uint8_t *data, size_t size)
{
    struct miev_counter counter = {.range_uj = size % 3 == 0 ? 0 : 65532610987u};
    uint64_t now_ns = 0;
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t raw_uj = 0;
        double before_j = counter.energy_j;
        memcpy(&raw_uj, data + i, 8);
        now_ns += 1000000000u;
        miev_counter_add(&counter, raw_uj >> (size % 64), now_ns);
        fuzz_require(counter.energy_j >= before_j);
        fuzz_require(counter.energy_j - before_j <= MIEV_COUNTER_MAX_W * 1.2);
    }
}

/* What a metering command may print. */
static void try_lines(const char *text, size_t size)
{
    struct miev_meter_lines lines = {.length = 0};
    uint64_t uj = 0;
    miev_meter_lines_take(&lines, text, size / 2);
    miev_meter_lines_take(&lines, text + size / 2, size - size / 2);
    fuzz_require(strlen(lines.line) < sizeof(lines.line) && lines.length < sizeof(lines.part));
    if (miev_meter_line_parse(lines.line, &uj))
        fuzz_require(lines.fresh && uj <= 1000000000000000000u);
}

/* What a profile of the machine may have become. */
static void try_profile(const char *text)
{
    struct miev_profile profile;
    if (miev_profile_parse(text, &profile, NULL) != MIEV_OK)
        return;
    fuzz_require(profile.logical_cpus > 0 && strlen(profile.cpu_name) < sizeof(profile.cpu_name));
    fuzz_require(profile.idle_w.low >= 0.0 && isfinite(profile.idle_w.high));
    struct miev_power_model model = {.idle_w = 5.0, .low_ratio = 0.5, .high_ratio = 2.0}, whole;
    (void)miev_power_model_refine(&profile, &model, &whole);
    fuzz_require(isfinite(model.idle_w) && model.idle_w > 0.0);
    fuzz_require(model.low_ratio >= 0.0 && model.low_ratio <= model.high_ratio);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    uint64_t number = 0;
    (void)miev_parse_u64(text, &number, NULL);
    double busy_s = miev_meter_busy_cpu_s(text, 100.0);
    fuzz_require(isnan(busy_s) || busy_s >= 0.0);
    try_processor(text);
    try_zone(text);
    try_counter(data, size);
    try_lines(text, size);
    try_profile(text);
    free(text);
    return 0;
}
