/* SPDX-License-Identifier: Apache-2.0 */
/* Manufacturing of graphics cards: which are counted, and what they add. */
#include "study/cards.h"

#include "report_fixture.h"
#include "study/price.h"
#include "test.h"

#define YEAR_S (365.25 * 86400)
#define TIME_S 0.011 /* of an inference of the fixture */

static const struct miev_site korea = {
    .zone = "South Korea", .intensity_g_per_kwh = 400, .year = 2024, .source = "s", .pue = 1.25};

static json_t *channel(const char *sensor, const char *id, const char *source, bool counted)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s}", "sensor", sensor, "id", id, "part", "gpu",
                     "counted", (int)counted, "source", source);
}

/* The fixture with model "a" on these cards and "b" on none. */
static json_t *report_with(json_t *channels)
{
    json_t *out = report_fixture();
    json_t *parts =
        json_object_get(json_object_get(report_fixture_model(out, 0), "energy"), "parts");
    (void)json_array_append_new(parts, json_pack("{s:s, s:s, s:s, s:f, s:b}", "part", "gpu",
                                                 "method", "measured", "sensor", "nvml", "joules",
                                                 1.0, "headline", 1));
    (void)json_array_extend(json_object_get(json_object_get(out, "meter"), "channels"), channels);
    json_decref(channels);
    return out;
}

static void price(json_t *report, const struct miev_price_options *options)
{
    struct miev_error err;
    assert_ok(miev_report_price(report, options, &err), &err);
}

static const json_t *footprint(const json_t *report, size_t i)
{
    return json_object_get(report_fixture_model(report, i), "footprint");
}

static double grams(const json_t *report, size_t i, const char *kind, const char *bound)
{
    return json_number_value(json_object_get(json_object_get(footprint(report, i), kind), bound));
}

static const json_t *embodied(const json_t *report)
{
    return json_object_get(json_object_get(report, "site"), "embodied");
}

/* An H100 (164 kg, 54.67 to 574) and a card that no table has (150 kg, 25 to 900), for the time of
 * an inference of a desktop's 4 years (6 to 3); a card that rests and a rail of a board are none.
 */
static void test_cards_are_a_part_of_their_own(void **state)
{
    (void)state;
    static const char *const bounds[] = {"value", "low", "high"};
    const struct miev_price_options options = {.site = &korea, .embodied = true};
    json_t *priced = report_with(json_pack(
        "[o, o, o, o]", channel("nvml", "gpu-0", "NVIDIA H100 80GB HBM3: the driver's", true),
        channel("nvml", "gpu-1", "NVIDIA T1000: power", true),
        channel("nvml", "gpu-2", "NVIDIA L4: rests", false),
        channel("hwmon", "VDD_GPU_SOC", "rail VDD_GPU_SOC: volts x amperes", true)));
    price(priced, &options);
    assert_near(grams(priced, 0, "embodied_cards_g", "value"), 314e3 * TIME_S / (4 * YEAR_S),
                1e-12);
    assert_near(grams(priced, 0, "embodied_cards_g", "low"), 79.67e3 * TIME_S / (6 * YEAR_S),
                1e-12);
    assert_near(grams(priced, 0, "embodied_cards_g", "high"), 1474e3 * TIME_S / (3 * YEAR_S),
                1e-12);
    for (size_t i = 0; i < 3; i++)
        assert_near(grams(priced, 0, "embodied_g", bounds[i]),
                    grams(priced, 1, "embodied_g", bounds[i]) +
                        grams(priced, 0, "embodied_cards_g", bounds[i]),
                    1e-12);
    assert_near(grams(priced, 0, "per_inference_g", "value"),
                grams(priced, 0, "operational_g", "value") +
                    grams(priced, 0, "embodied_g", "value"),
                1e-12);
    assert_null(json_object_get(footprint(priced, 1), "embodied_cards_g"));
    const json_t *cards = json_object_get(embodied(priced), "cards"), *other;
    assert_int_equal(json_array_size(cards), 2);
    other = json_array_get(cards, 1);
    assert_true(json_is_true(json_object_get(json_array_get(cards, 0), "listed")));
    assert_true(json_is_false(json_object_get(other, "listed")));
    assert_string_equal(json_string_value(json_object_get(other, "name")), "NVIDIA T1000");
    json_decref(priced);
}

/* To the last bit, and no field more. */
static void test_a_machine_without_cards_is_priced_as_ever(void **state)
{
    (void)state;
    const struct miev_price_options options = {
        .site = &korea, .embodied = true, .requests_per_day = 10};
    json_t *plain = report_fixture(), *resting = report_fixture();
    json_t *channels = json_object_get(json_object_get(resting, "meter"), "channels");
    (void)json_array_append_new(channels, channel("nvml", "gpu-0", "NVIDIA L4: rests", false));
    price(plain, &options);
    price(resting, &options);
    assert_true(json_equal(json_object_get(plain, "models"), json_object_get(resting, "models")));
    assert_true(json_equal(json_object_get(plain, "site"), json_object_get(resting, "site")));
    assert_null(json_object_get(embodied(plain), "cards"));
    /* 1 of 8 CPUs of a desktop: 249 kg over 4 years. */
    assert_near(grams(plain, 0, "embodied_g", "value"), 249e3 * TIME_S / 8 / (4 * YEAR_S), 1e-12);
    json_decref(plain);
    json_decref(resting);
}

/* Another machine serves: its card is told, the machine is not. A counter that names no card tells
 * of none, and a lifetime that is planned holds for cards too. */
static void test_the_cards_of_another_machine_stand_alone(void **state)
{
    (void)state;
    const struct miev_price_options options = {
        .site = &korea, .embodied = true, .lifetime_s = 2 * YEAR_S};
    json_t *named = report_with(json_pack(
        "[o]", channel("remote", "nvml/gpu-0", "NVIDIA L4: the driver's energy counter", true)));
    json_t *unnamed = report_with(json_pack(
        "[o]", channel("remote", "GPU-1", "energy counter of the GPU, told by http: //x", true)));
    (void)json_object_set_new(json_object_get(named, "meter"), "remote", json_object());
    (void)json_object_set_new(json_object_get(unnamed, "meter"), "remote", json_object());
    price(named, &options);
    price(unnamed, &options);
    assert_near(grams(named, 0, "embodied_g", "value"), 113.6e3 * TIME_S / (2 * YEAR_S), 1e-12);
    assert_true(json_is_null(json_object_get(embodied(named), "machine_class")));
    assert_true(json_is_null(json_object_get(footprint(named, 1), "embodied_g")));
    assert_true(json_is_null(embodied(unnamed)));
    assert_true(json_is_null(json_object_get(footprint(unnamed, 0), "embodied_g")));
    json_decref(named);
    json_decref(unnamed);
}

static void test_what_is_switched_off_has_no_cards(void **state)
{
    (void)state;
    const struct miev_price_options options = {.site = &korea};
    json_t *off = report_with(json_pack("[o]", channel("nvml", "g", "NVIDIA L4: x", true)));
    price(off, &options);
    assert_true(json_is_null(embodied(off)));
    assert_null(json_object_get(footprint(off, 0), "embodied_cards_g"));
    json_decref(off);
}

/* What stands by between requests is made for them as well: 864 s a request of a whole card. */
static void test_a_card_that_waits_for_requests_is_theirs(void **state)
{
    (void)state;
    struct miev_interval embodied_g = {1, 1, 1};
    struct miev_error err;
    json_t *report = report_with(json_pack("[o]", channel("nvml", "g", "NVIDIA B200: x", true)));
    struct miev_cards cards;
    miev_cards_of(report, &cards);
    assert_int_equal(cards.n, 1);
    assert_ok(miev_cards_add(&cards, 864, &embodied_g, &err), &err);
    assert_near(embodied_g.value, 1 + 284.25e3 * 864 / (4 * YEAR_S), 1e-12);
    assert_near(embodied_g.high, 1 + 994.9e3 * 864 / (3 * YEAR_S), 1e-12);
    assert_refused(miev_cards_add(&cards, -1, &embodied_g, &err), MIEV_ERR_INVALID, &err, "time");
    json_decref(report);
}

static void test_a_card_is_known_by_the_words_of_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double kg; /* 150: not in the table */
    } cards[] = {{"NVIDIA A100-SXM4-40GB", 127.6},
                 {"NVIDIA A100 PCIe 40 GB", 127.6},
                 {"NVIDIA A100-SXM4-80GB", 150},
                 {"NVIDIA H100 80GB HBM3", 164},
                 {"NVIDIA H100 PCIe", 150},
                 {"NVIDIA B200", 284.25},
                 {"NVIDIA GeForce GTX 1080 Ti", 89.1},
                 {"NVIDIA GeForce GTX 1080", 150},
                 {"NVIDIA RTX A4500", 141.4},
                 {"NVIDIA TITAN RTX", 159.6},
                 {"Tesla P100-PCIE-16GB", 129.3},
                 {"NVIDIA L4", 113.6},
                 {"NVIDIA L40S", 150},
                 {"l4", 113.6},
                 {"My Card", 150},
                 {"", 150}};
    for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
        struct miev_embodied_card card;
        struct miev_error err;
        assert_ok(miev_embodied_card_named(cards[i].name, &card, &err), &err);
        if (fabs(card.total_g.value - 1e3 * cards[i].kg) > 0.1)
            fail_msg("%s: %g g", cards[i].name, card.total_g.value);
        assert_true(card.listed == (cards[i].kg != 150));
        assert_true(card.total_g.low < card.total_g.value &&
                    card.total_g.value < card.total_g.high);
        assert_true(card.name[0] != '\0' && card.source[0] != '\0');
    }
}

/* A name of any length and kind is cut, not overrun. */
static void test_a_name_without_end_is_any_card(void **state)
{
    (void)state;
    char name[1000];
    struct miev_embodied_card card;
    struct miev_error err;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (size_t i = 3; i < sizeof(name) - 1; i += 4)
        name[i] = (char)(i * 7);
    assert_ok(miev_embodied_card_named(name, &card, &err), &err);
    assert_false(card.listed);
    assert_true(strlen(card.name) < sizeof(card.name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cards_are_a_part_of_their_own),
        cmocka_unit_test(test_a_machine_without_cards_is_priced_as_ever),
        cmocka_unit_test(test_the_cards_of_another_machine_stand_alone),
        cmocka_unit_test(test_what_is_switched_off_has_no_cards),
        cmocka_unit_test(test_a_card_that_waits_for_requests_is_theirs),
        cmocka_unit_test(test_a_card_is_known_by_the_words_of_its_name),
        cmocka_unit_test(test_a_name_without_end_is_any_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
