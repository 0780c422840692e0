/* SPDX-License-Identifier: Apache-2.0 */
/* Energy counters of Intel and AMD processors through Linux's powercap. A socket that cannot be
 * read fails the whole sensor: a sum that lacks a socket is no measurement. A lesser zone that
 * cannot be read is left out, and the estimate covers its part. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "sensor/counter.h"
#include "sensor/machine.h"
#include "sensor/rapl_zone.h"
#include "sensor/sensor.h"

#define POWERCAP    "/sys/class/powercap"
#define MAX_ZONES   48
#define MAX_FOLDERS 128

/* The counters move about every millisecond; a look at open may find it better. */
#define USUAL_PERIOD_NS 1000000u
static const struct miev_look_plan look_plan = {
    .step_ns = 100000u, .max_ns = 20000000u, .max_changes = 8};

/* No processor stays below its counter's smallest step for so long. */
#define STUCK_NS 1000000000u

struct rapl_zone {
    struct miev_rapl_zone zone;
    char id[64];
    char folder[64];
    int fd;
    struct miev_counter counter;
};

struct rapl {
    const struct miev_env *env;
    bool amd;
    uint64_t update_period_ns;
    size_t n_zones;
    struct rapl_zone zones[MAX_ZONES];
};

/* ---- finding zones ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Names of the zones' folders, sorted, so that the same machine is described in the same order. */
static int list_folders(const struct miev_env *env, char folders[MAX_FOLDERS][64], size_t *n,
                        struct miev_error *err)
{
    char path[PATH_MAX], parent[64];
    int length = snprintf(path, sizeof(path), "%s" POWERCAP, env->root);
    if (length < 0 || length >= (int)sizeof(path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the root folder's name is too long");
    *n = 0;
    DIR *dir = opendir(path);
    if (!dir && (errno == ENOENT || errno == ENOTDIR))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "%s is not there: no energy counters (a virtual machine or a "
                              "container has none; on real hardware: modprobe intel_rapl_msr)",
                              path);
    if (!dir)
        return miev_error_errno(err, "cannot list %s", path);
    const struct dirent *entry = NULL;
    while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): nobody else has this dir */
        bool mmio = false;
        if (*n < MAX_FOLDERS && miev_rapl_split_folder(entry->d_name, &mmio, parent))
            (void)snprintf(folders[(*n)++], 64, "%.63s", entry->d_name);
    }
    (void)closedir(dir);
    qsort(folders, *n, 64, compare_names);
    return MIEV_OK;
}

static bool read_name(const struct miev_env *env, const char *folder, char name[64])
{
    name[0] = '\0';
    return folder[0] == '\0' ||
           miev_file_read_text(env, name, 64, NULL, POWERCAP "/%s/name", folder) == MIEV_OK;
}

static const struct rapl_zone *find_zone(const struct rapl *self, const char *id)
{
    for (size_t i = 0; i < self->n_zones; i++)
        if (strcmp(self->zones[i].id, id) == 0)
            return &self->zones[i];
    return NULL;
}

static bool has_usual_package(const struct rapl *self, int package)
{
    for (size_t i = 0; i < self->n_zones; i++)
        if (self->zones[i].zone.kind == MIEV_RAPL_PACKAGE && !self->zones[i].zone.mmio &&
            self->zones[i].zone.package == package)
            return true;
    return false;
}

/* AMD's core counter is that of one core. The mmio zones repeat a package's counters over another
 * path, and say something only where the usual one is missing. */
static bool is_wanted(const struct rapl *self, const struct miev_rapl_zone *zone)
{
    if (self->amd && zone->kind == MIEV_RAPL_CORE)
        return false;
    return !zone->mmio || !has_usual_package(self, zone->package);
}

/* Zones are known by their name and their parent's, never by their numbers. */
static void add_zones(struct rapl *self, char folders[MAX_FOLDERS][64], size_t n, bool want_mmio)
{
    for (size_t i = 0; i < n && self->n_zones < MAX_ZONES; i++) {
        char parent[64], name[64], parent_name[64];
        struct rapl_zone *zone = &self->zones[self->n_zones];
        *zone = (struct rapl_zone){.fd = -1};
        if (!miev_rapl_split_folder(folders[i], &zone->zone.mmio, parent) ||
            zone->zone.mmio != want_mmio || !read_name(self->env, folders[i], name) ||
            !read_name(self->env, parent, parent_name) ||
            !miev_rapl_parse_name(name, parent_name, &zone->zone))
            continue;
        miev_rapl_zone_id(&zone->zone, zone->id);
        if (!is_wanted(self, &zone->zone) || find_zone(self, zone->id))
            continue;
        memcpy(zone->folder, folders[i], sizeof(zone->folder));
        self->n_zones++;
    }
}

/* ---- opening ---- */

static int refuse(const struct rapl *self, const struct rapl_zone *zone, int number,
                  struct miev_error *err)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%.200s" POWERCAP "/%s/energy_uj", self->env->root,
                   zone->folder);
    if (number == EACCES || number == EPERM)
        return miev_error_set(
            err, MIEV_ERR_PERMISSION,
            "%s is there, and only root may read it. Let a group read it, once, as root: groupadd "
            "-f power; usermod -aG power USER; echo 'z " POWERCAP "/*/energy_uj 0440 root power' > "
            "/etc/tmpfiles.d/miev.conf; systemd-tmpfiles --create; then log in anew",
            path);
    if (number == EINVAL)
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s (%s) holds no number", path, zone->id);
    errno = number;
    int rc = miev_error_errno(err, "cannot read %s (%s)", path, zone->id);
    /* The zone is there and its counter is not: that is no machine without counters. */
    if (rc == MIEV_ERR_UNAVAILABLE) {
        rc = MIEV_ERR_BROKEN;
        if (err)
            err->code = rc;
    }
    return rc;
}

static int open_zone(struct rapl *self, struct rapl_zone *zone, struct miev_error *err)
{
    zone->fd = miev_file_open(self->env, NULL, POWERCAP "/%s/energy_uj", zone->folder);
    if (zone->fd < 0 || miev_counter_pread(zone->fd, &zone->counter.raw_uj) != 0)
        return refuse(self, zone, errno, err);
    /* Without a range the counter works until it goes round once: 0 stands for "not known". */
    if (miev_file_read_u64(self->env, &zone->counter.range_uj, NULL,
                           POWERCAP "/%s/max_energy_range_uj", zone->folder) != MIEV_OK)
        zone->counter.range_uj = 0;
    zone->counter.read_ns = zone->counter.changed_ns = miev_env_now_ns(self->env);
    return MIEV_OK;
}

static void close_zone(struct rapl_zone *zone)
{
    if (zone->fd >= 0)
        (void)close(zone->fd);
    zone->fd = -1;
}

static void rapl_close(void *state)
{
    struct rapl *self = state;
    for (size_t i = 0; i < self->n_zones; i++)
        close_zone(&self->zones[i]);
    self->n_zones = 0;
}

/* Memory of all sockets or of none: half of it would pass for the whole. */
static void drop_kind(struct rapl *self, enum miev_rapl_kind kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->n_zones; i++) {
        if (self->zones[i].zone.kind == kind)
            close_zone(&self->zones[i]);
        else
            self->zones[kept++] = self->zones[i];
    }
    self->n_zones = kept;
}

static bool has_package(const struct rapl *self)
{
    for (size_t i = 0; i < self->n_zones; i++)
        if (self->zones[i].zone.kind == MIEV_RAPL_PACKAGE)
            return true;
    return false;
}

static int open_zones(struct rapl *self, struct miev_error *err)
{
    if (!has_package(self))
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "%s" POWERCAP " has no zone of a processor package", self->env->root);
    for (size_t i = 0; i < self->n_zones;) {
        enum miev_rapl_kind kind = self->zones[i].zone.kind;
        int rc = open_zone(self, &self->zones[i], err);
        if (rc == MIEV_OK) {
            i++;
        } else if (kind == MIEV_RAPL_PACKAGE || rc == MIEV_ERR_PERMISSION) {
            return rc;
        } else {
            drop_kind(self, kind);
            i = 0; /* those before it are opened anew, which costs a few microseconds */
            for (size_t k = 0; k < self->n_zones; k++)
                close_zone(&self->zones[k]);
        }
    }
    return MIEV_OK;
}

/* ---- a first look at the counters ---- */

/* A graphics unit or a core may sleep; a package, its memory and the board never do. */
static bool may_rest(enum miev_rapl_kind kind)
{
    return kind == MIEV_RAPL_CORE || kind == MIEV_RAPL_UNCORE;
}

static int read_zone(void *source, uint64_t *out_micro)
{
    const struct rapl_zone *zone = source;
    return miev_counter_pread(zone->fd, out_micro);
}

static struct rapl_zone *first_package(struct rapl *self)
{
    for (size_t i = 0; i < self->n_zones; i++)
        if (self->zones[i].zone.kind == MIEV_RAPL_PACKAGE)
            return &self->zones[i];
    return NULL;
}

/* The beat of the first package. One that stands still for so short a time is no fault yet; until
 * it moves, its readings are not valid. */
static uint64_t look_for_period(struct rapl *self)
{
    struct miev_look look;
    miev_look_at(self->env, read_zone, first_package(self), &look_plan, &look);
    return look.period_ns > 0 ? look.period_ns : USUAL_PERIOD_NS;
}

/* A counter that fell without a range, leapt, or stands at 0: hypervisors and boards show counters
 * that they do not have. */
static bool counts(const struct rapl_zone *zone)
{
    bool may_be_zero = may_rest(zone->zone.kind);
    return zone->counter.gaps == 0 && (zone->counter.raw_uj > 0 || may_be_zero);
}

/* Look at every counter a second time. */
static int check_zones(struct rapl *self, struct miev_error *err)
{
    for (size_t i = 0; i < self->n_zones;) {
        struct rapl_zone *zone = &self->zones[i];
        struct miev_reading reading;
        miev_counter_read(&zone->counter, read_zone, zone, miev_env_now_ns(self->env), 0, &reading);
        if (!reading.valid)
            return refuse(self, zone, errno, err);
        if (counts(zone)) {
            i++;
        } else if (zone->zone.kind == MIEV_RAPL_PACKAGE) {
            return miev_error_set(err, MIEV_ERR_BROKEN,
                                  "the counter of %s does not count: it stands at 0, falls, or "
                                  "rises by more than %.0f W",
                                  zone->id, MIEV_COUNTER_MAX_W);
        } else {
            drop_kind(self, zone->zone.kind);
            i = 0;
        }
    }
    return MIEV_OK;
}

static int find_zones(struct rapl *self, struct miev_error *err)
{
    char folders[MAX_FOLDERS][64];
    size_t n = 0;
    int rc = list_folders(self->env, folders, &n, err);
    if (rc != MIEV_OK)
        return rc;
    add_zones(self, folders, n, false);
    add_zones(self, folders, n, true);
    return MIEV_OK;
}

static int rapl_open(void *state, const struct miev_env *env, size_t *n_channels,
                     struct miev_error *err)
{
    struct rapl *self = state;
    struct miev_machine machine;
    miev_machine_read(env, &machine);
    *self = (struct rapl){.env = env, .amd = miev_machine_is_amd(&machine)};
    int rc = find_zones(self, err);
    if (rc == MIEV_OK)
        rc = open_zones(self, err);
    if (rc == MIEV_OK) {
        self->update_period_ns = look_for_period(self);
        rc = check_zones(self, err);
    }
    if (rc != MIEV_OK) {
        rapl_close(self);
        return rc;
    }
    *n_channels = self->n_zones;
    return MIEV_OK;
}

/* ---- describing and reading ---- */

static enum miev_part part_of(enum miev_rapl_kind kind)
{
    if (kind == MIEV_RAPL_PSYS)
        return MIEV_PART_MACHINE;
    return kind == MIEV_RAPL_DRAM ? MIEV_PART_MEMORY : MIEV_PART_CPU;
}

/* core and uncore lie inside their package; package and dram inside psys; dram lies outside the
 * package. */
static void name_outer(const struct rapl *self, const struct miev_rapl_zone *zone, char out[64])
{
    struct miev_rapl_zone outer = {
        .kind = MIEV_RAPL_PACKAGE, .package = zone->package, .die = zone->die};
    out[0] = '\0';
    if (zone->kind == MIEV_RAPL_PSYS)
        return;
    if (zone->kind == MIEV_RAPL_PACKAGE || zone->kind == MIEV_RAPL_DRAM)
        outer = (struct miev_rapl_zone){.kind = MIEV_RAPL_PSYS, .package = -1, .die = -1};
    miev_rapl_zone_id(&outer, out);
    if (!find_zone(self, out))
        out[0] = '\0';
}

static void rapl_describe(const void *state, size_t i, struct miev_channel *out)
{
    const struct rapl *self = state;
    const struct rapl_zone *zone = &self->zones[i];
    *out = (struct miev_channel){.part = part_of(zone->zone.kind),
                                 .quality = MIEV_MEASURED,
                                 .package = zone->zone.package,
                                 .update_period_ns = self->update_period_ns};
    memcpy(out->id, zone->id, sizeof(out->id));
    name_outer(self, &zone->zone, out->inside);
    miev_rapl_bounds(self->amd, out);
    (void)snprintf(out->source, sizeof(out->source), "counter " POWERCAP "/%s%s", zone->folder,
                   zone->counter.range_uj == 0 ? ", whose range is not known" : "");
}

static int rapl_read(void *state, const struct miev_work *work, struct miev_reading *out,
                     struct miev_error *err)
{
    (void)work;
    (void)err;
    struct rapl *self = state;
    for (size_t i = 0; i < self->n_zones; i++) {
        struct rapl_zone *zone = &self->zones[i];
        bool rests = may_rest(zone->zone.kind);
        miev_counter_read(&zone->counter, read_zone, zone, miev_env_now_ns(self->env),
                          rests ? 0 : STUCK_NS, &out[i]);
        out[i].valid = out[i].valid && (rests || zone->counter.moved);
    }
    return MIEV_OK;
}

const struct miev_sensor_ops miev_sensor_rapl = {
    .name = "rapl",
    .summary = "energy counters of Intel and AMD processors, through Linux powercap",
    .state_size = sizeof(struct rapl),
    .open = rapl_open,
    .describe = rapl_describe,
    .read = rapl_read,
    .close = rapl_close,
};
