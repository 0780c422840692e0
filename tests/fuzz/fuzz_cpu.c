/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the name of a processor and as /proc/cpuinfo: whatever it is, the tables of
 * processors give watts, or nothing, never nonsense. */
#include <math.h>

#include "fuzz.h"
#include "sensor/cpu_table.h"
#include "sensor/machine.h"
#include "sensor/power_model.h"

static void check_power(const struct miev_machine *machine)
{
    struct miev_power_model model;
    miev_power_model_of_cpu(machine, &model);
    fuzz_require(isfinite(model.idle_w) && model.idle_w > 0);
    fuzz_require(isfinite(model.busy_w_per_cpu) && model.busy_w_per_cpu > 0);
    fuzz_require(model.low_ratio > 0 && model.low_ratio <= 1 && model.high_ratio >= 1);
}

static void check_name(const char *text)
{
    char name[MIEV_CPU_NAME_MAX], again[MIEV_CPU_NAME_MAX];
    struct miev_cpu_tdp tdp;
    struct miev_thread_power power;
    miev_cpu_name_normalise(text, name);
    fuzz_require(strlen(name) < sizeof(name));
    miev_cpu_name_normalise(name, again);
    fuzz_require(strlen(again) <= strlen(name));
    if (miev_cpu_tdp_find(text, &tdp))
        fuzz_require(tdp.tdp_w > 0 && tdp.tdp_w < 1000 && tdp.source[0] != '\0');
    if (miev_thread_power_find(text, &power))
        fuzz_require(power.idle_w > 0 && power.full_w > power.idle_w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_machine machine = {.logical_cpus = 0};
    char *text = fuzz_text(data, size);
    check_name(text);
    miev_machine_parse_cpuinfo(text, &machine);
    fuzz_require(machine.logical_cpus >= 1 && machine.sockets >= 1);
    check_power(&machine);
    free(text);
    return 0;
}
