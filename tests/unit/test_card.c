/* SPDX-License-Identifier: Apache-2.0 */
#include "model/card.h"

#include <jansson.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const whole_card =
    "{\"schema\":\"miev.card/1\",\"name\":\"tiny\",\"task\":\"image-classification\","
    "\"summary\":\"For tests\",\"publisher\":\"us\",\"source\":\"here\",\"licence\":\"MIT\","
    "\"labels\":[\"cat\",\"dog\",\"\\uace0\\uc591\\uc774\"],"
    "\"input\":{\"width\":32,\"height\":24,\"layout\":\"NCHW\",\"color\":\"BGR\","
    "\"mean\":[1,2,3],\"std\":[4,5,6],\"resize\":\"crop\",\"crop_ratio\":0.875},"
    "\"output\":{\"kind\":\"logits\"},\"parameters\":100,\"macs\":2000,"
    "\"files\":[{\"precision\":\"int8\",\"path\":\"tiny.tflite\",\"bytes\":77,\"sha256\":"
    "\"" HASH "\"}],"
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
    json_t *new = *value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    assert_true(new || !*value);
    if (json_is_array(at))
        assert_int_equal(json_array_set_new(at, (size_t)(*key - '0'), new), 0);
    else if (new)
        assert_int_equal(json_object_set_new(at, key, new), 0);
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
    assert_int_equal(card.n_outputs, 3);
    assert_int_equal(card.place, MIEV_PLACE_BUNDLED);
    assert_false(card.starter);
    assert_string_equal(card.files[0].format, "tflite");
    assert_true(card.files[0].verified);
    assert_string_equal(card.files[0].path, path);
    assert_int_equal(card.files[0].bytes, 77);
    assert_ptr_equal(miev_card_file_of(&card, "int8"), &card.files[0]);
    assert_null(miev_card_file_of(&card, "float32"));
    assert_near(miev_card_accuracy_of(&card, "int8")->top1_high, 0.6, 1e-12);
    assert_true(isnan(miev_card_accuracy_of(&card, "int8")->top5));
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
        {"files/0",
         "{\"precision\":\"a\",\"address\":\"hf:b\",\"format\":\"onnx\",\"bytes_about\":0}",
         "bytes_about"},
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
        {"output", "{\"kind\":\"logits\",\"count\":2}", "\"count\" is 2"},
        {"output", "{\"kind\":\"logits\",\"count\":1}", "count"},
        {"files", "[]", "files"},
        {"files", "\"tiny.tflite\"", "files"},
        {"files/0/precision", "", "precision"},
        {"files/0/precision", "\"a precision of many letters\"", "precision"},
        {"files/0/path", "", "path"},
        {"files/0/path", "\"\"", "path"},
        {"files/0/path", "\"/etc/passwd\"", "/etc/passwd"},
        {"files/0/path", "\"../tiny.tflite\"", "../tiny.tflite"},
        {"files/0/path", "\"a/../../tiny.tflite\"", "beside the card"},
        {"files/0/path", "\"../oip:http://host/net\"", "beside the card"},
        {"files/0/path", "\"/x:https://host/net\"", "beside the card"},
        {"files/0/sha256", "", "sha256"},
        {"files/0/sha256", "\"abc\"", "sha256"},
        {"files/0/sha256", "\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\"",
         "sha256"},
        {"files/0/bytes", "0", "bytes"},
        {"files/0/bytes", "-5", "bytes"},
        {"files/0", "{\"precision\":\"a\"}", "path"},
        {"files/0", "{\"precision\":\"a\",\"address\":\"ftp://b\",\"format\":\"onnx\"}", "ftp://b"},
        {"files/0", "{\"precision\":\"a\",\"address\":\"hf:\",\"format\":\"onnx\"}", "hf:"},
        {"files/0", "{\"precision\":\"a\",\"address\":\"hf:b\"}", "format"},
        {"files/0", "{\"precision\":\"a\",\"address\":\"hf:b\",\"format\":\"pickle\"}", "pickle"},
        {"files/0",
         "{\"precision\":\"a\",\"address\":\"hf:b\",\"format\":\"onnx\",\"member\":\"/etc\"}",
         "member"},
        {"files/0",
         "{\"precision\":\"a\",\"address\":\"hf:b\",\"format\":\"onnx\",\"sha256\":\"1\"}", "hf:b"},
        {"files/0/path", "\"../blobs/0123\"", "beside the card"},
        {"files/0/path", "\"../blobs/" HASH "/..\"", "beside the card"},
        {"files/0/path", "\"../trees/" HASH "/../x\"", "beside the card"},
        {"files/0/path", "\"../cards/" HASH "\"", "beside the card"},
        {"accuracy/0/precision", "", "precision"},
        {"accuracy/0/dataset", "1", "dataset"},
        {"accuracy/0/split", "", "split"},
        {"accuracy/0/source", "", "source"},
        {"accuracy/0/images", "0", "images"},
        {"accuracy/0/top1", "1.5", "top1"},
        {"accuracy/0/top1_low", "0.55", "top1_low"},
        {"accuracy/0/top1_high", "0.45", "top1_high"},
        {"accuracy/0/top1_high", "", "top1_high"},
        {"accuracy/0/top1_low", "", "top1_low"},
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

static void test_a_model_may_be_served_elsewhere(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char *text =
        changed("files/0", "{\"precision\":\"served\",\"path\":\"oip:http://host:8000/net\"}");
    assert_ok(load(text, &card, &err), &err);
    assert_string_equal(card.files[0].path, "oip:http://host:8000/net");
    assert_string_equal(card.files[0].sha256, "");
    miev_card_finish(&card);
    free(text);
}

/* The whole card with that list of files, and its labels as given: "\"labels_file\":\"a\"", "". */
static char *with_files(const char *files, const char *labels)
{
    char text[2000];
    (void)snprintf(
        text, sizeof(text),
        "{\"schema\":\"miev.card/1\",\"name\":\"tiny\",\"task\":\"image-classification\","
        "\"summary\":\"S\",\"publisher\":\"us\",\"source\":\"here\",\"licence\":\"MIT\","
        "\"starter\":true,%s\"input\":{\"width\":32,\"height\":24,\"layout\":\"NHWC\","
        "\"color\":\"RGB\",\"mean\":[0,0,0],\"std\":[255,255,255],\"resize\":\"crop\"},"
        "\"output\":{\"kind\":\"logits\",\"count\":3},\"macs\":5,\"files\":%s,"
        "\"accuracy\":[{\"precision\":\"int8\",\"dataset\":\"D\",\"split\":\"val\","
        "\"images\":50000,\"top1\":0.744,\"top5\":0.92,\"source\":\"them\"}]}",
        labels, files);
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

#define FAR_FILE                                                                               \
    "{\"precision\":\"int8\",\"format\":\"tflite\",\"address\":\"https://example.org/a.tgz\"," \
    "\"member\":\"a/b.tflite\",\"verified\":false,\"bytes_about\":1400000}"

#define HERE_FILE \
    "{\"precision\":\"int8\",\"path\":\"b.tflite\",\"sha256\":\"\",\"bytes\":7,\"bytes_about\":9}"

static void test_a_model_may_be_known_by_its_address_alone(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char *text = with_files("[" FAR_FILE "]", "");
    assert_ok(load(text, &card, &err), &err);
    assert_int_equal(card.place, MIEV_PLACE_KNOWN);
    assert_true(card.starter);
    assert_string_equal(card.files[0].path, "");
    assert_string_equal(card.files[0].address, "https://example.org/a.tgz");
    assert_string_equal(card.files[0].member, "a/b.tflite");
    assert_string_equal(card.files[0].format, "tflite");
    assert_string_equal(card.files[0].sha256, "");
    assert_int_equal(card.files[0].bytes, 0);
    assert_int_equal(card.files[0].bytes_about, 1400000);
    assert_false(card.files[0].verified);
    miev_card_finish(&card);
    free(text);
}

static void test_bounds_that_nobody_published_are_those_of_that_many_images(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char *text = with_files("[" FAR_FILE "]", "");
    assert_ok(load(text, &card, &err), &err);
    assert_near(card.accuracies[0].top1, 0.744, 1e-12);
    assert_near(card.accuracies[0].top5, 0.92, 1e-12);
    /* Wilson's interval of 37,200 of 50,000, by hand. */
    assert_near(card.accuracies[0].top1_low, 0.740156, 1e-5);
    assert_near(card.accuracies[0].top1_high, 0.747807, 1e-5);
    miev_card_finish(&card);
    free(text);
}

static void test_labels_stand_beside_the_card_or_are_not_known(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char list[96];
    (void)snprintf(list, sizeof(list), "%s/list.txt", folder);
    char *named = with_files("[" FAR_FILE "]", "\"labels_file\":\"list.txt\",");
    char *here = with_files("[" HERE_FILE "]", "\"labels_file\":\"list.txt\",");
    char *climbs = with_files("[" FAR_FILE "]", "\"labels_file\":\"../list.txt\",");
    char *both = with_files("[" FAR_FILE "]",
                            "\"labels\":[\"a\",\"b\",\"c\"],\"labels_file\":\"list.txt\",");
    char *none = with_files("[" FAR_FILE "]", "");
    assert_refused(load(here, &card, &err), MIEV_ERR_UNAVAILABLE, &err, "list.txt");
    write_card(list, "cat\ndog\ncow\n");
    assert_ok(load(here, &card, &err), &err);
    assert_int_equal(card.n_labels, 3);
    assert_string_equal(card.labels[2], "cow");
    assert_int_equal(card.labels_from, MIEV_ORIGIN_CARD);
    miev_card_finish(&card);
    assert_ok(load(named, &card, &err), &err); /* not here: only how many */
    assert_int_equal(card.n_labels, 0);
    assert_int_equal(card.n_outputs, 3);
    assert_ok(miev_card_load_labels(&card, &err), &err);
    assert_ok(miev_card_load_labels(&card, &err), &err);
    assert_int_equal(card.n_labels, 3);
    miev_card_finish(&card);
    write_card(list, "cat\ndog\n");
    assert_refused(load(here, &card, &err), MIEV_ERR_INVALID, &err, "2 labels");
    assert_refused(load(climbs, &card, &err), MIEV_ERR_INVALID, &err, "labels_file");
    assert_refused(load(both, &card, &err), MIEV_ERR_INVALID, &err, "keep one");
    assert_ok(load(none, &card, &err), &err);
    assert_int_equal(card.n_labels, 0);
    assert_int_equal(card.n_outputs, 3);
    assert_int_equal(card.labels_from, MIEV_ORIGIN_GUESS);
    miev_card_finish(&card);
    assert_int_equal(unlink(list), 0);
    free(named);
    free(here);
    free(climbs);
    free(both);
    free(none);
}

static void test_the_depot_lies_beside_the_folder_of_its_cards(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_card card;
    char path[200];
    char *text =
        with_files("[{\"precision\":\"int8\",\"path\":\"../blobs/" HASH "\",\"sha256\":\"" HASH
                   "\",\"bytes\":7,\"format\":\"onnx\"},{\"precision\":\"tf\",\"path\":"
                   "\"../trees/" HASH "/1\",\"sha256\":\"\",\"bytes\":7}]",
                   "");
    assert_ok(load(text, &card, &err), &err);
    (void)snprintf(path, sizeof(path), "%s/../blobs/" HASH, folder);
    assert_string_equal(card.files[0].path, path);
    assert_string_equal(card.files[0].format, "onnx");
    assert_true(card.files[0].verified);
    (void)snprintf(path, sizeof(path), "%s/../trees/" HASH "/1", folder);
    assert_string_equal(card.files[1].path, path);
    assert_string_equal(card.files[1].format, "");
    assert_false(card.files[1].verified);
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

/* What `miev pull` writes for a bare address. */
static void test_a_card_that_tells_only_where_a_file_is_from_is_as_good_as_none(void **state)
{
    (void)state;
    struct miev_card card;
    struct miev_error err = {0};
    static const char small[] =
        "{\"schema\":\"miev.card/1\",\"name\":\"net\",\"task\":\"image-classification\","
        "\"summary\":\"Pulled.\",\"publisher\":\"o\",\"source\":\"hf:o/r@main:net.onnx\","
        "\"licence\":\"unknown\",\"files\":[{\"precision\":\"as-is\",\"path\":\"net.onnx\","
        "\"bytes\":7,\"sha256\":\"\"}]}";
    assert_ok(load(small, &card, &err), &err);
    assert_true(card.bare);
    assert_int_equal(card.width, 0);
    assert_string_equal(card.resize, "stretch");
    miev_card_finish(&card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_card_that_tells_only_where_a_file_is_from_is_as_good_as_none),
        cmocka_unit_test(test_a_whole_card_is_read),
        cmocka_unit_test(test_every_broken_field_is_refused_by_name),
        cmocka_unit_test(test_a_precision_twice_is_refused),
        cmocka_unit_test(test_a_model_may_be_served_elsewhere),
        cmocka_unit_test(test_what_a_publisher_may_not_know_is_optional),
        cmocka_unit_test(test_a_model_may_be_known_by_its_address_alone),
        cmocka_unit_test(test_bounds_that_nobody_published_are_those_of_that_many_images),
        cmocka_unit_test(test_labels_stand_beside_the_card_or_are_not_known),
        cmocka_unit_test(test_the_depot_lies_beside_the_folder_of_its_cards),
        cmocka_unit_test(test_what_is_no_card_is_refused),
        cmocka_unit_test(test_a_bare_file_gets_a_card),
        cmocka_unit_test(test_a_saved_models_folder_gets_a_card),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
