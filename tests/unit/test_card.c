/* SPDX-License-Identifier: Apache-2.0 */
#include "model/card.h"

#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/catalog.h"
#include "test.h"

static const char *const whole_card =
    "{\"schema\":\"miev.card/1\",\"name\":\"tiny\",\"task\":\"image-classification\","
    "\"summary\":\"For tests\",\"publisher\":\"us\",\"source\":\"here\",\"licence\":\"MIT\","
    "\"labels\":[\"cat\",\"dog\",\"\\uace0\\uc591\\uc774\"],"
    "\"input\":{\"width\":32,\"height\":24,\"layout\":\"NCHW\",\"color\":\"BGR\","
    "\"mean\":[1,2,3],\"std\":[4,5,6],\"resize\":\"crop\",\"crop_ratio\":0.875},"
    "\"output\":{\"kind\":\"logits\"},\"parameters\":100,\"macs\":2000,"
    "\"files\":[{\"precision\":\"int8\",\"path\":\"tiny.tflite\",\"bytes\":77,\"sha256\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}],"
    "\"accuracy\":[{\"precision\":\"int8\",\"dataset\":\"D\",\"split\":\"test\",\"images\":10,"
    "\"top1\":0.5,\"top1_low\":0.4,\"top1_high\":0.6,\"source\":\"us\"}]}";

/* A folder of the test's own. */
static char folder[64], card_path[96];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/miev-card-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(card_path, sizeof(card_path), "%s/tiny.json", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(card_path);
    return rmdir(folder);
}

static void write_card(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int load(const char *text, struct miev_card *card, struct miev_error *err)
{
    write_card(card_path, text);
    return miev_card_load(card_path, card, err);
}

/* The whole card with the value at "input/width" or "files/0/path" replaced by JSON text; "": taken
 * away. */
static char *changed(const char *path, const char *value)
{
    json_t *root = json_loads(whole_card, 0, NULL), *at = root;
    char copy[64];
    (void)snprintf(copy, sizeof(copy), "%s", path);
    char *key = copy;
    for (char *slash = strchr(key, '/'); slash; slash = strchr(key, '/')) {
        *slash = '\0';
        at =
            json_is_array(at) ? json_array_get(at, (size_t)(*key - '0')) : json_object_get(at, key);
        key = slash + 1;
    }
    assert_non_null(json_object_get(at, key));
    if (*value)
        assert_int_equal(json_object_set_new(at, key, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
    else
        assert_int_equal(json_object_del(at, key), 0);
    char *text = json_dumps(root, 0);
    json_decref(root);
    assert_non_null(text);
    return text;
}

static void test_a_whole_card_is_read(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char path[128];
    assert_ok(load(whole_card, &card, &err), &err);
    (void)snprintf(path, sizeof(path), "%s/tiny.tflite", folder);
    assert_string_equal(card.name, "tiny");
    assert_int_equal(card.n_labels, 3);
    assert_string_equal(card.labels[2], "\xea\xb3\xa0\xec\x96\x91\xec\x9d\xb4");
    assert_int_equal(card.width, 32);
    assert_int_equal(card.height, 24);
    assert_true(card.channels_first && card.bgr && card.logits && card.output_known);
    assert_near(card.mean[2], 3, 0);
    assert_near(card.std[0], 4, 0);
    assert_near(card.macs, 2000, 0);
    assert_string_equal(card.resize, "crop");
    assert_near(card.crop_ratio, 0.875, 0);
    assert_false(card.bare);
    assert_int_equal(card.normalisation_from, MIEV_ORIGIN_CARD);
    assert_string_equal(card.files[0].path, path);
    assert_int_equal(card.files[0].bytes, 77);
    assert_ptr_equal(miev_card_file_of(&card, "int8"), &card.files[0]);
    assert_null(miev_card_file_of(&card, "float32"));
    assert_near(miev_card_accuracy_of(&card, "int8")->top1_high, 0.6, 1e-12);
    assert_null(miev_card_accuracy_of(&card, "float32"));
    miev_card_finish(&card);
    miev_card_finish(NULL);
}

static void test_every_broken_field_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value, *says;
    } faults[] = {
        {"schema", "", "schema"},
        {"schema", "\"miev.card/2\"", "miev.card/2"},
        {"name", "", "name"},
        {"name", "7", "name"},
        {"name", "\"\"", "name"},
        {"name", "\"a:b\"", "name"},
        {"task", "\"speech\"", "task"},
        {"summary", "null", "summary"},
        {"publisher", "[]", "publisher"},
        {"source", "", "source"},
        {"licence", "{}", "licence"},
        {"labels", "", "labels"},
        {"labels", "[\"one\"]", "labels"},
        {"labels", "[\"one\",2]", "\"labels\"[1]"},
        {"labels", "{\"0\":\"a\"}", "labels"},
        {"parameters", "-1", "parameters"},
        {"parameters", "\"many\"", "parameters"},
        {"macs", "0", "macs"},
        {"input", "", "width"},
        {"input/width", "0", "width"},
        {"input/width", "4097", "width"},
        {"input/width", "32.5", "width"},
        {"input/height", "\"32\"", "height"},
        {"input/layout", "\"CHWN\"", "layout"},
        {"input/color", "\"CMYK\"", "color"},
        {"input/resize", "\"stretched\"", "resize"},
        {"input/crop_ratio", "0", "crop_ratio"},
        {"input/crop_ratio", "1.5", "crop_ratio"},
        {"input/mean", "[1,2]", "mean"},
        {"input/mean", "[1,2,null]", "\"mean\"[2]"},
        {"input/std", "[1,0,1]", "std"},
        {"input/std", "[1,-1,1]", "std"},
        {"output", "", "kind"},
        {"output/kind", "\"boxes\"", "kind"},
        {"files", "[]", "files"},
        {"files", "\"tiny.tflite\"", "files"},
        {"files/0/precision", "", "precision"},
        {"files/0/precision", "\"a precision of many letters\"", "precision"},
        {"files/0/path", "", "path"},
        {"files/0/path", "\"\"", "path"},
        {"files/0/path", "\"/etc/passwd\"", "/etc/passwd"},
        {"files/0/path", "\"../tiny.tflite\"", "../tiny.tflite"},
        {"files/0/path", "\"a/../../tiny.tflite\"", "beside the card"},
        {"files/0/sha256", "", "sha256"},
        {"files/0/sha256", "\"abc\"", "sha256"},
        {"files/0/sha256", "\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"",
         "sha256"},
        {"files/0/bytes", "0", "bytes"},
        {"files/0/bytes", "-5", "bytes"},
        {"accuracy/0/precision", "", "precision"},
        {"accuracy/0/dataset", "1", "dataset"},
        {"accuracy/0/split", "", "split"},
        {"accuracy/0/source", "", "source"},
        {"accuracy/0/images", "0", "images"},
        {"accuracy/0/top1", "1.5", "top1"},
        {"accuracy/0/top1_low", "0.55", "top1_low"},
        {"accuracy/0/top1_high", "0.45", "top1_high"},
        {"accuracy", "{}", "accuracy"},
    };
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct miev_error err = {0};
        struct miev_card card = {.n_files = 99};
        char *text = changed(faults[i].path, faults[i].value);
        int rc = load(text, &card, &err);
        if (rc == MIEV_OK || !strstr(err.message, faults[i].says) || card.n_files != 99)
            fail_msg("%s = %s: %s (%s)", faults[i].path, faults[i].value, miev_status_name(rc),
                     err.message);
        assert_non_null(strstr(err.message, card_path));
        free(text);
    }
}

static void test_a_precision_twice_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    json_t *root = json_loads(whole_card, 0, NULL);
    json_t *files = json_object_get(root, "files");
    assert_int_equal(json_array_append(files, json_array_get(files, 0)), 0);
    char *text = json_dumps(root, 0);
    assert_refused(load(text, &card, &err), MIEV_ERR_INVALID, &err, "int8");
    free(text);
    json_decref(root);
}

static void test_what_a_publisher_may_not_know_is_optional(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char *text = changed("macs", "");
    assert_ok(load(text, &card, &err), &err);
    assert_near(card.macs, 0, 0);
    miev_card_finish(&card);
    free(text);
    text = changed("files/0/sha256", "\"\"");
    assert_ok(load(text, &card, &err), &err);
    miev_card_finish(&card);
    free(text);
    text = changed("accuracy", "");
    assert_ok(load(text, &card, &err), &err);
    assert_int_equal(card.n_accuracies, 0);
    miev_card_finish(&card);
    free(text);
}

static void test_what_is_no_card_is_refused(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    assert_refused(load("", &card, &err), MIEV_ERR_INVALID, &err, "tiny.json");
    assert_refused(load("[]", &card, &err), MIEV_ERR_INVALID, &err, "schema");
    assert_refused(load("<html>", &card, &err), MIEV_ERR_INVALID, &err, "line 1");
    assert_refused(load("{\"name\":\"a\",\"name\":\"b\"}", &card, &err), MIEV_ERR_INVALID, &err,
                   "duplicate");
    assert_refused(miev_card_load("/nonexistent.json", &card, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "/nonexistent.json");
}

static void test_a_bare_file_gets_a_card(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char longest[600];
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/my net.tflite", folder);
    assert_refused(miev_card_for_file(path, &card, &err), MIEV_ERR_INVALID, &err, "no model file");
    write_card(path, "");
    assert_ok(miev_card_for_file(path, &card, &err), &err);
    assert_int_equal(unlink(path), 0);
    assert_string_equal(card.name, "my net.tflite");
    assert_string_equal(card.files[0].path, path);
    assert_true(card.bare);
    assert_false(card.output_known);
    assert_int_equal(card.normalisation_from, MIEV_ORIGIN_GUESS);
    assert_refused(miev_card_for_file(folder, &card, &err), MIEV_ERR_INVALID, &err, "is a folder");
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_refused(miev_card_for_file(longest, &card, &err), MIEV_ERR_LIMIT, &err, "too long");
}

static void check_folder_name(const char *below, const char *name)
{
    char path[256];
    struct miev_error err;
    struct miev_card card;
    (void)snprintf(path, sizeof(path), "%s%s", folder, below);
    assert_ok(miev_card_for_file(path, &card, &err), &err);
    assert_string_equal(card.name, name);
    assert_string_equal(card.files[0].path, path);
}

static void test_a_saved_models_folder_gets_a_card(void **state)
{
    (void)state;
    char path[128], inner[128];
    struct miev_error err;
    struct miev_card card;
    (void)snprintf(path, sizeof(path), "%s/net", folder);
    (void)snprintf(inner, sizeof(inner), "%s/net/2", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(mkdir(inner, 0700), 0);
    assert_refused(miev_card_for_file(inner, &card, &err), MIEV_ERR_INVALID, &err, "is a folder");
    (void)snprintf(path, sizeof(path), "%s/net/2/saved_model.pb", folder);
    write_card(path, "");
    check_folder_name("/net/2", "net/2");
    check_folder_name("/net/2/", "net/2");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(inner), 0);
    (void)snprintf(path, sizeof(path), "%s/net/saved_model.pb", folder);
    write_card(path, "");
    check_folder_name("/net", "net");
    check_folder_name("/net//", "net");
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof(path), "%s/net", folder);
    assert_int_equal(rmdir(path), 0);
}

static void test_the_bundled_catalog_is_ordered_by_cost(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_catalog catalog;
    const struct miev_card *card = NULL;
    assert_ok(miev_catalog_load("models", &catalog, &err), &err);
    assert_true(catalog.n >= 3);
    for (size_t i = 1; i < catalog.n; i++)
        assert_true(catalog.cards[i - 1].macs <= catalog.cards[i].macs);
    assert_ok(miev_catalog_find(&catalog, "cifar10-nano", &card, &err), &err);
    assert_string_equal(card->name, "cifar10-nano");
    assert_refused(miev_catalog_find(&catalog, "nano", &card, &err), MIEV_ERR_INVALID, &err,
                   "cifar10-nano, ");
    miev_catalog_finish(&catalog);
    miev_catalog_finish(NULL);
}

static void test_one_broken_card_fails_the_catalog_by_name(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_catalog catalog;
    write_card(card_path, whole_card);
    assert_ok(miev_catalog_load(folder, &catalog, &err), &err);
    assert_int_equal(catalog.n, 1);
    miev_catalog_finish(&catalog);
    write_card(card_path, "{}");
    assert_refused(miev_catalog_load(folder, &catalog, &err), MIEV_ERR_INVALID, &err, "tiny.json");
    assert_refused(miev_catalog_load("/nonexistent", &catalog, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "/nonexistent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_card_is_read),
        cmocka_unit_test(test_every_broken_field_is_refused_by_name),
        cmocka_unit_test(test_a_precision_twice_is_refused),
        cmocka_unit_test(test_what_a_publisher_may_not_know_is_optional),
        cmocka_unit_test(test_what_is_no_card_is_refused),
        cmocka_unit_test(test_a_bare_file_gets_a_card),
        cmocka_unit_test(test_a_saved_models_folder_gets_a_card),
        cmocka_unit_test(test_the_bundled_catalog_is_ordered_by_cost),
        cmocka_unit_test(test_one_broken_card_fails_the_catalog_by_name),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
