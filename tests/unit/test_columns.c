/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of reports that may come from elsewhere. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "export/columns.h"
#include "export/export.h"
#include "test.h"

static const json_t *value_of(const char *name, const json_t *report)
{
    const json_t *model = json_array_get(json_object_get(report, "models"), 0);
    for (const struct miev_column *column = miev_columns; column->name; column++)
        if (strcmp(column->name, name) == 0)
            return miev_column_value(column, report, model);
    fail_msg("there is no column %s", name);
    return NULL;
}

static json_t *parse(const char *text)
{
    json_error_t err;
    json_t *report = json_loads(text, 0, &err);
    if (!report)
        fail_msg("%s", err.text);
    return report;
}

static char *written(bool (*write)(const json_t *, FILE *), const json_t *report)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    assert_true(write(report, file));
    assert_int_equal(fclose(file), 0);
    return text;
}

/* The second line of the CSV, up to the n-th comma. */
static void assert_row_begins(const char *report_text, const char *want)
{
    json_t *report = parse(report_text);
    char *text = written(miev_export_csv, report);
    const char *row = strstr(text, "\r\n") + 2;
    if (strncmp(row, want, strlen(want)) != 0)
        fail_msg("the row is %s", row);
    free(text);
    json_decref(report);
}

static void test_a_value_is_found_below_the_model_and_below_the_report(void **state)
{
    (void)state;
    json_t *report =
        parse("{\"site\": {\"zone\": \"Nauru\"}, \"models\": [{\"name\": \"a\", \"energy\":"
              "{\"parts\": [{\"part\": \"cpu\", \"joules\": 1.5}, {\"part\": \"memory\","
              "\"joules\": 2.5}]}, \"predictions\": [{\"label\": \"x\"}, {\"label\": \"y\"}]}]}");
    assert_string_equal(json_string_value(value_of("zone", report)), "Nauru");
    assert_string_equal(json_string_value(value_of("prediction", report)), "x");
    assert_near(json_number_value(value_of("energy_memory_j", report)), 2.5, 0);
    assert_null(value_of("energy_gpu_j", report));
    assert_null(value_of("decode_s", report));
    json_decref(report);
}

static void test_a_value_of_another_kind_is_absent(void **state)
{
    (void)state;
    json_t *report =
        parse("{\"site\": \"=1+1\", \"models\": [{\"name\": 7, \"bytes\": 1.5, \"predictions\":"
              "{\"0\": 1}, \"energy\": {\"inference_s\": \"=1+1\", \"rounds_disturbed\": null,"
              "\"gross\": {\"enough_rounds\": 1}}}]}");
    for (const struct miev_column *column = miev_columns; column->name; column++)
        if (value_of(column->name, report))
            fail_msg("%s has a value", column->name);
    json_decref(report);
}

static void test_a_report_without_models_has_no_rows(void **state)
{
    (void)state;
    json_t *report = parse("{\"models\": {}}");
    char *csv = written(miev_export_csv, report), *lines = written(miev_export_json_lines, report);
    assert_true(strncmp(csv, "model,", 6) == 0);
    assert_ptr_equal(strstr(csv, "\r\n") + 2, csv + strlen(csv));
    assert_string_equal(lines, "");
    free(csv);
    free(lines);
    json_decref(report);
}

static void test_cells_of_csv_are_quoted_and_never_formulas(void **state)
{
    (void)state;
    assert_row_begins("{\"models\": [{\"name\": \"a,b\", \"precision\": \"say \\\"x\\\"\"}]}",
                      "\"a,b\",\"say \"\"x\"\"\",");
    assert_row_begins("{\"models\": [{\"name\": \"two\\r\\nlines\"}]}", "\"two\r\nlines\",,");
    assert_row_begins("{\"models\": [{\"name\": \"=1+1\", \"precision\": \"-2\"}]}", "'=1+1,'-2,");
    assert_row_begins("{\"models\": [{\"name\": \"@x,y\", \"precision\": \"+\"}]}",
                      "\"'@x,y\",'+,");
    assert_row_begins("{\"models\": [{\"name\": \"'x\", \"precision\": \"x'\"}]}", "''x,x',");
    assert_row_begins("{\"models\": [{\"name\": \"\\tx\", \"precision\": \"\"}]}", "'\tx,,");
}

static void test_numbers_read_back_as_the_very_same(void **state)
{
    (void)state;
    static const double values[] = {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -2.5e-7, 0, 7};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_t *report = json_pack("{s:[{s:{s:f}}]}", "models", "accuracy", "top1", values[i]);
        char *text = written(miev_export_csv, report);
        const char *cell = strstr(text, "\r\n") + 2;
        for (size_t column = 0; strcmp(miev_columns[column].name, "accuracy_ratio") != 0; column++)
            cell = strchr(cell, ',') + 1;
        assert_near(strtod(cell, NULL), values[i], 0);
        free(text);
        json_decref(report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_is_found_below_the_model_and_below_the_report),
        cmocka_unit_test(test_a_value_of_another_kind_is_absent),
        cmocka_unit_test(test_a_report_without_models_has_no_rows),
        cmocka_unit_test(test_cells_of_csv_are_quoted_and_never_formulas),
        cmocka_unit_test(test_numbers_read_back_as_the_very_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
