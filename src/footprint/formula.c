/* SPDX-License-Identifier: Apache-2.0 */
/* The formulas. Each stands with the constants of its own tool, and is held against the tool's own
 * answers by tests/unit/test_formula.c. */
#include "footprint/formula.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/error.h"

static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

/* The share of all CPUs that was busy. */
static double share(double cpu_s, const struct miev_formula_work *work)
{
    return cpu_s / work->duration_s / work->logical_cpus;
}

static bool counted(const struct miev_formula_work *work)
{
    return !isnan(work->counted_cpu_j);
}

static double gpu_at_usage_j(const struct miev_formula_work *work)
{
    return work->gpu_tdp_w * work->gpu_usage * work->duration_s;
}

/* Energy, PUE and the tool's own grid to grams. */
static const char *price(const char *method, const struct miev_formula_work *work,
                         struct miev_formula_answer *out)
{
    if (!miev_formula_grid(method, work, out))
        return "it knows no figure for this place";
    double joules = or_zero(out->cpu_j) + or_zero(out->memory_j) + or_zero(out->gpu_j);
    if (miev_emissions(joules * out->pue, out->intensity_g_per_kwh, &out->co2e_g) != MIEV_OK)
        return "its formula gives no number";
    return NULL;
}

/* ---- CodeCarbon ------------------------------------------------------------------------------ */

/* Its guess of memory modules, external/ram.py. */
static unsigned modules_of(double gib)
{
    static const struct {
        double up_to_gib;
        unsigned modules;
    } small[] = {{2, 1}, {16, 2}, {64, 4}, {128, 8}};
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
        if (gib <= small[i].up_to_gib)
            return small[i].modules;
    for (unsigned size_gib = 128; size_gib >= 4; size_gib /= 2)
        if (size_gib <= gib / 8)
            return (unsigned)fmin(ceil(gib / size_gib), 32);
    return 8;
}

/* 5 W a module, less for each that comes later, and no less than two of them. */
static double module_power_w(unsigned modules)
{
    static const struct {
        unsigned up_to;
        double each_w;
    } steps[] = {{4, 5.0}, {8, 4.5}, {16, 4.0}, {32, 3.5}};
    double watts = 0;
    unsigned before = 0;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (modules > before)
            watts += steps[i].each_w * (fmin(modules, steps[i].up_to) - before);
        before = steps[i].up_to;
    }
    return fmax(10, watts);
}

static const char *codecarbon(const struct miev_formula_work *work, struct miev_formula_answer *out)
{
    double tdp_w = isnan(work->tdp_w) ? 4.0 * work->logical_cpus : work->tdp_w * work->sockets;
    double load = fmin(1, share(work->machine_cpu_s, work));
    out->cpu_j =
        counted(work) ? work->counted_cpu_j : tdp_w * (0.1 + 0.9 * pow(load, 3)) * work->duration_s;
    out->memory_j = module_power_w(modules_of(work->memory_gib)) * work->duration_s;
    out->gpu_j = NAN;
    out->pue = 1;
    out->power_model = counted(work)
                           ? "RAPL of the whole processor; 5 W for each guessed memory module"
                           : "TDP x (0.1 + 0.9 x load^3), 4 W a CPU of unknown name; 5 W for each "
                             "guessed memory module";
    return price("codecarbon", work, out);
}

/* ---- CarbonTracker --------------------------------------------------------------------------- */

#define CARBONTRACKER_UNKNOWN_W 35.61209406066786 /* half the mean of its table */

static const char *carbontracker(const struct miev_formula_work *work,
                                 struct miev_formula_answer *out)
{
    double watts = isnan(work->tdp_w) ? CARBONTRACKER_UNKNOWN_W : work->tdp_w / 2;
    out->cpu_j = counted(work) ? work->counted_cpu_j : watts * work->duration_s;
    out->memory_j = counted(work) ? work->counted_memory_j : NAN;
    out->gpu_j = NAN;
    out->pue = 1.58;
    out->power_model = counted(work) ? "RAPL of the whole processor and memory"
                                     : "half the TDP whatever the load, one processor; no memory";
    return price("carbontracker", work, out);
}

/* ---- Eco2AI ---------------------------------------------------------------------------------- */

#define ECO2AI_UNKNOWN_W    100.1
#define ECO2AI_MEMORY_W_GIB 0.375 /* of the process */

static const char *eco2ai(const struct miev_formula_work *work, struct miev_formula_answer *out)
{
    double tdp_w = isnan(work->tdp_w) ? ECO2AI_UNKNOWN_W : work->tdp_w;
    out->cpu_j = tdp_w * work->sockets * share(work->cpu_s, work) * work->duration_s;
    out->memory_j = or_zero(work->process_gib) * ECO2AI_MEMORY_W_GIB * work->duration_s;
    out->gpu_j = NAN;
    out->pue = 1;
    out->power_model = "TDP x the process's share of all CPUs; 0.375 W for each GiB it uses";
    return price("eco2ai", work, out);
}

/* ---- Experiment-Impact-Tracker --------------------------------------------------------------- */

static const char *eit(const struct miev_formula_work *work, struct miev_formula_answer *out)
{
    if (!counted(work))
        return "it reads Intel's energy counters and has no estimate without them";
    double memory_share = or_zero(work->process_gib) / work->memory_gib;
    out->cpu_j =
        (work->counted_cpu_j - or_zero(work->counted_memory_j)) * work->cpu_s / work->machine_cpu_s;
    out->memory_j = work->counted_memory_j * memory_share;
    out->gpu_j = NAN;
    out->pue = 1.58;
    out->power_model = "RAPL by the process's share of CPU time and of memory (taken as its share "
                       "of all memory: the tool's is of the memory in use)";
    return price("eit", work, out);
}

/* ---- Green Algorithms ------------------------------------------------------------------------ */

#define GREEN_ALGORITHMS_CORE_W      12.0   /* of an unknown processor */
#define GREEN_ALGORITHMS_MEMORY_W_GB 0.3725 /* of what is available */

static double green_algorithms_pue(const char *region)
{
    static const struct {
        const char *provider;
        double pue;
    } known[] = {{"gcp:", 1.12}, {"aws:", 1.2}, {"azure:", 1.12}, {"ovh:", 1.09}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strncmp(region, known[i].provider, strlen(known[i].provider)) == 0)
            return known[i].pue;
    return 1.56; /* a server of one's own */
}

static const char *green_algorithms(const struct miev_formula_work *work,
                                    struct miev_formula_answer *out)
{
    double core_w = isnan(work->tdp_w) ? GREEN_ALGORITHMS_CORE_W : work->tdp_w / work->cores;
    double usage = fmin(1, share(work->machine_cpu_s, work));
    out->cpu_j = core_w * work->cores * work->sockets * usage * work->duration_s;
    out->memory_j = work->memory_gib * GREEN_ALGORITHMS_MEMORY_W_GB * work->duration_s;
    out->gpu_j = gpu_at_usage_j(work);
    out->pue = green_algorithms_pue(work->region);
    out->power_model = "TDP a core x cores x usage (12 W a core of unknown name); 0.3725 W for "
                       "each GB of the machine";
    return price("green-algorithms", work, out);
}

/* ---- ML CO2 Impact --------------------------------------------------------------------------- */

static const char *mlco2(const struct miev_formula_work *work, struct miev_formula_answer *out)
{
    bool gpu = !isnan(work->gpu_tdp_w);
    if (!gpu && isnan(work->tdp_w))
        return "it asks for the hardware's TDP, which is not known here";
    out->cpu_j = gpu ? NAN : work->tdp_w * work->sockets * work->duration_s;
    out->memory_j = NAN;
    out->gpu_j = gpu ? work->gpu_tdp_w * work->duration_s : NAN;
    out->pue = 1;
    out->power_model =
        "TDP of one kind of hardware at full load; the page itself rounds to 0.01 kWh "
        "and 0.01 kg";
    return price("mlco2", work, out);
}

/* ---- EnergyVis ------------------------------------------------------------------------------- */

static const char *energyvis(const struct miev_formula_work *work, struct miev_formula_answer *out)
{
    if (!counted(work))
        return "it draws what counters recorded and has no estimate without them";
    out->cpu_j = work->counted_cpu_j;
    out->memory_j = work->counted_memory_j;
    out->gpu_j = NAN;
    out->pue = 1.59;
    out->power_model = "RAPL of the whole processor and memory";
    const char *why = price("energyvis", work, out);
    return why ? "it knows the states of the USA only" : NULL;
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct miev_formula all[] = {
    {"codecarbon", "CodeCarbon", "3.3.0", "its own functions", codecarbon},
    {"carbontracker", "CarbonTracker", "2.4.7", "its own functions", carbontracker},
    {"eco2ai", "Eco2AI", "0.3.12", "its own functions", eco2ai},
    {"eit", "Experiment-Impact-Tracker", "0.1.8", "its source, evaluated apart", eit},
    {"green-algorithms", "Green Algorithms", "3.0 (30df2fe)", "its source, evaluated apart",
     green_algorithms},
    {"mlco2", "ML CO2 Impact", "d0d3ee5", "its source, evaluated apart", mlco2},
    {"energyvis", "EnergyVis", "262d8c8", "its source, evaluated apart", energyvis},
};

const struct miev_formula *const miev_formulas[] = {&all[0], &all[1], &all[2], &all[3],
                                                    &all[4], &all[5], &all[6], NULL};

const struct miev_formula *miev_formula_named(const char *id)
{
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(all[i].id, id) == 0)
            return &all[i];
    return NULL;
}

static int check(double value, double low, const char *what, struct miev_error *err)
{
    if (isfinite(value) && value >= low)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID, "%s cannot be %g: give a number from %g on", what,
                          value, low);
}

int miev_formula_check(const struct miev_formula_work *work, struct miev_error *err)
{
    int rc = check(work->cpu_s, 0, "the work's CPU time", err);
    if (rc == MIEV_OK)
        rc = check(work->machine_cpu_s, work->cpu_s, "the machine's CPU time", err);
    if (rc == MIEV_OK)
        rc = check(work->memory_gib, 0, "the machine's memory", err);
    if (rc == MIEV_OK && !(isfinite(work->duration_s) && work->duration_s > 0))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "the work's duration must be more than 0 s");
    if (rc == MIEV_OK && (work->logical_cpus == 0 || work->cores == 0 || work->sockets == 0))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "a machine has one CPU at least");
    return rc;
}
