/* SPDX-License-Identifier: Apache-2.0 */
#include "study/features.h"

#include "test.h"

static struct miev_tensor floats(float *numbers, size_t n, size_t n_dims, const int64_t *dims)
{
    struct miev_tensor out = {.dtype = MIEV_DTYPE_FLOAT32,
                              .n_dims = n_dims,
                              .data = numbers,
                              .bytes = n * sizeof(*numbers)};
    memcpy(out.dims, dims, n_dims * sizeof(*dims));
    return out;
}

static void test_a_vector_is_its_numbers(void **state)
{
    (void)state;
    struct miev_error err;
    float numbers[] = {1, -2, 3, 4}, out[4];
    const int64_t dims[] = {1, 4};
    struct miev_tensor tensor = floats(numbers, 4, 2, dims);
    size_t n = 0;
    assert_ok(miev_features_count(&tensor, true, &n, &err), &err);
    assert_int_equal(n, 4);
    assert_true(miev_features_read(&tensor, true, n, out));
    assert_memory_equal(out, numbers, sizeof(out));
}

/* Two channels of 1 x 3 places, laid out either way. */
static void test_a_map_is_the_mean_of_each_channel(void **state)
{
    (void)state;
    struct miev_error err;
    float first[] = {1, 2, 3, 10, 20, 30}, last[] = {1, 10, 2, 20, 3, 30}, out[2];
    const int64_t dims_first[] = {1, 2, 1, 3}, dims_last[] = {1, 1, 3, 2};
    struct miev_tensor tensors[] = {floats(last, 6, 4, dims_last), floats(first, 6, 4, dims_first)};
    for (int channels_first = 0; channels_first < 2; channels_first++) {
        size_t n = 0;
        assert_ok(miev_features_count(&tensors[channels_first], channels_first, &n, &err), &err);
        assert_int_equal(n, 2);
        assert_true(miev_features_read(&tensors[channels_first], channels_first, n, out));
        assert_near((double)out[0], 2, 1e-6);
        assert_near((double)out[1], 20, 1e-6);
    }
}

static void test_what_is_no_number_spoils_the_whole_vector(void **state)
{
    (void)state;
    float numbers[] = {1, NAN, 3}, out[3] = {0};
    const int64_t dims[] = {1, 3};
    struct miev_tensor tensor = floats(numbers, 3, 2, dims);
    assert_false(miev_features_read(&tensor, false, 3, out));
    for (size_t i = 0; i < 3; i++)
        assert_true(isnan(out[i]));
    numbers[1] = 2;
    assert_false(miev_features_read(&tensor, false, 2, out)); /* it has another number of them */
}

static void test_what_holds_no_features_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    size_t n = 0;
    const int64_t many[] = {1, MIEV_FEATURES_MAX + 1}, dims[] = {1, 1};
    float one = 0;
    struct miev_tensor tensor = floats(&one, MIEV_FEATURES_MAX + 1, 2, many);
    assert_refused(miev_features_count(&tensor, false, &n, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "65537 features");
    tensor = floats(&one, 1, 2, dims);
    tensor.dtype = MIEV_DTYPE_INT64;
    assert_refused(miev_features_count(&tensor, false, &n, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "int64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_vector_is_its_numbers),
        cmocka_unit_test(test_a_map_is_the_mean_of_each_channel),
        cmocka_unit_test(test_what_is_no_number_spoils_the_whole_vector),
        cmocka_unit_test(test_what_holds_no_features_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
