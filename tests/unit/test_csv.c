/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csv.h"
#include "test.h"

static void test_quotes_hold_commas_and_quotes(void **state)
{
    (void)state;
    const char *cursor = "# a remark\nname,watts\r\n\"a, \"\"b\"\"\",3\nlast,";
    struct miev_csv_row row;
    assert_true(miev_csv_next(&cursor, &row));
    assert_string_equal(miev_csv_field(&row, 1), "watts");
    assert_true(miev_csv_next(&cursor, &row));
    assert_string_equal(miev_csv_field(&row, 0), "a, \"b\"");
    assert_string_equal(miev_csv_field(&row, 1), "3");
    assert_true(miev_csv_next(&cursor, &row));
    assert_int_equal(row.n_fields, 2);
    assert_string_equal(miev_csv_field(&row, 1), "");
    assert_string_equal(miev_csv_field(&row, 9), "");
    assert_false(miev_csv_next(&cursor, &row));
}

static void test_an_endless_line_is_passed_over(void **state)
{
    (void)state;
    char text[4096];
    memset(text, ',', sizeof(text));
    memcpy(text + sizeof(text) - 5, "\na,b", 5);
    const char *cursor = text;
    struct miev_csv_row row;
    assert_true(miev_csv_next(&cursor, &row));
    assert_string_equal(miev_csv_field(&row, 1), "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes_hold_commas_and_quotes),
        cmocka_unit_test(test_an_endless_line_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
