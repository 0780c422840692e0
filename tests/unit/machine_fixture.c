/* SPDX-License-Identifier: Apache-2.0 */
#include "machine_fixture.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static uint64_t fixture_now(void *context)
{
    const struct fixture *fixture = context;
    return fixture->now_ns;
}

static void show_counter(struct fixture *fixture, const struct fixture_counter *counter)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%llu\n", (unsigned long long)counter->energy_uj);
    fixture_write(fixture, counter->path, text);
}

static void fixture_sleep(void *context, uint64_t duration_ns)
{
    struct fixture *fixture = context;
    fixture->now_ns += duration_ns;
    for (size_t i = 0; i < fixture->n_counters; i++) {
        struct fixture_counter *counter = &fixture->counters[i];
        counter->energy_uj += counter->power_w * (double)duration_ns / 1e3;
        if (counter->range_uj > 0.0 && counter->energy_uj >= counter->range_uj)
            counter->energy_uj = fmod(counter->energy_uj, counter->range_uj);
        show_counter(fixture, counter);
    }
}

static const char *fixture_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static void full_path(const struct fixture *fixture, char out[PATH_MAX], const char *path)
{
    (void)snprintf(out, PATH_MAX, "%s%s", fixture->root, path);
}

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            fail_msg("cannot make %s", path);
        *slash = '/';
    }
}

void fixture_write(struct fixture *fixture, const char *path, const char *content)
{
    char full[PATH_MAX];
    full_path(fixture, full, path);
    make_folders(full);
    FILE *file = fopen(full, "w"); /* the same inode, as a counter that is open stays the same */
    if (!file)
        fail_msg("cannot write %s", full);
    (void)fputs(content, file);
    (void)fclose(file);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void fixture_remove(struct fixture *fixture, const char *path)
{
    char full[PATH_MAX];
    full_path(fixture, full, path);
    (void)nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fixture_break(struct fixture *fixture, const char *path)
{
    char full[PATH_MAX];
    fixture_remove(fixture, path);
    full_path(fixture, full, path);
    if (mkdir(full, 0755) != 0)
        fail_msg("cannot make %s", full);
}

void fixture_power(struct fixture *fixture, const char *path, double power_w, double range_uj)
{
    char full[PATH_MAX], text[32] = "";
    full_path(fixture, full, path);
    FILE *file = fopen(full, "r");
    if (!file || !fgets(text, sizeof(text), file))
        fail_msg("there is no counter %s", full);
    (void)fclose(file);
    assert_true(fixture->n_counters < FIXTURE_MAX_COUNTERS);
    struct fixture_counter *counter = &fixture->counters[fixture->n_counters++];
    (void)snprintf(counter->path, sizeof(counter->path), "%s", path);
    counter->power_w = power_w;
    counter->energy_uj = strtod(text, NULL);
    counter->range_uj = range_uj;
}

void fixture_advance(struct fixture *fixture, double duration_s)
{
    fixture_sleep(fixture, (uint64_t)llround(duration_s * 1e9));
}

/* "\n", "\t" and "\\" stand for themselves in the file of one line each. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from != '\\' || from[1] == '\0') {
            *to++ = *from;
            continue;
        }
        from++;
        *to++ = (char)(*from == 'n' ? '\n' : *from == 't' ? '\t' : *from);
    }
    *to = '\0';
}

static void unpack(struct fixture *fixture, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (line[0] == '#' || !tab)
            continue;
        *tab = '\0';
        unescape(tab + 1);
        fixture_write(fixture, line, tab + 1);
    }
    free(line);
}

struct fixture *fixture_open(const char *name)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    (void)umask(022); /* another user reads it in the tests of permission */
    (void)snprintf(fixture->root, sizeof(fixture->root), "/tmp/miev-machine-XXXXXX");
    if (!mkdtemp(fixture->root))
        fail_msg("cannot make %s", fixture->root);
    assert_int_equal(chmod(fixture->root, 0755), 0);
    fixture->now_ns = 1000000000u;
    fixture->env = (struct miev_env){.root = fixture->root,
                                     .monotonic_ns = fixture_now,
                                     .sleep_ns = fixture_sleep,
                                     .variable = fixture_variable,
                                     .context = fixture};
    if (!name)
        return fixture;
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "tests/fixtures/machines/%s.txt", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    unpack(fixture, file);
    (void)fclose(file);
    return fixture;
}

void fixture_close(struct fixture *fixture)
{
    if (!fixture)
        return;
    fixture_remove(fixture, "");
    free(fixture);
}
