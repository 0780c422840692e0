/* SPDX-License-Identifier: Apache-2.0 */
/* Watts of a processor and of memory from what the machine tells of itself: every number and its
 * bounds, derived in docs/method-energy.md 3. */
#include "sensor/power_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/data.h"
#include "sensor/cpu_table.h"
#include "sensor/profile.h"
#include "sensor/server_power.h"

/* SPECpower is the whole server at the wall. The step to CPU + memory, and its 90 % factor either
 * way. Full load: 0.54 of a server's direct current in Fan, Weber and Barroso 2007 (nameplates),
 * 0.86 of a server's share in Barroso, Hoelzle and Ranganathan 2018; their geometric middle. At
 * rest, where fans, disks and converters weigh more: judgement. docs/method-energy.md 3.2 tells
 * what of it could be checked. */
#define STEP_FULL        0.68
#define STEP_FULL_FACTOR 1.3
#define STEP_IDLE        0.45
#define STEP_IDLE_FACTOR 1.7
/* The CPU's own part of it is never less, however much memory there is. */
#define LEAST_CPU_SHARE 0.5

/* One busy thread of an idle core takes more than its part of the way from rest to full load
 * (downwards, upwards); Java's mix of instructions against others; what a virtual CPU is of a host
 * of the usual size, and of one whose size is known. */
#define CURVE_LOW_FACTOR  1.1
#define CURVE_HIGH_FACTOR 2.0
#define MIX_FACTOR        1.3
#define USUAL_HOST_FACTOR 1.3
#define KNOWN_HOST_FACTOR 1.15

/* Power against load as fractions of the thermal design power, after Teads' measurements on server
 * processors: 0.12 at rest, 0.32 at 10 %, 0.75 at 50 %, 1.02 at full load. The slope used is that
 * of the lower half, where a work that reserves some threads of a machine lives. */
#define TDP_IDLE_FRACTION 0.12
#define TDP_BUSY_FRACTION ((0.75 - 0.12) / 0.5)

/* 90 % bounds, in quadrature on logs. TDP: what the part draws against its rating (/1.7, x2.0:
 * boost limits), the bend of the curve (/1.4 its upper half, x1.6 its first tenth), the mix of
 * instructions (x1.3). */
#define TDP_LOW_RATIO  0.5
#define TDP_HIGH_RATIO 2.4

/* Table of watts per thread: spread of results within one design (1.3 both ways), the step from the
 * wall (/1.8), the curve (x2.0), instruction mix (/1.2, x1.3), the share of a host (1.3). */
#define THREAD_LOW_RATIO  0.45
#define THREAD_HIGH_RATIO 2.4

/* Nothing known: the mean of data/cpu_microarch_w.csv; a board of four small cores lies at a
 * quarter of it, a desktop part at twice. */
#define PRIOR_IDLE_W     0.9
#define PRIOR_FULL_W     3.9
#define PRIOR_LOW_RATIO  0.2
#define PRIOR_HIGH_RATIO 4.0

/* At full load: between servers of one CPU in SPECpower, 0.27 W/GiB at the wall. At rest those show
 * less than they can tell apart; resting modules have been metered at 0.02 to 0.08 W/GiB. */
#define MEMORY_IDLE_W_PER_GIB 0.04
#define MEMORY_FULL_W_PER_GIB 0.25
#define MEMORY_LOW_RATIO      0.4
#define MEMORY_HIGH_RATIO     2.5
#define MEMORY_PRIOR_GIB      8.0

/* Of what a busy CPU adds to the whole machine, memory, fans and losses of the supply may be so
 * much: the rest at least is the processor's. */
#define PROCESSOR_OF_WHOLE 0.7

/* ---- servers, by the fit -------------------------------------------------------------------- */

/* Independent 90 % factors together. */
static double in_quadrature(const double *factors, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pow(log(factors[i]), 2);
    return exp(sqrt(sum));
}

/* From the wall of a server to its processors: idle_w, full_w and their bounds. */
static void step_from_wall(const struct miev_server_power *wall, double memory_gib,
                           double share_factor, double *full_w, struct miev_power_model *out)
{
    double idle_w = STEP_IDLE * wall->idle.w;
    *full_w = STEP_FULL * wall->full.w;
    out->idle_w = fmax(idle_w - MEMORY_IDLE_W_PER_GIB * memory_gib, LEAST_CPU_SHARE * idle_w);
    *full_w = fmax(*full_w - MEMORY_FULL_W_PER_GIB * memory_gib, LEAST_CPU_SHARE * *full_w);
    *full_w = fmax(*full_w, out->idle_w);
    const double idle_low[] = {wall->idle.w / wall->idle.low_w, STEP_IDLE_FACTOR, share_factor};
    const double idle_high[] = {wall->idle.high_w / wall->idle.w, STEP_IDLE_FACTOR, share_factor};
    const double busy_low[] = {wall->full.w / wall->full.low_w, STEP_FULL_FACTOR, share_factor,
                               CURVE_LOW_FACTOR, MIX_FACTOR};
    const double busy_high[] = {wall->full.high_w / wall->full.w, STEP_FULL_FACTOR, share_factor,
                                CURVE_HIGH_FACTOR, MIX_FACTOR};
    /* One pair of bounds for joules of both kinds: the wider. */
    out->low_ratio = 1 / fmax(in_quadrature(idle_low, 3), in_quadrature(busy_low, 5));
    out->high_ratio = fmax(in_quadrature(idle_high, 3), in_quadrature(busy_high, 5));
}

static double gib(uint64_t bytes)
{
    return (double)bytes / (1024.0 * 1024.0 * 1024.0);
}

/* What the fit went by, in words of its reader. */
static const char *fit_by(enum miev_server_known known)
{
    static const char *const words[] = {"rating and design", "design",
                                        "rating (its design is in no table)",
                                        "cores and memory (it is in no table)"};
    return words[known];
}

static bool model_from_server(const struct miev_machine *machine, struct miev_power_model *out)
{
    struct miev_server_power wall;
    struct miev_server server = {.cpu_name = machine->cpu_name,
                                 .design = machine->microarchitecture,
                                 .sockets = machine->sockets,
                                 .cores = machine->cores,
                                 .memory_gib = gib(machine->memory_bytes)};
    double full_w = 0;
    if (!miev_server_power_of(miev_data_server_power, &server, &wall))
        return false;
    step_from_wall(&wall, server.memory_gib, 1, &full_w, out);
    out->busy_w_per_cpu = (full_w - out->idle_w) / machine->logical_cpus;
    (void)snprintf(out->source, sizeof(out->source),
                   "%u x %.60s, %u cores: %.0f W idle and %.0f W at full load at the wall by %s "
                   "(fit to SPECpower), %.2f and %.2f of it CPU and memory",
                   machine->sockets, machine->cpu_name, machine->cores, wall.idle.w, wall.full.w,
                   fit_by(wall.known), STEP_IDLE, STEP_FULL);
    return true;
}

/* ---- guests: their share of a host ---------------------------------------------------------- */

/* Logical CPUs of the host of a known instance type ("m5.xlarge" of "Amazon EC2"), 0 when it is not
 * known. */
static unsigned host_of_instance(const struct miev_machine *machine)
{
    const char *cursor = miev_data_cloud_instance;
    size_t family = strcspn(machine->product, ".");
    struct miev_csv_row row;
    while (machine->product[family] == '.' && miev_csv_next(&cursor, &row))
        if (strcmp(miev_csv_field(&row, 0), machine->vendor) == 0 &&
            strlen(miev_csv_field(&row, 1)) == family &&
            strncmp(miev_csv_field(&row, 1), machine->product, family) == 0)
            return (unsigned)strtoul(miev_csv_field(&row, 2), NULL, 10);
    return 0;
}

struct host {
    struct miev_server server;
    unsigned logical_cpus;
    bool size_known;
};

/* The host: of the instance type, else the design's usual sockets of the part that the name tells,
 * else of its usual part. */
static bool find_host(const struct miev_machine *machine, struct host *out)
{
    struct miev_usual_server usual;
    struct miev_cpu_tdp tdp = {.cores = 0};
    char design[MIEV_CPU_DESIGN_MAX];
    (void)snprintf(design, sizeof(design), "%.31s", machine->microarchitecture);
    if (!miev_usual_server_of(miev_data_server_power, design, &usual) &&
        (!miev_cpu_design_find(machine->cpu_name, design) ||
         !miev_usual_server_of(miev_data_server_power, design, &usual)))
        return false;
    unsigned cores = usual.sockets * usual.cores_per_socket;
    unsigned known = host_of_instance(machine);
    if (miev_cpu_tdp_find(machine->cpu_name, &tdp) && tdp.cores > 0)
        cores = usual.sockets * tdp.cores;
    if (known > 0)
        cores = known / usual.threads_per_core;
    *out = (struct host){.server = {.cpu_name = machine->cpu_name,
                                    .design = machine->microarchitecture,
                                    .sockets = usual.sockets,
                                    .cores = cores,
                                    .memory_gib = usual.gib_per_core * cores},
                         .logical_cpus = cores * usual.threads_per_core,
                         .size_known = known > 0};
    return true;
}

static bool model_from_host(const struct miev_machine *machine, struct miev_power_model *out)
{
    struct miev_server_power wall;
    struct host host;
    double full_w = 0;
    if (!find_host(machine, &host) ||
        !miev_server_power_of(miev_data_server_power, &host.server, &wall))
        return false;
    step_from_wall(&wall, host.server.memory_gib,
                   host.size_known ? KNOWN_HOST_FACTOR : USUAL_HOST_FACTOR, &full_w, out);
    out->busy_w_per_cpu = (full_w - out->idle_w) / host.logical_cpus;
    out->idle_w *= fmin(1, (double)machine->logical_cpus / host.logical_cpus);
    out->host_logical_cpus = host.logical_cpus;
    out->host_told = host.size_known;
    (void)snprintf(out->source, sizeof(out->source),
                   "%u of the %u logical CPUs of a host of %u x %s%s: %.0f W idle and %.0f W at "
                   "full load at the wall by %s (fit to SPECpower), %.2f and %.2f of it CPU and "
                   "memory",
                   machine->logical_cpus, host.logical_cpus, host.server.sockets, wall.design,
                   host.size_known ? " (by the instance type)" : ", the usual size", wall.idle.w,
                   wall.full.w, fit_by(wall.known), STEP_IDLE, STEP_FULL);
    return true;
}

/* ---- all others ----------------------------------------------------------------------------- */

static void model_from_tdp(const struct miev_machine *machine, const struct miev_cpu_tdp *tdp,
                           struct miev_power_model *out)
{
    double tdp_w = tdp->tdp_w * machine->sockets;
    out->idle_w = TDP_IDLE_FRACTION * tdp_w;
    out->busy_w_per_cpu = TDP_BUSY_FRACTION * tdp_w / machine->logical_cpus;
    out->low_ratio = TDP_LOW_RATIO;
    out->high_ratio = TDP_HIGH_RATIO;
    (void)snprintf(out->source, sizeof(out->source),
                   "%u x %g W thermal design power of %.80s (%s), Teads' curve of load",
                   machine->sockets, tdp->tdp_w, machine->cpu_name, tdp->source);
}

static void model_from_threads(const struct miev_machine *machine,
                               const struct miev_thread_power *power, struct miev_power_model *out)
{
    out->idle_w = power->idle_w * machine->logical_cpus;
    out->busy_w_per_cpu = power->full_w - power->idle_w;
    out->low_ratio = THREAD_LOW_RATIO;
    out->high_ratio = THREAD_HIGH_RATIO;
    (void)snprintf(out->source, sizeof(out->source),
                   "%s: %g W idle and %g W busy per thread of a server (Cloud Carbon Footprint, "
                   "from SPECpower)",
                   machine->microarchitecture, power->idle_w, power->full_w);
}

/* A virtual CPU is one thread of a host that is all busy threads of its like. */
static void model_from_host_tdp(const struct miev_cpu_tdp *tdp, const struct miev_machine *machine,
                                struct miev_power_model *out)
{
    double w_per_thread = tdp->tdp_w / (2.0 * tdp->cores);
    struct miev_thread_power power = {.idle_w = TDP_IDLE_FRACTION * w_per_thread,
                                      .full_w = w_per_thread};
    model_from_threads(machine, &power, out);
    (void)snprintf(out->source, sizeof(out->source),
                   "share of a host: %g W thermal design power of %.80s (%s) over %u threads",
                   tdp->tdp_w, machine->cpu_name, tdp->source, 2 * tdp->cores);
}

static void model_from_nothing(const struct miev_machine *machine, struct miev_power_model *out)
{
    static const struct miev_thread_power prior = {.idle_w = PRIOR_IDLE_W, .full_w = PRIOR_FULL_W};
    model_from_threads(machine, &prior, out);
    out->low_ratio = PRIOR_LOW_RATIO;
    out->high_ratio = PRIOR_HIGH_RATIO;
    (void)snprintf(out->source, sizeof(out->source),
                   "%s%.80s is in no table: %g W idle and %g W busy per CPU, the mean of servers, "
                   "with wide bounds",
                   *machine->cpu_name ? "" : "a processor that does not tell its name",
                   machine->cpu_name, prior.idle_w, prior.full_w);
}

/* A processor of servers, by its name or by what kind of machine it is in. */
static bool is_server(const struct miev_machine *machine)
{
    static const char *const words[] = {"xeon", "epyc", "opteron", "neoverse", "altra", "grace"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(machine->cpu_name, words[i]))
            return true;
    return machine->machine_class == MIEV_MACHINE_SERVER;
}

/* Best witness first. A client's rating says more of it than servers do; of a guest a rating says
 * nothing of its share. */
static void model_from_best(const struct miev_machine *machine, struct miev_power_model *out)
{
    struct miev_cpu_tdp tdp;
    struct miev_thread_power power;
    if (machine->virtual_machine ? model_from_host(machine, out)
                                 : is_server(machine) && model_from_server(machine, out))
        return;
    bool rated = miev_cpu_tdp_find(machine->cpu_name, &tdp);
    if (rated && !machine->virtual_machine)
        model_from_tdp(machine, &tdp, out);
    else if (miev_thread_power_find(machine->microarchitecture, &power))
        model_from_threads(machine, &power, out);
    else if (rated && tdp.cores > 0)
        model_from_host_tdp(&tdp, machine, out);
    else
        model_from_nothing(machine, out);
}

void miev_power_model_of_cpu(const struct miev_machine *machine, struct miev_power_model *out)
{
    out->host_logical_cpus = 0;
    out->host_told = false;
    model_from_best(machine, out);
    size_t used = strlen(out->source);
    if (machine->disbelieved[0] != '\0')
        (void)snprintf(out->source + used, sizeof(out->source) - used,
                       "; its number is %s's, which its flags contradict", machine->disbelieved);
}

void miev_power_model_of_memory(const struct miev_machine *machine, struct miev_power_model *out)
{
    bool known = machine->memory_bytes > 0;
    double size_gib = known ? gib(machine->memory_bytes) : MEMORY_PRIOR_GIB;
    out->idle_w = MEMORY_IDLE_W_PER_GIB * size_gib;
    out->busy_w_per_cpu = (MEMORY_FULL_W_PER_GIB - MEMORY_IDLE_W_PER_GIB) * size_gib /
                          (machine->logical_cpus > 0 ? machine->logical_cpus : 1);
    out->low_ratio = MEMORY_LOW_RATIO;
    out->high_ratio = MEMORY_HIGH_RATIO;
    (void)snprintf(out->source, sizeof(out->source),
                   "%s%.1f GiB x %g W/GiB at rest, %g with all CPUs busy (SPECpower servers)",
                   known ? "" : "size not known, taken as ", size_gib, MEMORY_IDLE_W_PER_GIB,
                   MEMORY_FULL_W_PER_GIB);
}

/* Bounds of idle and busy watts as those of their sum at half load. */
static void bound_at_half_load(struct miev_power_model *model, unsigned logical_cpus,
                               double idle_low_w, double idle_high_w, double busy_low_w,
                               double busy_high_w)
{
    double half = 0.5 * logical_cpus;
    double power_w = model->idle_w + half * model->busy_w_per_cpu;
    model->low_ratio = (idle_low_w + half * busy_low_w) / power_w;
    model->high_ratio = (idle_high_w + half * busy_high_w) / power_w;
}

static void name_profile(const struct miev_profile *profile, const char *what,
                         struct miev_power_model *out)
{
    (void)snprintf(
        out->source, sizeof(out->source),
        "profile of this machine, %s with %s: %.3g W at rest%s, %.3g W for each busy CPU",
        profile->date, profile->sensor, out->idle_w, what, out->busy_w_per_cpu);
}

bool miev_power_model_refine(const struct miev_profile *profile, struct miev_power_model *out,
                             struct miev_power_model *whole)
{
    const struct miev_fit *idle = &profile->idle_w, *busy = &profile->busy_w_per_cpu;
    struct miev_power_model fitted = {.idle_w = idle->value, .busy_w_per_cpu = busy->value};
    bound_at_half_load(&fitted, profile->logical_cpus, idle->low, idle->high, busy->low,
                       busy->high);
    name_profile(profile, "", &fitted);
    if (profile->covers == MIEV_PART_CPU) {
        *out = fitted;
        return false;
    }
    *whole = fitted;
    /* Of the watts at rest no meter of the whole tells the processors' share: it stays the table's,
     * as far as it fits into the whole. */
    double low_w = fmin(out->idle_w * out->low_ratio, idle->value);
    double high_w = fmin(out->idle_w * out->high_ratio, idle->high);
    out->idle_w = fmin(out->idle_w, idle->value);
    out->busy_w_per_cpu = busy->value;
    bound_at_half_load(out, profile->logical_cpus, low_w, fmax(high_w, out->idle_w),
                       busy->low * PROCESSOR_OF_WHOLE, busy->high);
    name_profile(profile, " (the table's share of the processors)", out);
    return true;
}
