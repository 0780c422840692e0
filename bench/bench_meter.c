/* SPDX-License-Identifier: Apache-2.0 */
/* What one reading of the meter costs, beside a bare clock reading and a bare pread of a counter in
 * the same run, so that machines compare by the ratios. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "machine_fixture.h"
#include "meter/meter.h"

#define ROUNDS 15
#define CALLS  2000

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void read_clock(void *context)
{
    (void)context;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
}

static void read_file(void *context)
{
    const int *fd = context;
    char text[32];
    if (pread(*fd, text, sizeof(text), 0) < 0)
        abort();
}

static void read_meter(void *context)
{
    struct miev_meter_sample sample;
    if (miev_meter_read(context, 1.0, &sample, NULL) != MIEV_OK)
        abort();
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median over rounds of the mean time of a call, in ns. */
static double cost_ns(void (*call)(void *), void *context)
{
    double ns[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double began_s = now_s();
        for (int i = 0; i < CALLS; i++)
            call(context);
        ns[round] = (now_s() - began_s) * 1e9 / CALLS;
    }
    qsort(ns, ROUNDS, sizeof(ns[0]), compare);
    return ns[ROUNDS / 2];
}

static void report(const char *what, const struct miev_env *env, double clock_ns, double file_ns)
{
    struct miev_meter *meter = NULL;
    struct miev_error err;
    if (miev_meter_create(env, miev_sensors, &meter, &err) != MIEV_OK)
        abort();
    double ns = cost_ns(read_meter, meter);
    printf("%s, %zu channels: %.0f ns = %.1f clock readings = %.1f preads\n", what,
           miev_meter_channel_count(meter), ns, ns / clock_ns, ns / file_ns);
    miev_meter_destroy(meter);
}

int main(void)
{
    struct fixture *fixture = fixture_open("intel-two-sockets");
    struct miev_env recorded = *miev_env_host(); /* its files, and a clock that moves */
    recorded.root = fixture->root;
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/sys/class/powercap/intel-rapl:0/energy_uj",
                   fixture->root);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    double clock_ns = cost_ns(read_clock, NULL), file_ns = cost_ns(read_file, &fd);
    printf("clock_gettime: %.0f ns; pread of a file: %.0f ns\n", clock_ns, file_ns);
    report("this machine", miev_env_host(), clock_ns, file_ns);
    report("files of two sockets with memory", &recorded, clock_ns, file_ns);
    (void)close(fd);
    fixture_close(fixture);
    return 0;
}
