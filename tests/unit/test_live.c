/* SPDX-License-Identifier: Apache-2.0 */
/* Live figures: the documented answers of each provider, and everything that may come in their
 * place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/folder.h"
#include "grid/live.h"
#include "test.h"

/* 2026-08-25 14:00 UTC */
#define NOON_AND_TWO ((time_t)1787666400)

struct fake {
    const char *body;
    long status;
    int rc; /* of the transport */
    unsigned asked;
    char url[1024], header[1024];
    const char *key, *address;
};

static int fake_get(const struct miev_transport *transport, const char *url, const char *header,
                    double timeout_s, struct miev_transport_reply *out, struct miev_error *err)
{
    struct fake *fake = transport->context;
    fake->asked++;
    assert_true(timeout_s <= 3.0);
    (void)snprintf(fake->url, sizeof(fake->url), "%s", url);
    (void)snprintf(fake->header, sizeof(fake->header), "%s", header ? header : "");
    if (fake->rc != MIEV_OK)
        return miev_error_set(err, fake->rc, "no whole answer came in time");
    *out = (struct miev_transport_reply){fake->status ? fake->status : 200, strdup(fake->body),
                                         strlen(fake->body)};
    return MIEV_OK;
}

static const char *fake_variable(void *context, const char *name)
{
    const struct fake *fake = context;
    if (strcmp(name, "ELECTRICITYMAPS_TOKEN") == 0)
        return fake->key;
    return strcmp(name, "CARBON_AWARE_URL") == 0 ? fake->address : NULL;
}

static int now_of(struct fake *fake, const char *name, const char *place, const char *folder,
                  time_t now, struct miev_live_answer *out, struct miev_error *err)
{
    struct miev_env env = {.root = "", .variable = fake_variable, .context = fake};
    const struct miev_transport transport = {.get = fake_get, .context = fake};
    const struct miev_live_provider *provider;
    assert_ok(miev_live_named(name, &provider, err), err);
    const struct miev_live_query query = {&env, &transport, provider, place, now};
    return miev_live_now(&query, folder, out, err);
}

static const char maps_answer[] =
    "{\"zone\":\"DE\",\"carbonIntensity\":302,\"datetime\":\"2026-08-25T14:00:00.000Z\","
    "\"updatedAt\":\"2026-08-25T13:45:02.000Z\",\"emissionFactorType\":\"lifecycle\","
    "\"isEstimated\":true,\"temporalGranularity\":\"hourly\",\"flowTraced\":true}";

static void test_electricity_maps(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_live_answer answer;
    struct fake fake = {.body = maps_answer, .key = "secret-key"};
    assert_ok(now_of(&fake, "electricitymaps", "DE", NULL, NOON_AND_TWO, &answer, &err), &err);
    assert_string_equal(fake.url,
                        "https://api.electricitymaps.com/v4/carbon-intensity/latest?zone=DE");
    assert_string_equal(fake.header, "auth-token: secret-key");
    assert_near(answer.now.intensity_g_per_kwh, 302, 0);
    assert_int_equal(answer.now.at, NOON_AND_TWO);
    assert_int_equal(answer.now.span_s, 3600);
    assert_true(answer.now.estimated);
    assert_int_equal(answer.age, MIEV_LIVE_FRESH);
}

static void test_neso_falls_back_to_its_own_forecast(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_live_answer answer;
    struct fake fake = {
        .body = "{\"data\":[{\"from\":\"2018-01-20T12:00Z\",\"to\":\"2018-01-20T12:30Z\","
                "\"intensity\":{\"forecast\":266,\"actual\":263,\"index\":\"moderate\"}}]}"};
    assert_ok(now_of(&fake, "neso", "GB", NULL, NOON_AND_TWO, &answer, &err), &err);
    assert_string_equal(fake.url, "https://api.carbonintensity.org.uk/intensity/2026-08-25T14:00Z");
    assert_near(answer.now.intensity_g_per_kwh, 263, 0);
    assert_false(answer.now.estimated);
    fake.body = "{\"data\":[{\"from\":\"2018-01-20T12:00Z\",\"intensity\":{\"forecast\":266,"
                "\"actual\":null}}]}";
    assert_ok(now_of(&fake, "neso", "GB", NULL, NOON_AND_TWO, &answer, &err), &err);
    assert_near(answer.now.intensity_g_per_kwh, 266, 0);
    assert_true(answer.now.estimated);
    fake.body = "{\"data\":[{\"regionid\":13,\"shortname\":\"London\",\"data\":[{\"from\":"
                "\"2018-01-20T12:00Z\",\"intensity\":{\"forecast\":80,\"index\":\"low\"}}]}]}";
    assert_ok(now_of(&fake, "neso", "13", NULL, NOON_AND_TWO, &answer, &err), &err);
    assert_string_equal(fake.url, "https://api.carbonintensity.org.uk/regional/regionid/13");
    assert_near(answer.now.intensity_g_per_kwh, 80, 0);
    assert_refused(now_of(&fake, "neso", "18", NULL, NOON_AND_TWO, &answer, &err),
                   MIEV_ERR_UNSUPPORTED, &err, "regions 1 to 17");
}

static void test_the_marginal_signal_is_told_as_such(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_live_answer answer;
    struct fake fake = {.body = "[{\"location\":\"eastus\",\"time\":\"2022-07-22T10:30:00.00Z\","
                                "\"rating\":70,\"duration\":\"00:05:00\"}]",
                        .address = "http://127.0.0.1:8080/"};
    assert_ok(now_of(&fake, "carbon-aware", "eastus", NULL, NOON_AND_TWO, &answer, &err), &err);
    assert_string_equal(fake.url, "http://127.0.0.1:8080/emissions/bylocation?location=eastus");
    assert_int_equal(answer.provider->kind, MIEV_LIVE_MARGINAL);
    assert_int_equal(answer.now.span_s, 300);
    fake.address = NULL;
    assert_refused(now_of(&fake, "carbon-aware", "eastus", NULL, NOON_AND_TWO, &answer, &err),
                   MIEV_ERR_UNAVAILABLE, &err, "CARBON_AWARE_URL");
}

static void test_forecasts_are_points_in_order(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    size_t n = 0;
    struct fake fake = {.body =
                            "{\"zone\":\"DE\",\"forecast\":["
                            "{\"carbonIntensity\":326,\"datetime\":\"2026-08-25T15:00:00.000Z\"},"
                            "{\"carbonIntensity\":null,\"datetime\":\"2026-08-25T16:00:00.000Z\"},"
                            "{\"carbonIntensity\":310,\"datetime\":\"2026-08-25T17:00:00.000Z\"},"
                            "{\"carbonIntensity\":1,\"datetime\":\"2026-08-25T15:00:00.000Z\"}]}",
                        .key = "k"};
    struct miev_env env = {.root = "", .variable = fake_variable, .context = &fake};
    const struct miev_transport transport = {.get = fake_get, .context = &fake};
    const struct miev_live_provider *provider;
    assert_ok(miev_live_named("electricitymaps", &provider, &err), &err);
    struct miev_live_query query = {&env, &transport, provider, "DE", NOON_AND_TWO};
    assert_ok(miev_live_forecast(&query, points, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_near(points[1].intensity_g_per_kwh, 310, 0);
    assert_ok(miev_live_named("carbon-aware", &provider, &err), &err);
    fake.address = "https://aware.example";
    fake.body = "[{\"generatedAt\":\"2026-08-25T14:00:00+00:00\",\"forecastData\":[{\"location\":"
                "\"eastus\",\"timestamp\":\"2026-08-25T15:00:00+00:00\",\"duration\":5,\"value\":"
                "412.5}]}]";
    query.provider = provider;
    query.place = "eastus";
    assert_ok(miev_live_forecast(&query, points, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_near(points[0].intensity_g_per_kwh, 412.5, 0);
}

static void test_whatever_comes_in_place_of_an_answer_is_told_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        long status;
        int rc, want;
        const char *words;
    } cases[] = {
        {"{\"error\":\"Invalid auth-token\"}", 401, 0, MIEV_ERR_PERMISSION,
         "401, Invalid auth-token: check the key"},
        {"slow down", 429, 0, MIEV_ERR_UNAVAILABLE, "429: ask less often"},
        {"{\"error\":{\"code\":\"400 Bad Request\",\"message\":\"no\\u001b[2J\"}}", 400, 0,
         MIEV_ERR_UNAVAILABLE, "400, no?[2J"},
        {"<html>login</html>", 200, 0, MIEV_ERR_BROKEN, "no JSON"},
        {"{\"carbonIntensity\":null,\"datetime\":\"2026-08-25T14:00Z\"}", 200, 0,
         MIEV_ERR_UNAVAILABLE, "no figure"},
        {"{\"carbonIntensity\":-3,\"datetime\":\"2026-08-25T14:00Z\"}", 200, 0,
         MIEV_ERR_UNAVAILABLE, "no figure"},
        {"{\"carbonIntensity\":302,\"datetime\":\"yesterday\"}", 200, 0, MIEV_ERR_UNAVAILABLE,
         "no figure"},
        {"[]", 200, 0, MIEV_ERR_UNAVAILABLE, "no figure"},
        {"", 200, 0, MIEV_ERR_BROKEN, "no JSON"},
        {"", 200, MIEV_ERR_TIMEOUT, MIEV_ERR_TIMEOUT, "Electricity Maps: no whole answer"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err;
        struct miev_live_answer answer;
        struct fake fake = {.body = cases[i].body,
                            .status = cases[i].status,
                            .rc = cases[i].rc,
                            .key = "hush-hush"};
        assert_refused(now_of(&fake, "electricitymaps", "DE", NULL, NOON_AND_TWO, &answer, &err),
                       cases[i].want, &err, cases[i].words);
        assert_null(strstr(err.message, "hush"));
    }
}

static void test_a_key_and_a_place_are_checked_before_anything_is_sent(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_live_answer answer;
    struct fake fake = {.body = maps_answer};
    assert_refused(now_of(&fake, "electricitymaps", "DE", NULL, NOON_AND_TWO, &answer, &err),
                   MIEV_ERR_UNAVAILABLE, &err, "ELECTRICITYMAPS_TOKEN");
    fake.key = "two\r\nHeaders: x";
    assert_refused(now_of(&fake, "electricitymaps", "DE", NULL, NOON_AND_TWO, &answer, &err),
                   MIEV_ERR_INVALID, &err, "blanks");
    fake.key = "k";
    assert_refused(
        now_of(&fake, "electricitymaps", "DE&zone=FR", NULL, NOON_AND_TWO, &answer, &err),
        MIEV_ERR_INVALID, &err, "no name of a place");
    assert_int_equal(fake.asked, 0);
}

static void test_an_answer_is_kept_as_long_as_it_holds_then_as_the_last_known(void **state)
{
    (void)state;
    char folder[] = "/tmp/miev-live-XXXXXX";
    struct miev_error err;
    struct miev_live_answer answer;
    struct fake fake = {.body = maps_answer, .key = "k"};
    assert_non_null(mkdtemp(folder));
    time_t now = NOON_AND_TWO + 60;
    assert_ok(now_of(&fake, "electricitymaps", "DE", folder, now, &answer, &err), &err);
    assert_ok(now_of(&fake, "electricitymaps", "DE", folder, now + 3000, &answer, &err), &err);
    assert_int_equal(answer.age, MIEV_LIVE_CACHED);
    assert_int_equal(fake.asked, 1);
    fake.rc = MIEV_ERR_TIMEOUT;
    assert_ok(now_of(&fake, "electricitymaps", "DE", folder, now + 3700, &answer, &err), &err);
    assert_int_equal(answer.age, MIEV_LIVE_LAST_KNOWN);
    assert_non_null(strstr(answer.trouble, "in time"));
    assert_near(answer.now.intensity_g_per_kwh, 302, 0);
    assert_refused(now_of(&fake, "electricitymaps", "DE", folder, now + 25 * 3600, &answer, &err),
                   MIEV_ERR_TIMEOUT, &err, "in time");
    assert_refused(now_of(&fake, "electricitymaps", "FR", folder, now, &answer, &err),
                   MIEV_ERR_TIMEOUT, &err, "in time");
    assert_ok(miev_folder_remove(folder, &err), &err);
}

static void test_a_damaged_kept_answer_is_asked_for_again(void **state)
{
    (void)state;
    static const char *const damaged[] = {"", "{", "{\"place\":\"DE\",\"at\":1e300}",
                                          ("{\"place\":\"FR\",\"at\":1787666400,\"span_s\":3600,"
                                           "\"g_per_kwh\":1,\"estimated\":false}")};
    char folder[] = "/tmp/miev-live-XXXXXX", path[64];
    struct miev_error err;
    struct miev_live_answer answer;
    struct fake fake = {.body = maps_answer, .key = "k"};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/electricitymaps-DE.json", folder);
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(damaged[i], file) >= 0);
        assert_int_equal(fclose(file), 0);
        fake.asked = 0;
        assert_ok(now_of(&fake, "electricitymaps", "DE", folder, NOON_AND_TWO, &answer, &err),
                  &err);
        assert_int_equal(fake.asked, 1);
    }
    assert_ok(miev_folder_remove(folder, &err), &err);
}

static void test_times_of_every_provider_are_read(void **state)
{
    (void)state;
    time_t at;
    assert_true(miev_live_parse_time("2026-08-25T14:00:00.000Z", &at));
    assert_int_equal(at, NOON_AND_TWO);
    assert_true(miev_live_parse_time("2026-08-25T14:00Z", &at));
    assert_true(miev_live_parse_time("2026-08-25T14:00:00+00:00", &at));
    static const char *const wrong[] = {"",
                                        "2026-08-25",
                                        "2026-13-25T14:00Z",
                                        "2026-08-25T25:00Z",
                                        "2026-08-25T14:00+02:00",
                                        "1-1-1T1:1Z",
                                        "2026-08-25T14:00"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(miev_live_parse_time(wrong[i], &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_electricity_maps),
        cmocka_unit_test(test_neso_falls_back_to_its_own_forecast),
        cmocka_unit_test(test_the_marginal_signal_is_told_as_such),
        cmocka_unit_test(test_forecasts_are_points_in_order),
        cmocka_unit_test(test_whatever_comes_in_place_of_an_answer_is_told_in_words),
        cmocka_unit_test(test_a_key_and_a_place_are_checked_before_anything_is_sent),
        cmocka_unit_test(test_an_answer_is_kept_as_long_as_it_holds_then_as_the_last_known),
        cmocka_unit_test(test_a_damaged_kept_answer_is_asked_for_again),
        cmocka_unit_test(test_times_of_every_provider_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
