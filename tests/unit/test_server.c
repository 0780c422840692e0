/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the server that need no connection. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/sha256.h"
#include "server/ask.h"
#include "server/clients.h"
#include "server/kept.h"
#include "server/page.h"
#include "server/queue.h"
#include "server/target.h"
#include "server/uploads.h"
#include "test.h"

/* ---- addresses ------------------------------------------------------------------------------ */

static void test_an_address_is_taken_apart(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_target target;
    assert_ok(miev_target_parse("/a/b%20c/%C3%A9?x=1&y=a%2Fb+c&z&&=", &target, &err), &err);
    assert_int_equal(target.n_segments, 3);
    assert_string_equal(target.segments[1], "b c");
    assert_string_equal(target.segments[2], "\xc3\xa9");
    assert_int_equal(target.n_fields, 4);
    assert_string_equal(miev_target_field(&target, "y"), "a/b c");
    assert_string_equal(miev_target_field(&target, "z"), "");
    assert_null(miev_target_field(&target, "q"));
    assert_ok(miev_target_parse("/", &target, &err), &err);
    assert_int_equal(target.n_segments, 0);
}

static void test_an_address_that_could_mean_two_things_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_target target;
    static const char *const bad[] = {"",      "a",       "http://a/", "//a",    "/a//b", "/a/",
                                      "/../a", "/a/.",    "/%2e%2e/a", "/a%2fb", "/%00",  "/%0a",
                                      "/%",    "/%4",     "/%zz",      "/%ff",   "/a#b",  "/\xff",
                                      "/a?%",  "/a?x=%0", "/a?x=1&x=2"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (miev_target_parse(bad[i], &target, &err) != MIEV_ERR_INVALID)
            fail_msg("%s was not refused", bad[i]);
    char text[2 * MIEV_TARGET_MAX_BYTES];
    (void)memset(text, 'a', sizeof(text));
    text[0] = '/';
    text[sizeof(text) - 1] = '\0';
    assert_refused(miev_target_parse(text, &target, &err), MIEV_ERR_LIMIT, &err, "4095 bytes");
    assert_refused(miev_target_parse("/1/2/3/4/5/6/7/8/9", &target, &err), MIEV_ERR_LIMIT, &err,
                   "parts");
    assert_refused(
        miev_target_parse("/a?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17&18&19&20&21&22&23"
                          "&24&25",
                          &target, &err),
        MIEV_ERR_LIMIT, &err, "fields");
}

/* ---- what is asked -------------------------------------------------------------------------- */

static void test_a_query_asks_as_json_does(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_target target;
    struct miev_ask from_query, from_json;
    json_t *document = json_loads("{\"models\": [\"a:int8\", \"b:int8\"], \"input\": \"x\","
                                  " \"zone\": \"KR\", \"embodied\": false, \"threads\": 2,"
                                  " \"budget_s\": 5.5, \"seed\": null}",
                                  0, NULL);
    assert_ok(miev_ask_from_json(document, &from_json, &err), &err);
    assert_ok(miev_target_parse("/s?models=a:int8,b:int8&zone=KR&embodied=0&threads=2&budget_s=5.5",
                                &target, &err),
              &err);
    assert_ok(miev_ask_from_query(&target, &from_query, &err), &err);
    const struct miev_ask *asks[] = {&from_query, &from_json};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(json_array_size(asks[i]->models), 2);
        assert_string_equal(asks[i]->site.wish.zone, "KR");
        assert_true(asks[i]->site.wish.no_embodied && asks[i]->site.any);
        assert_int_equal(asks[i]->threads, 2);
        assert_near(asks[i]->budget_s, 5.5, 1e-12);
        assert_near(asks[i]->target_ratio, 0.03, 1e-12);
        assert_true(asks[i]->seed < 0);
    }
    miev_ask_finish(&from_query);
    miev_ask_finish(&from_json);
    json_decref(document);
}

static void test_what_a_report_is_priced_by_may_be_a_lifetime_and_an_hour(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_target target;
    struct miev_ask_site site;
    struct miev_ask_alternatives wanted;
    assert_ok(
        miev_target_parse("/r?zone=GB&lifetime_years=6&hour=2026-11-28T20:00Z", &target, &err),
        &err);
    assert_ok(miev_ask_site_from_query(&target, NULL, &site, &err), &err);
    assert_near(site.wish.lifetime_s, 6 * 365.25 * 86400, 1e-9);
    assert_int_equal(site.hour, 1795896000);
    assert_refused(miev_ask_alternatives_from_query(&target, &wanted, &err), MIEV_ERR_INVALID, &err,
                   "no field 'hour'"); /* they are held against the year */
    assert_ok(miev_target_parse("/a?max_latency_ms=5&min_accuracy_percent=80&regions=eu,NO&model=a",
                                &target, &err),
              &err);
    assert_ok(miev_ask_alternatives_from_query(&target, &wanted, &err), &err);
    assert_near(wanted.max_latency_ms, 5, 1e-12);
    assert_near(wanted.min_accuracy_percent, 80, 1e-12);
    assert_string_equal(wanted.regions, "eu,NO");
    assert_false(wanted.site.any); /* the report keeps its own place */
    static const char *const model[] = {"model", NULL};
    assert_refused(miev_ask_site_from_query(&target, model, &site, &err), MIEV_ERR_INVALID, &err,
                   "no field 'max_latency_ms'");
    assert_refused(miev_ask_site_from_query(&target, NULL, &site, &err), MIEV_ERR_INVALID, &err,
                   "no field 'model'");
}

static void ask_for_sweep(const char *sweep, struct miev_ask *ask, const char *refused)
{
    struct miev_error err;
    char text[256];
    (void)snprintf(text, sizeof(text), "{\"models\": [\"a\"], \"input\": \"x\", \"sweep\": %s}",
                   sweep);
    json_t *document = json_loads(text, 0, NULL);
    if (refused)
        assert_refused(miev_ask_from_json(document, ask, &err), MIEV_ERR_INVALID, &err, refused);
    else
        assert_ok(miev_ask_from_json(document, ask, &err), &err);
    json_decref(document);
}

static void test_a_sweep_has_lists_of_settings_within_the_commands_bounds(void **state)
{
    (void)state;
    struct miev_ask ask;
    ask_for_sweep("{\"threads\": [2, 1, 2], \"delegate\": [\"best\", \"none\"]}", &ask, NULL);
    assert_true(ask.sweep);
    assert_int_equal(ask.grid.n_threads, 2); /* each once */
    assert_int_equal(ask.grid.threads[0], 2);
    assert_int_equal(ask.grid.n_batches, 0); /* the command's own choice */
    assert_int_equal(ask.grid.n_delegates, 2);
    assert_string_equal(ask.grid.delegates[0], "");
    assert_false(ask.own_budget);
    miev_ask_finish(&ask);
    ask_for_sweep("null", &ask, NULL);
    assert_false(ask.sweep);
    miev_ask_finish(&ask);
    ask_for_sweep("{\"batch\": [1025]}", &ask, "'sweep.batch'");
    ask_for_sweep("{\"batch\": 4}", &ask, "'sweep.batch' must be a list");
    ask_for_sweep("{\"size\": [4]}", &ask, "no field 'size' in 'sweep'");
    ask_for_sweep("3", &ask, "'sweep' must be an object");
}

static void refuse(const char *query, const char *word)
{
    struct miev_error err;
    struct miev_target target;
    struct miev_ask ask;
    assert_ok(miev_target_parse(query, &target, &err), &err);
    assert_refused(miev_ask_from_query(&target, &ask, &err), MIEV_ERR_INVALID, &err, word);
}

static void test_a_query_that_asks_nonsense_is_refused_by_its_field(void **state)
{
    (void)state;
    refuse("/s", "models");
    refuse("/s?models=", "models");
    refuse("/s?models=a&threads=0", "threads");
    refuse("/s?models=a&threads=2.5", "threads");
    refuse("/s?models=a&budget_s=nan", "budget_s");
    refuse("/s?models=a&budget_s=0x10", "budget_s");
    refuse("/s?models=a&embodied=maybe", "embodied");
    refuse("/s?models=a&colour=red", "colour");
    refuse("/s?models=a&lifetime_years=0.01", "lifetime_years");
    refuse("/s?models=a&hour=1970-01-02T00:00Z", "hour");
    refuse("/s?models=a&regions=eu", "regions");
    refuse("/s?models=a&sweep=1", "sweep");
    refuse("/s?models=a&zone=Atlantis", "Atlantis");
    refuse("/s?models=a&zone=KR&intensity_g_per_kwh=1", "zone");
}

/* ---- the queue ------------------------------------------------------------------------------ */

static void assert_order(const struct miev_queue *queue, const char *want)
{
    char got[MIEV_QUEUE_MAX + 1] = "";
    for (size_t i = 0; i < queue->n; i++)
        got[i] = *(const char *)queue->entries[i].job;
    assert_string_equal(got, want);
}

static void test_the_queue_is_fair(void **state)
{
    (void)state;
    static char job[] = "0123456789";
    struct miev_queue queue = {.capacity = 8};
    for (size_t i = 0; i < 3; i++)
        assert_true(miev_queue_add(&queue, "anna", &job[i]));
    assert_true(miev_queue_add(&queue, "bert", &job[3]));
    assert_true(miev_queue_add(&queue, "bert", &job[4]));
    assert_order(&queue, "03142");
    assert_ptr_equal(miev_queue_begin(&queue), &job[0]);
    assert_true(miev_queue_add(&queue, "cleo", &job[5]));
    assert_order(&queue, "35142");
    assert_int_equal(miev_queue_place(&queue, &job[1]), 3);
    miev_queue_end(&queue); /* anna's next is now as good as anybody's first */
    assert_true(miev_queue_add(&queue, "dora", &job[6]));
    assert_order(&queue, "351642");
    assert_true(miev_queue_remove(&queue, &job[3])); /* bert's second becomes his first */
    assert_order(&queue, "51642");
    assert_false(miev_queue_remove(&queue, &job[3]));
    assert_int_equal(miev_queue_place(&queue, &job[3]), 0);
}

/* New names all the time do not keep anybody waiting for ever. */
static void test_the_queue_starves_nobody(void **state)
{
    (void)state;
    static char job[64], old[2];
    struct miev_queue queue = {.capacity = 8};
    size_t n = 0;
    bool served = false;
    assert_true(miev_queue_add(&queue, "patient", &old[0]));
    assert_true(miev_queue_add(&queue, "patient", &old[1]));
    for (; n < sizeof(job) && !served; n++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "new %zu", n);
        assert_true(miev_queue_add(&queue, name, &job[n]));
        served = miev_queue_begin(&queue) == &old[1];
        miev_queue_end(&queue);
    }
    assert_true(served);
    assert_true(n < 6);
}

static void test_the_queue_is_bounded(void **state)
{
    (void)state;
    static char job[3];
    struct miev_queue queue = {.capacity = 2};
    assert_true(miev_queue_add(&queue, "a", &job[0]));
    assert_true(miev_queue_add(&queue, "b", &job[1]));
    assert_false(miev_queue_add(&queue, "c", &job[2]));
    (void)miev_queue_begin(&queue);
    (void)miev_queue_begin(&queue);
    assert_null(miev_queue_begin(&queue));
}

/* ---- clients -------------------------------------------------------------------------------- */

#define SECOND ((uint64_t)1000000000)

static struct sockaddr_in6 six(const char *text)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
    return address;
}

static void test_an_address_has_its_share_of_connections(void **state)
{
    (void)state;
    const struct miev_clients_limits limits = {4, 2, 10, 20};
    struct miev_clients *clients = miev_clients_create(&limits);
    struct sockaddr_in6 a = six("2001:db8::1"), same_network = six("2001:db8::2"),
                        b = six("2001:db8:0:1::1"), loop = six("::1");
    const struct sockaddr *at_a = (const struct sockaddr *)&a;
    assert_true(miev_clients_enter(clients, at_a, 0));
    assert_true(miev_clients_enter(clients, (const struct sockaddr *)&same_network, 0));
    assert_false(miev_clients_enter(clients, at_a, 0));
    miev_clients_leave(clients, at_a);
    miev_clients_leave(clients, at_a);
    assert_true(miev_clients_enter(clients, (const struct sockaddr *)&b, 0));
    for (int i = 0; i < 2; i++) /* a proxy's: bounded by the whole alone */
        assert_true(miev_clients_enter(clients, (const struct sockaddr *)&loop, 0));
    assert_false(miev_clients_enter(clients, (const struct sockaddr *)&loop, 0));
    assert_int_equal(miev_clients_connections(clients), 5);
    miev_clients_destroy(clients);
}

static void test_an_address_waits_when_it_has_asked_too_much(void **state)
{
    (void)state;
    const struct miev_clients_limits limits = {4, 2, 10, 20};
    struct miev_clients *clients = miev_clients_create(&limits);
    struct sockaddr_in6 a = six("2001:db8::1"), b = six("2001:db9::1");
    const struct sockaddr *at = (const struct sockaddr *)&a;
    for (int i = 0; i < 20; i++)
        assert_int_equal(miev_clients_take(clients, at, 1, SECOND), 0);
    assert_int_equal(miev_clients_take(clients, at, 1, SECOND), 1);
    assert_int_equal(miev_clients_take(clients, (const struct sockaddr *)&b, 1, SECOND), 0);
    assert_int_equal(miev_clients_take(clients, at, 10, 2 * SECOND), 0);
    miev_clients_charge(clients, at, 15, 2 * SECOND);
    assert_int_equal(miev_clients_take(clients, at, 5, 2 * SECOND), 2);
    assert_int_equal(miev_clients_take(clients, at, 5, 4 * SECOND), 0);
    miev_clients_destroy(clients);
}

/* More addresses than there is room for: the quiet ones are forgotten. */
static void test_many_addresses_take_no_more_room(void **state)
{
    (void)state;
    const struct miev_clients_limits limits = {100000, 2, 10, 20};
    struct miev_clients *clients = miev_clients_create(&limits);
    struct sockaddr_in in = {.sin_family = AF_INET};
    for (uint32_t i = 0; i < 10000; i++) {
        in.sin_addr.s_addr = htonl(0x0a000000 + i);
        assert_int_equal(
            miev_clients_take(clients, (const struct sockaddr *)&in, 1, (i + 1) * SECOND), 0);
    }
    miev_clients_destroy(clients);
}

static void *come_and_go(void *context)
{
    struct miev_clients *clients = context;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    for (uint64_t i = 0; i < 1000; i++) {
        (void)miev_clients_enter(clients, (const struct sockaddr *)&in, i);
        (void)miev_clients_take(clients, (const struct sockaddr *)&in, 1, i);
        miev_clients_leave(clients, (const struct sockaddr *)&in);
    }
    return NULL;
}

static void test_threads_count_together(void **state)
{
    (void)state;
    const struct miev_clients_limits limits = {100, 2, 10, 20};
    struct miev_clients *clients = miev_clients_create(&limits);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, clients), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(miev_clients_connections(clients), 0);
    miev_clients_destroy(clients);
}

/* ---- the page ------------------------------------------------------------------------------- */

static void test_an_encoding_is_chosen_by_what_a_client_takes(void **state)
{
    (void)state;
    static const unsigned char bytes[] = "12";
    const struct miev_page_file both = {
        "/", "text/html", {{bytes, bytes + 1}, {bytes, bytes + 1}, {bytes, bytes + 2}}};
    const struct miev_page_file plain = {
        "/", "text/html", {{bytes, bytes}, {bytes, bytes}, {bytes, bytes + 2}}};
    static const struct {
        const char *header;
        enum miev_page_encoding want;
    } cases[] = {
        {NULL, MIEV_PAGE_RAW},
        {"", MIEV_PAGE_RAW},
        {"gzip, deflate, br", MIEV_PAGE_BROTLI},
        {"gzip;q=1.0, br;q=0", MIEV_PAGE_GZIP},
        {"br;q=0.000, gzip ; q=0", MIEV_PAGE_RAW},
        {"GZIP", MIEV_PAGE_GZIP},
        {"x-br, bro", MIEV_PAGE_RAW},
        {"*", MIEV_PAGE_BROTLI},
        {"*;q=0, gzip", MIEV_PAGE_GZIP},
        {"br;q=0, *", MIEV_PAGE_GZIP},
        {"identity", MIEV_PAGE_RAW},
        {",,;;q=,=", MIEV_PAGE_RAW},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(miev_page_choose(&both, cases[i].header), cases[i].want);
    assert_int_equal(miev_page_choose(&plain, "br, gzip"), MIEV_PAGE_RAW);
}

static void test_a_tag_is_known_again(void **state)
{
    (void)state;
    assert_true(miev_page_matches("\"abc\"", "\"abc\""));
    assert_true(miev_page_matches("\"x\", W/\"abc\"", "\"abc\""));
    assert_true(miev_page_matches("*", "\"abc\""));
    assert_false(miev_page_matches(NULL, "\"abc\""));
    assert_false(miev_page_matches("\"abcd\"", "\"abc\""));
    assert_false(miev_page_matches("abc", "\"abc\""));
}

static void test_an_answer_is_kept_until_something_changes(void **state)
{
    (void)state;
    struct miev_kept kept;
    struct miev_kept_of of = {1, 2, 3}, later = {1, 2, 4};
    size_t length = 0;
    miev_kept_init(&kept);
    assert_null(miev_kept_get(&kept, &of, &length));
    miev_kept_put(&kept, &of, "text", 4);
    char *text = miev_kept_get(&kept, &of, &length);
    assert_string_equal(text, "text");
    assert_int_equal(length, 4);
    free(text);
    assert_null(miev_kept_get(&kept, &later, &length));
    miev_kept_put(&kept, &later, "other", 5);
    assert_null(miev_kept_get(&kept, &of, &length));
    miev_kept_finish(&kept);
}

/* ---- uploads -------------------------------------------------------------------------------- */

struct folder {
    char path[64];
    const char *needed; /* a hash */
};

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    (void)snprintf(folder->path, sizeof(folder->path), "/tmp/miev-uploads-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder->path) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static int end_folder(void **state)
{
    struct folder *folder = *state;
    (void)nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
    return 0;
}

static bool is_needed(void *context, const char *sha256)
{
    const struct folder *folder = context;
    return folder->needed && strcmp(folder->needed, sha256) == 0;
}

static struct miev_uploads *open_uploads(struct folder *folder, uint64_t max_bytes)
{
    struct miev_error err;
    struct miev_uploads *uploads = NULL;
    const struct miev_uploads_options options = {folder->path, max_bytes, "models", is_needed,
                                                 folder};
    assert_ok(miev_uploads_open(&options, &uploads, &err), &err);
    return uploads;
}

static int keep(struct miev_uploads *uploads, const char *content, const char *name,
                struct miev_upload *out, bool *there, struct miev_error *err)
{
    char path[PATH_MAX];
    int fd = miev_uploads_spool(uploads, path, err);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    int rc = miev_uploads_keep(uploads, fd, path, name, out, there, err);
    assert_int_equal(close(fd), 0);
    if (rc != MIEV_OK)
        assert_int_equal(unlink(path), 0);
    return rc;
}

static void test_an_upload_is_kept_once_under_its_hash(void **state)
{
    struct miev_error err;
    struct miev_upload first, again, found;
    char sha256[65], path[PATH_MAX];
    bool there = true;
    struct miev_uploads *uploads = open_uploads(*state, 1000);
    miev_sha256_hex("hello", 5, sha256);
    assert_ok(keep(uploads, "hello", "../../C:\\x\\a\nb.tflite", &first, &there, &err), &err);
    assert_false(there);
    assert_string_equal(first.sha256, sha256);
    assert_string_equal(first.name, "a?b.tflite");
    assert_ok(keep(uploads, "hello", "other", &again, &there, &err), &err);
    assert_true(there);
    assert_string_equal(again.name, "a?b.tflite");
    sha256[12] = '\0';
    assert_ok(miev_uploads_find(uploads, sha256, &found, path, &err), &err);
    assert_string_equal(found.sha256, first.sha256);
    assert_int_equal(access(path, R_OK), 0);
    static const char *const bad[] = {"", "abc", "../../etc/passwd", "AAAAAAAAAAAAAAAA",
                                      "000000000000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_refused(miev_uploads_find(uploads, bad[i], &found, path, &err), MIEV_ERR_UNAVAILABLE,
                       &err, "none of the uploaded models");
    assert_ok(miev_uploads_remove(uploads, first.sha256, &err), &err);
    assert_refused(miev_uploads_remove(uploads, first.sha256, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "none");
    assert_refused(keep(uploads, "", "x", &first, &there, &err), MIEV_ERR_INVALID, &err, "empty");
    miev_uploads_close(uploads);
}

static void set_age(const struct folder *folder, const char *sha256, time_t when)
{
    char path[256];
    const struct timespec times[] = {{.tv_sec = when}, {.tv_sec = when}};
    (void)snprintf(path, sizeof(path), "%s/%s", folder->path, sha256);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_room_is_made_of_what_nobody_needs(void **state)
{
    struct miev_error err;
    struct folder *folder = *state;
    struct miev_upload old, older, now, *list = NULL;
    bool there = false;
    size_t n = 0;
    struct miev_uploads *uploads = open_uploads(folder, 10);
    assert_ok(keep(uploads, "1234", "older", &older, &there, &err), &err);
    assert_ok(keep(uploads, "5678", "old", &old, &there, &err), &err);
    set_age(folder, older.sha256, 1000);
    set_age(folder, old.sha256, 2000);
    folder->needed = older.sha256;
    assert_ok(keep(uploads, "abcd", "now", &now, &there, &err), &err);
    assert_ok(miev_uploads_list(uploads, &list, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, "now");
    assert_string_equal(list[1].name, "older");
    free(list);
    assert_refused(keep(uploads, "12345678", "large", &now, &there, &err), MIEV_ERR_LIMIT, &err,
                   "no room");
    miev_uploads_close(uploads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_address_is_taken_apart),
        cmocka_unit_test(test_an_address_that_could_mean_two_things_is_refused),
        cmocka_unit_test(test_a_query_asks_as_json_does),
        cmocka_unit_test(test_what_a_report_is_priced_by_may_be_a_lifetime_and_an_hour),
        cmocka_unit_test(test_a_sweep_has_lists_of_settings_within_the_commands_bounds),
        cmocka_unit_test(test_a_query_that_asks_nonsense_is_refused_by_its_field),
        cmocka_unit_test(test_the_queue_is_fair),
        cmocka_unit_test(test_the_queue_starves_nobody),
        cmocka_unit_test(test_the_queue_is_bounded),
        cmocka_unit_test(test_an_address_has_its_share_of_connections),
        cmocka_unit_test(test_an_address_waits_when_it_has_asked_too_much),
        cmocka_unit_test(test_many_addresses_take_no_more_room),
        cmocka_unit_test(test_threads_count_together),
        cmocka_unit_test(test_an_encoding_is_chosen_by_what_a_client_takes),
        cmocka_unit_test(test_an_answer_is_kept_until_something_changes),
        cmocka_unit_test(test_a_tag_is_known_again),
        cmocka_unit_test_setup_teardown(test_an_upload_is_kept_once_under_its_hash, make_folder,
                                        end_folder),
        cmocka_unit_test_setup_teardown(test_room_is_made_of_what_nobody_needs, make_folder,
                                        end_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
