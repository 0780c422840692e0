/* SPDX-License-Identifier: Apache-2.0 */
#include "model/labels.h"

#include <unistd.h>

#include "model/override.h"
#include "test.h"

static int parse(const char *text, size_t length, struct miev_labels *out, struct miev_error *err)
{
    /* Of exactly this size and its end, so that a sanitizer sees a step too far. */
    char *copy = calloc(1, length + 1);
    memcpy(copy, text, length);
    int rc = miev_labels_parse(copy, length, out, err);
    free(copy);
    return rc;
}

static void test_lines_become_labels_however_they_end(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "cat\nd\xc3\xb6g\n", "cat\nd\xc3\xb6g", "cat\r\nd\xc3\xb6g\r\n",
        "\xef\xbb\xbf\143at\nd\xc3\xb6g\n\n\r\n", /* \143: c, which would go on the \xbf */
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct miev_labels labels;
        struct miev_error err;
        assert_ok(parse(texts[i], strlen(texts[i]), &labels, &err), &err);
        assert_int_equal(labels.n, 2);
        assert_string_equal(labels.list[0], "cat");
        assert_string_equal(labels.list[1], "d\xc3\xb6g");
        miev_labels_finish(&labels);
    }
}

static void test_what_would_shift_labels_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        const char *says;
    } faults[] = {
        {"cat\n\ndog\n", 9, "line 2 is empty"},
        {"\ncat\ndog", 8, "line 1 is empty"},
        {"cat\nd\xf6g\n", 8, "line 2 is not UTF-8"},
        {"cat\nd\0g\n", 8, "zero byte"},
        {"cat\n", 4, "1 lines"},
        {"", 0, "0 lines"},
        {"\n\n", 2, "0 lines"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct miev_labels labels;
        struct miev_error err;
        assert_refused(parse(faults[i].text, faults[i].length, &labels, &err), MIEV_ERR_INVALID,
                       &err, faults[i].says);
    }
}

static void test_too_many_and_too_long_labels_are_refused(void **state)
{
    (void)state;
    struct miev_labels labels;
    struct miev_error err;
    size_t length = 2 * (MIEV_LABELS_MAX + 1);
    char *text = malloc(length + 1);
    for (size_t i = 0; i < length; i++)
        text[i] = i % 2 ? '\n' : 'x';
    text[length] = '\0';
    assert_refused(miev_labels_parse(text, length, &labels, &err), MIEV_ERR_LIMIT, &err, "65537");
    text[length - 2] = '\0';
    assert_ok(miev_labels_parse(text, length - 2, &labels, &err), &err);
    assert_int_equal(labels.n, MIEV_LABELS_MAX);
    miev_labels_finish(&labels);
    memset(text, 'x', MIEV_LABEL_MAX_BYTES + 3);
    memcpy(text, "a\n", 2);
    assert_refused(miev_labels_parse(text, MIEV_LABEL_MAX_BYTES + 3, &labels, &err), MIEV_ERR_LIMIT,
                   &err, "line 2 has 1001 bytes");
    assert_ok(miev_labels_parse(text, MIEV_LABEL_MAX_BYTES + 2, &labels, &err), &err);
    miev_labels_finish(&labels);
    free(text);
}

static void test_the_project_carries_the_names_of_imagenet(void **state)
{
    (void)state;
    struct miev_labels labels;
    struct miev_error err;
    assert_ok(miev_labels_imagenet(1000, &labels, &err), &err);
    assert_int_equal(labels.n, 1000);
    assert_string_equal(labels.list[0], "tench");
    assert_string_equal(labels.list[281], "tabby");
    assert_string_equal(labels.list[933], "cheeseburger");
    assert_string_equal(labels.list[999], "toilet tissue");
    miev_labels_finish(&labels);
    assert_ok(miev_labels_imagenet(1001, &labels, &err), &err);
    assert_int_equal(labels.n, 1001);
    assert_string_equal(labels.list[0], "background");
    assert_string_equal(labels.list[1000], "toilet tissue");
    miev_labels_finish(&labels);
}

/* ---- what a user says ----------------------------------------------------------------------- */

static struct miev_card bare_card(void)
{
    return (struct miev_card){.bare = true, .resize = "stretch", .crop_ratio = 1};
}

static void test_a_normalisation_is_a_word_or_two_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        bool raw, bgr;
        double mean0, mean2, std0, std2;
    } cases[] = {
        {"raw", true, false, 0, 0, 1, 1},
        {"unit", false, false, 0, 0, 255, 255},
        {"signed", false, false, 127.5, 127.5, 127.5, 127.5},
        {"imagenet", false, false, 123.675, 103.53, 58.395, 57.375},
        {"caffe", false, true, 103.939, 123.68, 1, 1},
        {"127.5/127.5", false, false, 127.5, 127.5, 127.5, 127.5},
        {"1,2,3/4,5,6", false, false, 1, 3, 4, 6},
        {"bgr:104,117,123/1", false, true, 104, 123, 1, 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err;
        struct miev_card card = bare_card();
        const struct miev_override with = {.normalise = cases[i].word};
        assert_ok(miev_card_override(&card, &with, &err), &err);
        assert_true(card.raw == cases[i].raw && card.bgr == cases[i].bgr);
        assert_near(card.mean[0], cases[i].mean0, 0);
        assert_near(card.mean[2], cases[i].mean2, 0);
        assert_near(card.std[0], cases[i].std0, 0);
        assert_near(card.std[2], cases[i].std2, 0);
        assert_int_equal(card.normalisation_from, MIEV_ORIGIN_OPTION);
        assert_int_equal(card.resize_from, MIEV_ORIGIN_GUESS);
    }
}

static void test_a_normalisation_that_means_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"",        "Raw",       "127.5",   "1/0",        "1/-1",
                                        "1,2/1",   "1,2,3,4/1", "1/2/3",   "bgr:raw",    "nan/1",
                                        "1,,2/1",  "/1",        "1/",      "1,2,3/1,2,", "inf/1",
                                        "1/1,2,0", "torch",     "1e999/1", "0x1p3/",     " 1/1,"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct miev_error err;
        struct miev_card card = bare_card();
        const struct miev_override with = {.normalise = words[i]};
        assert_refused(miev_card_override(&card, &with, &err), MIEV_ERR_INVALID, &err, "MEAN/STD");
    }
}

static void test_a_crop_is_a_word_or_a_share(void **state)
{
    (void)state;
    static const struct {
        const char *word, *resize;
        double ratio;
    } cases[] = {{"stretch", "stretch", 1}, {"letterbox", "letterbox", 1}, {"crop", "crop", 1},
                 {"0.875", "crop", 0.875},  {"87.5%", "crop", 0.875},      {"100%", "crop", 1}};
    static const char *const wrong[] = {"",     "%",   "87.5",   "0",   "0.05",  "5%",
                                        "-0.5", "1.5", "center", "nan", "87.5%%"};
    struct miev_error err;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_card card = bare_card();
        const struct miev_override with = {.crop = cases[i].word};
        assert_ok(miev_card_override(&card, &with, &err), &err);
        assert_string_equal(card.resize, cases[i].resize);
        assert_near(card.crop_ratio, cases[i].ratio, 1e-15);
        assert_int_equal(card.resize_from, MIEV_ORIGIN_OPTION);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct miev_card card = bare_card();
        const struct miev_override with = {.crop = wrong[i]};
        assert_refused(miev_card_override(&card, &with, &err), MIEV_ERR_INVALID, &err, "letterbox");
    }
}

/* A card's accuracy was found with the card's pictures. */
static void test_an_override_drops_accuracies_that_no_longer_hold(void **state)
{
    (void)state;
    struct miev_error err;
    char path[] = "/tmp/miev-labels-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "a\nb\n", 4) == 4 && close(fd) == 0);
    struct miev_card card = bare_card();
    card.bare = false;
    card.n_accuracies = 1;
    card.normalisation_from = card.resize_from = card.labels_from = MIEV_ORIGIN_CARD;
    card.labels = calloc(1, sizeof(*card.labels));
    card.labels[0] = strdup("old");
    card.n_labels = 1;
    const struct miev_override labels = {.labels = path}, crop = {.crop = "crop"};
    assert_ok(miev_card_override(&card, &labels, &err), &err);
    assert_int_equal(card.n_labels, 2);
    assert_string_equal(card.labels[1], "b");
    assert_int_equal(card.labels_from, MIEV_ORIGIN_OPTION);
    assert_int_equal(card.n_accuracies, 1);
    assert_ok(miev_card_override(&card, &crop, &err), &err);
    assert_int_equal(card.n_accuracies, 0);
    assert_int_equal(unlink(path), 0);
    assert_refused(miev_card_override(&card, &labels, &err), MIEV_ERR_UNAVAILABLE, &err, path);
    miev_card_finish(&card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_become_labels_however_they_end),
        cmocka_unit_test(test_what_would_shift_labels_is_refused),
        cmocka_unit_test(test_too_many_and_too_long_labels_are_refused),
        cmocka_unit_test(test_the_project_carries_the_names_of_imagenet),
        cmocka_unit_test(test_a_normalisation_is_a_word_or_two_numbers),
        cmocka_unit_test(test_a_normalisation_that_means_nothing_is_refused),
        cmocka_unit_test(test_a_crop_is_a_word_or_a_share),
        cmocka_unit_test(test_an_override_drops_accuracies_that_no_longer_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
