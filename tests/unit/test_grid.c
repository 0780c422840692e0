/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "core/text.h"
#include "grid/cloud.h"
#include "grid/grid.h"
#include "grid/suggest.h"
#include "grid/table.h"
#include "test.h"

/* Literals of data/grid_country_year.csv: they tell when the table was replaced. */
static void test_known_values(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int year, want_year;
        double want_g_per_kwh;
    } known[] = {
        {"World", MIEV_GRID_LATEST, 2025, 458.29}, {"KR", MIEV_GRID_LATEST, 2025, 417.06},
        {"FR", MIEV_GRID_LATEST, 2025, 41.44},     {"SE", MIEV_GRID_LATEST, 2025, 35.26},
        {"DE", MIEV_GRID_LATEST, 2025, 329.65},    {"US", MIEV_GRID_LATEST, 2025, 384.4},
        {"GBR", MIEV_GRID_LATEST, 2025, 217.41},   {"PL", MIEV_GRID_LATEST, 2025, 588.6},
        {"EH", MIEV_GRID_LATEST, 2009, 666.67},    {"CF", 2012, 2012, 111.11},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct miev_error err;
        struct miev_zone zone;
        assert_ok(miev_grid_find(known[i].zone, known[i].year, &zone, &err), &err);
        assert_int_equal(zone.year, known[i].want_year);
        assert_near(zone.intensity_g_per_kwh, known[i].want_g_per_kwh, 0);
    }
}

static void test_finds_by_code_name_and_other_name(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"kr", "South Korea"},
        {"KOR", "South Korea"},
        {"south korea", "South Korea"},
        {"South-Korea", "South Korea"},
        {"Korea", "South Korea"},
        {"Korea, Republic of", "South Korea"},
        {"\xed\x95\x9c\xea\xb5\xad", "South Korea"},
        {"UK", "United Kingdom"},
        {"gb", "United Kingdom"},
        {"USA", "United States"},
        {"u.s.a.", "United States"},
        {"United States of America", "United States"},
        {"world", "World"},
        {"GLOBAL", "World"},
        {"T\xc3\xbcrkiye", "Turkey"},
        {"C\xc3\xb4te d\xe2\x80\x99Ivoire", "Cote d'Ivoire"},
        {"R\xc3\xa9union", "Reunion"},
        {"Holland", "Netherlands"},
        {"EU", "European Union (27)"},
        {"EL", "Greece"},
        {" Niger ", "Niger"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct miev_error err;
        struct miev_zone zone;
        assert_ok(miev_grid_find(names[i][0], MIEV_GRID_LATEST, &zone, &err), &err);
        assert_string_equal(zone.name, names[i][1]);
    }
}

static void test_a_group_has_no_code(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_zone zone;
    assert_ok(miev_grid_world(&zone, &err), &err);
    assert_true(zone.aggregate);
    assert_string_equal(zone.name, "World");
    assert_string_equal(zone.iso2, "");
    assert_string_equal(zone.iso3, "");
    assert_ok(miev_grid_find("FR", MIEV_GRID_LATEST, &zone, &err), &err);
    assert_false(zone.aggregate);
    assert_string_equal(zone.iso2, "FR");
    assert_string_equal(zone.iso3, "FRA");
}

static void assert_unknown(const char *zone, const char *words)
{
    struct miev_error err;
    struct miev_zone out = {.year = -1};
    assert_refused(miev_grid_find(zone, MIEV_GRID_LATEST, &out, &err), MIEV_ERR_INVALID, &err,
                   words);
    assert_int_equal(out.year, -1);
    for (const char *c = err.message; *c != '\0'; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void test_a_typo_is_answered_with_the_nearest_names(void **state)
{
    (void)state;
    assert_unknown("Koera", "no zone is called 'Koera': did you mean South Korea (KR)?");
    assert_unknown("Germny", "did you mean Germany (DE)?");
    assert_unknown("Swedne", "did you mean Sweden (SE)?");
    assert_unknown("Untied Kingdon", "did you mean United Kingdom (GB)?");
    assert_unknown("Switz", "Switzerland (CH)");
    assert_unknown("Wrld", "World");
    assert_unknown("Deutschlnad", "did you mean Germany (DE)?");
    assert_unknown("Atlantis", "ISO 3166");
    assert_unknown("QQ", "ISO 3166");
}

static void test_an_unknown_part_of_a_country_is_named_as_such(void **state)
{
    (void)state;
    assert_unknown("US-XX", "a part of United States, of which no figure is here: use US");
    assert_unknown("kr_11", "a part of South Korea");
    assert_unknown("QQ-1", "ISO 3166");
    assert_unknown("em:Atlantis", "'Atlantis'");
    assert_unknown("egrid:DE-BY", "a part of Germany");
    assert_unknown("em:", "empty");
}

/* Literals of data/grid_zone_electricitymaps.csv and data/grid_us_egrid.csv. */
static void test_parts_and_second_opinions(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int year;
        const char *want_code, *want_name;
        enum miev_grid_basis basis;
        double want_g_per_kwh;
    } known[] = {
        {"SE-SE3", 0, "SE-SE3", "South Central Sweden, Sweden", MIEV_GRID_ELECTRICITY_MAPS, 20},
        {"se_se3", 2022, "SE-SE3", "South Central Sweden, Sweden", MIEV_GRID_ELECTRICITY_MAPS, 25},
        {"Bornholm", 0, "DK-BHM", "Bornholm, Denmark", MIEV_GRID_ELECTRICITY_MAPS, 101},
        {"quebec", 0, "CA-QC",
         "Qu\xc3\xa9"
         "bec, Canada",
         MIEV_GRID_ELECTRICITY_MAPS, 41},
        {"em:DE", 0, "DE", "Germany", MIEV_GRID_ELECTRICITY_MAPS, 342},
        {"DE", 0, "DE", "Germany", MIEV_GRID_EMBER, 329.65},
        {"US-CA", 0, "US-CA", "California", MIEV_GRID_EGRID, 207.512},
        {"Texas", 2022, "US-TX", "Texas", MIEV_GRID_EGRID, 372.828},
        {"egrid:camx", 0, "CAMX", "WECC California", MIEV_GRID_EGRID, 226.469},
        {"Georgia", 0, "GE", "Georgia", MIEV_GRID_EMBER, 145.93},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct miev_error err;
        struct miev_zone zone;
        assert_ok(miev_grid_find(known[i].zone, known[i].year, &zone, &err), &err);
        assert_string_equal(zone.code, known[i].want_code);
        assert_string_equal(zone.name, known[i].want_name);
        assert_int_equal(zone.basis, known[i].basis);
        assert_near(zone.intensity_g_per_kwh, known[i].want_g_per_kwh, 0);
    }
}

static void test_a_part_without_that_year_tells_those_it_has(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_zone zone;
    assert_refused(miev_grid_find("US-CA", 2019, &zone, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "only for 2022");
    assert_refused(miev_grid_find("SE-SE3", 1999, &zone, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "2021 to 2025");
}

struct parts_seen {
    size_t n[3];
    struct miev_zone before;
};

static bool see_part(void *context, const struct miev_zone *zone)
{
    struct parts_seen *seen = context;
    struct miev_error err;
    struct miev_zone again;
    char asked[32];
    seen->n[zone->basis]++;
    assert_true(zone->intensity_g_per_kwh > 1 && zone->intensity_g_per_kwh < 2000);
    assert_true(zone->basis > seen->before.basis || strcmp(seen->before.code, zone->code) < 0);
    (void)snprintf(asked, sizeof(asked), "%s%s",
                   zone->basis == MIEV_GRID_EGRID ? "egrid:" : "em:", zone->code);
    assert_ok(miev_grid_find(asked, MIEV_GRID_LATEST, &again, &err), &err);
    assert_string_equal(again.code, zone->code);
    seen->before = *zone;
    return true;
}

static void test_every_part_is_found_by_its_code(void **state)
{
    (void)state;
    struct parts_seen seen = {.n = {0}};
    miev_grid_list_parts(NULL, see_part, &seen);
    assert_int_equal(seen.n[MIEV_GRID_EMBER], 0);
    assert_int_equal(seen.n[MIEV_GRID_ELECTRICITY_MAPS], 352);
    assert_int_equal(seen.n[MIEV_GRID_EGRID], 78);
    struct parts_seen danish = {.n = {0}};
    miev_grid_list_parts("DK", see_part, &danish);
    assert_int_equal(danish.n[MIEV_GRID_ELECTRICITY_MAPS], 4);
}

static void test_a_position_lies_in_a_country(void **state)
{
    (void)state;
    static const char *const known[][2] = {
        {"59.33,18.07", "SE"}, {"37.56,126.97", "KR"}, {"-33.9, 18.4", "ZA"},
        {"-29.5,28.5", "LS"},  {"40.7,-74", "US"},     {"66,-179", "RU"},
        {"1.35,103.8", "SG"},  {"22.3,114.17", "HK"},  {"1.49,103.74", "MY"},
        {"35.9,14.4", "MT"},   {"64.1,-21.9", "IS"},   {"-36.85,174.76", "NZ"},
    };
    struct miev_error err;
    struct miev_zone zone;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        assert_ok(miev_grid_find(known[i][0], MIEV_GRID_LATEST, &zone, &err), &err);
        assert_string_equal(zone.iso2, known[i][1]);
        assert_int_equal(zone.basis, MIEV_GRID_EMBER);
    }
    assert_unknown("0,-30", "no country is within 100 km");
    assert_unknown("91,0", "no place on Earth");
    assert_unknown("0,nan", "'0,nan'");
    assert_unknown("1e400,0", "'1e400,0'");
    assert_unknown("5,", "'5,'");
}

static void test_a_cloud_region_is_found_by_its_provider(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_cloud_region region;
    assert_true(miev_cloud_is_region("aws:eu-north-1"));
    assert_false(miev_cloud_is_region("em:DE"));
    assert_false(miev_cloud_is_region("eu-north-1"));
    assert_ok(miev_cloud_find("AWS:EU-north-1", &region, &err), &err);
    assert_string_equal(region.iso3, "SWE");
    assert_true(region.pue > 1);
    assert_ok(miev_cloud_find("google:europe-west1", &region, &err), &err);
    assert_string_equal(region.provider, "gcp");
    assert_refused(miev_cloud_find("aws:eu-noth-1", &region, &err), MIEV_ERR_INVALID, &err,
                   "did you mean aws:eu-north-1");
    assert_refused(miev_cloud_find("ovh:", &region, &err), MIEV_ERR_INVALID, &err, "--cloud ovh");
    char endless[300] = "aws:";
    memset(endless + 4, 'x', sizeof(endless) - 5);
    endless[sizeof(endless) - 1] = '\0';
    assert_refused(miev_cloud_find(endless, &region, &err), MIEV_ERR_INVALID, &err, "xxx...");
}

static void test_hostile_text_is_refused_and_not_echoed(void **state)
{
    (void)state;
    assert_unknown(NULL, "empty");
    assert_unknown("", "empty");
    assert_unknown("\x1b[2J\n\r\x7f", "'?[2J?\?\?'");
    assert_unknown("\xff\xfe%s%n", "'?\?%s%n'");
    assert_unknown("s%n", "ISO 3166");
    assert_unknown("F\xc2\x9br", "'F?r'");
    char endless[5000];
    memset(endless, 'a', sizeof(endless));
    endless[sizeof(endless) - 1] = '\0';
    assert_unknown(endless, "aaaa...' is longer than the name of any zone");
    endless[63] = '\0'; /* the longest that is looked up */
    assert_unknown(endless, "aaaa");
    memset(endless, '\x07', 63);
    assert_unknown(endless, "?\?");
}

static void test_a_missing_year_is_answered_with_those_there(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_zone zone;
    assert_refused(miev_grid_find("KR", 1999, &zone, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "South Korea has no value for 1999, only for 2000 to 2025");
    assert_refused(miev_grid_find("BI", 2012, &zone, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "Burundi has no value for 2012, only for 2010 to 2011, 2013 to 2024");
    assert_refused(miev_grid_find("FR", -1, &zone, &err), MIEV_ERR_UNAVAILABLE, &err, "1990 to");
}

struct visited {
    size_t n, stop_after;
    char last[64];
    int last_year;
    bool one_zone;
};

static bool note_visit(void *context, const struct miev_zone *zone)
{
    struct visited *visited = context;
    int order = strcmp(visited->last, zone->name);
    if (visited->one_zone)
        assert_true(visited->n == 0 || (order == 0 && zone->year > visited->last_year));
    else
        assert_true(order < 0);
    (void)snprintf(visited->last, sizeof(visited->last), "%s", zone->name);
    visited->last_year = zone->year;
    return ++visited->n != visited->stop_after;
}

static void test_lists_latest_values_in_alphabetical_order(void **state)
{
    (void)state;
    struct miev_error err;
    struct visited all = {.n = 0};
    assert_ok(miev_grid_list(NULL, note_visit, &all, &err), &err);
    assert_int_equal(all.n, 238); /* 214 countries and 24 groups */
    assert_string_equal(all.last, "Zimbabwe");
    struct visited five = {.stop_after = 5};
    assert_ok(miev_grid_list(NULL, note_visit, &five, &err), &err);
    assert_int_equal(five.n, 5);
}

static void test_lists_every_year_of_a_zone(void **state)
{
    (void)state;
    struct miev_error err;
    struct visited years = {.one_zone = true};
    assert_ok(miev_grid_list("Korea", note_visit, &years, &err), &err);
    assert_int_equal(years.n, 26); /* 2000 to 2025 */
    assert_int_equal(years.last_year, 2025);
    struct visited none = {.n = 0};
    assert_refused(miev_grid_list("Koera", note_visit, &none, &err), MIEV_ERR_INVALID, &err,
                   "did you mean");
    assert_int_equal(none.n, 0);
}

/* The look-up stops at the first zone that fits, so the table has to be sorted, each key has to
 * name one zone, and no value may be one that a grid cannot have. */
static void test_the_table_is_sorted_and_plausible(void **state)
{
    (void)state;
    const char *cursor = miev_grid_table();
    struct miev_zone last = {.year = 0}, zone;
    size_t n = 0;
    for (; miev_grid_next(&cursor, &zone); n++, last = zone) {
        int order = strcmp(last.name, zone.name);
        assert_true(order < 0 || (order == 0 && last.year < zone.year));
        assert_true(zone.intensity_g_per_kwh > 10 && zone.intensity_g_per_kwh < 1500);
        assert_true(zone.year >= 1990 && zone.year <= 2025);
        assert_true(zone.aggregate || (strlen(zone.iso2) == 2 && strlen(zone.iso3) == 3));
        struct miev_zone found;
        if (order != 0 && !zone.aggregate) {
            assert_int_equal(miev_grid_find(zone.iso2, MIEV_GRID_LATEST, &found, NULL), MIEV_OK);
            assert_string_equal(found.name, zone.name);
            assert_int_equal(miev_grid_find(zone.iso3, MIEV_GRID_LATEST, &found, NULL), MIEV_OK);
            assert_string_equal(found.name, zone.name);
        }
        if (order != 0) {
            assert_int_equal(miev_grid_find(zone.name, MIEV_GRID_LATEST, &found, NULL), MIEV_OK);
            assert_string_equal(found.name, zone.name);
        }
    }
    assert_int_equal(n, 6310);
}

static void test_every_other_name_leads_to_a_zone_and_hides_none(void **state)
{
    (void)state;
    const char *cursor = miev_grid_aliases();
    char alias[MIEV_GRID_KEY_SIZE], target[MIEV_GRID_KEY_SIZE], key[MIEV_GRID_KEY_SIZE];
    size_t n = 0;
    for (; miev_grid_next_alias(&cursor, alias, target); n++) {
        struct miev_zone zone, wanted;
        assert_int_equal(miev_grid_find(alias, MIEV_GRID_LATEST, &zone, NULL), MIEV_OK);
        assert_int_equal(miev_grid_find(target, MIEV_GRID_LATEST, &wanted, NULL), MIEV_OK);
        assert_string_equal(zone.name, wanted.name);
        miev_text_fold(key, sizeof(key), alias);
        const char *at = miev_grid_table(), *years;
        while (miev_grid_next_zone(&at, &years, &zone))
            if (strcmp(zone.name, wanted.name) != 0)
                assert_false(miev_grid_has_key(&zone, key));
    }
    assert_true(n > 90);
}

static void test_every_cloud_region_lies_in_a_country_with_a_grid(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_cloud_region region, before = {.provider = ""};
    struct miev_zone zone;
    const char *cursor = miev_cloud_table();
    size_t n = 0, n_published = 0, n_placed = 0;
    for (; miev_cloud_next(&cursor, &region); n++, before = region) {
        int order = strcmp(before.provider, region.provider);
        assert_true(order < 0 || (order == 0 && strcmp(before.region, region.region) < 0));
        assert_ok(miev_grid_find(region.iso3, MIEV_GRID_LATEST, &zone, &err), &err);
        assert_true(isnan(region.lat_deg) == isnan(region.lon_deg));
        assert_true(isnan(region.lat_deg) ||
                    (fabs(region.lat_deg) <= 90 && fabs(region.lon_deg) <= 180));
        n_placed += !isnan(region.lat_deg) ? 1 : 0;
        assert_true(*region.location != '\0');
        assert_true(region.pue == 0 || (region.pue >= 1 && region.pue < 2));
        assert_true((region.pue > 0) == (region.pue_year >= 2020));
        n_published += region.pue > 0;
    }
    assert_int_equal(n, 158);
    assert_int_equal(n_published, 62);
    assert_int_equal(n_placed, 146);
}

static void test_distance_counts_single_slips(void **state)
{
    (void)state;
    assert_int_equal(miev_grid_distance("", "", 3), 0);
    assert_int_equal(miev_grid_distance("", "abc", 3), 3);
    assert_int_equal(miev_grid_distance("korea", "koera", 3), 1);   /* swapped */
    assert_int_equal(miev_grid_distance("sweden", "swiden", 3), 1); /* replaced */
    assert_int_equal(miev_grid_distance("chna", "china", 3), 1);    /* left out */
    assert_int_equal(miev_grid_distance("chiina", "china", 3), 1);  /* put in */
    assert_int_equal(miev_grid_distance("kitten", "sitting", 5), 3);
    assert_int_equal(miev_grid_distance("ca", "abc", 5), 3); /* no letter is changed twice */
    assert_int_equal(miev_grid_distance("abcdefgh", "zyxwvuts", 3), 4);
    char a[200];
    memset(a, 'a', sizeof(a));
    a[199] = '\0';
    assert_int_equal(miev_grid_distance(a, "a", 3), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_finds_by_code_name_and_other_name),
        cmocka_unit_test(test_a_group_has_no_code),
        cmocka_unit_test(test_a_typo_is_answered_with_the_nearest_names),
        cmocka_unit_test(test_an_unknown_part_of_a_country_is_named_as_such),
        cmocka_unit_test(test_parts_and_second_opinions),
        cmocka_unit_test(test_a_part_without_that_year_tells_those_it_has),
        cmocka_unit_test(test_every_part_is_found_by_its_code),
        cmocka_unit_test(test_a_position_lies_in_a_country),
        cmocka_unit_test(test_a_cloud_region_is_found_by_its_provider),
        cmocka_unit_test(test_hostile_text_is_refused_and_not_echoed),
        cmocka_unit_test(test_a_missing_year_is_answered_with_those_there),
        cmocka_unit_test(test_lists_latest_values_in_alphabetical_order),
        cmocka_unit_test(test_lists_every_year_of_a_zone),
        cmocka_unit_test(test_the_table_is_sorted_and_plausible),
        cmocka_unit_test(test_every_other_name_leads_to_a_zone_and_hides_none),
        cmocka_unit_test(test_every_cloud_region_lies_in_a_country_with_a_grid),
        cmocka_unit_test(test_distance_counts_single_slips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
