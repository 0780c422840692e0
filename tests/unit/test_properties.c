/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of the pricing for any input: thousands of drawn ones, the same in every run. */
#include <jansson.h>

#include "core/field.h"
#include "footprint/footprint.h"
#include "footprint/interval.h"
#include "grid/grid.h"
#include "report_fixture.h"
#include "study/alternatives.h"
#include "study/plan.h"
#include "study/price.h"
#include "test.h"

#define DRAWS  5000
#define PRICED 40 /* whole reports */
#define SEED   20261128
/* Sums and products of doubles in another order. */
#define ROUNDING 1e-9

/* Between two bounds, every power of ten as likely. */
static double draw(struct miev_random *random, double low, double high)
{
    double unit = (double)(miev_random_next(random) >> 11) / 9007199254740992.0;
    return low * pow(high / low, unit);
}

/* A value with bounds up to ten times away on either side; one bound in eight is below zero, as of
 * rounds that scatter. */
static struct miev_interval draw_interval(struct miev_random *random, double low, double high)
{
    double value = draw(random, low, high);
    struct miev_interval out = {value, value / draw(random, 1, 10), value * draw(random, 1, 10)};
    if (miev_random_next(random) % 8 == 0)
        out.low = -out.low;
    return out;
}

static struct miev_interval positive(struct miev_interval interval)
{
    interval.low = fabs(interval.low);
    return interval;
}

struct drawn {
    struct miev_energy_estimate energy;
    struct miev_interval embodied_g;
    struct miev_site site;
};

static void set_energy(struct miev_energy_estimate *out, const struct miev_interval *rounds,
                       const struct miev_interval *sensor)
{
    *out = (struct miev_energy_estimate){
        .value_j = rounds->value,
        .statistical_low_j = rounds->low,
        .statistical_high_j = rounds->high,
        .systematic_low_j = rounds->value * (sensor->low / sensor->value),
        .systematic_high_j = rounds->value * (sensor->high / sensor->value)};
}

static struct drawn draw_all(struct miev_random *random)
{
    struct drawn out = {
        .site = {.intensity_g_per_kwh = draw(random, 1, 1200), .pue = draw(random, 1, 3)},
        .embodied_g = positive(draw_interval(random, 1e-9, 1))};
    struct miev_interval rounds = draw_interval(random, 1e-6, 1e3),
                         sensor = positive(draw_interval(random, 1, 1));
    set_energy(&out.energy, &rounds, &sensor);
    return out;
}

static struct miev_footprint priced(const struct drawn *in)
{
    struct miev_error err;
    struct miev_footprint out;
    assert_ok(miev_footprint_per_inference(&in->energy, &in->site, &in->embodied_g, &out, &err),
              &err);
    return out;
}

static void scale_energy(struct miev_energy_estimate *energy, double factor)
{
    energy->value_j *= factor;
    energy->statistical_low_j *= factor;
    energy->statistical_high_j *= factor;
    energy->systematic_low_j *= factor;
    energy->systematic_high_j *= factor;
}

static void assert_scaled(const struct miev_interval *got, const struct miev_interval *from,
                          double factor)
{
    assert_near(got->value, from->value * factor, ROUNDING);
    assert_near(got->low, from->low * factor, ROUNDING);
    assert_near(got->high, from->high * factor, ROUNDING);
}

static void assert_ordered(const struct miev_interval *interval)
{
    assert_true(isfinite(interval->low) && isfinite(interval->high));
    assert_true(interval->low <= interval->value && interval->value <= interval->high);
}

/* ---- one price ------------------------------------------------------------------------------ */

static void test_operation_is_linear_in_joules_pue_and_intensity(void **state)
{
    (void)state;
    struct miev_random random = {SEED};
    for (int i = 0; i < DRAWS; i++) {
        const struct drawn in = draw_all(&random);
        const struct miev_footprint once = priced(&in);
        double factor = draw(&random, 1, 100);
        struct drawn joules = in, pue = in, grid = in;
        scale_energy(&joules.energy, factor);
        pue.site.pue *= factor;
        grid.site.intensity_g_per_kwh *= factor;
        const struct miev_footprint by[] = {priced(&joules), priced(&pue), priced(&grid)};
        for (size_t k = 0; k < 3; k++) {
            assert_scaled(&by[k].operational_g, &once.operational_g, factor);
            assert_scaled(&by[k].embodied_g, &once.embodied_g, 1);
            assert_true(by[k].total_g.value >= once.total_g.value); /* and the whole grows */
        }
    }
}

static void test_bounds_hold_their_value(void **state)
{
    (void)state;
    struct miev_random random = {SEED + 1};
    for (int i = 0; i < DRAWS; i++) {
        const struct drawn in = draw_all(&random);
        const struct miev_footprint out = priced(&in);
        assert_ordered(&out.total_g);
        assert_ordered(&out.operational_g);
        assert_ordered(&out.embodied_g);
        assert_near(out.total_g.value, out.operational_g.value + out.embodied_g.value, ROUNDING);
        /* No surer than either of what is known of the energy, or than either of its parts. */
        double g_per_j = in.site.pue * in.site.intensity_g_per_kwh / 3.6e6;
        double grain = ROUNDING * out.total_g.value;
        assert_true(out.operational_g.high + grain >=
                    g_per_j * fmax(in.energy.statistical_high_j, in.energy.systematic_high_j));
        assert_true(out.operational_g.low - grain <=
                    g_per_j * fmin(in.energy.statistical_low_j, in.energy.systematic_low_j));
        assert_true(out.total_g.high - out.total_g.value >=
                    (out.embodied_g.high - out.embodied_g.value) * (1 - ROUNDING) -
                        ROUNDING * out.total_g.value);
    }
}

/* A kilowatt-hour is 3.6e6 J, and a million inferences are a million times one. */
static void test_units_agree(void **state)
{
    (void)state;
    struct miev_random random = {SEED + 2};
    for (int i = 0; i < DRAWS; i++) {
        struct drawn in = draw_all(&random);
        const struct miev_footprint one = priced(&in);
        double kwh = in.energy.value_j / 3.6e6, g = 0;
        assert_int_equal(miev_emissions(in.energy.value_j, in.site.intensity_g_per_kwh, &g),
                         MIEV_OK);
        assert_near(g, kwh * in.site.intensity_g_per_kwh, ROUNDING);
        assert_near(one.operational_g.value, g * in.site.pue, ROUNDING);
        scale_energy(&in.energy, 1e6);
        in.embodied_g = miev_interval_scale(&in.embodied_g, 1e6);
        const struct miev_footprint million = priced(&in);
        assert_near(million.total_g.value, one.total_g.value * 1e6, ROUNDING);
        assert_near(million.total_g.high, one.total_g.high * 1e6, ROUNDING);
    }
}

static void test_a_wider_interval_never_gives_a_narrower_one(void **state)
{
    (void)state;
    struct miev_random random = {SEED + 3};
    for (int i = 0; i < DRAWS; i++) {
        const struct drawn in = draw_all(&random);
        struct drawn wide = in;
        wide.energy.statistical_low_j -= in.energy.value_j * draw(&random, 1e-6, 2);
        wide.energy.statistical_high_j *= draw(&random, 1, 3);
        wide.energy.systematic_low_j /= draw(&random, 1, 3);
        wide.energy.systematic_high_j *= draw(&random, 1, 3);
        wide.embodied_g.high *= draw(&random, 1, 3);
        wide.embodied_g.low /= draw(&random, 1, 3);
        const struct miev_footprint before = priced(&in), after = priced(&wide);
        double grain = ROUNDING * before.total_g.value;
        assert_true(after.operational_g.low <= before.operational_g.low + grain);
        assert_true(after.operational_g.high >= before.operational_g.high - grain);
        assert_true(after.total_g.low <= before.total_g.low + grain);
        assert_true(after.total_g.high >= before.total_g.high - grain);
        assert_near(after.total_g.value, before.total_g.value, ROUNDING);
    }
}

/* ---- manufacturing -------------------------------------------------------------------------- */

static struct miev_interval made(const struct miev_embodied *machine, double time_s, double share)
{
    struct miev_error err;
    struct miev_interval out = {0, 0, 0};
    assert_ok(miev_embodied_share(machine, time_s, share, &out, &err), &err);
    return out;
}

static void test_manufacturing_goes_by_time_share_and_lifetime(void **state)
{
    (void)state;
    struct miev_random random = {SEED + 4};
    for (int i = 0; i < DRAWS; i++) {
        struct miev_embodied machine = {.total_g = positive(draw_interval(&random, 1e3, 1e7)),
                                        .lifetime_s = positive(draw_interval(&random, 1e6, 1e9))},
                             longer, planned;
        double time_s = draw(&random, 1e-6, 1e6), share = draw(&random, 1e-3, 1);
        double factor = draw(&random, 1, 50);
        const struct miev_interval once = made(&machine, time_s, share),
                                   times = made(&machine, time_s * factor, share),
                                   part = made(&machine, time_s, share / factor);
        assert_ordered(&once);
        assert_scaled(&times, &once, factor);
        assert_scaled(&part, &once, 1 / factor);
        longer = planned = machine;
        longer.lifetime_s = miev_interval_scale(&machine.lifetime_s, factor);
        const struct miev_interval spread = made(&longer, time_s, share);
        assert_scaled(&spread, &once, 1 / factor);
        /* A plan in place of the range makes it surer, and leaves what was made. */
        miev_embodied_plan(&planned, machine.lifetime_s.value);
        const struct miev_interval known = made(&planned, time_s, share);
        assert_near(known.value, once.value, ROUNDING);
        assert_true(known.low >= once.low && known.high <= once.high);
    }
}

/* ---- alternatives --------------------------------------------------------------------------- */

static double grams_at(json_t *report, const struct miev_site *site, bool embodied)
{
    struct miev_error err;
    struct miev_price_options options = {.site = site, .embodied = embodied};
    assert_ok(miev_report_price(report, &options, &err), &err);
    return miev_field_number(
        miev_field_at(miev_field_at(report_fixture_model(report, 0), "footprint"),
                      "per_inference_g"),
        "value");
}

/* The share that an alternative place is said to cost is that of pricing the report there. */
static void assert_places_agree(json_t *report, const json_t *document,
                                const struct miev_site *here, double here_g, bool embodied)
{
    size_t i, k;
    const json_t *kind, *item;
    json_array_foreach(json_object_get(document, "kinds"), i, kind)
    {
        if (strcmp(miev_field_text(kind, "kind"), "place") != 0)
            continue;
        json_array_foreach(json_object_get(kind, "items"), k, item)
        {
            struct miev_site there = *here;
            there.intensity_g_per_kwh = miev_field_number(item, "intensity_g_per_kwh");
            there.pue = miev_field_number(item, "pue");
            double ratio = miev_field_number(item, "ratio");
            assert_near(grams_at(report, &there, embodied) / here_g, ratio, ROUNDING);
            assert_true(ratio < 1);
            if (k > 20)
                break;
        }
        assert_true(k > 0);
    }
}

static void test_an_alternative_place_costs_what_its_price_is(void **state)
{
    (void)state;
    struct miev_random random = {SEED + 5};
    for (int i = 0; i < PRICED; i++) {
        struct miev_error err;
        struct miev_site here = {.zone = "X", .pue = draw(&random, 1, 2)};
        bool embodied = i % 2;
        json_t *report = report_fixture(), *document = NULL;
        here.intensity_g_per_kwh = draw(&random, 300, 900);
        (void)snprintf(here.source, sizeof(here.source), "%s", MIEV_GRID_SOURCE);
        report_fixture_scale(report, 0, draw(&random, 1e-6, 1e3));
        double here_g = grams_at(report, &here, embodied);
        assert_ok(miev_report_alternatives(
                      report, &(struct miev_alternatives_wish){.regions = "eu"}, &document, &err),
                  &err);
        assert_places_agree(report, document, &here, here_g, embodied);
        json_decref(document);
        json_decref(report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operation_is_linear_in_joules_pue_and_intensity),
        cmocka_unit_test(test_bounds_hold_their_value),
        cmocka_unit_test(test_units_agree),
        cmocka_unit_test(test_a_wider_interval_never_gives_a_narrower_one),
        cmocka_unit_test(test_manufacturing_goes_by_time_share_and_lifetime),
        cmocka_unit_test(test_an_alternative_place_costs_what_its_price_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
