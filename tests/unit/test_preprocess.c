/* SPDX-License-Identifier: Apache-2.0 */
#include "study/preprocess.h"

#include "test.h"

struct settled {
    struct miev_preprocess plan;
    json_t *guesses;
};

static struct miev_card card_of(enum miev_origin from)
{
    struct miev_card card = {.bare = from != MIEV_ORIGIN_CARD, .resize = "crop", .crop_ratio = 0.5};
    card.normalisation_from = card.resize_from = from;
    for (size_t c = 0; c < 3; c++) {
        card.mean[c] = 10;
        card.std[c] = 20;
    }
    return card;
}

static struct settled settle(const struct miev_card *card,
                             const struct miev_file_metadata *metadata, const char *dtype,
                             double scale, int zero_point, bool channels_first, int channels)
{
    static const struct miev_file_metadata none = {.normalised = false};
    struct settled out = {.plan = {.width = 8, .height = 4}, .guesses = json_array()};
    json_t *input =
        json_pack("{s:s, s:f, s:i, s:[i,i,i,i]}", "dtype", dtype, "scale", scale, "zero_point",
                  zero_point, "shape", 1, channels_first ? channels : 8, 8, channels);
    out.plan.pixels.channels_first = channels_first;
    miev_preprocess_settle(card, metadata ? metadata : &none, input, &out.plan, out.guesses);
    json_decref(input);
    return out;
}

/* That mean and std, from there, and a guess with these words (NULL: no guess of the input). */
static void expect(struct settled got, double mean, double std, enum miev_origin from,
                   const char *says)
{
    char *all = json_dumps(got.guesses, 0);
    assert_near(got.plan.pixels.mean[0], mean, 1e-6);
    assert_near(got.plan.pixels.std[0], std, 1e-6);
    assert_int_equal(got.plan.normalisation_from, from);
    if (says ? !strstr(all, says) : !!strstr(all, "input:"))
        fail_msg("'%s' should %s'%s'", all, says ? "say " : "not say ", says ? says : "input:");
    free(all);
    json_decref(got.guesses);
}

static void test_floats_are_taken_for_minus_one_to_one_or_for_pytorchs(void **state)
{
    (void)state;
    struct miev_card card = card_of(MIEV_ORIGIN_GUESS);
    expect(settle(&card, NULL, "float32", 0, 0, false, 3), 127.5, 127.5, MIEV_ORIGIN_GUESS,
           "-1..1");
    expect(settle(&card, NULL, "float32", 0, 0, true, 1), 127.5, 127.5, MIEV_ORIGIN_GUESS, "-1..1");
    expect(settle(&card, NULL, "float32", 0, 0, true, 3), 123.675, 58.395, MIEV_ORIGIN_GUESS,
           "PyTorch");
    expect(settle(&card, NULL, "float16", 0, 0, true, 3), 123.675, 58.395, MIEV_ORIGIN_GUESS,
           "PyTorch");
}

static void test_eight_bits_tell_their_range(void **state)
{
    (void)state;
    struct miev_card card = card_of(MIEV_ORIGIN_GUESS);
    expect(settle(&card, NULL, "uint8", 1 / 128.0, 128, false, 3), 128, 128, MIEV_ORIGIN_GUESS,
           "pixels as they are, since its 8 bits cover -1 to 0.992");
    expect(settle(&card, NULL, "int8", 1 / 255.0, -128, false, 3), 0, 255, MIEV_ORIGIN_GUESS,
           "cover 0 to 1");
    expect(settle(&card, NULL, "int8", 1, -128, false, 3), 0, 1, MIEV_ORIGIN_GUESS,
           "cover 0 to 255");
    expect(settle(&card, NULL, "uint8", 0, 0, false, 3), 0, 1, MIEV_ORIGIN_GUESS,
           "without a scale");
    /* ImageNet's mean and std make -2.118 to 2.64. */
    expect(settle(&card, NULL, "int8", 4.758 / 255, -14, false, 3), 123.675, 58.395,
           MIEV_ORIGIN_GUESS, "ImageNet's mean and std");
}

static void test_the_files_own_word_goes_before_a_guess(void **state)
{
    (void)state;
    struct miev_card card = card_of(MIEV_ORIGIN_GUESS);
    const struct miev_file_metadata half = {
        true, {127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}, {0}, ""};
    const struct miev_file_metadata plain = {true, {0, 0, 0}, {1, 1, 1}, {0}, ""};
    expect(settle(&card, &plain, "float32", 0, 0, false, 3), 0, 1, MIEV_ORIGIN_METADATA, NULL);
    /* To one step the pixels as they are: then exactly those. */
    expect(settle(&card, &half, "uint8", 1 / 128.0, 128, false, 3), 128, 128, MIEV_ORIGIN_METADATA,
           NULL);
    /* What 8 bits cannot hold is not followed. */
    expect(settle(&card, &plain, "uint8", 1 / 128.0, 128, false, 3), 128, 128, MIEV_ORIGIN_GUESS,
           "do not fit");
    expect(settle(&card, &half, "int8", 3 / 127.5, 0, false, 3), 127.5, 127.5, MIEV_ORIGIN_METADATA,
           NULL);
}

static void test_a_card_goes_before_the_file_and_an_option_before_all(void **state)
{
    (void)state;
    const struct miev_file_metadata half = {
        true, {127.5, 127.5, 127.5}, {127.5, 127.5, 127.5}, {0}, ""};
    for (int from = MIEV_ORIGIN_CARD; from <= MIEV_ORIGIN_OPTION; from++) {
        struct miev_card card = card_of((enum miev_origin)from);
        struct settled got = settle(&card, &half, "float32", 0, 0, false, 3);
        assert_int_equal(got.plan.resize, MIEV_RESIZE_CROP);
        assert_near(got.plan.crop_ratio, 0.5, 0);
        assert_int_equal(got.plan.resize_from, from);
        assert_int_equal(json_array_size(got.guesses), 0);
        expect(got, 10, 20, (enum miev_origin)from, NULL);
    }
    struct miev_card raw = card_of(MIEV_ORIGIN_OPTION);
    raw.raw = true;
    expect(settle(&raw, &half, "int8", 1 / 255.0, -128, false, 3), 0, 255, MIEV_ORIGIN_OPTION,
           NULL);
    expect(settle(&raw, &half, "float32", 0, 0, false, 3), 0, 1, MIEV_ORIGIN_OPTION, NULL);
}

static void test_the_workers_word_is_checked(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_file_metadata got;
    static const char *const nonsense[] = {
        "{\"mean\":[1,2],\"std\":[1,1,1]}", "{\"mean\":[1,2,3]}", "{\"mean\":1,\"std\":1}",
        "{\"mean\":[1,2,3],\"std\":[1,1,0]}", "{\"mean\":[1,2,null],\"std\":[1,1,1]}"};
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        json_t *answer = json_loads(nonsense[i], 0, NULL), *guesses = json_array();
        assert_refused(miev_file_metadata_read(answer, &got, guesses, &err), MIEV_ERR_BROKEN, &err,
                       "nonsense");
        json_decref(answer);
        json_decref(guesses);
    }
    json_t *guesses = json_array();
    json_t *answer =
        json_loads("{\"mean\":[1,2,3],\"std\":[4,5,6],\"labels_name\":\"l\\u0007.txt\","
                   "\"labels\":\"a\\n\\nb\",\"fault\":\"is \\u001b[1modd\"}",
                   0, NULL);
    assert_ok(miev_file_metadata_read(answer, &got, guesses, &err), &err);
    assert_true(got.normalised);
    assert_near(got.std[2], 6, 0);
    assert_int_equal(got.labels.n, 0);
    assert_string_equal(json_string_value(json_array_get(guesses, 0)),
                        "labels: not those of the file's own 'l?.txt': line 2 is empty: every "
                        "class needs a label, since labels are never shifted");
    assert_non_null(strstr(json_string_value(json_array_get(guesses, 1)), "is ?[1modd"));
    json_decref(answer);
    json_decref(guesses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats_are_taken_for_minus_one_to_one_or_for_pytorchs),
        cmocka_unit_test(test_eight_bits_tell_their_range),
        cmocka_unit_test(test_the_files_own_word_goes_before_a_guess),
        cmocka_unit_test(test_a_card_goes_before_the_file_and_an_option_before_all),
        cmocka_unit_test(test_the_workers_word_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
