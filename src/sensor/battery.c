/* SPDX-License-Identifier: Apache-2.0 */
/* The batteries of a laptop that runs from them: what they give is what the whole machine draws.
 * While it is on the mains they say nothing of it. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "sensor/sampler.h"
#include "sensor/sensor.h"

#define SUPPLIES      "/sys/class/power_supply"
#define MAX_SUPPLIES  32
#define MAX_BATTERIES 4

/* 90 %; docs/method-energy.md. */
#define LOW_RATIO  0.90
#define HIGH_RATIO 1.15

#define MAX_W 500.0

/* Gauges move every 1 to 30 s, too seldom to be watched at open; 4 s is what is usual. */
#define USUAL_PERIOD_NS 4000000000u
#define STUCK_NS        120000000000u

/* What a gauge tells, best first. */
enum gauge { GAUGE_POWER, GAUGE_CURRENT, GAUGE_ENERGY };

struct battery_cell {
    char name[32];
    int status_fd, value_fd, voltage_fd; /* voltage: with GAUGE_CURRENT; -1: none */
    enum gauge gauge;
    uint64_t at_open_uwh; /* of GAUGE_ENERGY */
};

struct battery {
    const struct miev_env *env;
    size_t n_cells;
    struct battery_cell cells[MAX_BATTERIES];
    struct miev_sampler *sampler;
};

/* ---- reading ---- */

/* Some gauges tell what they give as less than zero. */
static int read_size(int fd, uint64_t *out)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    return miev_parse_u64(text[0] == '-' ? text + 1 : text, out, NULL) == MIEV_OK ? 0 : -1;
}

/* "Discharging", "Charging", "Full", "Not charging", "Unknown". */
static void read_status(const struct battery_cell *cell, char out[24])
{
    ssize_t n = pread(cell->status_fd, out, 23, 0);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

/* Microwatts that it gives, or, of GAUGE_ENERGY, microjoules that it has given. */
static int read_cell(const struct battery_cell *cell, uint64_t *out_micro)
{
    uint64_t value = 0, voltage_uv = 0;
    if (read_size(cell->value_fd, &value) != 0)
        return -1;
    if (cell->gauge == GAUGE_POWER)
        *out_micro = value;
    if (cell->gauge == GAUGE_CURRENT) {
        if (read_size(cell->voltage_fd, &voltage_uv) != 0 || value > 1000000000u ||
            voltage_uv > 1000000000u)
            return -1; /* 1000 A and 1000 V are in no laptop */
        *out_micro = value * voltage_uv / 1000000u;
    }
    if (cell->gauge == GAUGE_ENERGY) {
        if (value > cell->at_open_uwh)
            return -1; /* it was charged meanwhile */
        *out_micro = (cell->at_open_uwh - value) * 3600u;
    }
    return 0;
}

/* All of them together: two batteries are emptied one after the other. One that charges means that
 * the mains are there. */
static int read_cells(void *source, uint64_t *out_micro)
{
    const struct battery *self = source;
    uint64_t sum = 0;
    bool discharging = false;
    for (size_t i = 0; i < self->n_cells; i++) {
        char status[24];
        uint64_t micro = 0;
        read_status(&self->cells[i], status);
        if (strcmp(status, "Charging") == 0 || read_cell(&self->cells[i], &micro) != 0)
            return -1;
        if (strcmp(status, "Discharging") == 0)
            discharging = true;
        else if (self->cells[i].gauge != GAUGE_ENERGY)
            micro = 0; /* it rests, whatever its gauge shows */
        sum += micro;
    }
    *out_micro = sum;
    return discharging ? 0 : -1;
}

/* ---- finding ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_cell(struct battery_cell *cell)
{
    close_fd(&cell->status_fd);
    close_fd(&cell->value_fd);
    close_fd(&cell->voltage_fd);
}

/* True when the file is there and answers: many gauges have one that never does. */
static bool open_value(const struct battery *self, const struct battery_cell *cell,
                       const char *file, int *fd)
{
    uint64_t value = 0;
    *fd = miev_file_open(self->env, NULL, SUPPLIES "/%s/%s", cell->name, file);
    if (*fd >= 0 && read_size(*fd, &value) == 0)
        return true;
    close_fd(fd);
    return false;
}

static bool open_gauge(const struct battery *self, struct battery_cell *cell)
{
    cell->gauge = GAUGE_POWER;
    if (open_value(self, cell, "power_now", &cell->value_fd))
        return true;
    cell->gauge = GAUGE_CURRENT;
    if (open_value(self, cell, "voltage_now", &cell->voltage_fd) &&
        open_value(self, cell, "current_now", &cell->value_fd))
        return true;
    close_fd(&cell->voltage_fd);
    cell->gauge = GAUGE_ENERGY;
    return open_value(self, cell, "energy_now", &cell->value_fd) &&
           read_size(cell->value_fd, &cell->at_open_uwh) == 0;
}

/* The battery of a mouse is a battery too; its scope tells. */
static void add_supply(struct battery *self, const char *name)
{
    char text[32];
    struct battery_cell *cell = &self->cells[self->n_cells];
    if (miev_file_read_text(self->env, text, sizeof(text), NULL, SUPPLIES "/%s/type", name) !=
            MIEV_OK ||
        strcmp(text, "Battery") != 0)
        return;
    if (miev_file_read_text(self->env, text, sizeof(text), NULL, SUPPLIES "/%s/scope", name) ==
            MIEV_OK &&
        strcmp(text, "Device") == 0)
        return;
    *cell = (struct battery_cell){.status_fd = -1, .value_fd = -1, .voltage_fd = -1};
    (void)snprintf(cell->name, sizeof(cell->name), "%s", name);
    cell->status_fd = miev_file_open(self->env, NULL, SUPPLIES "/%s/status", name);
    if (cell->status_fd >= 0 && open_gauge(self, cell))
        self->n_cells++;
    else
        close_cell(cell);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void find_batteries(struct battery *self)
{
    char names[MAX_SUPPLIES][32], path[PATH_MAX];
    size_t n = 0;
    int length = snprintf(path, sizeof(path), "%s" SUPPLIES, self->env->root);
    DIR *dir = length < 0 || length >= (int)sizeof(path) ? NULL : opendir(path);
    if (!dir)
        return;
    const struct dirent *entry = NULL;
    while ((entry = readdir(dir))) /* NOLINT(concurrency-mt-unsafe): nobody else has this dir */
        if (n < MAX_SUPPLIES && entry->d_name[0] != '.' && strlen(entry->d_name) < 32)
            (void)snprintf(names[n++], 32, "%.31s", entry->d_name);
    (void)closedir(dir);
    qsort(names, n, 32, compare_names);
    for (size_t i = 0; i < n && self->n_cells < MAX_BATTERIES; i++)
        add_supply(self, names[i]);
}

/* ---- life ---- */

static void battery_close(void *state)
{
    struct battery *self = state;
    miev_sampler_stop(self->sampler);
    for (size_t i = 0; i < self->n_cells; i++)
        close_cell(&self->cells[i]);
}

static bool counts_energy(const struct battery *self)
{
    for (size_t i = 0; i < self->n_cells; i++)
        if (self->cells[i].gauge != GAUGE_ENERGY)
            return false;
    return true;
}

static int check(struct battery *self, struct miev_error *err)
{
    char status[24];
    struct miev_look look;
    static const struct miev_look_plan one_reading = {.max_changes = 0};
    if (self->n_cells == 0)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "there is no battery that runs this machine");
    for (size_t i = 1; i < self->n_cells; i++)
        if ((self->cells[i].gauge == GAUGE_ENERGY) != (self->cells[0].gauge == GAUGE_ENERGY))
            return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                  "of two batteries one tells its power and the other only what "
                                  "is left in it");
    read_status(&self->cells[0], status);
    miev_look_at(self->env, read_cells, self, &one_reading, &look);
    if (look.failed)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "the battery is not discharging (its status is '%s'): pull the plug, "
                              "and what it gives is what the machine draws",
                              status);
    return counts_energy(self) ? MIEV_OK : miev_judge_power(&look, "the battery", MAX_W, err);
}

static int battery_open(void *state, const struct miev_env *env, size_t *n_channels,
                        struct miev_error *err)
{
    struct battery *self = state;
    *self = (struct battery){.env = env};
    find_batteries(self);
    int rc = check(self, err);
    const struct miev_sampler_source source = {.read = read_cells,
                                               .source = self,
                                               .counter = counts_energy(self),
                                               .max_w = MAX_W,
                                               .stuck_ns = counts_energy(self) ? STUCK_NS : 0};
    if (rc == MIEV_OK)
        rc = miev_sampler_start(env, &source, 1, miev_sampler_period_ns(USUAL_PERIOD_NS),
                                &self->sampler, err);
    if (rc != MIEV_OK) {
        battery_close(self);
        return rc;
    }
    *n_channels = 1;
    return MIEV_OK;
}

static void battery_describe(const void *state, size_t i, struct miev_channel *out)
{
    static const char *const gauges[] = {"power", "amperes x volts", "what is left in it"};
    (void)i;
    const struct battery *self = state;
    *out = (struct miev_channel){
        .id = "battery",
        .part = MIEV_PART_MACHINE,
        .quality = MIEV_MEASURED,
        .package = -1,
        .update_period_ns = USUAL_PERIOD_NS,
        .systematic_low_ratio = LOW_RATIO,
        .systematic_high_ratio = HIGH_RATIO,
    };
    (void)snprintf(out->source, sizeof(out->source), "%s%s while discharging: %s",
                   self->cells[0].name, self->n_cells > 1 ? " and others" : "",
                   gauges[self->cells[0].gauge]);
}

static int battery_read(void *state, const struct miev_work *work, struct miev_reading *out,
                        struct miev_error *err)
{
    (void)work;
    (void)err;
    struct battery *self = state;
    miev_sampler_read(self->sampler, 0, out);
    return MIEV_OK;
}

const struct miev_sensor_ops miev_sensor_battery = {
    .name = "battery",
    .summary = "a laptop's battery while it runs the machine",
    .state_size = sizeof(struct battery),
    .open = battery_open,
    .describe = battery_describe,
    .read = battery_read,
    .close = battery_close,
};
