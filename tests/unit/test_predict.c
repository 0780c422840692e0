/* SPDX-License-Identifier: Apache-2.0 */
#include "study/predict.h"
#include "test.h"

static struct miev_tensor tensor_of(enum miev_dtype dtype, void *data, size_t n)
{
    return (struct miev_tensor){
        .dtype = dtype, .data = data, .bytes = n * miev_dtype_size(dtype), .n_dims = 1};
}

static struct miev_tensor floats(float *values, size_t n)
{
    return tensor_of(MIEV_DTYPE_FLOAT32, values, n);
}

static void test_the_best_five_come_best_first(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    float scores[] = {0.05F, 0.30F, 0.02F, 0.25F, 0.08F, 0.20F, 0.10F};
    const size_t want[] = {1, 3, 5, 6, 4};
    struct miev_tensor tensor = floats(scores, 7);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_int_equal(predictor.n_best, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(predictor.best[i].index, want[i]);
        assert_near(predictor.best[i].score, (double)scores[want[i]], 1e-12);
    }
    assert_false(predictor.softmax_applied);
    miev_predictor_finish(&predictor);
}

static void test_equal_scores_come_in_the_order_of_classes(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    float scores[] = {0.1F, 0.2F, 0.1F, 0.2F, 0.2F, 0.1F, 0.1F};
    const size_t want[] = {1, 3, 4, 0, 2};
    struct miev_tensor tensor = floats(scores, 7);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(predictor.best[i].index, want[i]);
    miev_predictor_finish(&predictor);
}

static void test_two_classes_give_two_answers(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    float scores[] = {0.25F, 0.75F};
    struct miev_tensor tensor = floats(scores, 2);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_int_equal(predictor.n_best, 2);
    assert_int_equal(predictor.best[0].index, 1);
    miev_predictor_finish(&predictor);
}

static void test_a_score_that_is_no_number_is_broken_by_class(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    float scores[] = {0.5F, 0.25F, NAN, 0.25F};
    struct miev_tensor tensor = floats(scores, 4);
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_BROKEN, &err, "class 2");
    scores[2] = INFINITY;
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_BROKEN, &err, "class 2");
    scores[2] = 0;
    assert_ok(miev_predict(&predictor, &tensor, &err), &err); /* usable again afterwards */
    miev_predictor_finish(&predictor);
}

static void test_quantised_scores_are_scaled(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    signed char small[] = {-128, 127, 0};
    struct miev_tensor tensor = tensor_of(MIEV_DTYPE_INT8, small, 3);
    tensor.scale = 1.0 / 256;
    tensor.zero_point = -128;
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_int_equal(predictor.best[0].index, 1);
    assert_near(predictor.best[0].score, 255.0 / 256, 1e-12);
    assert_near(predictor.best[1].score, 128.0 / 256, 1e-12);
    assert_near(predictor.best[2].score, 0, 0);
    unsigned char large[] = {255, 0, 128};
    tensor = tensor_of(MIEV_DTYPE_UINT8, large, 3);
    tensor.scale = 1.0 / 255;
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_int_equal(predictor.best[0].index, 0);
    assert_near(predictor.best[0].score, 1, 1e-12);
    miev_predictor_finish(&predictor);
}

static void test_half_floats_are_read(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    /* 0.5, 0.25, the smallest above zero, 0.333251953125, -0 */
    uint16_t halves[] = {0x3800, 0x3400, 0x0001, 0x3555, 0x8000};
    struct miev_tensor tensor = tensor_of(MIEV_DTYPE_FLOAT16, halves, 5);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    const size_t want[] = {0, 3, 1, 2, 4};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(predictor.best[i].index, want[i]);
    assert_near(predictor.best[1].score, 0.333251953125, 1e-15);
    assert_near(predictor.best[3].score, 5.9604644775390625e-8, 1e-15);
    halves[2] = 0x7c00; /* infinity */
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_BROKEN, &err, "class 2");
    halves[2] = 0x7e00; /* not a number */
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_BROKEN, &err, "class 2");
    miev_predictor_finish(&predictor);
}

static void test_logits_become_shares_without_overflow(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {.logits = true};
    float logits[] = {1000.0F, 1001.0F, -1000.0F};
    struct miev_tensor tensor = floats(logits, 3);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_true(predictor.softmax_applied);
    assert_near(predictor.best[0].score, exp(1) / (exp(1) + 1), 1e-12);
    assert_near(predictor.best[0].score + predictor.best[1].score, 1, 1e-12);
    assert_true(predictor.best[2].score >= 0);
    miev_predictor_finish(&predictor);
}

static void test_without_a_card_the_numbers_tell_what_they_are(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {.guess = true};
    float shares[] = {0.2F, 0.5F, 0.3F}, logits[] = {-2.0F, 0.5F, 3.0F}, large[] = {2, 3, 5};
    struct miev_tensor tensor = floats(shares, 3);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_false(predictor.softmax_applied);
    tensor = floats(logits, 3);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_true(predictor.softmax_applied);
    tensor = floats(large, 3);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_true(predictor.softmax_applied);
    miev_predictor_finish(&predictor);
}

static void test_a_card_is_believed_over_the_numbers(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {.logits = true};
    float shares[] = {0.2F, 0.5F, 0.3F};
    struct miev_tensor tensor = floats(shares, 3);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_true(predictor.softmax_applied);
    miev_predictor_finish(&predictor);
}

static void test_what_holds_no_class_scores_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    float one[] = {1};
    struct miev_tensor tensor = floats(one, 1);
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "1 numbers");
    tensor = floats(one, MIEV_PREDICT_MAX_CLASSES + 1); /* refused before it is read */
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_UNSUPPORTED, &err, "65537");
    tensor = floats(NULL, 4);
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_UNSUPPORTED, &err,
                   "classifier");
    int32_t numbers[] = {1, 2, 3};
    tensor = tensor_of(MIEV_DTYPE_INT32, numbers, 3);
    assert_refused(miev_predict(&predictor, &tensor, &err), MIEV_ERR_UNSUPPORTED, &err, "int32");
    miev_predictor_finish(&predictor);
}

static void test_classes_come_back_from_their_text(void **state)
{
    (void)state;
    const int32_t classes[] = {0, 9, -1, 65535, 4660};
    int32_t read[5] = {0};
    char text[5 * MIEV_CLASS_DIGITS];
    miev_classes_write(classes, 5, text);
    assert_memory_equal(text, "00000009----ffff1234", sizeof(text));
    assert_true(miev_classes_read(text, sizeof(text), 5, MIEV_PREDICT_MAX_CLASSES, read));
    assert_memory_equal(read, classes, sizeof(classes));
}

static void test_text_that_is_no_classes_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"000a", "00",  "00000001", "000G", "000A",
                                        "-001", "---", "",         "---0", "  1 "};
    int32_t read[2];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (miev_classes_read(texts[i], strlen(texts[i]), 1, 10, read))
            fail_msg("'%s' was read as a class below 10", texts[i]);
    assert_true(miev_classes_read("0009", 4, 1, 10, read));
}

static void test_only_the_chosen_classes_are_answers(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_predictor predictor = {0};
    float scores[] = {0.1F, 0.5F, 0.3F, 0.1F};
    struct miev_tensor tensor = floats(scores, 4);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_ok(miev_predictor_choose(&predictor, "00000002", 8, &err), &err);
    assert_ok(miev_predict(&predictor, &tensor, &err), &err);
    assert_int_equal(predictor.n_best, 2);
    assert_int_equal(predictor.best[0].index, 2);
    assert_int_equal(predictor.best[1].index, 0);
    assert_near(predictor.best[0].score, 0.3, 1e-6); /* a score stays what it is among all */
    assert_refused(miev_predictor_choose(&predictor, "0004", 4, &err), MIEV_ERR_INVALID, &err,
                   "no classes of the model");
    assert_refused(miev_predictor_choose(&predictor, "", 0, &err), MIEV_ERR_INVALID, &err,
                   "no classes of the model");
    miev_predictor_finish(&predictor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_best_five_come_best_first),
        cmocka_unit_test(test_equal_scores_come_in_the_order_of_classes),
        cmocka_unit_test(test_two_classes_give_two_answers),
        cmocka_unit_test(test_a_score_that_is_no_number_is_broken_by_class),
        cmocka_unit_test(test_quantised_scores_are_scaled),
        cmocka_unit_test(test_half_floats_are_read),
        cmocka_unit_test(test_logits_become_shares_without_overflow),
        cmocka_unit_test(test_without_a_card_the_numbers_tell_what_they_are),
        cmocka_unit_test(test_a_card_is_believed_over_the_numbers),
        cmocka_unit_test(test_what_holds_no_class_scores_is_refused),
        cmocka_unit_test(test_classes_come_back_from_their_text),
        cmocka_unit_test(test_text_that_is_no_classes_is_refused),
        cmocka_unit_test(test_only_the_chosen_classes_are_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
