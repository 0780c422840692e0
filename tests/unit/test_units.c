/* SPDX-License-Identifier: Apache-2.0 */
#include "core/units.h"
#include "test.h"

static void assert_number(double value, const char *want)
{
    char text[MIEV_NUMBER_SIZE];
    miev_format_number(text, sizeof(text), value);
    assert_string_equal(text, want);
}

static void test_numbers_have_three_significant_digits(void **state)
{
    (void)state;
    assert_number(0, "0");
    assert_number(-0.0, "0");
    assert_number(1, "1.00");
    assert_number(12.34, "12.3");
    assert_number(123.4, "123");
    assert_number(0.1234, "0.123");
    assert_number(0.001, "0.00100");
    assert_number(0.00012345, "0.000123");
    assert_number(1234, "1230");
    assert_number(98765432, "98800000");
    assert_number(-12.34, "-12.3");
    assert_number(417.06, "417");
}

static void test_rounding_up_to_the_next_power_keeps_three_digits(void **state)
{
    (void)state;
    assert_number(9.996, "10.0");
    assert_number(99.96, "100");
    assert_number(999.6, "1000");
    assert_number(0.9996, "1.00");
    assert_number(0.09996, "0.100");
    assert_number(9.994, "9.99");
}

static void test_unusual_sizes_and_absent_values(void **state)
{
    (void)state;
    assert_number(1.234e-6, "1.23e-06");
    assert_number(1.234e9, "1.23e+09");
    assert_number(5e-324, "4.94e-324");
    assert_number(NAN, "n/a");
    assert_number(INFINITY, "n/a");
}

static void assert_unit(enum miev_quantity quantity, const double *values, size_t n, bool ascii,
                        const char *want_name, double want_size)
{
    struct miev_unit unit = miev_unit_for(quantity, values, n, ascii);
    assert_string_equal(unit.name, want_name);
    assert_near(unit.size, want_size, 0);
}

static void test_one_unit_for_all_values(void **state)
{
    (void)state;
    const double close_j[] = {0.0009, 0.0010, 0.0123};
    assert_unit(MIEV_QUANTITY_ENERGY_J, close_j, 3, false, "mJ", 1e-3);
    const double wide_g[] = {0.5, 300};
    assert_unit(MIEV_QUANTITY_MASS_G, wide_g, 2, false, "g", 1);
    /* 2 mg beside 9 g: in g the small one would be 0.002, so both are in mg. */
    const double wider_g[] = {0.002, 9};
    assert_unit(MIEV_QUANTITY_MASS_G, wider_g, 2, false, "mg", 1e-3);
    /* 2 ug beside 900 g: no unit suits both, and the large one must not read 900 000 000. */
    const double widest_g[] = {2e-6, 900};
    assert_unit(MIEV_QUANTITY_MASS_G, widest_g, 2, false, "g", 1);
    const double times_s[] = {0.000040, 0.000900};
    assert_unit(MIEV_QUANTITY_TIME_S, times_s, 2, false, "\xc2\xb5s", 1e-6);
    assert_unit(MIEV_QUANTITY_TIME_S, times_s, 2, true, "us", 1e-6);
}

static void test_a_value_that_rounds_to_a_thousand_takes_the_next_unit(void **state)
{
    (void)state;
    const double value_j = 0.9999;
    assert_unit(MIEV_QUANTITY_ENERGY_J, &value_j, 1, false, "J", 1);
    const double below_j = 0.9989;
    assert_unit(MIEV_QUANTITY_ENERGY_J, &below_j, 1, false, "mJ", 1e-3);
}

static void test_absent_values_and_the_ends_of_the_scale(void **state)
{
    (void)state;
    const double none_g[] = {0, NAN, INFINITY};
    assert_unit(MIEV_QUANTITY_MASS_G, none_g, 3, false, "g", 1);
    assert_unit(MIEV_QUANTITY_MASS_G, NULL, 0, false, "g", 1);
    const double some_g[] = {0, NAN, -0.004};
    assert_unit(MIEV_QUANTITY_MASS_G, some_g, 3, false, "mg", 1e-3);
    const double long_s = 86400, heavy_g = 3e10, faint_j = 1e-15;
    assert_unit(MIEV_QUANTITY_TIME_S, &long_s, 1, false, "s", 1);
    assert_unit(MIEV_QUANTITY_MASS_G, &heavy_g, 1, false, "t", 1e6);
    assert_unit(MIEV_QUANTITY_ENERGY_J, &faint_j, 1, false, "nJ", 1e-9);
}

static void test_interval_stands_beside_the_value(void **state)
{
    (void)state;
    char text[MIEV_INTERVAL_SIZE];
    const struct miev_unit mj = {"mJ", 1e-3};
    miev_format_interval(text, sizeof(text), 0.0123, 0.0119, 0.0127, &mj);
    assert_string_equal(text, "12.3 (11.9 to 12.7)");
    miev_format_interval(text, sizeof(text), 0.0095, -0.00012, 0.1053, &mj);
    assert_string_equal(text, "9.50 (-0.120 to 105)");
    miev_format_interval(text, sizeof(text), -1.234e-300, -1.234e-300, -1.234e-300, &mj);
    assert_string_equal(text, "-1.23e-297 (-1.23e-297 to -1.23e-297)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_have_three_significant_digits),
        cmocka_unit_test(test_rounding_up_to_the_next_power_keeps_three_digits),
        cmocka_unit_test(test_unusual_sizes_and_absent_values),
        cmocka_unit_test(test_one_unit_for_all_values),
        cmocka_unit_test(test_a_value_that_rounds_to_a_thousand_takes_the_next_unit),
        cmocka_unit_test(test_absent_values_and_the_ends_of_the_scale),
        cmocka_unit_test(test_interval_stands_beside_the_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
