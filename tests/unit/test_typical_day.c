/* SPDX-License-Identifier: Apache-2.0 */
/* The hours of a typical day from a file: by hand, each way that they are written, each refusal. */
#include "study/typical_day.h"

#include "core/field.h"
#include "core/student.h"
#include "grid/grid.h"
#include "study/alternatives.h"
#include "test.h"

#define TEXT_BYTES (1 << 20)

/* Days from 2024-02-01 on; hour h of day d (from 0) has 100 + 10 h + d, but hour 3, which has 50 +
 * d, and hour 18, which has 500. */
static double figure(int day, int hour)
{
    return hour == 3 ? 50 + day : hour == 18 ? 500 : 100 + 10 * hour + day;
}

/* Rows such as "2024-02-01" + separator + "03" + before + "51.0" + after. */
static char *text_of(const char *head, const char *separator, const char *before, const char *after,
                     int days)
{
    char *text = malloc(TEXT_BYTES);
    size_t used = (size_t)snprintf(text, TEXT_BYTES, "%s\n", head);
    for (int day = 0; day < days; day++)
        for (int hour = 0; hour < 24; hour++)
            used += (size_t)snprintf(text + used, TEXT_BYTES - used, "2024-02-%02d%s%02d%s%.2f%s",
                                     day + 1, separator, hour, before, figure(day, hour), after);
    return text;
}

static char *plain_text(int days)
{
    return text_of("datetime,g_per_kwh", " ", ":00,", "\n", days);
}

static void append(char *text, const char *rows)
{
    size_t used = strlen(text);
    (void)snprintf(text + used, TEXT_BYTES - used, "%s", rows);
}

static struct miev_typical_day read_day(char *text)
{
    struct miev_typical_day day;
    struct miev_error err;
    assert_ok(miev_typical_day_read(text, &day, &err), &err);
    free(text);
    return day;
}

static void refuse(char *text, int status, const char *words)
{
    struct miev_typical_day day = {.days = 4711};
    struct miev_error err;
    assert_refused(miev_typical_day_read(text, &day, &err), status, &err, words);
    assert_int_equal(day.days, 4711);
    free(text);
}

/* Ten days: hour 3 has 50 to 59, mean 54.5, s^2 = 82.5 / 9; but a rising series is batched: five
 * batches of two, means 50.5 to 58.5, error sqrt(10 / 5), 4 degrees of freedom. */
static void test_hours_by_hand(void **state)
{
    (void)state;
    struct miev_typical_day day = read_day(plain_text(10));
    assert_near(day.mean_g_per_kwh[3], 54.5, 1e-12);
    assert_near(day.mean_g_per_kwh[0], 104.5, 1e-12);
    assert_near(day.mean_g_per_kwh[18], 500, 1e-12);
    assert_int_equal(day.least_hour, 3);
    assert_int_equal(day.most_hour, 18);
    assert_near(day.least_high_g_per_kwh, 54.5 + miev_student_t(0.95, 4) * sqrt(2), 1e-9);
    assert_near(day.least_low_g_per_kwh, 54.5 - miev_student_t(0.95, 4) * sqrt(2), 1e-9);
    /* 22 hours of 104.5 + 10 h (h from 0 to 23 but 3 and 18: sum 255), 54.5 and 500 */
    assert_near(day.day_g_per_kwh, (22 * 104.5 + 10 * 255 + 54.5 + 500) / 24, 1e-12);
    assert_int_equal(day.days, 10);
    assert_int_equal(day.rows, 240);
    assert_false(day.zone_told);
    assert_string_equal(day.column, "g_per_kwh");
}

/* Lifecycle is taken before direct; the head says UTC; a byte order mark and CR LF are no fault. */
static void test_electricity_maps_columns(void **state)
{
    (void)state;
    struct miev_typical_day day =
        read_day(text_of("\xef\xbb\xbf"
                         "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity "
                         "gCO\xe2\x82\x82"
                         "eq/kWh (direct),Carbon intensity gCO\xe2\x82\x82"
                         "eq/kWh (Life cycle),Data source\r",
                         " ", ":00:00,Germany,Germany,DE,1,", ",\"a, b\"\r\n", 7));
    assert_near(day.mean_g_per_kwh[18], 500, 1e-12);
    assert_true(day.zone_told);
    assert_non_null(strstr(day.column, "Life cycle"));
}

/* What was, and where that is empty what was foreseen; neither: no figure. */
static void test_neso_columns(void **state)
{
    (void)state;
    char *text = text_of("datetime,forecast,actual,index", "T", ":00Z,77,", ",low\n", 8);
    append(text, "2024-02-09T03:00Z,77,,low\n2024-02-09T04:00Z,,,\n");
    struct miev_typical_day day = read_day(text);
    assert_near(day.mean_g_per_kwh[3], (8 * 53.5 + 77) / 9, 1e-12);
    assert_int_equal(day.empty_rows, 1);
    assert_int_equal(day.days, 9);
    assert_true(day.zone_told);
}

/* The history that NESO gives away: 34 columns, from 2009 on, of which the last 366 days count. */
static void test_neso_history_counts_by_its_last_year(void **state)
{
    (void)state;
    char *text = text_of(
        "DATETIME,GAS,COAL,NUCLEAR,WIND,WIND_EMB,HYDRO,IMPORTS,BIOMASS,OTHER,SOLAR,STORAGE,"
        "GENERATION,CARBON_INTENSITY,LOW_CARBON,ZERO_CARBON,RENEWABLE,FOSSIL,GAS_perc,COAL_perc,"
        "NUCLEAR_perc,WIND_perc,WIND_EMB_perc,HYDRO_perc,IMPORTS_perc,BIOMASS_perc,OTHER_perc,"
        "SOLAR_perc,STORAGE_perc,GENERATION_perc,LOW_CARBON_perc,ZERO_CARBON_perc,RENEWABLE_perc,"
        "FOSSIL_perc",
        "T", ":00:00,1,2,3,4,5,6,7,8,9,10,11,12,",
        ",1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n", 8);
    append(text, "2009-06-01T03:00:00,1,2,3,4,5,6,7,8,9,10,11,12,480,1,2,3,4\n"
                 "2023-02-07T03:00:00,1,2,3,4,5,6,7,8,9,10,11,12,480,1,2,3,4\n" /* a day too old */
                 "2023-02-08T03:00:00,1,2,3,4,5,6,7,8,9,10,11,12,480,1,2,3,4\n"); /* the first */
    struct miev_typical_day day = read_day(text);
    assert_string_equal(day.column, "CARBON_INTENSITY");
    assert_near(day.mean_g_per_kwh[3], (8 * 53.5 + 480) / 9, 1e-12);
    assert_int_equal(day.older_rows, 2);
    assert_int_equal(day.rows, 8 * 24 + 1);
    assert_false(day.zone_told);
}

static void test_an_offset_moves_the_hour_to_utc(void **state)
{
    (void)state;
    struct miev_typical_day day =
        read_day(text_of("datetime,g_per_kwh", "T", ":00:00+02:00,", "\n", 9));
    assert_int_equal(day.least_hour, 1);
    assert_int_equal(day.most_hour, 16);
    assert_true(day.zone_told);
    day = read_day(text_of("datetime,g_per_kwh", " ", ":30:00-0130,", "\n", 9));
    assert_int_equal(day.least_hour, 5);
}

/* Rows in any order, several an hour, weigh by their day. */
static void test_half_hours_share_their_hour(void **state)
{
    (void)state;
    char *text = text_of("datetime,g_per_kwh", " ", ":30,", "\n", 8);
    append(text, "2024-02-01 03:00,60\n");
    struct miev_typical_day day = read_day(text);
    assert_near(day.mean_g_per_kwh[3], (7 * 54 + 55) / 8.0, 1e-12);
}

static void test_what_is_no_typical_day_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        const char *words;
    } cases[] = {
        {"", MIEV_ERR_INVALID, "it holds nothing"},
        {"\n\n# a remark\n", MIEV_ERR_INVALID, "it holds nothing"},
        {"time,g_per_kwh\n", MIEV_ERR_INVALID, "no column is called 'datetime'"},
        {"datetime,price\n", MIEV_ERR_INVALID, "no column is a carbon intensity"},
        {"Datetime (Local),actual\n", MIEV_ERR_INVALID, "is local time"},
        {"datetime,actual\n", MIEV_ERR_UNAVAILABLE, "no row of it has a figure"},
        {"datetime,actual\n01/02/2024 00:00,5\n", MIEV_ERR_INVALID, "line 2: '01/02/2024 00:00'"},
        {"datetime,actual\n\n2024-02-30 00:00,5\n", MIEV_ERR_INVALID, "line 3: '2024-02-30"},
        {"datetime,actual\n2024-13-01 00:00,5\n", MIEV_ERR_INVALID, "is no time"},
        {"datetime,actual\n2024-01-01 24:00,5\n", MIEV_ERR_INVALID, "is no time"},
        {"datetime,actual\n2024-01-01 00:00+25:00,5\n", MIEV_ERR_INVALID, "is no time"},
        {"datetime,actual\n2024-01-01 00:00 CET,5\n", MIEV_ERR_INVALID, "is no time"},
        {"datetime,actual\n2024-01-01 00:00,-5\n", MIEV_ERR_INVALID, "'-5' is no carbon intensity"},
        {"datetime,actual\n2024-01-01 00:00,nan\n", MIEV_ERR_INVALID, "'nan' is no carbon"},
        {"datetime,actual\n2024-01-01 00:00,1e9\n", MIEV_ERR_INVALID, "0 to 5000"},
        {"datetime,actual\n2024-01-01 00:00,5\n", MIEV_ERR_UNAVAILABLE, "takes 7 of every hour"},
        {"datetime,Zone id,actual\n2024-01-01 00:00,DE,5\n2024-01-01 01:00,FR,5\n",
         MIEV_ERR_INVALID, "line 3 is of zone 'FR'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuse(strdup(cases[i].text), cases[i].status, cases[i].words);
}

static void test_what_is_too_much_is_refused(void **state)
{
    (void)state;
    char *text = malloc(TEXT_BYTES);
    memset(text, 'x', 700);
    (void)snprintf(text + 700, 40, "\n");
    refuse(text, MIEV_ERR_LIMIT, "line 1 is longer than");
    text = malloc(TEXT_BYTES);
    memset(text, ',', 50);
    (void)snprintf(text + 50, 40, "\n");
    refuse(text, MIEV_ERR_LIMIT, "more than 40 columns");
    const size_t n = MIEV_TYPICAL_DAY_ROWS + 1, row = strlen("2024-02-01 00:00,5\n");
    text = malloc(n * row + 100);
    size_t used = (size_t)snprintf(text, 100, "datetime,actual\n");
    for (size_t i = 0; i < n; i++, used += row)
        memcpy(text + used, "2024-02-01 00:00,5\n", row + 1);
    refuse(text, MIEV_ERR_LIMIT, "more than 1000000 rows");
}

/* ---- as an alternative ---------------------------------------------------------------------- */

static const char report_text[] =
    "{\"site\":{\"zone\":\"X\",\"source\":\"a live one\",\"intensity_g_per_kwh\":400,\"pue\":1},"
    "\"models\":[{\"name\":\"big\",\"footprint\":{\"per_inference_g\":{\"value\":10,\"low\":5,"
    "\"high\":20},\"embodied_g\":{\"value\":2}}}]}";

static const json_t *hour_of(json_t **document, const struct miev_alternatives_wish *wish)
{
    struct miev_error err;
    json_t *report = json_loads(report_text, 0, NULL);
    assert_ok(miev_report_alternatives(report, wish, document, &err), &err);
    json_decref(report);
    return json_array_get(json_object_get(*document, "kinds"), 2);
}

/* 8 of 10 g are electricity: (8 x 54.5 / mean + 2) / 10. */
static void test_the_least_hour_is_held_against_the_day(void **state)
{
    (void)state;
    struct miev_typical_day day = read_day(plain_text(10));
    json_t *document = NULL;
    const json_t *kind =
        hour_of(&document, &(struct miev_alternatives_wish){.day = &day, .day_source = "f.csv"});
    const json_t *item = json_array_get(json_object_get(kind, "items"), 0);
    double mean = (22 * 104.5 + 10 * 255 + 54.5 + 500) / 24;
    assert_string_equal(miev_field_text(item, "what"), "03:00 to 04:00 UTC of a typical day");
    assert_near(miev_field_number(item, "ratio"), (8 * 54.5 / mean + 2) / 10, 1e-12);
    assert_true(miev_field_number(item, "ratio_low") < miev_field_number(item, "ratio"));
    assert_true(miev_field_number(item, "ratio_high") > miev_field_number(item, "ratio"));
    assert_near(miev_field_number(item, "days"), 10, 0);
    assert_non_null(strstr(miev_field_text(kind, "basis"),
                           "typical day of f.csv (g_per_kwh): 10 days from 2024-02-01 to "
                           "2024-02-10, hours taken as UTC"));
    json_decref(document);
}

static void test_a_forecast_comes_before_a_typical_day(void **state)
{
    (void)state;
    struct miev_typical_day day = read_day(plain_text(10));
    const struct miev_live_point hours[] = {{.at = 0, .intensity_g_per_kwh = 300},
                                            {.at = 3600, .intensity_g_per_kwh = 100}};
    json_t *document = NULL;
    const json_t *kind =
        hour_of(&document, &(struct miev_alternatives_wish){
                               .day = &day, .hours = hours, .n_hours = 2, .hours_source = "S"});
    assert_non_null(strstr(miev_field_text(kind, "basis"), "the forecast of S"));
    json_decref(document);
}

/* Only its shape counts: twice the figures, the same share. */
static void test_a_level_without_a_shape_saves_nothing(void **state)
{
    (void)state;
    struct miev_typical_day flat = {.days = 10};
    json_t *document = NULL;
    for (size_t i = 0; i < MIEV_DAY_HOURS; i++)
        flat.mean_g_per_kwh[i] = 123;
    flat.day_g_per_kwh = 123;
    const json_t *kind = hour_of(&document, &(struct miev_alternatives_wish){.day = &flat});
    assert_int_equal(json_array_size(json_object_get(kind, "items")), 0);
    assert_string_equal(miev_field_text(kind, "why"), "The typical day has no hour below its mean");
    json_decref(document);
}

/* All 24, each against the mean of the day, whether or not one of them is the least. */
static void test_every_hour_stands_beside_the_day(void **state)
{
    (void)state;
    struct miev_typical_day day = read_day(plain_text(10));
    json_t *document = NULL;
    const json_t *told = miev_field_at(
        hour_of(&document, &(struct miev_alternatives_wish){.day = &day}), "typical_day");
    const json_t *hours = miev_field_at(told, "hours"), *sixth = json_array_get(hours, 6);
    assert_int_equal(json_array_size(hours), MIEV_DAY_HOURS);
    assert_near(miev_field_number(sixth, "hour_utc"), 6, 0);
    assert_near(miev_field_number(sixth, "g_per_kwh"), day.mean_g_per_kwh[6], 1e-12);
    assert_near(miev_field_number(sixth, "ratio"),
                (8 * day.mean_g_per_kwh[6] / day.day_g_per_kwh + 2) / 10, 1e-12);
    assert_string_equal(miev_field_text(told, "first_date"), "2024-02-01");
    assert_string_equal(miev_field_text(told, "last_date"), "2024-02-10");
    assert_near(miev_field_number(told, "days"), 10, 0);
    assert_true(json_is_false(miev_field_at(told, "zone_told")));
    json_decref(document);
}

/* A grid without carbon: no share can be told, and none is 0. */
static void test_a_day_of_nothing_has_no_shares(void **state)
{
    (void)state;
    struct miev_typical_day nothing = {.days = 10};
    json_t *document = NULL;
    const json_t *kind = hour_of(&document, &(struct miev_alternatives_wish){.day = &nothing});
    const json_t *hours = miev_field_at(miev_field_at(kind, "typical_day"), "hours");
    assert_int_equal(json_array_size(hours), MIEV_DAY_HOURS);
    assert_true(json_is_null(miev_field_at(json_array_get(hours, 0), "ratio")));
    assert_string_equal(miev_field_text(kind, "reason"), "flat");
    json_decref(document);
}

static void refuse_bytes(const char *bytes, size_t length, const char *words)
{
    struct miev_typical_day day;
    struct miev_error err;
    assert_refused(miev_typical_day_take(bytes, length, "f.csv", &day, &err), MIEV_ERR_INVALID,
                   &err, words);
}

static void test_a_files_refusal_names_it_and_is_no_missing_thing(void **state)
{
    (void)state;
    struct miev_typical_day day;
    struct miev_error err;
    char *good = plain_text(10), *few = plain_text(3);
    assert_ok(miev_typical_day_take(good, strlen(good), "f.csv", &day, &err), &err);
    assert_int_equal(day.days, 10);
    refuse_bytes(good, strlen(good) + 1, "f.csv is no text");
    refuse_bytes(few, strlen(few), "f.csv: the hour from 00:00 UTC has figures on 3 days");
    refuse_bytes("datetime,g_per_kwh\n", 19, "f.csv: no row of it has a figure");
    refuse_bytes("", 0, "f.csv: it holds nothing");
    free(few);
    free(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hours_by_hand),
        cmocka_unit_test(test_electricity_maps_columns),
        cmocka_unit_test(test_neso_columns),
        cmocka_unit_test(test_neso_history_counts_by_its_last_year),
        cmocka_unit_test(test_an_offset_moves_the_hour_to_utc),
        cmocka_unit_test(test_half_hours_share_their_hour),
        cmocka_unit_test(test_what_is_no_typical_day_is_refused_in_words),
        cmocka_unit_test(test_what_is_too_much_is_refused),
        cmocka_unit_test(test_the_least_hour_is_held_against_the_day),
        cmocka_unit_test(test_a_forecast_comes_before_a_typical_day),
        cmocka_unit_test(test_a_level_without_a_shape_saves_nothing),
        cmocka_unit_test(test_every_hour_stands_beside_the_day),
        cmocka_unit_test(test_a_day_of_nothing_has_no_shares),
        cmocka_unit_test(test_a_files_refusal_names_it_and_is_no_missing_thing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
