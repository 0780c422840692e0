/* SPDX-License-Identifier: Apache-2.0 */
/* Any texts below /sys and /proc, as tests/fixtures/machines has them: each sensor opens or says
 * why not, and what it reads are joules that never fall. */
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "machine_fixture.h"
#include "sensor/sensor.h"

#define MAX_FILES    64
#define MAX_COUNTERS 4
#define MAX_CHANNELS 256

static bool is_path(const char *path)
{
    return (strncmp(path, "/sys/", 5) == 0 || strncmp(path, "/proc/", 6) == 0) &&
           strlen(path) < 160 && !strstr(path, "..") && !strstr(path, "//") &&
           path[strlen(path) - 1] != '/';
}

/* A name may be a folder and a file in the input: the first counts. */
static bool write_file(const struct fixture *fixture, const char *path, const char *content)
{
    char full[PATH_MAX];
    (void)snprintf(full, sizeof(full), "%s%s", fixture->root, path);
    for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0755);
        *slash = '/';
    }
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return false;
    fuzz_require(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    return close(fd) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static void unpack(struct fixture *fixture, char *text)
{
    size_t n = 0;
    for (char *rest = text; rest && n < MAX_FILES; n++) {
        char *line = strsep(&rest, "\n"), *tab = strchr(line, '\t');
        if (!tab)
            continue;
        *tab = '\0';
        fixture_unescape(tab + 1);
        if (is_path(line) && write_file(fixture, line, tab + 1) && ends_with(line, "energy_uj") &&
            strtod(tab + 1, NULL) < 1e18 && tab[1] != '\0' && fixture->n_counters < MAX_COUNTERS)
            fixture_power(fixture, line, 20, 0);
    }
}

static void check_readings(const struct miev_sensor_ops *ops, void *state, struct fixture *fixture,
                           size_t n)
{
    struct miev_reading readings[2][MAX_CHANNELS];
    struct miev_work work = {.cpu_s = 0};
    if (ops->read(state, &work, readings[0], NULL) != MIEV_OK)
        return;
    fixture_advance(fixture, 1);
    work.cpu_s = 0.5;
    if (ops->read(state, &work, readings[1], NULL) != MIEV_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct miev_reading *before = &readings[0][i], *after = &readings[1][i];
        if (!before->valid || !after->valid)
            continue;
        fuzz_require(isfinite(before->energy_j) && isfinite(after->energy_j));
        fuzz_require(after->gaps != before->gaps || after->energy_j >= before->energy_j);
    }
}

static void check_channels(const struct miev_sensor_ops *ops, const void *state, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct miev_channel channel, other;
        ops->describe(state, i, &channel);
        fuzz_require(channel.id[0] != '\0' && channel.source[0] != '\0');
        fuzz_require(channel.quality != MIEV_UNAVAILABLE);
        fuzz_require(channel.systematic_low_ratio >= 0 && isfinite(channel.systematic_high_ratio));
        for (size_t k = 0; k < i; k++) {
            ops->describe(state, k, &other);
            fuzz_require(strcmp(channel.id, other.id) != 0);
        }
    }
}

static void try_sensor(const struct miev_sensor_ops *ops, struct fixture *fixture)
{
    struct miev_error err = {.code = MIEV_OK};
    size_t n = 0;
    void *state = calloc(1, ops->state_size);
    fuzz_require(state != NULL);
    if (ops->open(state, &fixture->env, &n, &err) == MIEV_OK) {
        fuzz_require(n >= 1 && n <= MAX_CHANNELS);
        check_channels(ops, state, n);
        check_readings(ops, state, fixture, n);
        if (ops->remarks)
            fuzz_require(ops->remarks(state) != NULL);
        ops->close(state);
    } else {
        fuzz_require(err.message[0] != '\0');
    }
    free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct fixture *fixture = fixture_open(NULL);
    unpack(fixture, text);
    for (size_t i = 0; miev_sensors[i]; i++)
        try_sensor(miev_sensors[i], fixture);
    fixture_close(fixture);
    free(text);
    return 0;
}
