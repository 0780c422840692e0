/* SPDX-License-Identifier: Apache-2.0 */
/* What a start and a stop of the meter cost beside the bare reads that they need, in turns in one
 * run: the difference is MIEV's own. One line a figure: name, value, unit, parted by tabs. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "machine_fixture.h"
#include "meter/meter.h"

#define ROUNDS    31
#define CALLS     500
#define MAX_FILES 32

/* The files that a reading needs, as somebody would read them who keeps nothing of them. */
struct bare {
    int fds[MAX_FILES];
    size_t n;
};

static void add_file(struct bare *bare, const char *path)
{
    if (bare->n < MAX_FILES && (bare->fds[bare->n] = open(path, O_RDONLY | O_CLOEXEC)) >= 0)
        bare->n++;
}

static void open_bare(struct bare *bare, const char *root)
{
    char path[512];
    bare->n = 0;
    (void)snprintf(path, sizeof(path), "%s/proc/stat", root);
    add_file(bare, path);
    (void)snprintf(path, sizeof(path), "%s/sys/class/powercap", root);
    DIR *folder = opendir(path);
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        (void)snprintf(path, sizeof(path), "%s/sys/class/powercap/%s/energy_uj", root,
                       entry->d_name);
        add_file(bare, path);
    }
    (void)closedir(folder);
}

static void close_bare(struct bare *bare)
{
    for (size_t i = 0; i < bare->n; i++)
        (void)close(bare->fds[i]);
}

static void read_bare_pair(void *context)
{
    const struct bare *bare = context;
    char text[256];
    for (int pair = 0; pair < 2; pair++)
        for (size_t i = 0; i < bare->n; i++)
            if (pread(bare->fds[i], text, sizeof(text), 0) < 0)
                abort();
}

static void read_meter_pair(void *context)
{
    struct miev_meter_sample start, stop;
    if (miev_meter_read(context, 1.0, &start, NULL) != MIEV_OK ||
        miev_meter_read(context, 1.5, &stop, NULL) != MIEV_OK)
        abort();
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare);
    return values[n / 2];
}

/* CPU time of this thread, so that other programs' turns are not in it. */
static double cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Mean time of a call, in ns. */
static double time_ns(void (*call)(void *), void *context)
{
    double began_ns = cpu_ns();
    for (int i = 0; i < CALLS; i++)
        call(context);
    return (cpu_ns() - began_ns) / CALLS;
}

static void report(const char *what, const struct miev_env *env)
{
    struct miev_meter *meter = NULL;
    struct miev_error err;
    struct bare bare;
    double bare_ns[ROUNDS], meter_ns[ROUNDS], own_ns[ROUNDS];
    if (miev_meter_create(env, miev_sensors, &meter, &err) != MIEV_OK)
        abort();
    open_bare(&bare, env->root);
    for (size_t round = 0; round < ROUNDS; round++) {
        bare_ns[round] = time_ns(read_bare_pair, &bare);
        meter_ns[round] = time_ns(read_meter_pair, meter);
        own_ns[round] = meter_ns[round] - bare_ns[round];
    }
    printf("meter pair, %s, %zu reads: bare\t%.0f\tns\n", what, 2 * bare.n,
           median(bare_ns, ROUNDS));
    printf("meter pair, %s, %zu channels: all\t%.0f\tns\n", what, miev_meter_channel_count(meter),
           median(meter_ns, ROUNDS));
    printf("meter pair, %s: MIEV's own\t%.0f\tns\n", what, median(own_ns, ROUNDS));
    close_bare(&bare);
    miev_meter_destroy(meter);
}

static void report_recorded(const char *name)
{
    struct fixture *fixture = fixture_open(name);
    struct miev_env recorded = *miev_env_host(); /* its files, and a clock that moves */
    recorded.root = fixture->root;
    report(name, &recorded);
    fixture_close(fixture);
}

int main(void)
{
    report("this machine", miev_env_host());
    report_recorded("intel-one-socket");
    report_recorded("intel-two-sockets");
    report_recorded("vm-epyc-milan");
    return 0;
}
