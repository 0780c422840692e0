/* SPDX-License-Identifier: Apache-2.0 */
#include "media/media.h"
#include "test.h"

/* Two pixels wide, one high. */
static const uint8_t rgb[6] = {10, 20, 30, 200, 210, 255};
static const struct miev_pixel_format plain = {.mean = {0, 0, 0}, .std = {1, 1, 1}};

static struct miev_tensor tensor_for(enum miev_dtype dtype, void *data, size_t bytes)
{
    struct miev_tensor tensor = {
        .name = "input",
        .dtype = dtype,
        .n_dims = 4,
        .dims = {1, 1, 2, 3},
        .data = data,
        .bytes = bytes,
    };
    return tensor;
}

static void test_floats_are_normalised(void **state)
{
    (void)state;
    struct miev_error err = {0};
    float out[6] = {0};
    struct miev_pixel_format format = {.mean = {127.5, 127.5, 127.5}, .std = {127.5, 127.5, 127.5}};
    struct miev_tensor tensor = tensor_for(MIEV_DTYPE_FLOAT32, out, sizeof(out));
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &format, &tensor, &err), &err);
    assert_near((double)out[0], (10 - 127.5) / 127.5, 1e-7);
    assert_near((double)out[5], 1.0, 0);
}

static void test_channels_may_come_first_and_blue_first(void **state)
{
    (void)state;
    struct miev_error err = {0};
    float out[6] = {0};
    struct miev_pixel_format format = {
        .channels_first = true, .bgr = true, .mean = {1, 2, 3}, .std = {1, 1, 1}};
    struct miev_tensor tensor = tensor_for(MIEV_DTYPE_FLOAT32, out, sizeof(out));
    tensor.dims[1] = 3;
    tensor.dims[2] = 1;
    tensor.dims[3] = 2;
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &format, &tensor, &err), &err);
    const float want[6] = {29, 254, 18, 208, 7, 197};
    assert_memory_equal(out, want, sizeof(want));
}

static void test_quantised_numbers_round_away_from_zero_and_saturate(void **state)
{
    (void)state;
    struct miev_error err = {0};
    int8_t out[6] = {0};
    struct miev_pixel_format format = {.mean = {15, 15, 15}, .std = {1, 1, 1}};
    struct miev_tensor tensor = tensor_for(MIEV_DTYPE_INT8, out, sizeof(out));
    tensor.scale = 2;
    tensor.zero_point = 10;
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &format, &tensor, &err), &err);
    /* -5 / 2 = -2.5 -> -3; 5 / 2 -> 3; 15 / 2 -> 8; 185 / 2 -> 93; 195 / 2 -> 98; 120 -> 127 */
    const int8_t want[6] = {7, 13, 18, 103, 108, 127};
    assert_memory_equal(out, want, sizeof(want));
}

static void test_without_a_scale_pixels_go_in_as_they_are(void **state)
{
    (void)state;
    struct miev_error err = {0};
    uint8_t unsigned_out[6] = {0};
    int8_t signed_out[6] = {0};
    struct miev_tensor first = tensor_for(MIEV_DTYPE_UINT8, unsigned_out, 6);
    struct miev_tensor second = tensor_for(MIEV_DTYPE_INT8, signed_out, 6);
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &plain, &first, &err), &err);
    assert_memory_equal(unsigned_out, rgb, 6);
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &plain, &second, &err), &err);
    const int8_t want[6] = {-118, -108, -98, 72, 82, 127};
    assert_memory_equal(signed_out, want, 6);
}

static void test_half_floats_are_rounded_to_nearest_even(void **state)
{
    (void)state;
    static const struct {
        double mean;
        uint16_t want; /* of 10 - mean */
    } cases[] = {
        {9, 0x3c00},                        /* 1 */
        {10, 0x0000},                       /* 0 */
        {12, 0xc000},                       /* -2 */
        {10 - 65504.0, 0x7bff},             /* the largest */
        {10 - 65519.0, 0x7bff},             /* just under the half to the next */
        {10 - 65520.0, 0x7c00},             /* infinite */
        {10 - 2049.0, 0x6800},              /* a tie, to even below */
        {10 - 2051.0, 0x6802},              /* a tie, to even above */
        {10 - 1.0 / 16384 / 1024, 0x0001},  /* the smallest */
        {10 - 1023.5 / 16777216.0, 0x0400}, /* a tie, up into the normal numbers */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err = {0};
        uint16_t out[6] = {0};
        struct miev_pixel_format format = {.std = {1, 1, 1}};
        format.mean[0] = cases[i].mean;
        struct miev_tensor tensor = tensor_for(MIEV_DTYPE_FLOAT16, out, sizeof(out));
        assert_ok(miev_image_to_tensor(rgb, 2, 1, &format, &tensor, &err), &err);
        assert_int_equal(out[0], cases[i].want);
    }
}

static void test_one_channel_takes_luma(void **state)
{
    (void)state;
    struct miev_error err = {0};
    uint8_t out[2] = {0};
    struct miev_tensor tensor = tensor_for(MIEV_DTYPE_UINT8, out, sizeof(out));
    tensor.dims[3] = 1;
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), &err);
    assert_int_equal(out[0], 18);  /* 0.299 * 10 + 0.587 * 20 + 0.114 * 30 */
    assert_int_equal(out[1], 212); /* 59.8 + 123.3 + 29.1 */
    tensor.n_dims = 3;             /* [1, height, width], without a channel dimension */
    tensor.dims[1] = 1;
    tensor.dims[2] = 2;
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), &err);
}

static void test_film_models_take_one_picture_as_one_frame(void **state)
{
    (void)state;
    struct miev_error err = {0};
    uint8_t out[6] = {0};
    struct miev_tensor tensor = tensor_for(MIEV_DTYPE_UINT8, out, sizeof(out));
    tensor.n_dims = 5;
    tensor.dims[0] = tensor.dims[1] = tensor.dims[2] = 1;
    tensor.dims[3] = 2;
    tensor.dims[4] = 3;
    assert_ok(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), &err);
    assert_memory_equal(out, rgb, 6);
}

static void test_wrong_sizes_and_types_are_refused_and_leave_the_tensor(void **state)
{
    (void)state;
    struct miev_error err = {0};
    uint8_t out[6] = {1, 2, 3, 4, 5, 6}, kept[6] = {1, 2, 3, 4, 5, 6};
    struct miev_tensor tensor = tensor_for(MIEV_DTYPE_UINT8, out, sizeof(out));
    assert_refused(miev_image_to_tensor(rgb, 1, 2, &plain, &tensor, &err), MIEV_ERR_INVALID, &err,
                   "does not fit the model's input 'input'");
    tensor.bytes = 5;
    assert_refused(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), MIEV_ERR_INVALID, &err,
                   "does not fit");
    tensor.bytes = 6;
    tensor.dims[0] = -1;
    assert_refused(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), MIEV_ERR_INVALID, &err,
                   "does not fit");
    tensor.dims[0] = 1;
    tensor.scale = NAN;
    assert_refused(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), MIEV_ERR_INVALID, &err,
                   "scale");
    tensor.dtype = MIEV_DTYPE_INT64;
    assert_refused(miev_image_to_tensor(rgb, 2, 1, &plain, &tensor, &err), MIEV_ERR_UNSUPPORTED,
                   &err, "takes int64");
    struct miev_pixel_format flat = {.std = {0, 1, 1}};
    tensor.dtype = MIEV_DTYPE_UINT8;
    tensor.scale = 1;
    assert_refused(miev_image_to_tensor(rgb, 2, 1, &flat, &tensor, &err), MIEV_ERR_INVALID, &err,
                   "std must not be zero");
    assert_memory_equal(out, kept, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats_are_normalised),
        cmocka_unit_test(test_channels_may_come_first_and_blue_first),
        cmocka_unit_test(test_quantised_numbers_round_away_from_zero_and_saturate),
        cmocka_unit_test(test_without_a_scale_pixels_go_in_as_they_are),
        cmocka_unit_test(test_half_floats_are_rounded_to_nearest_even),
        cmocka_unit_test(test_one_channel_takes_luma),
        cmocka_unit_test(test_film_models_take_one_picture_as_one_frame),
        cmocka_unit_test(test_wrong_sizes_and_types_are_refused_and_leave_the_tensor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
