/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.h"
#include "test.h"

#define WRITERS          4
#define ROWS_OF_A_WRITER 25

/* ---- a folder of its own for each test ------------------------------------------------------ */

struct world {
    char folder[64], data[96], database[128];
    struct miev_env env;
};

struct variables {
    const char *data, *xdg, *home;
};

static const char *variable(void *context, const char *name)
{
    const struct variables *set = context;
    if (strcmp(name, "MIEV_DATA") == 0)
        return set->data;
    return strcmp(name, "XDG_DATA_HOME") == 0 ? set->xdg
           : strcmp(name, "HOME") == 0        ? set->home
                                              : NULL;
}

static int make_world(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    struct variables *set = calloc(1, sizeof(*set));
    (void)snprintf(world->folder, sizeof(world->folder), "/tmp/miev-store-XXXXXX");
    if (!set || !mkdtemp(world->folder))
        return -1;
    (void)snprintf(world->data, sizeof(world->data), "%s/a/b", world->folder);
    (void)snprintf(world->database, sizeof(world->database), "%s/history.db", world->data);
    set->data = world->data;
    world->env = *miev_env_host();
    world->env.variable = variable;
    world->env.context = set;
    *state = world;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static int end_world(void **state)
{
    struct world *world = *state;
    (void)nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(world->env.context);
    free(world);
    return 0;
}

static struct miev_store *open_store(const struct world *world)
{
    struct miev_error err;
    struct miev_store *store = NULL;
    assert_ok(miev_store_open(&world->env, true, &store, &err), &err);
    return store;
}

static struct miev_store_row make_row(enum miev_store_status status)
{
    return (struct miev_store_row){.created_unix_s = 1700000000,
                                   .status = status,
                                   .name = "a name",
                                   .models = "one and 2 more",
                                   .input = "cat.png",
                                   .schema = "miev.report/1",
                                   .miev_version = "0.1.0"};
}

static int64_t add(struct miev_store *store, enum miev_store_status status, const char *report)
{
    struct miev_error err;
    struct miev_store_row row = make_row(status);
    assert_ok(miev_store_insert(store, &row, report, strlen(report), &err), &err);
    return row.id;
}

static void assert_report(struct miev_store *store, int64_t id, const char *want)
{
    struct miev_error err;
    struct miev_store_row row;
    char *report = NULL;
    assert_ok(miev_store_find(store, id, &row, &report, &err), &err);
    assert_string_equal(report, want);
    assert_int_equal(row.bytes, strlen(want));
    free(report);
}

static enum miev_store_status status_of(struct miev_store *store, int64_t id)
{
    struct miev_error err;
    struct miev_store_row row;
    assert_ok(miev_store_find(store, id, &row, NULL, &err), &err);
    return row.status;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void test_a_row_comes_back_as_it_was_put_in(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    struct miev_store_row row, given = make_row(MIEV_STORE_INTERRUPTED);
    given.imported = true;
    (void)memset(given.identity, 'a', 64);
    assert_ok(miev_store_insert(store, &given, "{\"x\": 1.50}", 11, &err), &err);
    assert_int_equal(given.id, 1);
    assert_ok(miev_store_find(store, MIEV_STORE_LAST, &row, NULL, &err), &err);
    assert_int_equal(row.created_unix_s, 1700000000);
    assert_int_equal(row.status, MIEV_STORE_INTERRUPTED);
    assert_true(row.imported);
    assert_string_equal(row.name, "a name");
    assert_string_equal(row.models, "one and 2 more");
    assert_string_equal(row.input, "cat.png");
    assert_string_equal(row.schema, "miev.report/1");
    assert_string_equal(row.miev_version, "0.1.0");
    assert_string_equal(row.identity, given.identity);
    assert_true(row.kept_unix_ms > 1700000000000);
    assert_report(store, 1, "{\"x\": 1.50}");
    miev_store_close(store);
}

static void test_an_update_replaces_the_report_and_nothing_else(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    int64_t other = add(store, MIEV_STORE_FINISHED, "{\"other\": 1}");
    struct miev_store_row row = make_row(MIEV_STORE_RUNNING), found;
    assert_ok(miev_store_insert(store, &row, "{}", 2, &err), &err);
    row.status = MIEV_STORE_FINISHED;
    (void)memset(row.identity, 'b', 64);
    assert_ok(miev_store_update(store, &row, "{\"n\": 2}", 8, &err), &err);
    assert_report(store, row.id, "{\"n\": 2}");
    assert_report(store, other, "{\"other\": 1}");
    assert_ok(miev_store_find_identity(store, row.identity, &found, &err), &err);
    assert_int_equal(found.id, row.id);
    assert_int_equal(found.status, MIEV_STORE_FINISHED);
    assert_string_equal(found.name, "a name");
    row.id = 77;
    assert_refused(miev_store_update(store, &row, "{}", 2, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "#77");
    miev_store_close(store);
}

static bool count_down(void *context, const struct miev_store_row *row)
{
    int64_t *expected = context;
    assert_int_equal(row->id, *expected);
    return --*expected > 1; /* asks for no more after the row before the last */
}

static void test_the_list_is_newest_first_and_ends_when_asked(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    int64_t expected = 5;
    for (int i = 0; i < 5; i++)
        (void)add(store, MIEV_STORE_FINISHED, "{}");
    assert_ok(miev_store_list(store, count_down, &expected, &err), &err);
    assert_int_equal(expected, 1);
    miev_store_close(store);
}

static void test_a_number_is_never_given_twice(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    int64_t ids[] = {add(store, MIEV_STORE_FINISHED, "{}"), add(store, MIEV_STORE_FAILED, "{}")};
    assert_ok(miev_store_remove(store, ids, 2, &err), &err);
    assert_refused(miev_store_find(store, ids[1], &(struct miev_store_row){0}, NULL, &err),
                   MIEV_ERR_UNAVAILABLE, &err, "#2");
    assert_int_equal(add(store, MIEV_STORE_FINISHED, "{}"), 3);
    miev_store_close(store);
}

static void test_a_deletion_is_whole_or_not_at_all(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    int64_t ids[] = {add(store, MIEV_STORE_FINISHED, "{}"), 99};
    assert_refused(miev_store_remove(store, ids, 2, &err), MIEV_ERR_UNAVAILABLE, &err, "#99");
    assert_report(store, ids[0], "{}");
    miev_store_close(store);
}

static void test_the_same_report_is_kept_once(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    struct miev_store_row row = make_row(MIEV_STORE_FINISHED);
    (void)memset(row.identity, 'c', 64);
    assert_ok(miev_store_insert(store, &row, "{}", 2, &err), &err);
    assert_refused(miev_store_insert(store, &row, "{}", 2, &err), MIEV_ERR_INVALID, &err,
                   "already");
    assert_int_equal(row.id, 1);
    miev_store_close(store);
}

static void test_a_report_has_a_largest_size(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state);
    struct miev_store_row row = make_row(MIEV_STORE_FINISHED);
    size_t size = MIEV_STORE_REPORT_MAX_BYTES;
    char *text = malloc(size + 1);
    assert_non_null(text);
    (void)memset(text, ' ', size + 1);
    assert_refused(miev_store_insert(store, &row, text, size + 1, &err), MIEV_ERR_LIMIT, &err,
                   "16777217");
    assert_ok(miev_store_insert(store, &row, text, size, &err), &err);
    assert_refused(miev_store_insert(store, &row, "", 0, &err), MIEV_ERR_LIMIT, &err, "0 bytes");
    free(text);
    miev_store_close(store);
}

/* ---- who is at work ------------------------------------------------------------------------- */

static void test_a_running_study_is_seen_by_others_and_not_deleted(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state), *other = open_store(*state);
    int64_t id = add(store, MIEV_STORE_RUNNING, "{}");
    assert_int_equal(status_of(store, id), MIEV_STORE_RUNNING);
    assert_int_equal(status_of(other, id), MIEV_STORE_RUNNING);
    assert_refused(miev_store_remove(other, &id, 1, &err), MIEV_ERR_INVALID, &err, "running");
    miev_store_close(store);
    assert_int_equal(status_of(other, id), MIEV_STORE_CUT_OFF);
    assert_ok(miev_store_remove(other, &id, 1, &err), &err);
    miev_store_close(other);
}

static void test_a_queued_study_needs_no_report_and_is_cut_off_with_its_process(void **state)
{
    struct miev_error err;
    struct miev_store *store = open_store(*state), *other = open_store(*state);
    struct miev_store_row row = make_row(MIEV_STORE_QUEUED), found;
    (void)memset(row.input_sha256, 'c', 64);
    row.repeat_of = 5;
    assert_ok(miev_store_insert(store, &row, NULL, 0, &err), &err);
    assert_int_equal(status_of(other, row.id), MIEV_STORE_QUEUED);
    assert_refused(miev_store_remove(other, &row.id, 1, &err), MIEV_ERR_INVALID, &err, "queued");
    row.status = MIEV_STORE_RUNNING;
    assert_refused(miev_store_update(store, &row, "", 0, &err), MIEV_ERR_LIMIT, &err, "0 bytes");
    assert_ok(miev_store_update(store, &row, "{}", 2, &err), &err);
    assert_int_equal(status_of(other, row.id), MIEV_STORE_RUNNING);
    row.status = MIEV_STORE_FAILED;
    (void)snprintf(row.note, sizeof(row.note), "the picture is gone");
    assert_ok(miev_store_update(store, &row, "{}", 2, &err), &err);
    assert_ok(miev_store_find(other, row.id, &found, NULL, &err), &err);
    assert_string_equal(found.note, "the picture is gone");
    assert_string_equal(found.input_sha256, row.input_sha256);
    assert_int_equal(found.repeat_of, 5);
    int64_t second = add(store, MIEV_STORE_QUEUED, "");
    miev_store_close(store);
    assert_int_equal(status_of(other, second), MIEV_STORE_CUT_OFF);
    miev_store_close(other);
}

static void test_another_name_changes_nothing_else(void **state)
{
    struct miev_error err;
    struct miev_store_row row;
    struct miev_store *store = open_store(*state);
    int64_t id = add(store, MIEV_STORE_FINISHED, "{\"x\": 1}");
    assert_ok(miev_store_rename(store, id, "two\nlines \xff", &err), &err);
    assert_ok(miev_store_find(store, id, &row, NULL, &err), &err);
    assert_string_equal(row.name, "two?lines ?");
    assert_string_equal(row.models, "one and 2 more");
    assert_report(store, id, "{\"x\": 1}");
    assert_refused(miev_store_rename(store, 88, "x", &err), MIEV_ERR_UNAVAILABLE, &err, "#88");
    miev_store_close(store);
}

static void test_what_reports_mention_is_found(void **state)
{
    struct miev_error err;
    bool found = false;
    struct miev_store *store = open_store(*state);
    (void)add(store, MIEV_STORE_FINISHED, "{\"sha256\": \"abc%_\"}");
    assert_ok(miev_store_mentions(store, "abc%_", &found, &err), &err);
    assert_true(found);
    assert_ok(miev_store_mentions(store, "abcde", &found, &err), &err);
    assert_false(found);
    miev_store_close(store);
}

static void test_a_killed_process_leaves_its_study_cut_off(void **state)
{
    int told[2], status;
    char byte = 0;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        struct miev_store *store = open_store(*state);
        (void)add(store, MIEV_STORE_RUNNING, "{\"kept\": true}");
        _exit(write(told[1], &byte, 1) == 1 && pause() ? 0 : 1);
    }
    assert_int_equal(read(told[0], &byte, 1), 1);
    struct miev_store *store = open_store(*state);
    assert_int_equal(status_of(store, 1), MIEV_STORE_RUNNING);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status_of(store, 1), MIEV_STORE_CUT_OFF);
    assert_report(store, 1, "{\"kept\": true}");
    miev_store_close(store);
    (void)close(told[0]);
    (void)close(told[1]);
}

static void write_many(const struct world *world, int number)
{
    struct miev_store *store = open_store(world);
    char report[64];
    for (int i = 0; i < ROWS_OF_A_WRITER; i++) {
        (void)snprintf(report, sizeof(report), "{\"writer\": %d, \"row\": %d}", number, i);
        (void)add(store, MIEV_STORE_FINISHED, report);
    }
    miev_store_close(store);
    _exit(0);
}

/* All of them begin with a folder that is not there: making it is part of the race. */
static void test_processes_that_write_at_once_lose_nothing(void **state)
{
    struct miev_error err;
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] == 0)
            write_many(*state, i);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    struct miev_store *store = open_store(*state);
    int next[WRITERS] = {0};
    for (int64_t id = 1; id <= WRITERS * ROWS_OF_A_WRITER; id++) {
        struct miev_store_row row;
        char *report = NULL;
        int writer = -1, number = -1;
        assert_ok(miev_store_find(store, id, &row, &report, &err), &err);
        /* NOLINTNEXTLINE(cert-err34-c): compared with what is expected below */
        assert_int_equal(sscanf(report, "{\"writer\": %d, \"row\": %d}", &writer, &number), 2);
        assert_int_equal(number, next[writer]++); /* in the order in which it was written */
        free(report);
    }
    miev_store_close(store);
}

/* ---- the folder and the file ---------------------------------------------------------------- */

static void test_the_folder_is_this_users_alone(void **state)
{
    const struct world *world = *state;
    struct stat info;
    miev_store_close(open_store(world));
    assert_int_equal(stat(world->data, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(world->database, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void test_the_folder_follows_the_environment(void **state)
{
    char folder[PATH_MAX];
    struct miev_error err;
    struct world world = *(struct world *)*state;
    static const struct {
        struct variables set;
        const char *want;
    } cases[] = {
        {{"/d", "/x", "/h"}, "/d"},
        {{"", "/x", "/h"}, "/x/miev"},
        {{NULL, "relative", "/h"}, "/h/.local/share/miev"},
        {{NULL, NULL, "/h"}, "/h/.local/share/miev"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct variables set = cases[i].set;
        world.env.context = &set;
        assert_ok(miev_store_folder(&world.env, folder, sizeof(folder), &err), &err);
        assert_string_equal(folder, cases[i].want);
    }
    struct variables none = {NULL, NULL, NULL};
    world.env.context = &none;
    assert_refused(miev_store_folder(&world.env, folder, sizeof(folder), &err),
                   MIEV_ERR_UNAVAILABLE, &err, "MIEV_DATA");
}

static void test_reading_makes_nothing(void **state)
{
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store *store = NULL;
    assert_refused(miev_store_open(&world->env, false, &store, &err), MIEV_ERR_UNAVAILABLE, &err,
                   world->data);
    assert_int_not_equal(access(world->data, F_OK), 0);
}

static void test_a_folder_that_cannot_be_made_is_named(void **state)
{
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store *store = NULL;
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/a", world->folder);
    FILE *file = fopen(path, "we"); /* a file where the folder should be */
    assert_non_null(file);
    (void)fclose(file);
    assert_int_not_equal(miev_store_open(&world->env, true, &store, &err), MIEV_OK);
    assert_non_null(strstr(err.message, world->folder));
}

static void put_file(const struct world *world, const char *bytes, size_t length)
{
    miev_store_close(open_store(world));
    FILE *file = fopen(world->database, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void assert_untouched(const struct world *world, const char *bytes, size_t length)
{
    struct miev_error err;
    char *now = NULL;
    size_t size = 0;
    assert_ok(miev_file_load(world->database, 1 << 20, &now, &size, &err), &err);
    assert_int_equal(size, length);
    assert_memory_equal(now, bytes, length);
    free(now);
}

static void test_a_file_that_is_no_database_is_refused_and_stays(void **state)
{
    static const char text[] =
        "Dear history, this is a letter and no database at all. It is longer "
        "than the head of a database, which has one hundred bytes.\n";
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store *store = NULL;
    put_file(world, text, sizeof(text));
    assert_refused(miev_store_open(&world->env, true, &store, &err), MIEV_ERR_BROKEN, &err,
                   "set-aside");
    assert_untouched(world, text, sizeof(text));
}

static void run_sql(const struct world *world, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(world->database, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_another_programs_database_is_refused(void **state)
{
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store *store = NULL;
    put_file(world, "", 0);
    run_sql(world, "CREATE TABLE studies (id INTEGER, songs TEXT)");
    assert_refused(miev_store_open(&world->env, true, &store, &err), MIEV_ERR_BROKEN, &err,
                   "another program");
}

static void test_a_newer_database_is_refused(void **state)
{
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store *store = NULL;
    miev_store_close(open_store(world));
    run_sql(world, "PRAGMA user_version = 99");
    assert_refused(miev_store_open(&world->env, true, &store, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "newer miev (form 99");
}

/* The form of version 0.1, with a number that was given and taken back. */
static void test_a_history_of_the_first_form_is_brought_up_to_date(void **state)
{
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store_row row;
    put_file(world, "", 0);
    run_sql(world,
            "CREATE TABLE studies (id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " created_unix_s INTEGER NOT NULL, kept_unix_ms INTEGER NOT NULL,"
            " status TEXT NOT NULL"
            " CHECK (status IN ('running', 'finished', 'interrupted', 'failed')),"
            " identity TEXT UNIQUE CHECK (length(identity) = 64), name TEXT NOT NULL,"
            " models TEXT NOT NULL, input TEXT NOT NULL, schema TEXT NOT NULL,"
            " miev_version TEXT NOT NULL, imported INTEGER NOT NULL, bytes INTEGER NOT NULL,"
            " report TEXT NOT NULL) STRICT;"
            "INSERT INTO studies VALUES (7, 1, 2, 'finished', NULL, 'mine', 'm', 'cat.png',"
            " 's', '0.1.0', 1, 2, '{}');"
            "INSERT INTO studies VALUES (9, 1, 2, 'running', NULL, '', 'm', 'i', 's', '0.1.0',"
            " 0, 2, '{}');"
            "INSERT INTO studies VALUES (12, 1, 2, 'failed', NULL, '', 'm', 'i', 's', '0.1.0',"
            " 0, 2, '{}'); DELETE FROM studies WHERE id = 12;"
            "PRAGMA application_id = 1296647510; PRAGMA user_version = 1");
    struct miev_store *store = open_store(world);
    assert_ok(miev_store_find(store, 7, &row, NULL, &err), &err);
    assert_string_equal(row.name, "mine");
    assert_string_equal(row.input, "cat.png");
    assert_string_equal(row.input_sha256, "");
    assert_true(row.imported);
    assert_int_equal(row.repeat_of, 0);
    assert_report(store, 7, "{}");
    assert_int_equal(status_of(store, 9), MIEV_STORE_CUT_OFF);
    assert_int_equal(add(store, MIEV_STORE_QUEUED, ""), 13); /* 12 was given before */
    miev_store_close(store);
}

/* A page in the middle is overwritten: every row is read, or refused in words. */
static void test_a_damaged_database_is_told(void **state)
{
    const struct world *world = *state;
    struct miev_error err;
    struct miev_store_row row;
    char big[20000], noise[4096], *report = NULL;
    (void)memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    (void)memset(noise, 0xa5, sizeof(noise));
    struct miev_store *store = open_store(world);
    (void)add(store, MIEV_STORE_FINISHED, big);
    miev_store_close(store);
    int fd = open(world->database, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, noise, sizeof(noise), sizeof(noise)), sizeof(noise));
    assert_int_equal(close(fd), 0);
    store = NULL;
    int rc = miev_store_open(&world->env, true, &store, &err);
    if (rc == MIEV_OK)
        rc = miev_store_find(store, 1, &row, &report, &err);
    assert_int_equal(rc, MIEV_ERR_BROKEN);
    assert_non_null(strstr(err.message, "damaged"));
    miev_store_close(store);
}

static void test_setting_aside_deletes_nothing(void **state)
{
    static const char text[] = "not a database, but somebody's, and of more than sixteen bytes";
    const struct world *world = *state;
    struct miev_error err;
    char to[PATH_MAX], *kept = NULL;
    size_t length = 0;
    put_file(world, text, sizeof(text));
    assert_ok(miev_store_set_aside(&world->env, to, &err), &err);
    assert_ok(miev_file_load(to, 1 << 20, &kept, &length, &err), &err);
    assert_memory_equal(kept, text, sizeof(text));
    free(kept);
    struct miev_store *store = open_store(world);
    assert_int_equal(add(store, MIEV_STORE_FINISHED, "{}"), 1);
    miev_store_close(store);
    assert_int_equal(unlink(world->database), 0);
    assert_refused(miev_store_set_aside(&world->env, to, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "history.db");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, make_world, end_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_a_row_comes_back_as_it_was_put_in),
        IN_WORLD(test_an_update_replaces_the_report_and_nothing_else),
        IN_WORLD(test_the_list_is_newest_first_and_ends_when_asked),
        IN_WORLD(test_a_number_is_never_given_twice),
        IN_WORLD(test_a_deletion_is_whole_or_not_at_all),
        IN_WORLD(test_the_same_report_is_kept_once),
        IN_WORLD(test_a_report_has_a_largest_size),
        IN_WORLD(test_a_running_study_is_seen_by_others_and_not_deleted),
        IN_WORLD(test_a_queued_study_needs_no_report_and_is_cut_off_with_its_process),
        IN_WORLD(test_another_name_changes_nothing_else),
        IN_WORLD(test_what_reports_mention_is_found),
        IN_WORLD(test_a_killed_process_leaves_its_study_cut_off),
        IN_WORLD(test_processes_that_write_at_once_lose_nothing),
        IN_WORLD(test_the_folder_is_this_users_alone),
        IN_WORLD(test_the_folder_follows_the_environment),
        IN_WORLD(test_reading_makes_nothing),
        IN_WORLD(test_a_folder_that_cannot_be_made_is_named),
        IN_WORLD(test_a_file_that_is_no_database_is_refused_and_stays),
        IN_WORLD(test_another_programs_database_is_refused),
        IN_WORLD(test_a_newer_database_is_refused),
        IN_WORLD(test_a_history_of_the_first_form_is_brought_up_to_date),
        IN_WORLD(test_a_damaged_database_is_told),
        IN_WORLD(test_setting_aside_deletes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
