/* SPDX-License-Identifier: Apache-2.0 */
#include "study/batch.h"

#include "test.h"

static void test_items_lie_one_behind_the_other(void **state)
{
    (void)state;
    struct miev_error err;
    float numbers[6] = {0, 1, 2, 3, 4, 5};
    struct miev_tensor all = {
        .n_dims = 2, .dims = {3, 2}, .data = numbers, .bytes = sizeof(numbers)};
    struct miev_tensor item;
    assert_ok(miev_batch_item(&all, 3, 2, &item, &err), &err);
    assert_int_equal(item.dims[0], 1);
    assert_int_equal(item.bytes, 2 * sizeof(float));
    assert_ptr_equal(item.data, &numbers[4]);
}

static void test_one_picture_is_the_tensor_itself(void **state)
{
    (void)state;
    struct miev_error err;
    float numbers[2];
    struct miev_tensor flat = {.n_dims = 1, .dims = {2}, .data = numbers, .bytes = 8}, item;
    assert_ok(miev_batch_item(&flat, 1, 0, &item, &err), &err);
    assert_int_equal(item.bytes, 8);
    assert_int_equal(item.dims[0], 2);
}

static void test_an_output_of_another_number_of_items_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_tensor output = {.name = "scores", .n_dims = 2, .dims = {1, 24}, .bytes = 96}, item;
    assert_refused(miev_batch_item(&output, 8, 0, &item, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "computes no batches: with 8 pictures its tensor 'scores' has no 8 parts");
}

static void test_the_first_item_is_spread_over_all(void **state)
{
    (void)state;
    float numbers[6] = {7, 8, 0, 0, 0, 0};
    struct miev_tensor first = {.data = numbers, .bytes = 2 * sizeof(float)};
    miev_batch_spread(&first, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_near(numbers[2 * i], 7, 0);
        assert_near(numbers[2 * i + 1], 8, 0);
    }
}

static void test_rounding_passes_and_another_answer_does_not(void **state)
{
    (void)state;
    struct miev_error err;
    const double alone[] = {0.25, 0.75}, near[] = {0.254, 0.746}, other[] = {0.75, 0.25},
                 broken[] = {0.25, NAN};
    assert_ok(miev_batch_compare(near, alone, 2, 3, 8, &err), &err);
    assert_refused(miev_batch_compare(other, alone, 2, 3, 8, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "of 8 equal pictures at once number 4 gets 0.75 for class 0, by itself 0.25");
    assert_refused(miev_batch_compare(broken, alone, 2, 0, 8, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "class 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_lie_one_behind_the_other),
        cmocka_unit_test(test_one_picture_is_the_tensor_itself),
        cmocka_unit_test(test_an_output_of_another_number_of_items_is_refused),
        cmocka_unit_test(test_the_first_item_is_spread_over_all),
        cmocka_unit_test(test_rounding_passes_and_another_answer_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
