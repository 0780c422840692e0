/* SPDX-License-Identifier: Apache-2.0 */
#include "study/sweep_grid.h"

#include "test.h"

static const struct miev_card card = {.name = "net"};
static const struct miev_card_file float32 = {.precision = "float32", .path = "a.tflite"};
static const struct miev_card_file int8 = {.precision = "int8", .path = "b.tflite"};
static const struct miev_card_file onnx = {.precision = "as-is", .path = "c.onnx"};

static struct miev_study_entry entry_of(const struct miev_card_file *file)
{
    return (struct miev_study_entry){.card = &card, .file = file};
}

/* ---- lists ---------------------------------------------------------------------------------- */

static void test_a_list_is_read_in_its_order_and_each_once(void **state)
{
    (void)state;
    struct miev_error err;
    unsigned list[MIEV_SWEEP_MAX_VALUES];
    size_t n = 0;
    assert_ok(miev_sweep_counts("4,1,4,2", "--batch", 16, list, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_int_equal(list[0], 4);
    assert_int_equal(list[1], 1);
    assert_int_equal(list[2], 2);
    assert_ok(miev_sweep_counts(NULL, "--batch", 16, list, &n, &err), &err);
    assert_int_equal(n, 0);
}

static void test_what_is_no_list_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    static const char *const wrong[] = {"", "0", "17", "1,,2", "1,", "two", "-1", "1.5", "1;2"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        unsigned list[MIEV_SWEEP_MAX_VALUES];
        size_t n = 0;
        assert_refused(miev_sweep_counts(wrong[i], "--batch", 16, list, &n, &err), MIEV_ERR_INVALID,
                       &err, "--batch takes whole numbers from 1 to 16");
    }
}

static void test_too_long_a_list_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    unsigned list[MIEV_SWEEP_MAX_VALUES];
    size_t n = 0;
    assert_refused(miev_sweep_counts("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "--threads", 99,
                                     list, &n, &err),
                   MIEV_ERR_INVALID, &err, "at most 16 numbers");
}

static void test_best_is_the_engine_s_own_delegate(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_sweep_grid grid = {.n_threads = 0};
    assert_ok(miev_sweep_delegates("best,none,best", &grid, &err), &err);
    assert_int_equal(grid.n_delegates, 2);
    assert_string_equal(grid.delegates[0], "");
    assert_string_equal(grid.delegates[1], "none");
    assert_refused(miev_sweep_delegates("xnnpack,", &grid, &err), MIEV_ERR_INVALID, &err,
                   "names with commas");
}

static void test_defaults_follow_the_machine(void **state)
{
    (void)state;
    struct miev_sweep_grid grid = {.n_threads = 0}, small = {.n_threads = 0},
                           named = {.threads = {3}, .n_threads = 1, .batches = {2}, .n_batches = 1};
    miev_sweep_defaults(&grid, 8);
    assert_int_equal(grid.n_threads, 3);
    assert_int_equal(grid.threads[1], 4);
    assert_int_equal(grid.threads[2], 8);
    assert_int_equal(grid.n_batches, 4);
    assert_int_equal(grid.batches[3], 16);
    miev_sweep_defaults(&small, 1);
    assert_int_equal(small.n_threads, 1);
    miev_sweep_defaults(&named, 8);
    assert_int_equal(named.n_threads, 1);
    assert_int_equal(named.n_batches, 1);
    assert_int_equal(named.batches[0], 2);
}

/* ---- combinations --------------------------------------------------------------------------- */

static void test_the_default_comes_first_and_once(void **state)
{
    (void)state;
    const struct miev_study_entry files[] = {entry_of(&int8), entry_of(&float32)};
    struct miev_study_entry out[MIEV_STUDY_MAX_MODELS];
    size_t n = 0;
    const struct miev_sweep_grid grid = {
        .threads = {2, 1}, .n_threads = 2, .batches = {8, 1}, .n_batches = 2};
    assert_int_equal(miev_sweep_combine(&grid, files, 2, out, &n), 0);
    assert_int_equal(n, 2 * 2 * 2 * 2);
    assert_ptr_equal(out[0].file, &float32);
    assert_int_equal(out[0].threads, 1);
    assert_int_equal(out[0].batch, 1);
    assert_null(out[0].delegate);
    for (size_t i = 1; i < n; i++)
        assert_false(out[i].file == out[0].file && out[i].threads == 1 && out[i].batch == 1 &&
                     !out[i].delegate);
    assert_int_equal(out[n - 1].batch, 8); /* the largest last */
}

static void test_the_default_is_measured_though_nobody_named_it(void **state)
{
    (void)state;
    const struct miev_study_entry files[] = {entry_of(&int8)};
    struct miev_study_entry out[MIEV_STUDY_MAX_MODELS];
    size_t n = 0;
    struct miev_error err;
    struct miev_sweep_grid grid = {.threads = {2}, .n_threads = 1, .batches = {4}, .n_batches = 1};
    assert_ok(miev_sweep_delegates("none", &grid, &err), &err);
    assert_int_equal(miev_sweep_combine(&grid, files, 1, out, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(out[0].threads, 1);
    assert_int_equal(out[0].batch, 1);
    assert_string_equal(out[0].delegate, "none");
    assert_int_equal(out[1].threads, 2);
    assert_int_equal(out[1].batch, 4);
}

static void test_another_engine_has_its_best_alone(void **state)
{
    (void)state;
    const struct miev_study_entry files[] = {entry_of(&onnx)};
    struct miev_study_entry out[MIEV_STUDY_MAX_MODELS];
    size_t n = 0;
    const struct miev_sweep_grid grid = {
        .threads = {1, 2}, .n_threads = 2, .batches = {1}, .n_batches = 1};
    assert_int_equal(miev_sweep_combine(&grid, files, 1, out, &n), 0);
    assert_int_equal(n, 2);
    assert_null(out[1].delegate);
}

static void test_what_does_not_fit_is_counted(void **state)
{
    (void)state;
    const struct miev_study_entry files[] = {entry_of(&float32), entry_of(&int8)};
    struct miev_study_entry out[MIEV_STUDY_MAX_MODELS];
    size_t n = 0;
    const struct miev_sweep_grid grid = {
        .threads = {1, 2, 3, 4, 5}, .n_threads = 5, .batches = {64, 32, 16, 1}, .n_batches = 4};
    assert_int_equal(miev_sweep_combine(&grid, files, 2, out, &n), 5 * 4 * 2 * 2 - 64);
    assert_int_equal(n, MIEV_STUDY_MAX_MODELS);
    assert_int_equal(out[1].batch, 1);
    assert_int_equal(out[n - 1].batch, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_is_read_in_its_order_and_each_once),
        cmocka_unit_test(test_what_is_no_list_is_refused),
        cmocka_unit_test(test_too_long_a_list_is_refused),
        cmocka_unit_test(test_best_is_the_engine_s_own_delegate),
        cmocka_unit_test(test_defaults_follow_the_machine),
        cmocka_unit_test(test_the_default_comes_first_and_once),
        cmocka_unit_test(test_the_default_is_measured_though_nobody_named_it),
        cmocka_unit_test(test_another_engine_has_its_best_alone),
        cmocka_unit_test(test_what_does_not_fit_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
