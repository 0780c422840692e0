/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/linear.h"

#include "core/error.h"
#include "study/plan.h"
#include "test.h"

enum { LENGTH = 6, IMAGES = 240 };

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

static float noise(struct miev_random *random)
{
    return (float)miev_random_below(random, 2001) / 1000 - 1;
}

/* Class k is shifted along feature k, features have wildly different scales, and the last one is
 * always the same. */
struct set {
    float vectors[IMAGES * LENGTH];
    uint32_t classes[IMAGES];
    size_t rows[IMAGES];
};

static struct miev_linear_set make_set(struct set *out, size_t n_classes, float shift)
{
    static const float scales[LENGTH] = {1, 1000, 1e-4F, 1, 10, 1};
    struct miev_random random = {.state = 3};
    for (size_t i = 0; i < IMAGES; i++) {
        out->classes[i] = (uint32_t)(i % n_classes);
        out->rows[i] = i;
        for (size_t f = 0; f < LENGTH; f++)
            out->vectors[i * LENGTH + f] =
                scales[f] * (noise(&random) + (f == i % n_classes ? shift : 0) + 5);
        out->vectors[i * LENGTH + LENGTH - 1] = 7;
    }
    return (struct miev_linear_set){out->vectors, out->classes, out->rows,
                                    IMAGES,       LENGTH,       n_classes};
}

static double right_share(const struct miev_linear *linear, const struct miev_linear_set *set)
{
    size_t right = 0;
    for (size_t i = 0; i < set->n; i++)
        right += miev_linear_predict(linear, set->vectors + set->rows[i] * set->length) ==
                 set->classes[set->rows[i]];
    return (double)right / (double)set->n;
}

static void test_classes_are_told_apart_whatever_their_scales(void **state)
{
    (void)state;
    static struct set room;
    for (size_t n_classes = 2; n_classes <= 5; n_classes++) {
        struct miev_error err;
        struct miev_linear linear;
        struct miev_linear_set set = make_set(&room, n_classes, 2.5F);
        set.n = IMAGES / 2; /* the other half is new to it */
        assert_ok(miev_linear_train(&set, 1, &linear, &err), &err);
        struct miev_linear_set rest = set;
        rest.rows += set.n;
        assert_true(right_share(&linear, &rest) > 0.97);
        for (size_t k = 0; k < n_classes; k++) /* of what never changes nothing is learnt */
            assert_true(fabs(linear.weights[k * LENGTH + LENGTH - 1]) < 1e-12);
        miev_linear_finish(&linear);
    }
}

/* The order in which classes are met changes nothing, and neither does a second time. */
static void test_the_same_set_gives_the_same_weights(void **state)
{
    (void)state;
    static struct set room;
    struct miev_error err;
    struct miev_linear forwards, backwards, again;
    struct miev_linear_set set = make_set(&room, 2, 1);
    assert_ok(miev_linear_train(&set, 0.1, &forwards, &err), &err);
    assert_ok(miev_linear_train(&set, 0.1, &again, &err), &err);
    for (size_t i = 0; i < IMAGES; i++)
        room.rows[i] = IMAGES - 1 - i;
    assert_ok(miev_linear_train(&set, 0.1, &backwards, &err), &err);
    for (size_t i = 0; i < (size_t)2 * LENGTH; i++) {
        assert_memory_equal(&forwards.weights[i], &again.weights[i], sizeof(double));
        assert_near(backwards.weights[i], forwards.weights[i], 0.02);
    }
    miev_linear_finish(&forwards);
    miev_linear_finish(&backwards);
    miev_linear_finish(&again);
}

static void test_a_class_without_images_is_refused(void **state)
{
    (void)state;
    static struct set room;
    struct miev_error err;
    struct miev_linear linear;
    struct miev_linear_set set = make_set(&room, 3, 1);
    set.n_classes = 4;
    assert_refused(miev_linear_train(&set, 1, &linear, &err), MIEV_ERR_INVALID, &err,
                   "of 4 classes 3 have images");
    miev_linear_finish(&linear);
}

static void test_the_penalty_is_chosen_by_what_it_gets_right(void **state)
{
    (void)state;
    static struct set room;
    struct miev_error err;
    double c = 0, chance = 0;
    struct miev_linear_set set = make_set(&room, 3, 0.7F);
    assert_ok(miev_linear_choose(&set, never, NULL, &c, &err), &err);
    assert_true(c > 1e-4 - 1e-9 && c < 10 + 1e-9);
    assert_refused(miev_linear_choose(&set, at_once, NULL, &c, &err), MIEV_ERR_INTERRUPTED, &err,
                   "stopped");
    set = make_set(&room, 3, 0); /* nothing to learn */
    assert_ok(miev_linear_choose(&set, never, NULL, &chance, &err), &err);
    assert_true(chance > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_are_told_apart_whatever_their_scales),
        cmocka_unit_test(test_the_same_set_gives_the_same_weights),
        cmocka_unit_test(test_a_class_without_images_is_refused),
        cmocka_unit_test(test_the_penalty_is_chosen_by_what_it_gets_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
