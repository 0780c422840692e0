/* SPDX-License-Identifier: Apache-2.0 */
/* Pulls by a program that says what it is told to: a shell script in place of `miev pull`. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/field.h"
#include "server/pulls.h"
#include "test.h"

#define LIMIT_S 30

struct world {
    char folder[64], program[80];
    struct miev_pulls *pulls;
    atomic_int came;
};

static void on_came(void *context)
{
    struct world *world = context;
    world->came++;
}

/* The script's fifth word is what is to be pulled. */
static void set_up(struct world *world, const char *script)
{
    struct miev_error err;
    struct miev_pulls_options options = {.came = on_came, .context = world};
    *world = (struct world){.folder = "/tmp/miev-pulls-XXXXXX"};
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->program, sizeof(world->program), "%s/pull", world->folder);
    FILE *file = fopen(world->program, "we");
    assert_non_null(file);
    (void)fprintf(file, "#!/bin/sh\n%s\n", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(world->program, 0700), 0);
    options.program = world->program;
    assert_ok(miev_pulls_open(&options, &world->pulls, &err), &err);
}

static void tear_down(struct world *world)
{
    miev_pulls_close(world->pulls);
    (void)unlink(world->program);
    (void)rmdir(world->folder);
}

static int64_t add(struct world *world, const char *what)
{
    struct miev_error err;
    json_t *view = NULL;
    assert_ok(miev_pulls_add(world->pulls, what, &view, &err), &err);
    int64_t id = json_integer_value(json_object_get(view, "id"));
    json_decref(view);
    return id;
}

/* All that is told of a pull to its end; the view that it ended with. */
static json_t *watch(struct world *world, int64_t id)
{
    struct miev_shared_text *text = NULL;
    uint64_t seen = 0;
    struct miev_channel *channel = miev_pulls_watch(world->pulls, id);
    assert_non_null(channel);
    while (miev_channel_wait(channel, LIMIT_S, &seen, &text) == MIEV_WAIT_NEWS)
        miev_shared_text_release(text);
    miev_channel_release(channel);
    return miev_pulls_view(world->pulls, id);
}

static void test_what_came_is_told(void **state)
{
    (void)state;
    struct world world;
    set_up(
        &world,
        "printf '{\"event\":\"progress\",\"what\":\"x\",\"phase\":\"downloading\",'\n"
        "printf '\"bytes\":5,\"total\":null}\\nnonsense\\n{\"event\":\"pulled\",\"what\":\"x\",'\n"
        "printf '\"name\":\"%s:int8\",\"sha256\":\"00\",\"bytes\":9}\\n' \"$5\"");
    json_t *view = watch(&world, add(&world, "some-model"));
    assert_string_equal(miev_field_text(view, "state"), "done");
    assert_string_equal(miev_field_text(view, "model"), "some-model:int8");
    assert_int_equal(json_integer_value(json_object_get(view, "bytes")), 9);
    assert_true(json_is_null(json_object_get(view, "problem")));
    assert_int_equal(world.came, 1);
    json_decref(view);
    tear_down(&world);
}

static void test_why_it_failed_is_told(void **state)
{
    (void)state;
    struct world world;
    set_up(&world, "test \"$5\" = mute && exit 3\n"
                   "echo '{\"event\":\"failed\",\"what\":\"x\",\"message\":\"no such model\"}'\n"
                   "exit 1");
    json_t *view = watch(&world, add(&world, "https://host.example/a"));
    assert_string_equal(miev_field_text(view, "state"), "failed");
    assert_string_equal(miev_field_text(view, "problem"), "no such model");
    json_decref(view);
    view = watch(&world, add(&world, "mute"));
    assert_string_equal(miev_field_text(view, "state"), "failed");
    assert_non_null(strstr(miev_field_text(view, "problem"), "exit status 3"));
    json_decref(view);
    tear_down(&world);
}

static void test_a_line_without_end_is_left_out(void **state)
{
    (void)state;
    struct world world;
    set_up(&world, "head -c 100000 /dev/zero | tr '\\0' 'x'; echo\n"
                   "echo '{\"event\":\"pulled\",\"what\":\"x\",\"name\":\"a:b\",\"bytes\":1}'");
    json_t *view = watch(&world, add(&world, "a"));
    assert_string_equal(miev_field_text(view, "model"), "a:b");
    json_decref(view);
    tear_down(&world);
}

static void test_one_is_cancelled_whether_it_runs_or_waits(void **state)
{
    (void)state;
    struct world world;
    set_up(&world,
           "echo '{\"event\":\"progress\",\"phase\":\"looking\",\"bytes\":0}'; exec sleep 60");
    int64_t ids[4];
    for (size_t i = 0; i < 4; i++)
        ids[i] = add(&world, "slow");
    assert_int_equal(miev_pulls_cancel(world.pulls, ids[3]), MIEV_PULLS_CANCELLED);
    assert_int_equal(miev_pulls_cancel(world.pulls, ids[3]), MIEV_PULLS_ENDED_BEFORE);
    assert_int_equal(miev_pulls_cancel(world.pulls, ids[0]), MIEV_PULLS_CANCELLED);
    assert_int_equal(miev_pulls_cancel(world.pulls, 77), MIEV_PULLS_NONE);
    json_t *view = watch(&world, ids[0]);
    assert_string_equal(miev_field_text(view, "state"), "cancelled");
    json_decref(view);
    miev_pulls_stop(world.pulls); /* ends those that run, and tells those that wait */
    view = watch(&world, ids[2]);
    assert_string_equal(miev_field_text(view, "state"), "cancelled");
    json_decref(view);
    tear_down(&world);
}

static void test_files_and_options_are_refused(void **state)
{
    (void)state;
    struct world world;
    json_t *view = NULL;
    char longer[MIEV_PULL_BYTES + 20];
    set_up(&world, "exit 0");
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    static const char *const wrong[] = {
        "",    "/etc/passwd",  "./a",       "../a", "a/b",     "-x",      "--help",
        "a b", "http://a.b/c", "file:///a", "a\nb", ".hidden", "hf:\x01", "https://a b"};
    struct miev_error err;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_refused(miev_pulls_add(world.pulls, wrong[i], &view, &err), MIEV_ERR_INVALID, &err,
                       "address");
    assert_refused(miev_pulls_add(world.pulls, longer, &view, &err), MIEV_ERR_INVALID, &err,
                   "address");
    tear_down(&world);
}

static void test_too_many_are_refused(void **state)
{
    (void)state;
    struct world world;
    struct miev_error err;
    json_t *view = NULL;
    set_up(&world, "exec sleep 60");
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < MIEV_PULLS_WAITING + 3; i++) {
        rc = miev_pulls_add(world.pulls, "slow", &view, &err);
        if (rc == MIEV_OK)
            json_decref(view);
    }
    assert_refused(rc, MIEV_ERR_LIMIT, &err, "wait already");
    tear_down(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_came_is_told),
        cmocka_unit_test(test_why_it_failed_is_told),
        cmocka_unit_test(test_a_line_without_end_is_left_out),
        cmocka_unit_test(test_one_is_cancelled_whether_it_runs_or_waits),
        cmocka_unit_test(test_files_and_options_are_refused),
        cmocka_unit_test(test_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
