/* SPDX-License-Identifier: Apache-2.0 */
#include "machine_fixture.h"

#include <errno.h>
#include <fcntl.h>
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

static void move_clock(struct fixture *fixture, uint64_t duration_ns)
{
    fixture->now_ns += duration_ns;
    for (size_t i = 0; i < fixture->n_counters; i++) {
        struct fixture_counter *counter = &fixture->counters[i];
        counter->energy_uj += counter->power_w * (double)duration_ns / 1e3;
        if (counter->range_uj > 0.0 && counter->energy_uj >= counter->range_uj)
            counter->energy_uj = fmod(counter->energy_uj, counter->range_uj);
        show_counter(fixture, counter);
    }
}

static struct fixture_task *next_task(struct fixture *fixture, uint64_t end_ns)
{
    struct fixture_task *next = NULL;
    for (size_t i = 0; i < FIXTURE_MAX_TASKS; i++) {
        struct fixture_task *task = &fixture->tasks[i];
        if (task->run && task->due_ns <= end_ns && (!next || task->due_ns < next->due_ns))
            next = task;
    }
    return next;
}

/* Time stops at every task that is due in between. */
static void fixture_sleep(void *context, uint64_t duration_ns)
{
    struct fixture *fixture = context;
    uint64_t end_ns = fixture->now_ns + duration_ns;
    struct fixture_task *task = NULL;
    while ((task = next_task(fixture, end_ns))) {
        if (task->due_ns > fixture->now_ns)
            move_clock(fixture, task->due_ns - fixture->now_ns);
        task->due_ns += task->period_ns;
        task->run(task->argument);
    }
    move_clock(fixture, end_ns - fixture->now_ns);
}

static int fixture_every(void *context, uint64_t period_ns, void (*run)(void *argument),
                         void *argument, struct miev_env_task **out, struct miev_error *err)
{
    (void)err;
    struct fixture *fixture = context;
    for (size_t i = 0; i < FIXTURE_MAX_TASKS; i++) {
        struct fixture_task *task = &fixture->tasks[i];
        if (task->run)
            continue;
        *task = (struct fixture_task){.period_ns = period_ns,
                                      .due_ns = fixture->now_ns + period_ns,
                                      .run = run,
                                      .argument = argument};
        run(argument);
        *out = (struct miev_env_task *)task;
        return MIEV_OK;
    }
    fail_msg("too many tasks");
    return MIEV_ERR_LIMIT;
}

static void fixture_cancel(void *context, struct miev_env_task *task)
{
    (void)context;
    *(struct fixture_task *)task = (struct fixture_task){.run = NULL};
}

static const char *fixture_variable(void *context, const char *name)
{
    const struct fixture *fixture = context;
    for (size_t i = 0; i < fixture->n_variables; i++)
        if (strcmp(fixture->variables[i].name, name) == 0)
            return fixture->variables[i].value;
    return NULL;
}

void fixture_set(struct fixture *fixture, const char *name, const char *value)
{
    size_t i = 0;
    while (i < fixture->n_variables && strcmp(fixture->variables[i].name, name) != 0)
        i++;
    assert_true(i < FIXTURE_MAX_VARIABLES);
    fixture->n_variables += i == fixture->n_variables;
    (void)snprintf(fixture->variables[i].name, sizeof(fixture->variables[i].name), "%s", name);
    (void)snprintf(fixture->variables[i].value, sizeof(fixture->variables[i].value), "%s", value);
}

static int fixture_perf_open(void *context, uint32_t type, uint64_t config, int cpu)
{
    (void)type;
    const struct fixture *fixture = context;
    char path[PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s" FIXTURE_PERF, fixture->root, (unsigned long long)config,
                   cpu);
    if (fixture->perf_errno != 0) {
        errno = fixture->perf_errno;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int fixture_perf_read(void *context, int fd, uint64_t *out)
{
    (void)context;
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n <= 0) {
        errno = n == 0 ? EIO : errno;
        return -1;
    }
    *out = (uint64_t)(strtold(text, NULL) / 1e6L * 4294967296.0L);
    return 0;
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

void fixture_unescape(char *text)
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
        fixture_unescape(tab + 1);
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
                                     .every = fixture_every,
                                     .cancel = fixture_cancel,
                                     .perf_open = fixture_perf_open,
                                     .perf_read = fixture_perf_read,
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
