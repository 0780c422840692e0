/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded machine, unpacked into a folder of its own, with a clock that only moves when somebody
 * sleeps and counters that move with it. */
#ifndef MIEV_TESTS_MACHINE_FIXTURE_H
#define MIEV_TESTS_MACHINE_FIXTURE_H

#include <stdint.h>

#include "core/env.h"

#define FIXTURE_MAX_COUNTERS  16
#define FIXTURE_MAX_TASKS     8
#define FIXTURE_MAX_VARIABLES 8

struct fixture_counter {
    char path[160]; /* below the root */
    double power_w;
    double energy_uj; /* what the file shows, with its fraction */
    double range_uj;  /* it starts again at 0 here; 0: it never does */
};

/* What miev_env_every started: it runs when somebody sleeps past the time that it is due. */
struct fixture_task {
    uint64_t period_ns, due_ns;
    void (*run)(void *argument); /* NULL: free */
    void *argument;
};

struct fixture {
    struct miev_env env; /* hand out this one */
    char root[64];
    uint64_t now_ns;
    size_t n_counters;
    struct fixture_counter counters[FIXTURE_MAX_COUNTERS];
    struct fixture_task tasks[FIXTURE_MAX_TASKS];
    size_t n_variables;
    struct {
        char name[32], value[512];
    } variables[FIXTURE_MAX_VARIABLES];
    int perf_errno; /* 0: perf events may be opened; otherwise why not */
};

/* Unpack tests/fixtures/machines/<name>.txt; NULL: an empty machine. Fails the test when it cannot.
 * fixture_close removes all of it. */
struct fixture *fixture_open(const char *name);
void fixture_close(struct fixture *fixture);

/* In the files of machines, "\n", "\t" and "\\" are written out. */
void fixture_unescape(char *text);

/* Write a file of the machine; folders are made as needed. */
void fixture_write(struct fixture *fixture, const char *path, const char *content);

/* Remove a file or a folder with all that is in it. */
void fixture_remove(struct fixture *fixture, const char *path);

/* Put a folder where the file was: reading it fails with EISDIR for every user. */
void fixture_break(struct fixture *fixture, const char *path);

/* Let the counter in this file advance with the clock, from what it holds now. */
void fixture_power(struct fixture *fixture, const char *path, double power_w, double range_uj);

/* Set an environment variable of this machine. */
void fixture_set(struct fixture *fixture, const char *name, const char *value);

/* Its perf event `config` of a CPU is the counter of microjoules in this file, shown in units of
 * 2^-32 J as the kernel does. */
#define FIXTURE_PERF "/perf/%llu-cpu%d"

/* Let time pass. */
void fixture_advance(struct fixture *fixture, double duration_s);

#endif
