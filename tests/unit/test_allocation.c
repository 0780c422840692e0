/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out: a run for each allocation of some work, in which it fails, alone or with
 * all behind it. The work says so; it never crashes and leaves nothing behind. The linker puts the
 * functions below in place of the allocator for this project's code and for jansson; other
 * libraries keep theirs. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json.h"
#include "engine/tflite_metadata.h"
#include "eval/groups.h"
#include "machine_fixture.h"
#include "media/media.h"
#include "meter/meter.h"
#include "model/catalog.h"
#include "study/price.h"
#include "study/repeat.h"
#include "study/report_check.h"
#include "study/stats.h"
#include "study/typical_day.h"
#include "study/wire.h"
#include "test.h"

#define MAX_ALLOCATIONS 20000

static struct {
    bool on, only_one;
    size_t before_failure; /* how many still succeed */
    size_t failed, live;
} heap;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void __real_free(void *bytes);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);
void __wrap_free(void *bytes);

static bool may_allocate(void)
{
    if (!heap.on)
        return true;
    if (heap.before_failure == 0 && !(heap.only_one && heap.failed > 0)) {
        heap.failed++;
        return false;
    }
    heap.before_failure -= heap.before_failure > 0;
    return true;
}

static void *counted(void *bytes)
{
    heap.live += heap.on && bytes;
    return bytes;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? counted(__real_malloc(size)) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate() ? counted(__real_calloc(n, size)) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    if (!may_allocate())
        return NULL;
    return old ? __real_realloc(old, size) : counted(__real_malloc(size));
}

char *__wrap_strdup(const char *text)
{
    return may_allocate() ? counted(__real_strdup(text)) : NULL;
}

char *__wrap_strndup(const char *text, size_t length)
{
    return may_allocate() ? counted(__real_strndup(text, length)) : NULL;
}

/* jansson 2.14 asserts that a second allocation does not succeed behind a failed one, so that its
 * own only fail for good. */
static void *json_allocate(size_t size)
{
    return heap.only_one ? counted(__real_malloc(size)) : malloc(size);
}

void __wrap_free(void *bytes)
{
    heap.live -= heap.on && bytes;
    __real_free(bytes);
}

/* ---- the runs ---- */

struct work {
    bool may_do_without; /* a figure may be less certain instead, in words of its own */
    int (*run)(const char *text, size_t length, struct miev_error *err);
    char *text;
    size_t length;
};

static int run_once(const struct work *work, size_t before_failure, struct miev_error *err)
{
    *err = (struct miev_error){.code = MIEV_OK};
    heap.on = true;
    heap.before_failure = before_failure;
    heap.failed = heap.live = 0;
    int rc = work->run(work->text, work->length, err);
    heap.on = false;
    return rc;
}

/* The last run is the one in which none fails. */
static void exhaust_by(const struct work *work, bool only_one)
{
    struct miev_error err;
    heap.only_one = only_one;
    assert_ok(run_once(work, SIZE_MAX, &err), &err);
    for (size_t n = 0; n < MAX_ALLOCATIONS; n++) {
        int rc = run_once(work, n, &err);
        if (heap.live != 0)
            fail_msg("%zu blocks left behind by failure %zu", heap.live, n);
        if (heap.failed == 0) {
            assert_true(n > 0); /* it does allocate */
            assert_ok(rc, &err);
            return;
        }
        if (!work->may_do_without && (rc == MIEV_OK || err.message[0] == '\0'))
            fail_msg("allocation %zu failed and nothing was said", n);
    }
    fail_msg("more than %d allocations", MAX_ALLOCATIONS);
}

static void exhaust(const struct work *work)
{
    exhaust_by(work, false);
    exhaust_by(work, true);
}

static void exhaust_file(int (*run)(const char *text, size_t length, struct miev_error *err),
                         const char *path)
{
    struct miev_error err;
    struct work work = {.run = run};
    assert_ok(miev_file_load(path, 1 << 20, &work.text, &work.length, &err), &err);
    exhaust(&work);
    free(work.text);
}

/* ---- the work ---- */

static int read_card(const char *text, size_t length, struct miev_error *err)
{
    struct miev_card card;
    (void)text;
    (void)length;
    int rc = miev_card_load("tests/fuzz/corpus/card/whole.json", &card, err);
    if (rc == MIEV_OK)
        miev_card_finish(&card);
    return rc;
}

static int read_catalog(const char *text, size_t length, struct miev_error *err)
{
    struct miev_catalog catalog;
    (void)text;
    (void)length;
    int rc = miev_catalog_load("models", &catalog, err);
    if (rc == MIEV_OK)
        miev_catalog_finish(&catalog);
    return rc;
}

static int read_mapping(const char *text, size_t length, struct miev_error *err)
{
    static char words[4][24] = {"tench, Tinca tinca", "crane", "beagle", "pug"};
    char *const labels[] = {words[0], words[1], words[2], words[3]};
    char fish[] = "fish", *folders[] = {fish};
    const struct miev_class_names names = {labels, 4, 4};
    const struct miev_dataset dataset = {.folder = -1, .classes = folders, .n_classes = 1};
    struct miev_mapping mapping;
    struct miev_groups groups = {.n_classes = 0};
    int rc = miev_mapping_parse(text, length, &mapping, err);
    if (rc == MIEV_OK)
        rc = miev_groups_make(&dataset, &mapping, &names, &groups, err);
    miev_groups_finish(&groups);
    miev_mapping_finish(&mapping);
    return rc;
}

static int read_labels(const char *text, size_t length, struct miev_error *err)
{
    struct miev_labels labels = {0};
    int rc = miev_labels_parse(text, length, &labels, err);
    miev_labels_finish(&labels);
    return rc;
}

static int read_metadata(const char *text, size_t length, struct miev_error *err)
{
    struct miev_engine_metadata metadata = {.n_channels = 0};
    int rc = miev_tflite_metadata((const uint8_t *)text, length, &metadata, err);
    free(metadata.labels);
    return rc;
}

static int read_picture(const char *text, size_t length, struct miev_error *err)
{
    uint8_t rgb[5 * 4 * 3];
    const struct miev_image_options options = {.width = 5, .height = 4};
    return miev_image_load((const uint8_t *)text, length, &options, rgb, err);
}

static int read_report(const char *text, size_t length, struct miev_error *err)
{
    json_t *report = NULL;
    char *again = NULL, identity[65];
    size_t n = 0;
    int rc = miev_report_read(text, length, &report, err);
    if (rc == MIEV_OK)
        rc = miev_report_text(report, &again, &n, err);
    if (rc == MIEV_OK)
        rc = miev_report_identity(report, identity, err);
    free(again);
    json_decref(report);
    return rc;
}

static int read_day(const char *text, size_t length, struct miev_error *err)
{
    struct miev_typical_day day;
    (void)length;
    return miev_typical_day_read(text, &day, err);
}

static int price_report(const char *text, size_t length, struct miev_error *err)
{
    static const struct miev_site site = {
        .zone = "custom", .intensity_g_per_kwh = 400, .source = "a test", .pue = 1.5};
    const struct miev_price_options price = {
        .site = &site, .embodied = true, .requests_per_day = 1000};
    json_t *report = NULL, *result = NULL;
    int rc = miev_report_read(text, length, &report, err);
    if (rc == MIEV_OK)
        rc = miev_report_price(report, &price, err);
    if (rc == MIEV_OK)
        rc = miev_repeat_compare(report, report, NULL, &result, err);
    json_decref(result);
    json_decref(report);
    return rc;
}

static int open_meter(const char *text, size_t length, struct miev_error *err)
{
    struct miev_env env = miev_env_recorded("/nowhere");
    struct miev_meter *meter = NULL;
    (void)text;
    (void)length;
    int rc = miev_meter_create(&env, miev_sensors, &meter, err);
    miev_meter_destroy(meter);
    return rc;
}

static int send_message(const char *text, size_t length, struct miev_error *err)
{
    int sockets[2];
    struct miev_wire here, there;
    json_t *message = NULL;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    miev_wire_init(&here, sockets[0]);
    miev_wire_init(&there, sockets[1]);
    int rc = miev_json_parse(text, length, &message, err);
    if (rc == MIEV_OK)
        rc = miev_wire_send(&here, message, -1, err);
    json_decref(message);
    message = NULL;
    if (rc == MIEV_OK)
        rc = miev_wire_receive(&there, 1000, &message, NULL, err);
    json_decref(message);
    miev_wire_finish(&here);
    miev_wire_finish(&there);
    return rc;
}

static int find_means(const char *text, size_t length, struct miev_error *err)
{
    double a[40], b[40];
    struct miev_mean_interval mean;
    struct miev_ratio ratio;
    (void)text;
    (void)length;
    for (size_t i = 0; i < 40; i++) {
        a[i] = 10 + (double)(i * 7 % 11);
        b[i] = 12 + (double)(i * 5 % 13);
    }
    int rc = miev_stats_mean(a, 40, 0.95, &mean, err);
    return rc == MIEV_OK ? miev_stats_ratio(a, b, 40, 0.95, 1, &ratio, err) : rc;
}

static void test_cards_labels_and_metadata_without_memory(void **state)
{
    (void)state;
    exhaust(&(struct work){.run = read_card});
    exhaust(&(struct work){.run = read_catalog});
    exhaust_file(read_labels, "tests/fuzz/corpus/labels/crlf.txt");
    exhaust_file(read_mapping, "tests/fuzz/corpus/mapping/lines.csv");
    exhaust_file(read_mapping, "tests/fuzz/corpus/mapping/object.json");
    exhaust_file(read_metadata, "tests/fuzz/corpus/metadata/whole.tflite");
}

static void test_pictures_without_memory(void **state)
{
    static const char *const names[] = {"lossy.webp", "interlaced.png", "progressive.jpg",
                                        "palette4.bmp", "orient_6.jpg"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[64];
        (void)snprintf(path, sizeof(path), "tests/fuzz/corpus/image/%s", names[i]);
        exhaust_file(read_picture, path);
    }
}

static void test_reports_without_memory(void **state)
{
    (void)state;
    exhaust_file(read_report, "tests/fuzz/corpus/report/one-model.json");
    exhaust_file(price_report, "tests/fuzz/corpus/report/whole.json");
    exhaust_file(price_report, "tests/fuzz/corpus/report/cards.json");
    exhaust_file(read_day, "tests/fuzz/corpus/csv/electricity-maps.csv");
}

static void test_messages_without_memory(void **state)
{
    char text[] = "{\"do\":\"repeat\",\"count\":40,\"list\":[1,2.5,\"three\"]}";
    (void)state;
    exhaust(&(struct work){.run = send_message, .text = text, .length = sizeof(text) - 1});
}

static void test_meters_and_means_without_memory(void **state)
{
    (void)state;
    exhaust(&(struct work){.run = open_meter, .may_do_without = true});
    exhaust(&(struct work){.run = find_means});
}

/* Between a start and a stop nothing is allocated, whatever sensors there are. */
static void test_a_meter_is_read_without_allocating(void **state)
{
    static const char *const machines[] = {"intel-two-sockets", "laptop-on-battery", "jetson-orin",
                                           "vm-epyc-milan"};
    (void)state;
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        struct fixture *fixture = fixture_open(machines[i]);
        struct miev_meter_sample start, stop;
        struct miev_meter *meter = NULL;
        struct miev_error err;
        assert_ok(miev_meter_create(&fixture->env, miev_sensors, &meter, &err), &err);
        heap.on = true;
        heap.only_one = false;
        heap.before_failure = heap.failed = heap.live = 0;
        int first = miev_meter_read(meter, 1.0, &start, &err);
        int second = miev_meter_read(meter, 1.5, &stop, &err);
        heap.on = false;
        assert_true(first == MIEV_OK && second == MIEV_OK);
        assert_int_equal(heap.failed, 0);
        miev_meter_destroy(meter);
        fixture_close(fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_meter_is_read_without_allocating),
        cmocka_unit_test(test_cards_labels_and_metadata_without_memory),
        cmocka_unit_test(test_pictures_without_memory),
        cmocka_unit_test(test_reports_without_memory),
        cmocka_unit_test(test_messages_without_memory),
        cmocka_unit_test(test_meters_and_means_without_memory),
    };
    json_set_alloc_funcs(json_allocate, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
