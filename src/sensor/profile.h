/* SPDX-License-Identifier: Apache-2.0 */
/* What one machine draws at rest and for each busy CPU, fitted once against a meter by `miev
 * calibrate` and kept in the user's data folder. It holds for that machine alone. */
#ifndef MIEV_SENSOR_PROFILE_H
#define MIEV_SENSOR_PROFILE_H

#include "sensor/machine.h"
#include "sensor/sensor.h"

struct miev_fit {
    double value, low, high; /* 90 %: scatter, bend of the line and the meter's own bounds */
};

struct miev_profile {
    char cpu_name[128]; /* whose it is */
    unsigned logical_cpus;
    uint64_t memory_bytes;
    enum miev_part covers; /* MIEV_PART_MACHINE, or MIEV_PART_CPU of a meter of processors alone */
    char sensor[32];       /* the meter */
    char date[16];         /* of the fit: "2026-11-24" */
    struct miev_fit idle_w, busy_w_per_cpu;
};

/* The machine's name, CPUs and memory into the profile. */
void miev_profile_own(struct miev_profile *profile, const struct miev_machine *machine);

#define MIEV_PROFILE_PATH_MAX 4096

/* $XDG_DATA_HOME/miev/machine.csv, or that below $HOME/.local/share. MIEV_ERR_UNAVAILABLE when
 * neither variable is set. */
int miev_profile_path(const struct miev_env *env, char out[MIEV_PROFILE_PATH_MAX],
                      struct miev_error *err);

/* MIEV_ERR_UNAVAILABLE: there is none. MIEV_ERR_UNSUPPORTED: it is that of another machine.
 * MIEV_ERR_BROKEN: it is no profile. */
int miev_profile_load(const struct miev_env *env, const struct miev_machine *machine,
                      struct miev_profile *out, struct miev_error *err);

/* Folders are made as needed; what was there is replaced at once or not at all. */
int miev_profile_save(const struct miev_env *env, const struct miev_profile *profile,
                      struct miev_error *err);

/* MIEV_ERR_UNAVAILABLE when there is none. */
int miev_profile_forget(const struct miev_env *env, struct miev_error *err);

/* The text of a profile's file. MIEV_ERR_BROKEN names the field that is wrong. Pure. */
int miev_profile_parse(const char *text, struct miev_profile *out, struct miev_error *err);

#endif
