/* SPDX-License-Identifier: Apache-2.0 */
/* The same counters as `rapl` through Linux's perf events: 64 bits wide, so that they never start
 * again, cheaper to read, and open to a program that may watch the machine without being root.
 * Where powercap can be read too, both must tell the same watts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "sensor/counter.h"
#include "sensor/machine.h"
#include "sensor/rapl_zone.h"
#include "sensor/remarks.h"
#include "sensor/sensor.h"

#define DEVICE     "/sys/bus/event_source/devices/power"
#define POWERCAP   "/sys/class/powercap"
#define MAX_CPUS   32
#define MAX_EVENTS (2 * MAX_CPUS + 1)

#define USUAL_PERIOD_NS 1000000u
#define STUCK_NS        1000000000u
#define MAX_RAW_J       1e12

static const struct miev_look_plan look_plan = {
    .step_ns = 100000u, .max_ns = 50000000u, .max_changes = 8};

/* Both witnesses are read one behind the other, over 50 beats. */
#define WITNESS_NS     50000000u
#define WITNESS_FACTOR 1.25

struct event {
    const struct miev_env *env;
    struct miev_rapl_zone zone;
    double scale_j;
    int fd;
    struct miev_counter counter;
};

struct perf {
    const struct miev_env *env;
    bool amd;
    uint64_t update_period_ns;
    size_t n_events;
    struct event events[MAX_EVENTS];
    struct miev_remarks remarks;
};

/* ---- what the kernel offers ---- */

/* "0,12" or "0-1": a CPU of each package or die. */
static size_t parse_cpus(const char *text, int cpus[MAX_CPUS])
{
    size_t n = 0;
    while (*text != '\0') {
        char *end = NULL;
        long first = strtol(text, &end, 10), last = first;
        if (end == text || first < 0 || first > 65535)
            return 0;
        if (*end == '-')
            last = strtol(end + 1, &end, 10);
        for (long cpu = first; cpu <= last && cpu <= 65535 && n < MAX_CPUS; cpu++)
            cpus[n++] = (int)cpu;
        if (*end != '\0' && *end != ',')
            return 0;
        text = *end == ',' ? end + 1 : end;
    }
    return n;
}

/* "event=0x02"; false when there is no such event. */
static bool read_event(const struct miev_env *env, const char *name, uint64_t *config,
                       double *scale_j)
{
    char text[64];
    char *end = NULL;
    if (miev_file_read_text(env, text, sizeof(text), NULL, DEVICE "/events/%s", name) != MIEV_OK ||
        strncmp(text, "event=", 6) != 0)
        return false;
    *config = strtoull(text + 6, &end, 0);
    if (*end != '\0' || *config == 0)
        return false;
    if (miev_file_read_text(env, text, sizeof(text), NULL, DEVICE "/events/%s.unit", name) !=
            MIEV_OK ||
        strcmp(text, "Joules") != 0)
        return false;
    return miev_file_read_text(env, text, sizeof(text), NULL, DEVICE "/events/%s.scale", name) ==
               MIEV_OK &&
           miev_parse_double(text, scale_j, NULL) == MIEV_OK && *scale_j > 0.0 && *scale_j < 1.0;
}

static int topology(const struct miev_env *env, int cpu, const char *what)
{
    uint64_t id = 0;
    int rc =
        miev_file_read_u64(env, &id, NULL, "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, what);
    return rc == MIEV_OK && id < 1024 ? (int)id : -1;
}

/* ---- opening ---- */

static int read_event_uj(void *source, uint64_t *out_micro)
{
    const struct event *event = source;
    uint64_t raw = 0;
    if (event->env->perf_read(event->env->context, event->fd, &raw) != 0)
        return -1;
    double energy_j = (double)raw * event->scale_j;
    if (energy_j > MAX_RAW_J)
        return -1;
    *out_micro = (uint64_t)((long double)raw * (long double)event->scale_j * 1e6L);
    return 0;
}

static void perf_close(void *state)
{
    struct perf *self = state;
    for (size_t i = 0; i < self->n_events; i++)
        (void)close(self->events[i].fd);
    self->n_events = 0;
}

static int refuse(const char *name, int number, struct miev_error *err)
{
    if (number == EACCES || number == EPERM)
        return miev_error_set(
            err, MIEV_ERR_PERMISSION,
            "perf event %s is there, and this program may not watch the whole machine. Let it, "
            "once, as root: setcap cap_perfmon=ep \"$(command -v miev)\"; or let everybody, until "
            "the next start: sysctl kernel.perf_event_paranoid=0",
            name);
    errno = number;
    int rc = miev_error_errno(err, "cannot open perf event %s", name);
    if (rc == MIEV_ERR_UNAVAILABLE) { /* it is listed, so that it should be there */
        rc = MIEV_ERR_BROKEN;
        if (err)
            err->code = rc;
    }
    return rc;
}

static void drop_kind(struct perf *self, enum miev_rapl_kind kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->n_events; i++) {
        if (self->events[i].zone.kind == kind)
            (void)close(self->events[i].fd);
        else
            self->events[kept++] = self->events[i];
    }
    self->n_events = kept;
}

static bool same_package_before(const struct perf *self, const struct miev_rapl_zone *zone)
{
    for (size_t i = 0; i < self->n_events; i++)
        if (self->events[i].zone.kind == zone->kind &&
            self->events[i].zone.package == zone->package)
            return true;
    return false;
}

/* Dies are told apart only where a package has several. */
static void tell_dies(struct perf *self)
{
    bool several = false;
    for (size_t i = 0; i < self->n_events && !several; i++)
        for (size_t k = 0; k < i && !several; k++)
            several = self->events[i].zone.kind == self->events[k].zone.kind &&
                      self->events[i].zone.package == self->events[k].zone.package;
    for (size_t i = 0; !several && i < self->n_events; i++)
        self->events[i].zone.die = -1;
}

/* One event on each CPU of the mask; of the board there is one. */
static int open_kind(struct perf *self, enum miev_rapl_kind kind, const char *name, const int *cpus,
                     size_t n_cpus, struct miev_error *err)
{
    uint64_t type = 0, config = 0;
    double scale_j = 0.0;
    if (!read_event(self->env, name, &config, &scale_j))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "%s has no event %s", DEVICE, name);
    int rc = miev_file_read_u64(self->env, &type, err, DEVICE "/type");
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; i < n_cpus && self->n_events < MAX_EVENTS; i++) {
        struct event *event = &self->events[self->n_events];
        *event = (struct event){.env = self->env, .scale_j = scale_j};
        event->zone = (struct miev_rapl_zone){.kind = kind, .package = -1, .die = -1};
        if (kind != MIEV_RAPL_PSYS) {
            event->zone.package = topology(self->env, cpus[i], "physical_package_id");
            event->zone.die = topology(self->env, cpus[i], "die_id");
        } else if (same_package_before(self, &event->zone)) {
            break;
        }
        event->fd = self->env->perf_open(self->env->context, (uint32_t)type, config, cpus[i]);
        if (event->fd < 0)
            return refuse(name, errno, err);
        self->n_events++;
    }
    return MIEV_OK;
}

static int open_events(struct perf *self, struct miev_error *err)
{
    char text[256];
    int cpus[MAX_CPUS];
    if (!self->env->perf_open || !self->env->perf_read)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "a recorded machine has no perf events");
    if (miev_file_read_text(self->env, text, sizeof(text), NULL, DEVICE "/cpumask") != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "%s" DEVICE " is not there: no energy events (a virtual machine has "
                              "none; on real hardware: modprobe rapl)",
                              self->env->root);
    size_t n_cpus = parse_cpus(text, cpus);
    if (n_cpus == 0)
        return miev_error_set(err, MIEV_ERR_BROKEN, DEVICE "/cpumask holds no list of CPUs");
    int rc = open_kind(self, MIEV_RAPL_PACKAGE, "energy-pkg", cpus, n_cpus, err);
    if (rc != MIEV_OK)
        return rc;
    if (open_kind(self, MIEV_RAPL_DRAM, "energy-ram", cpus, n_cpus, NULL) != MIEV_OK)
        drop_kind(self, MIEV_RAPL_DRAM);
    if (open_kind(self, MIEV_RAPL_PSYS, "energy-psys", cpus, n_cpus, NULL) != MIEV_OK)
        drop_kind(self, MIEV_RAPL_PSYS);
    tell_dies(self);
    return MIEV_OK;
}

/* ---- believing ---- */

static int start_counters(struct perf *self, struct miev_error *err)
{
    for (size_t i = 0; i < self->n_events; i++) {
        struct event *event = &self->events[i];
        uint64_t now_ns = miev_env_now_ns(self->env);
        event->counter = (struct miev_counter){.read_ns = now_ns, .changed_ns = now_ns};
        if (read_event_uj(event, &event->counter.raw_uj) != 0)
            return miev_error_set(err, MIEV_ERR_BROKEN, "a perf event is open and does not count");
    }
    return MIEV_OK;
}

/* Every counter must have moved by now. Memory and board that have not are left out; a package
 * that has not is the end. */
static int check_counters(struct perf *self, struct miev_error *err)
{
    for (size_t i = 0; i < self->n_events;) {
        struct event *event = &self->events[i];
        char id[64];
        miev_rapl_zone_id(&event->zone, id);
        struct miev_reading reading;
        miev_counter_read(&event->counter, read_event_uj, event, miev_env_now_ns(self->env), 0,
                          &reading);
        bool counts = reading.valid && event->counter.moved && reading.gaps == 0;
        if (counts) {
            i++;
        } else if (event->zone.kind == MIEV_RAPL_PACKAGE) {
            return miev_error_set(err, MIEV_ERR_BROKEN,
                                  "the perf event of %s does not count: it stands still, falls, or "
                                  "rises by more than %.0f W",
                                  id, MIEV_COUNTER_MAX_W);
        } else {
            miev_remark(&self->remarks, "%s is left out: its event does not count.", id);
            drop_kind(self, event->zone.kind);
            i = 0;
        }
    }
    return MIEV_OK;
}

/* All packages of powercap together; false when one cannot be read or their number is another. */
static bool read_powercap(const struct perf *self, size_t n_packages, uint64_t *sum_uj)
{
    size_t n = 0;
    *sum_uj = 0;
    for (int i = 0; i < MAX_CPUS; i++) {
        char name[64];
        uint64_t uj = 0;
        if (miev_file_read_text(self->env, name, sizeof(name), NULL, POWERCAP "/intel-rapl:%d/name",
                                i) != MIEV_OK ||
            strncmp(name, "package-", 8) != 0)
            continue;
        if (miev_file_read_u64(self->env, &uj, NULL, POWERCAP "/intel-rapl:%d/energy_uj", i) !=
            MIEV_OK)
            return false;
        *sum_uj += uj;
        n++;
    }
    return n == n_packages;
}

static bool read_packages(struct perf *self, size_t *n, uint64_t *sum_uj)
{
    *n = 0;
    *sum_uj = 0;
    for (size_t i = 0; i < self->n_events; i++) {
        uint64_t uj = 0;
        if (self->events[i].zone.kind != MIEV_RAPL_PACKAGE)
            continue;
        if (read_event_uj(&self->events[i], &uj) != 0)
            return false;
        *sum_uj += uj;
        (*n)++;
    }
    return true;
}

static int compare_with_powercap(struct perf *self, struct miev_error *err)
{
    size_t n = 0;
    uint64_t ours_uj[2], theirs_uj[2];
    if (!read_packages(self, &n, &ours_uj[0]) || !read_powercap(self, n, &theirs_uj[0])) {
        miev_remark(&self->remarks,
                    "Not compared with powercap, which does not tell the same packages here.");
        return MIEV_OK;
    }
    uint64_t began_ns = miev_env_now_ns(self->env);
    miev_env_sleep_ns(self->env, WITNESS_NS);
    double span_s = (double)(miev_env_now_ns(self->env) - began_ns) / 1e9;
    bool both = read_packages(self, &n, &ours_uj[1]) && read_powercap(self, n, &theirs_uj[1]);
    if (!both || theirs_uj[1] < theirs_uj[0] || span_s <= 0.0)
        return MIEV_OK; /* powercap has just started again at 0 */
    return miev_judge_second("perf", (double)(ours_uj[1] - ours_uj[0]) / 1e6 / span_s, "powercap",
                             (double)(theirs_uj[1] - theirs_uj[0]) / 1e6 / span_s, WITNESS_FACTOR,
                             err);
}

static int perf_open(void *state, const struct miev_env *env, size_t *n_channels,
                     struct miev_error *err)
{
    struct perf *self = state;
    struct miev_machine machine;
    struct miev_look look;
    miev_machine_read(env, &machine);
    *self = (struct perf){.env = env, .amd = miev_machine_is_amd(&machine)};
    int rc = open_events(self, err);
    if (rc == MIEV_OK)
        rc = start_counters(self, err);
    if (rc == MIEV_OK) {
        miev_look_at(env, read_event_uj, &self->events[0], &look_plan, &look);
        self->update_period_ns = look.period_ns > 0 ? look.period_ns : USUAL_PERIOD_NS;
        rc = check_counters(self, err);
    }
    if (rc == MIEV_OK)
        rc = compare_with_powercap(self, err);
    if (rc != MIEV_OK) {
        perf_close(self);
        return rc;
    }
    *n_channels = self->n_events;
    return MIEV_OK;
}

static const char *perf_remarks(const void *state)
{
    return ((const struct perf *)state)->remarks.text;
}

/* ---- describing and reading ---- */

static void perf_describe(const void *state, size_t i, struct miev_channel *out)
{
    static const enum miev_part parts[] = {[MIEV_RAPL_PACKAGE] = MIEV_PART_CPU,
                                           [MIEV_RAPL_DRAM] = MIEV_PART_MEMORY,
                                           [MIEV_RAPL_PSYS] = MIEV_PART_MACHINE};
    static const char *const names[] = {[MIEV_RAPL_PACKAGE] = "energy-pkg",
                                        [MIEV_RAPL_DRAM] = "energy-ram",
                                        [MIEV_RAPL_PSYS] = "energy-psys"};
    const struct perf *self = state;
    const struct miev_rapl_zone *zone = &self->events[i].zone;
    *out = (struct miev_channel){.part = parts[zone->kind],
                                 .quality = MIEV_MEASURED,
                                 .package = zone->package,
                                 .update_period_ns = self->update_period_ns};
    miev_rapl_zone_id(zone, out->id);
    for (size_t k = 0; k < self->n_events; k++)
        if (self->events[k].zone.kind == MIEV_RAPL_PSYS && zone->kind != MIEV_RAPL_PSYS)
            (void)snprintf(out->inside, sizeof(out->inside), "psys");
    miev_rapl_bounds(self->amd, out);
    (void)snprintf(out->source, sizeof(out->source), "perf event %s", names[zone->kind]);
}

static int perf_read(void *state, const struct miev_work *work, struct miev_reading *out,
                     struct miev_error *err)
{
    (void)work;
    (void)err;
    struct perf *self = state;
    for (size_t i = 0; i < self->n_events; i++) {
        struct event *event = &self->events[i];
        miev_counter_read(&event->counter, read_event_uj, event, miev_env_now_ns(self->env),
                          STUCK_NS, &out[i]);
    }
    return MIEV_OK;
}

const struct miev_sensor_ops miev_sensor_perf = {
    .name = "perf",
    .summary = "energy counters of Intel and AMD processors, through Linux perf events",
    .state_size = sizeof(struct perf),
    .open = perf_open,
    .describe = perf_describe,
    .remarks = perf_remarks,
    .read = perf_read,
    .close = perf_close,
};
