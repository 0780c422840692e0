/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "core/file.h"
#include "footprint/footprint.h"
#include "test.h"

/* ---- tests/cases/footprint.txt ---- */

#define CASES "tests/cases/footprint.txt"

/* The next line that says something, without its end; NULL at the end of the file. */
static char *next_line(char **cursor)
{
    while (**cursor != '\0') {
        char *line = *cursor;
        size_t length = strcspn(line, "\n");
        *cursor = line + length + (line[length] == '\n');
        line[length] = '\0';
        if (length > 0 && line[0] != '#')
            return line;
    }
    return NULL;
}

static bool read_interval(const char *text, struct miev_interval *out)
{
    return sscanf(text, "%lf %lf %lf", &out->value, &out->low, &out->high) == 3;
}

static int run_sci(const char *line, struct miev_interval *out, struct miev_error *err)
{
    struct miev_interval energy_j, embodied_g;
    double pue, intensity_g_per_kwh;
    char rest[100];
    if (sscanf(line, "sci %lf %lf %lf | %lf | %lf | %99[^\n]", &energy_j.value, &energy_j.low,
               &energy_j.high, &pue, &intensity_g_per_kwh, rest) != 6)
        fail_msg("cannot read the case: %s", line);
    bool embodied = read_interval(rest, &embodied_g);
    return miev_sci(&energy_j, pue, intensity_g_per_kwh, embodied ? &embodied_g : NULL, out, err);
}

static int run_embodied(const char *line, struct miev_interval *out, struct miev_error *err)
{
    char machine_class[32];
    double time_s, share;
    if (sscanf(line, "embodied %31s | %lf | %lf", machine_class, &time_s, &share) != 3)
        fail_msg("cannot read the case: %s", line);
    return miev_embodied(machine_class, time_s, share, out, err);
}

static void check_case(const char *input, const char *want)
{
    struct miev_error err = {.message = ""};
    struct miev_interval got = {-7, -8, -9}, wanted;
    bool sci = strncmp(input, "sci ", 4) == 0;
    int rc = sci ? run_sci(input, &got, &err) : run_embodied(input, &got, &err);
    if (want[0] == '!') {
        if (rc != MIEV_ERR_INVALID || !strstr(err.message, want + 2))
            fail_msg("%s: got %s (%s), want a refusal: %s", input, miev_status_name(rc),
                     err.message, want + 2);
        assert_near(got.value, -7.0, 0); /* unchanged on failure */
        return;
    }
    if (rc != MIEV_OK || !read_interval(want, &wanted))
        fail_msg("%s: %s (%s), want %s", input, miev_status_name(rc), err.message, want);
    /* The wanted numbers are written with eight digits. */
    if (!(fabs(got.value - wanted.value) <= 1e-7 * fabs(wanted.value)) ||
        !(fabs(got.low - wanted.low) <= 1e-7 * fabs(wanted.low)) ||
        !(fabs(got.high - wanted.high) <= 1e-7 * fabs(wanted.high)))
        fail_msg("%s: got %.9g %.9g %.9g, want %s", input, got.value, got.low, got.high, want);
}

static void test_cases_worked_out_by_hand(void **state)
{
    (void)state;
    struct miev_error err;
    char *text;
    size_t length, n = 0;
    assert_ok(miev_file_load(CASES, 1 << 20, &text, &length, &err), &err);
    char *cursor = text;
    for (char *input; (input = next_line(&cursor)) != NULL; n++) {
        const char *want = next_line(&cursor);
        assert_non_null(want);
        check_case(input, want);
    }
    free(text);
    assert_true(n >= 25);
}

/* ---- energy with both uncertainties ---- */

static void test_emissions_of_a_kwh_are_the_intensity(void **state)
{
    (void)state;
    double co2e_g = -1;
    assert_int_equal(miev_emissions(3.6e6, 417.06, &co2e_g), MIEV_OK);
    assert_near(co2e_g, 417.06, 1e-15);
    assert_int_equal(miev_emissions(0, 417.06, &co2e_g), MIEV_OK);
    assert_near(co2e_g, 0.0, 0);
    co2e_g = -1;
    assert_int_equal(miev_emissions(-1, 1, &co2e_g), MIEV_ERR_INVALID);
    assert_int_equal(miev_emissions(NAN, 1, &co2e_g), MIEV_ERR_INVALID);
    assert_int_equal(miev_emissions(1, INFINITY, &co2e_g), MIEV_ERR_INVALID);
    assert_int_equal(miev_emissions(1e300, 1e300, &co2e_g), MIEV_ERR_INVALID);
    assert_near(co2e_g, -1.0, 0);
}

static void assert_interval(const struct miev_interval *got, double value, double low, double high)
{
    assert_near(got->value, value, 1e-12);
    assert_near(got->low, low, 1e-12);
    assert_near(got->high, high, 1e-12);
}

static void test_uncertainties_combine_in_quadrature_on_logs(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_interval energy_j;
    /* Factors e^0.3 and e^0.4 to either side make e^0.5: sqrt(0.09 + 0.16) = 0.5. */
    const struct miev_energy_estimate both = {2, 2 * exp(-0.3), 2 * exp(0.3), 2 * exp(-0.4),
                                              2 * exp(0.4)};
    assert_ok(miev_energy_interval(&both, &energy_j, &err), &err);
    assert_interval(&energy_j, 2, 2 * exp(-0.5), 2 * exp(0.5));
    /* One alone is kept as it is. */
    const struct miev_energy_estimate one = {2, 1.5, 2.5, 2, 2};
    assert_ok(miev_energy_interval(&one, &energy_j, &err), &err);
    assert_interval(&energy_j, 2, 1.5, 2.5);
}

static void test_rounds_that_cross_zero_combine_without_logs(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_interval energy_j;
    /* Low: distances 3 and 0.5 J, so 2 - sqrt(9.25). High has logs: factors 2.5 and 1.25. */
    const struct miev_energy_estimate crossing = {2, -1, 5, 1.5, 2.5};
    assert_ok(miev_energy_interval(&crossing, &energy_j, &err), &err);
    assert_interval(&energy_j, 2, 2 - sqrt(9.25), 2 * exp(hypot(log(2.5), log(1.25))));
    /* A mean of 0: distances 3 and 4 J make 5. */
    const struct miev_energy_estimate zero = {0, -3, 3, -4, 4};
    assert_ok(miev_energy_interval(&zero, &energy_j, &err), &err);
    assert_interval(&energy_j, 0, -5, 5);
}

static void test_bounds_in_disorder_are_refused_by_name(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_interval energy_j;
    const struct miev_energy_estimate rounds = {2, 2.1, 2.2, 1, 3}, sensor = {2, 1, 3, 1, NAN};
    assert_refused(miev_energy_interval(&rounds, &energy_j, &err), MIEV_ERR_INVALID, &err,
                   "the energy of the rounds in joules: the bounds");
    assert_refused(miev_energy_interval(&sensor, &energy_j, &err), MIEV_ERR_INVALID, &err,
                   "the energy of the sensor in joules: a value or a bound is not finite");
}

/* ---- whole footprints ---- */

static struct miev_site site_of(const char *zone, double pue)
{
    struct miev_zone found;
    struct miev_error err;
    assert_ok(miev_grid_find(zone, MIEV_GRID_LATEST, &found, &err), &err);
    struct miev_site site = {
        .intensity_g_per_kwh = found.intensity_g_per_kwh, .year = found.year, .pue = pue};
    (void)snprintf(site.zone, sizeof(site.zone), "%s", found.name);
    (void)snprintf(site.source, sizeof(site.source), "%s", MIEV_GRID_SOURCE);
    return site;
}

static void test_footprint_of_an_inference(void **state)
{
    (void)state;
    struct miev_error err;
    /* 0.2 J x 1.5 / 3.6e6 J/kWh x 417.06 g/kWh = 34.755 ug: 34.755 g per million inferences. */
    const struct miev_site site = site_of("KR", 1.5);
    const struct miev_energy_estimate energy = {0.2, 0.19, 0.21, 0.2, 0.2};
    struct miev_embodied server;
    struct miev_interval embodied_g;
    struct miev_footprint footprint;
    assert_ok(miev_footprint_per_inference(&energy, &site, NULL, &footprint, &err), &err);
    assert_interval(&footprint.operational_g, 3.4755e-5, 3.301725e-5, 3.649275e-5);
    assert_interval(&footprint.total_g, 3.4755e-5, 3.301725e-5, 3.649275e-5);
    assert_interval(&footprint.embodied_g, 0, 0, 0);
    /* 10 ms of 2 of 64 CPUs of a server: 1.215e6 g x 0.01 s / 126230400 s / 32 = 3.0079 ug. */
    assert_ok(miev_embodied_default(MIEV_MACHINE_SERVER, &server, &err), &err);
    assert_ok(miev_embodied_share(&server, 0.010, 2.0 / 64, &embodied_g, &err), &err);
    assert_near(embodied_g.value, 1.215e6 * 0.010 / 126230400.0 / 32, 1e-12);
    assert_ok(miev_footprint_per_inference(&energy, &site, &embodied_g, &footprint, &err), &err);
    assert_near(footprint.total_g.value, 3.4755e-5 + 3.00789e-6, 1e-6);
    assert_near(footprint.embodied_g.value, embodied_g.value, 0);
}

static void test_footprint_refuses_an_impossible_site(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_footprint footprint;
    const struct miev_energy_estimate energy = {0.2, 0.19, 0.21, 0.2, 0.2};
    struct miev_site site = site_of("KR", 0.5);
    assert_refused(miev_footprint_per_inference(&energy, &site, NULL, &footprint, &err),
                   MIEV_ERR_INVALID, &err, "PUE of 0.5");
}

static void test_an_unknown_machine_has_no_silent_embodied_carbon(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_embodied embodied;
    assert_refused(miev_embodied_default(MIEV_MACHINE_UNKNOWN, &embodied, &err),
                   MIEV_ERR_UNAVAILABLE, &err, "say server, desktop or laptop");
    static const enum miev_machine_class classes[] = {MIEV_MACHINE_SERVER, MIEV_MACHINE_DESKTOP,
                                                      MIEV_MACHINE_LAPTOP};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(miev_embodied_default(classes[i], &embodied, &err), &err);
        assert_true(embodied.total_g.low < embodied.total_g.value);
        assert_true(embodied.total_g.value < embodied.total_g.high);
        assert_true(embodied.lifetime_s.low < embodied.lifetime_s.value);
        assert_true(embodied.lifetime_s.value < embodied.lifetime_s.high);
        assert_non_null(embodied.source);
    }
    embodied.lifetime_s.low = 0;
    struct miev_interval grams;
    assert_refused(miev_embodied_share(&embodied, 1, 1, &grams, &err), MIEV_ERR_INVALID, &err,
                   "lifetime must be more than 0");
}

/* ---- what holds for all inputs ---- */

/* 0..1, the same on every machine. */
static double next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* Positive, over twelve powers of ten. */
static double next_size(uint64_t *seed)
{
    return pow(10, -9 + 12 * next_random(seed));
}

static void assert_ordered(const struct miev_interval *interval)
{
    assert_true(interval->low <= interval->value);
    assert_true(interval->value <= interval->high);
}

static void test_properties_of_all_footprints(void **state)
{
    (void)state;
    uint64_t seed = 20261123;
    for (int i = 0; i < 20000; i++) {
        double e = next_size(&seed), m = next_size(&seed), factor = next_size(&seed);
        struct miev_energy_estimate energy = {
            e, e * next_random(&seed) + 1e-300, e * (1 + 3 * next_random(&seed)),
            e * next_random(&seed) + 1e-300, e * (1 + 3 * next_random(&seed))};
        struct miev_interval embodied_g = {m, m * next_random(&seed),
                                           m * (1 + 3 * next_random(&seed))};
        struct miev_site site = {.intensity_g_per_kwh = 1000 * next_random(&seed),
                                 .pue = 1 + next_random(&seed)};
        struct miev_footprint one, scaled;
        struct miev_error err;
        assert_ok(miev_footprint_per_inference(&energy, &site, &embodied_g, &one, &err), &err);
        assert_ordered(&one.operational_g);
        assert_ordered(&one.total_g);
        /* Positive inputs never make a negative bound (a grain of rounding aside). */
        assert_true(one.operational_g.low >= 0);
        assert_true(one.total_g.low >= -1e-15 * one.total_g.value);
        /* The total is at least as uncertain as each of its parts. */
        assert_true(one.total_g.high - one.total_g.value >=
                    (one.operational_g.high - one.operational_g.value) * (1 - 1e-9) -
                        1e-15 * one.total_g.value);
        /* Linear in the energy: bounds and value together. */
        energy.value_j *= factor;
        energy.statistical_low_j *= factor;
        energy.statistical_high_j *= factor;
        energy.systematic_low_j *= factor;
        energy.systematic_high_j *= factor;
        assert_ok(miev_footprint_per_inference(&energy, &site, NULL, &scaled, &err), &err);
        assert_near(scaled.total_g.value, one.operational_g.value * factor, 1e-9);
        assert_near(scaled.total_g.low, one.operational_g.low * factor, 1e-9);
        assert_near(scaled.total_g.high, one.operational_g.high * factor, 1e-9);
    }
}

/* ---- things people can hold ---- */

static void test_equivalents(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_equivalents equivalents;
    /* 1 kg: 1000 g / 175 g/km = 5.714 km; a 10 W lamp at 500 g/kWh emits 5 g/h: 200 h. */
    struct miev_site site = {.intensity_g_per_kwh = 500, .pue = 1.5};
    assert_ok(miev_equivalents(1000, &site, &equivalents, &err), &err);
    assert_near(equivalents.car_km, 1000.0 / 175, 1e-15);
    assert_near(equivalents.lamp_10w_h, 200, 1e-15);
    /* No number of hours at nothing per hour makes these grams: absent, not 0. */
    site.intensity_g_per_kwh = 0;
    assert_ok(miev_equivalents(1000, &site, &equivalents, &err), &err);
    assert_true(isnan(equivalents.lamp_10w_h));
    assert_refused(miev_equivalents(-1, &site, &equivalents, &err), MIEV_ERR_INVALID, &err,
                   "-1 grams");
    assert_refused(miev_equivalents(NAN, &site, &equivalents, &err), MIEV_ERR_INVALID, &err,
                   "grams");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_worked_out_by_hand),
        cmocka_unit_test(test_emissions_of_a_kwh_are_the_intensity),
        cmocka_unit_test(test_uncertainties_combine_in_quadrature_on_logs),
        cmocka_unit_test(test_rounds_that_cross_zero_combine_without_logs),
        cmocka_unit_test(test_bounds_in_disorder_are_refused_by_name),
        cmocka_unit_test(test_footprint_of_an_inference),
        cmocka_unit_test(test_footprint_refuses_an_impossible_site),
        cmocka_unit_test(test_an_unknown_machine_has_no_silent_embodied_carbon),
        cmocka_unit_test(test_properties_of_all_footprints),
        cmocka_unit_test(test_equivalents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
