/* SPDX-License-Identifier: Apache-2.0 */
/* What the profilers of the runtimes tell, read: recorded and made-up profiles of ONNX Runtime are
 * the corpus of tests/fuzz/fuzz_onnx_profile.c. */
#include "core/file.h"
#include "engine/litert_profile.h"
#include "engine/onnx_profile.h"
#include "test.h"

#define PROFILES "tests/fuzz/corpus/onnx_profile/"

static int read_onnx(const char *name, size_t n_runs, struct miev_op_times *times,
                     struct miev_error *err)
{
    char path[128], *text = NULL;
    size_t length = 0;
    (void)snprintf(path, sizeof(path), PROFILES "%s", name);
    assert_ok(miev_file_load(path, 1 << 20, &text, &length, err), err);
    assert_ok(miev_op_times_init(times, n_runs, err), err);
    int rc = miev_onnx_profile_read(text, length, times, err);
    free(text);
    return rc;
}

static void test_a_recorded_profile_tells_its_operator(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    assert_ok(read_onnx("real", 3, &times, &err), &err);
    assert_int_equal(times.n_ops, 1);
    assert_string_equal(times.ops[0].name, "Reshape_1");
    assert_string_equal(times.ops[0].type, "Reshape");
    assert_string_equal(times.ops[0].provider, "CPUExecutionProvider");
    assert_string_equal(times.ops[0].shape, "1 x 12");
    assert_int_equal(times.ops[0].index, 1);
    assert_int_equal(times.ops[0].calls, 3);
    for (size_t r = 0; r < 3; r++)
        assert_true(times.op_s[r] >= MIEV_OP_RESOLUTION_S && times.op_s[r] < 1e-4);
    miev_op_times_finish(&times);
}

/* The last two of three runs: a loop's own event covers those in it and is not counted beside them,
 * nor is what surrounds a kernel. */
static void test_calls_in_a_loop_are_added_and_the_loop_is_not(void **state)
{
    (void)state;
    static const char *const names[] = {"loop", "shuffled"};
    for (size_t i = 0; i < 2; i++) {
        struct miev_error err;
        struct miev_op_times times;
        assert_ok(read_onnx(names[i], 2, &times, &err), &err);
        assert_int_equal(times.n_ops, 2);
        size_t mul = strcmp(times.ops[0].type, "Mul") == 0 ? 0 : 1;
        assert_string_equal(times.ops[mul].type, "Mul");
        assert_int_equal(times.ops[mul].calls, 4);
        assert_string_equal(times.ops[1 - mul].type, "Softmax");
        assert_string_equal(times.ops[1 - mul].name, "");
        assert_string_equal(times.ops[1 - mul].shape, "");
        for (size_t r = 0; r < 2; r++) { /* whole microseconds, the middle of each */
            assert_near(times.op_s[mul * 2 + r], 41e-6, 1e-9);
            assert_near(times.op_s[(1 - mul) * 2 + r], 10.5e-6, 1e-9);
        }
        miev_op_times_finish(&times);
    }
}

static void test_a_profile_that_lies_or_breaks_off_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n_runs;
        const char *words;
    } cases[] = {
        {"cut", 1, "is cut off"},
        {"empty", 1, "is cut off"},
        {"no-list", 1, "is cut off"},
        {"real", 4, "holds 3 runs in place of 4"},
        {"quoted", 1, "the name of an operator holds quotes"},
        {"negative", 1, "cannot be read"},
        {"huge", 1, "cannot be read"},
        {"no-time", 1, "cannot be read"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err;
        struct miev_op_times times;
        assert_refused(read_onnx(cases[i].name, cases[i].n_runs, &times, &err), MIEV_ERR_BROKEN,
                       &err, cases[i].words);
        miev_op_times_finish(&times);
    }
}

static void test_a_long_line_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    size_t length = (size_t)70 << 10;
    char *text = malloc(length + 1);
    memset(text, ' ', length);
    memcpy(text, "[\n{\"cat\" : \"Session\",", 22);
    memcpy(text + length - 3, "}\n]", 4);
    assert_ok(miev_op_times_init(&times, 1, &err), &err);
    assert_refused(miev_onnx_profile_read(text, length, &times, &err), MIEV_ERR_LIMIT, &err,
                   "a line of more than");
    miev_op_times_finish(&times);
    free(text);
}

/* XNNPACK took two parts of the graph and counted from 0 in each; LiteRT ran one operator between
 * them, and a loop around all. */
static void test_events_of_litert_are_told_apart(void **state)
{
    (void)state;
    static const struct litert_event events[] = {
        {.tag = "Invoke", .kind = 1, .microseconds = 99},
        {.tag = "WHILE", .kind = LITERT_EVENT_OPERATOR, .microseconds = 90},
        {.tag = "Convolution (NHWC, F32) IGEMM", .kind = 8, .microseconds = 10, .node = 0},
        {.tag = "Clamp (NC)", .kind = 8, .microseconds = 2, .node = 1},
        {.tag = "SOFTMAX", .kind = LITERT_EVENT_OPERATOR, .microseconds = 7, .node = 8},
        {.tag = "Convolution (NHWC, F32) IGEMM", .kind = 8, .microseconds = 20, .node = 0},
        {.tag = "Invoke", .kind = 32, .microseconds = UINT64_MAX},
        {.tag = NULL, .kind = 8, .microseconds = 5},
    };
    static const char *const types[] = {"Convolution", "Clamp", "SOFTMAX", "Convolution"};
    static const double us[] = {10.5, 2.5, 7.5, 20.5};
    struct miev_error err;
    struct miev_op_times times;
    assert_ok(miev_op_times_init(&times, 2, &err), &err);
    for (size_t run = 0; run < 2; run++)
        assert_ok(
            miev_litert_profile_take(events, sizeof(events) / sizeof(events[0]), run, &times, &err),
            &err);
    assert_int_equal(times.n_ops, 4);
    for (size_t o = 0; o < 4; o++) {
        assert_string_equal(times.ops[o].type, types[o]);
        assert_string_equal(times.ops[o].provider, o == 2 ? "" : "xnnpack");
        assert_int_equal(times.ops[o].calls, 2);
        assert_near(times.op_s[o * 2 + 1], us[o] * 1e-6, 1e-9);
    }
    assert_string_equal(times.ops[0].name, "Convolution (NHWC, F32) IGEMM");
    miev_op_times_finish(&times);
}

static void test_more_operators_than_fit_are_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_op_times times;
    struct miev_op op = {.type = "Add"};
    assert_refused(miev_op_times_init(&times, 0, &err), MIEV_ERR_INVALID, &err, "not 0");
    assert_refused(miev_op_times_init(&times, MIEV_OP_RUNS_MAX + 1, &err), MIEV_ERR_INVALID, &err,
                   "1 to 200 runs");
    assert_ok(miev_op_times_init(&times, MIEV_OP_RUNS_MAX, &err), &err);
    int rc = MIEV_OK;
    while (rc == MIEV_OK && op.index < (int64_t)MIEV_OPS_MAX) {
        op.index++;
        rc = miev_op_times_add(&times, 0, &op, 1, &err);
    }
    assert_refused(rc, MIEV_ERR_LIMIT, &err, "profile fewer runs");
    assert_int_equal(times.n_ops, MIEV_OP_TIMES_MAX / MIEV_OP_RUNS_MAX);
    miev_op_times_finish(&times);
}

static void test_a_shape_holds_whole_dimensions(void **state)
{
    (void)state;
    const int64_t dims[] = {1, 64, 56, 56};
    char text[12];
    miev_op_show_shape(text, sizeof(text), dims, 4);
    assert_string_equal(text, "1 x 64 x 56");
    miev_op_show_shape(text, sizeof(text), dims, 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_recorded_profile_tells_its_operator),
        cmocka_unit_test(test_calls_in_a_loop_are_added_and_the_loop_is_not),
        cmocka_unit_test(test_a_profile_that_lies_or_breaks_off_is_refused_in_words),
        cmocka_unit_test(test_a_long_line_is_refused),
        cmocka_unit_test(test_events_of_litert_are_told_apart),
        cmocka_unit_test(test_more_operators_than_fit_are_refused),
        cmocka_unit_test(test_a_shape_holds_whole_dimensions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
