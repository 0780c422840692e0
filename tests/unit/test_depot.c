/* SPDX-License-Identifier: Apache-2.0 */
#include "model/depot.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sha256.h"
#include "model/depot_gc.h"
#include "model/partial.h"
#include "test.h"

static char top[64];
static struct miev_env env;

static const char *variable(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "MIEV_MODELS") == 0 ? top : NULL;
}

static int make_top(void **state)
{
    (void)state;
    (void)snprintf(top, sizeof(top), "/tmp/miev-depot-XXXXXX");
    env = *miev_env_host();
    env.variable = variable;
    return mkdtemp(top) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int remove_top(void **state)
{
    (void)state;
    return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct miev_depot open_depot(void)
{
    struct miev_depot depot;
    struct miev_error err = {0};
    assert_ok(miev_depot_open(&env, NULL, false, &depot, &err), &err);
    return depot;
}

static void write_body(const struct miev_partial *partial, const char *text)
{
    assert_int_equal(pwrite(partial->body_fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

static struct miev_partial open_partial(const struct miev_depot *depot, const char *address)
{
    struct miev_partial partial;
    struct miev_error err = {0};
    assert_ok(miev_partial_open(depot, address, &partial, &err), &err);
    return partial;
}

/* ---- blobs ---- */

static void keep(const struct miev_depot *depot, const char *address, const char *text,
                 char sha256[65])
{
    char path[PATH_MAX];
    struct miev_error err = {0};
    struct miev_partial partial = open_partial(depot, address);
    write_body(&partial, text);
    miev_sha256_hex(text, strlen(text), sha256);
    miev_partial_path(&partial, "body", path);
    assert_ok(miev_depot_keep(depot, MIEV_DEPOT_BLOBS, path, sha256, &err), &err);
    miev_partial_discard(&partial);
}

static void test_a_blob_is_named_by_what_is_in_it_and_not_written_again(void **state)
{
    (void)state;
    char sha256[65], path[PATH_MAX];
    struct stat info;
    struct miev_depot depot = open_depot();
    keep(&depot, "here", "weights", sha256);
    assert_true(miev_depot_has(&depot, MIEV_DEPOT_BLOBS, sha256));
    assert_ok(miev_depot_path(&depot, MIEV_DEPOT_BLOBS, sha256, path, NULL),
              &(struct miev_error){0});
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0444);
    ino_t first = info.st_ino;
    keep(&depot, "there", "weights", sha256); /* the same by another address */
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_ino, first);
    miev_depot_close(&depot);
}

static void test_what_is_no_hash_is_not_there(void **state)
{
    (void)state;
    struct miev_depot depot = open_depot();
    assert_false(miev_depot_has(&depot, MIEV_DEPOT_BLOBS, ""));
    assert_false(miev_depot_has(&depot, MIEV_DEPOT_BLOBS, "../cards"));
    miev_depot_close(&depot);
}

/* ---- partials ---- */

static void test_a_partial_outlives_its_process_with_its_mark(void **state)
{
    (void)state;
    char text[8] = "";
    struct miev_error err = {0};
    struct miev_depot depot = open_depot();
    struct miev_partial partial = open_partial(&depot, "address");
    struct miev_partial_mark mark = {.validator = "\"one\"", .total = 7}, got;
    write_body(&partial, "half");
    assert_ok(miev_partial_write_mark(&partial, &mark, &err), &err);
    miev_partial_close(&partial);
    partial = open_partial(&depot, "address");
    miev_partial_read_mark(&partial, &got);
    assert_string_equal(got.validator, "\"one\"");
    assert_int_equal(got.total, 7);
    assert_int_equal(pread(partial.body_fd, text, sizeof(text) - 1, 0), 4);
    assert_string_equal(text, "half");
    miev_partial_discard(&partial);
    miev_depot_close(&depot);
}

static void test_a_broken_mark_is_none(void **state)
{
    (void)state;
    static const char *const broken[] = {"",
                                         "{",
                                         "[]",
                                         "{\"validator\":1,\"total\":1}",
                                         "{\"validator\":\"x\",\"total\":-1}",
                                         "{\"validator\":\"x\"}"};
    struct miev_depot depot = open_depot();
    struct miev_partial partial = open_partial(&depot, "address");
    char path[PATH_MAX];
    miev_partial_path(&partial, "mark", path);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct miev_partial_mark got = {.validator = "before", .total = 1};
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(broken[i], file) >= 0);
        assert_int_equal(fclose(file), 0);
        miev_partial_read_mark(&partial, &got);
        assert_string_equal(got.validator, "");
        assert_int_equal(got.total, 0);
    }
    miev_partial_discard(&partial);
    miev_depot_close(&depot);
}

struct waiting {
    const struct miev_depot *depot;
    struct miev_partial partial;
    int rc;
};

static void *wait_for_partial(void *context)
{
    struct waiting *waiting = context;
    waiting->rc = miev_partial_open(waiting->depot, "address", &waiting->partial, NULL);
    return NULL;
}

/* The first removes the very lock that the second waits for. */
static void test_a_second_one_waits_and_gets_a_partial_of_its_own(void **state)
{
    (void)state;
    pthread_t thread;
    char path[PATH_MAX];
    struct stat by_name, held;
    struct miev_depot depot = open_depot();
    struct waiting waiting = {.depot = &depot};
    struct miev_partial first = open_partial(&depot, "address");
    assert_int_equal(pthread_create(&thread, NULL, wait_for_partial, &waiting), 0);
    miev_env_sleep_ns(&env, 50000000);
    miev_partial_discard(&first);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(waiting.rc, MIEV_OK);
    miev_partial_path(&waiting.partial, "lock", path);
    assert_int_equal(stat(path, &by_name), 0);
    assert_int_equal(fstat(waiting.partial.lock_fd, &held), 0);
    assert_int_equal(by_name.st_ino, held.st_ino);
    miev_partial_discard(&waiting.partial);
    miev_depot_close(&depot);
}

static void test_waiting_ends_when_asked(void **state)
{
    (void)state;
    struct miev_error err = {0};
    struct miev_depot depot = open_depot();
    struct miev_partial first = open_partial(&depot, "address"), second;
    atomic_bool stop = true;
    struct miev_depot impatient = depot;
    impatient.stop = &stop;
    assert_refused(miev_partial_open(&impatient, "address", &second, &err), MIEV_ERR_INTERRUPTED,
                   &err, "interrupted");
    miev_partial_close(&second);
    miev_partial_discard(&first);
    miev_depot_close(&depot);
}

/* ---- who may collect ---- */

static void test_nobody_collects_while_somebody_pulls(void **state)
{
    (void)state;
    struct miev_error err = {0};
    struct miev_depot pulling = open_depot(), collecting;
    assert_refused(miev_depot_open(&env, NULL, true, &collecting, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "wait until that has ended");
    miev_depot_close(&collecting);
    miev_depot_close(&pulling);
    assert_ok(miev_depot_open(&env, NULL, true, &collecting, &err), &err);
    miev_depot_close(&collecting);
}

static void count(void *context, enum miev_depot_part part, const char *name, uint64_t bytes)
{
    size_t *n = context;
    assert_int_equal(part, MIEV_DEPOT_BLOBS);
    assert_int_equal(strlen(name), 64);
    assert_int_equal(bytes, strlen("weights"));
    ++*n;
}

static void test_a_blob_goes_when_no_card_names_it(void **state)
{
    (void)state;
    char sha256[65], text[200], scratch[100];
    size_t n = 0;
    struct miev_error err = {0};
    struct miev_depot depot = open_depot();
    const struct miev_gc gc = {.now_s = time(NULL), .goes = count, .context = &n};
    keep(&depot, "here", "weights", sha256);
    (void)snprintf(text, sizeof(text),
                   "{\"files\":[{\"path\":\"../blobs/%s\"},{\"path\":\"x\"},{}]}", sha256);
    (void)snprintf(scratch, sizeof(scratch), "%s/scratch", top);
    assert_ok(miev_depot_write_card(&depot, "net", text, scratch, &err), &err);
    assert_ok(miev_depot_gc(&depot, &gc, &err), &err);
    assert_int_equal(n, 0);
    assert_ok(miev_depot_write_card(&depot, "net", "{\"files\":[]}", scratch, &err), &err);
    assert_ok(miev_depot_gc(&depot, &gc, &err), &err);
    assert_int_equal(n, 1);
    assert_false(miev_depot_has(&depot, MIEV_DEPOT_BLOBS, sha256));
    miev_depot_close(&depot);
}

#define AT_TOP(test) cmocka_unit_test_setup_teardown(test, make_top, remove_top)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_TOP(test_a_blob_is_named_by_what_is_in_it_and_not_written_again),
        AT_TOP(test_what_is_no_hash_is_not_there),
        AT_TOP(test_a_partial_outlives_its_process_with_its_mark),
        AT_TOP(test_a_broken_mark_is_none),
        AT_TOP(test_a_second_one_waits_and_gets_a_partial_of_its_own),
        AT_TOP(test_waiting_ends_when_asked),
        AT_TOP(test_nobody_collects_while_somebody_pulls),
        AT_TOP(test_a_blob_goes_when_no_card_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
