/* SPDX-License-Identifier: Apache-2.0 */
/* The other tools' formulas, held against what the tools themselves said of the same work:
 * tests/fixtures/methods.json, which scripts/check-methods wrote. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "footprint/formula.h"
#include "test.h"

#define FOUR_DIGITS 5e-5

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static unsigned count(const json_t *object, const char *key)
{
    return (unsigned)json_integer_value(json_object_get(object, key));
}

static void read_work(const json_t *from, struct miev_formula_work *out)
{
    const char *place = json_string_value(json_object_get(from, "place"));
    const char *region = json_string_value(json_object_get(from, "region"));
    *out = (struct miev_formula_work){
        .duration_s = number(from, "duration_s"),
        .cpu_s = number(from, "cpu_s"),
        .machine_cpu_s = number(from, "machine_cpu_s"),
        .logical_cpus = count(from, "logical_cpus"),
        .cores = count(from, "cores"),
        .sockets = count(from, "sockets"),
        .tdp_w = number(from, "tdp_w"),
        .memory_gib = number(from, "memory_gib"),
        .process_gib = number(from, "process_gib"),
        .counted_cpu_j = number(from, "counted_cpu_j"),
        .counted_memory_j = number(from, "counted_memory_j"),
        .gpu_tdp_w = NAN,
        .gpu_usage = NAN,
    };
    (void)snprintf(out->place, sizeof(out->place), "%s", strcmp(place, "WORLD") == 0 ? "" : place);
    (void)snprintf(out->region, sizeof(out->region), "%s", region ? region : "");
}

static void assert_same(double got, double want)
{
    if (isnan(want))
        assert_true(isnan(got));
    else
        assert_near(got, want, FOUR_DIGITS);
}

static json_t *fixture(void)
{
    json_error_t error;
    json_t *cases = json_load_file("tests/fixtures/methods.json", 0, &error);
    assert_non_null(cases);
    return cases;
}

static void test_every_tool_is_met_to_four_digits(void **state)
{
    (void)state;
    json_t *cases = fixture(), *one;
    size_t i, answered = 0;
    json_array_foreach(cases, i, one)
    {
        struct miev_formula_work work;
        struct miev_error err;
        read_work(json_object_get(one, "work"), &work);
        assert_ok(miev_formula_check(&work, &err), &err);
        for (size_t m = 0; miev_formulas[m]; m++) {
            struct miev_formula_answer got = {.pue = 0};
            const json_t *want =
                json_object_get(json_object_get(one, "answers"), miev_formulas[m]->id);
            const char *why = miev_formulas[m]->answer(&work, &got);
            assert_non_null(want);
            if (json_is_null(want)) {
                assert_non_null(why);
                continue;
            }
            print_message("%s: %s\n", json_string_value(json_object_get(one, "case")),
                          miev_formulas[m]->id);
            assert_null(why);
            assert_same(got.cpu_j, number(want, "cpu_j"));
            assert_same(got.memory_j, number(want, "memory_j"));
            assert_same(got.pue, number(want, "pue"));
            assert_same(got.co2e_g, number(want, "co2e_g"));
            answered++;
        }
    }
    assert_int_equal(answered, 53);
    json_decref(cases);
}

static struct miev_formula_work desktop(void)
{
    return (struct miev_formula_work){.duration_s = 3600,
                                      .cpu_s = 3600 * 8,
                                      .machine_cpu_s = 3600 * 8,
                                      .logical_cpus = 8,
                                      .cores = 4,
                                      .sockets = 1,
                                      .tdp_w = 95,
                                      .memory_gib = 16,
                                      .process_gib = 1,
                                      .counted_cpu_j = NAN,
                                      .counted_memory_j = NAN,
                                      .gpu_tdp_w = NAN,
                                      .gpu_usage = NAN,
                                      .place = "FR"};
}

/* Green Algorithms' own words for one hour: PUE x (cores x watts + GB x 0.3725) x grid. */
static void test_green_algorithms_by_hand(void **state)
{
    (void)state;
    struct miev_formula_work work = desktop();
    struct miev_formula_answer out;
    assert_null(miev_formula_named("green-algorithms")->answer(&work, &out));
    assert_near(out.co2e_g, 1.56 * (95 + 16 * 0.3725) / 1000 * 51.28, 1e-9);
    assert_string_equal(out.place, "FR");
}

/* Page text of ML CO2 Impact: 250 W x 100 h = 25 kWh x 0.43 kg/kWh. */
static void test_mlco2_counts_one_kind_of_hardware(void **state)
{
    (void)state;
    struct miev_formula_work work = desktop();
    struct miev_formula_answer out;
    work.duration_s = 360000;
    work.gpu_tdp_w = 250;
    assert_null(miev_formula_named("mlco2")->answer(&work, &out));
    assert_true(isnan(out.cpu_j));
    assert_near(out.gpu_j / 3.6e6, 25, 1e-9);
    assert_near(out.co2e_g, 25 * 432, 1e-9);
}

static void test_energy_grows_with_time_and_grams_with_the_grid(void **state)
{
    (void)state;
    struct miev_formula_work work = desktop(), longer = desktop();
    longer.duration_s *= 2, longer.cpu_s *= 2, longer.machine_cpu_s *= 2;
    for (size_t m = 0; miev_formulas[m]; m++) {
        struct miev_formula_answer once, twice;
        if (miev_formulas[m]->answer(&work, &once))
            continue;
        assert_null(miev_formulas[m]->answer(&longer, &twice));
        assert_near(twice.co2e_g, 2 * once.co2e_g, 1e-9);
    }
}

static void test_an_unknown_place_falls_back_where_the_tool_does(void **state)
{
    (void)state;
    struct miev_formula_work work = desktop();
    struct miev_formula_answer out;
    (void)snprintf(work.place, sizeof(work.place), "QQ");
    assert_null(miev_formula_named("codecarbon")->answer(&work, &out));
    assert_string_equal(out.place, "WORLD");
    assert_near(out.intensity_g_per_kwh, 475, 0);
    work.counted_cpu_j = 10;
    assert_non_null(miev_formula_named("eit")->answer(&work, &out));
    assert_non_null(strstr(miev_formula_named("energyvis")->answer(&work, &out), "states"));
    assert_null(miev_formula_named("nobody"));
}

static void test_impossible_work_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_formula_work work = desktop();
    work.machine_cpu_s = 1;
    assert_refused(miev_formula_check(&work, &err), MIEV_ERR_INVALID, &err, "CPU time");
    work = desktop();
    work.duration_s = 0;
    assert_refused(miev_formula_check(&work, &err), MIEV_ERR_INVALID, &err, "duration");
    work = desktop();
    work.memory_gib = NAN;
    assert_refused(miev_formula_check(&work, &err), MIEV_ERR_INVALID, &err, "memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_tool_is_met_to_four_digits),
        cmocka_unit_test(test_green_algorithms_by_hand),
        cmocka_unit_test(test_mlco2_counts_one_kind_of_hardware),
        cmocka_unit_test(test_energy_grows_with_time_and_grams_with_the_grid),
        cmocka_unit_test(test_an_unknown_place_falls_back_where_the_tool_does),
        cmocka_unit_test(test_impossible_work_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
