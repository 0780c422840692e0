/* SPDX-License-Identifier: Apache-2.0 */
#include "model/catalog.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/depot.h"
#include "test.h"

#define HASH_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define HASH_2 "2222222222222222222222222222222222222222222222222222222222222222"
#define HASH_3 "3333333333333333333333333333333333333333333333333333333333333333"

/* A home and a depot of the test's own, and an environment that names them. */
static char folder[64], home[80], depot[80];

static const char *variable(void *context, const char *name)
{
    (void)context;
    if (strcmp(name, "MIEV_HOME") == 0)
        return home;
    return strcmp(name, "MIEV_MODELS") == 0 ? depot : NULL;
}

static struct miev_env env_of_test(void)
{
    struct miev_env env = *miev_env_host();
    env.variable = variable;
    return env;
}

static void write_text(const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
    static const char *const below[] = {"home",  "home/models", "home/models/known",
                                        "depot", "depot/cards", "depot/blobs"};
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/miev-catalog-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, below[i]);
        if (mkdir(path, 0700) != 0)
            return -1;
    }
    (void)snprintf(home, sizeof(home), "%s/home", folder);
    (void)snprintf(depot, sizeof(depot), "%s/depot", folder);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A card of that name with those files, in a file of the test's folder. */
static void write_card(const char *file, const char *name, const char *files)
{
    char text[3000];
    (void)snprintf(text, sizeof(text),
                   "{\"schema\":\"miev.card/1\",\"name\":\"%s\",\"task\":\"image-classification\","
                   "\"summary\":\"of %s\",\"publisher\":\"us\",\"source\":\"here\","
                   "\"licence\":\"MIT\",\"labels\":[\"a\",\"b\"],\"input\":{\"width\":32,"
                   "\"height\":24,\"layout\":\"NHWC\",\"color\":\"RGB\",\"mean\":[0,0,0],"
                   "\"std\":[1,1,1],\"resize\":\"crop\"},\"output\":{\"kind\":\"logits\"},"
                   "\"files\":[%s]}",
                   name, file, files);
    write_text(file, text);
}

#define HERE(precision, hash)                                                              \
    "{\"precision\":\"" precision "\",\"format\":\"onnx\",\"path\":\"../blobs/" hash "\"," \
    "\"sha256\":\"" hash "\",\"bytes\":4}"
#define FAR(precision)                                                                   \
    "{\"precision\":\"" precision "\",\"format\":\"tflite\",\"address\":\"hf:a/b@c:d\"," \
    "\"verified\":false}"
#define FAR_PINNED(precision, hash)                                                      \
    "{\"precision\":\"" precision "\",\"format\":\"tflite\",\"address\":\"hf:a/b@c:d\"," \
    "\"sha256\":\"" hash "\"}"

static void load(struct miev_catalog *catalog)
{
    struct miev_error err;
    struct miev_env env = env_of_test();
    assert_ok(miev_catalog_load_home(&env, catalog, &err), &err);
}

static const struct miev_card *card_of(const struct miev_catalog *catalog, const char *name)
{
    struct miev_error err;
    const struct miev_card *card = NULL;
    assert_ok(miev_catalog_find(catalog, name, &card, &err), &err);
    return card;
}

static void test_a_model_is_known_until_its_file_was_pulled(void **state)
{
    (void)state;
    struct miev_catalog catalog;
    char path[256];
    write_card("home/models/near.json", "near", HERE("int8", HASH_3));
    write_card("home/models/known/far.json", "far", FAR("float32") "," FAR("int8"));
    load(&catalog);
    assert_int_equal(catalog.n, 2);
    assert_int_equal(card_of(&catalog, "near")->place, MIEV_PLACE_BUNDLED);
    assert_int_equal(card_of(&catalog, "far")->place, MIEV_PLACE_KNOWN);
    miev_catalog_finish(&catalog);

    write_card("depot/cards/far.json", "far", HERE("int8", HASH_1));
    write_text("depot/blobs/" HASH_1, "blob");
    load(&catalog);
    const struct miev_card *card = card_of(&catalog, "far");
    assert_int_equal(catalog.n, 2);
    assert_int_equal(card->place, MIEV_PLACE_PULLED);
    assert_string_equal(card->summary, "of home/models/known/far.json");
    assert_string_equal(card->files[0].path, "");
    (void)snprintf(path, sizeof(path), "%s/cards/../blobs/" HASH_1, depot);
    assert_string_equal(card->files[1].path, path);
    assert_string_equal(card->files[1].format, "onnx");
    assert_string_equal(card->files[1].address, "hf:a/b@c:d");
    assert_true(card->files[1].verified);
    assert_int_equal(card->files[1].bytes, 4);
    assert_int_equal(catalog.n_skipped, 0);
    miev_catalog_finish(&catalog);
}

static void test_a_file_is_known_again_by_its_hash(void **state)
{
    (void)state;
    struct miev_catalog catalog;
    write_card("home/models/known/far.json", "far", FAR_PINNED("int8", HASH_1));
    write_card("depot/cards/mine.json", "mine", HERE("quant", HASH_1));
    write_text("depot/blobs/" HASH_1, "blob");
    load(&catalog);
    assert_int_equal(catalog.n, 2);
    assert_int_equal(card_of(&catalog, "far")->place, MIEV_PLACE_PULLED);
    assert_int_equal(card_of(&catalog, "mine")->place, MIEV_PLACE_PULLED);
    miev_catalog_finish(&catalog);

    /* Another hash under the same name and precision is another file. */
    write_card("depot/cards/mine.json", "far", HERE("int8", HASH_2));
    write_text("depot/blobs/" HASH_2, "blob");
    load(&catalog);
    assert_int_equal(catalog.n, 1);
    assert_int_equal(card_of(&catalog, "far")->place, MIEV_PLACE_KNOWN);
    miev_catalog_finish(&catalog);
}

static void test_other_files_of_a_known_model_are_added_to_it(void **state)
{
    (void)state;
    struct miev_catalog catalog;
    write_card("home/models/known/far.json", "far", FAR("float32"));
    write_card("depot/cards/far.json", "far", HERE("int8", HASH_1));
    write_text("depot/blobs/" HASH_1, "blob");
    load(&catalog);
    const struct miev_card *card = card_of(&catalog, "far");
    assert_int_equal(card->n_files, 2);
    assert_string_equal(card->files[0].path, "");
    assert_true(*miev_card_file_of(card, "int8")->path != '\0');
    miev_catalog_finish(&catalog);
}

static void test_a_blob_that_was_deleted_is_not_here(void **state)
{
    (void)state;
    struct miev_catalog catalog;
    write_card("home/models/known/far.json", "far", FAR("int8"));
    write_card("depot/cards/far.json", "far", HERE("int8", HASH_1));
    write_card("depot/cards/mine.json", "mine", HERE("int8", HASH_2));
    load(&catalog);
    assert_int_equal(card_of(&catalog, "far")->place, MIEV_PLACE_KNOWN);
    assert_int_equal(card_of(&catalog, "mine")->place, MIEV_PLACE_KNOWN);
    assert_string_equal(card_of(&catalog, "mine")->files[0].path, "");
    miev_catalog_finish(&catalog);
}

static void test_a_broken_card_of_the_depot_is_left_out_and_told(void **state)
{
    (void)state;
    struct miev_catalog catalog;
    write_text("depot/cards/broken.json", "{}");
    write_card("home/models/near.json", "near", HERE("int8", HASH_3));
    write_card("depot/cards/near.json", "near", HERE("int8", HASH_1));
    write_card("depot/cards/mine.json", "mine", HERE("int8", HASH_1));
    write_text("depot/blobs/" HASH_1, "blob");
    load(&catalog);
    assert_int_equal(catalog.n, 2);
    assert_int_equal(catalog.n_skipped, 2);
    assert_true(strstr(catalog.skipped.message, "broken.json") ||
                strstr(catalog.skipped.message, "near"));
    assert_int_equal(card_of(&catalog, "near")->place, MIEV_PLACE_BUNDLED);
    assert_string_equal(card_of(&catalog, "near")->files[0].sha256, HASH_3);
    miev_catalog_finish(&catalog);
}

static void test_a_broken_card_that_is_shipped_fails(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_catalog catalog;
    struct miev_env env = env_of_test();
    write_text("home/models/known/far.json", "{}");
    assert_refused(miev_catalog_load_home(&env, &catalog, &err), MIEV_ERR_INVALID, &err,
                   "far.json");
}

static const char *only_xdg(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "XDG_DATA_HOME") == 0 ? "/xdg" : strcmp(name, "HOME") == 0 ? "/me" : NULL;
}

static const char *relative_xdg(void *context, const char *name)
{
    return strcmp(name, "XDG_DATA_HOME") == 0 ? "xdg" : only_xdg(context, name);
}

static void test_the_depot_is_where_the_environment_says(void **state)
{
    (void)state;
    struct miev_error err;
    char path[64];
    struct miev_env env = env_of_test();
    assert_ok(miev_depot_folder(&env, path, sizeof(path), &err), &err);
    assert_string_equal(path, depot);
    env.variable = only_xdg;
    assert_ok(miev_depot_folder(&env, path, sizeof(path), &err), &err);
    assert_string_equal(path, "/xdg/miev/models");
    env.variable = relative_xdg;
    assert_ok(miev_depot_folder(&env, path, sizeof(path), &err), &err);
    assert_string_equal(path, "/me/.local/share/miev/models");
    assert_refused(miev_depot_folder(&env, path, 5, &err), MIEV_ERR_LIMIT, &err, "MIEV_MODELS");
    env = miev_env_recorded("");
    assert_refused(miev_depot_folder(&env, path, sizeof(path), &err), MIEV_ERR_UNAVAILABLE, &err,
                   "MIEV_MODELS");
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

static void test_every_known_card_is_read_with_its_labels(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_catalog catalog;
    size_t starters = 0;
    assert_ok(miev_catalog_load("models/known", &catalog, &err), &err);
    assert_true(catalog.n > 60);
    for (size_t i = 0; i < catalog.n; i++) {
        struct miev_card *card = &catalog.cards[i];
        assert_int_equal(card->place, MIEV_PLACE_KNOWN);
        assert_int_equal(card->n_labels, 0);
        assert_ok(miev_card_load_labels(card, &err), &err);
        assert_int_equal(card->n_labels, card->n_outputs);
        starters += card->starter;
        for (size_t f = 0; f < card->n_files; f++)
            assert_true(*card->files[f].address && !card->files[f].verified);
    }
    assert_true(starters >= 3);
    miev_catalog_finish(&catalog);
}

static void test_one_broken_card_fails_a_folder_by_name(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_catalog catalog = {0};
    char cards[128];
    (void)snprintf(cards, sizeof(cards), "%s/cards", depot);
    write_card("depot/cards/mine.json", "mine", HERE("int8", HASH_1));
    assert_ok(miev_catalog_load(cards, &catalog, &err), &err);
    assert_int_equal(catalog.n, 1);
    miev_catalog_finish(&catalog);
    write_text("depot/cards/other.json", "{}");
    assert_refused(miev_catalog_load(cards, &catalog, &err), MIEV_ERR_INVALID, &err, "other.json");
    assert_ok(miev_catalog_add(&catalog, cards, &err), &err);
    assert_int_equal(catalog.n, 1);
    assert_int_equal(catalog.n_skipped, 1);
    assert_non_null(strstr(catalog.skipped.message, "other.json"));
    miev_catalog_finish(&catalog);
    (void)snprintf(cards, sizeof(cards), "%s/none", depot);
    assert_refused(miev_catalog_load(cards, &catalog, &err), MIEV_ERR_UNAVAILABLE, &err, cards);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_model_is_known_until_its_file_was_pulled),
        TEST(test_a_file_is_known_again_by_its_hash),
        TEST(test_other_files_of_a_known_model_are_added_to_it),
        TEST(test_a_blob_that_was_deleted_is_not_here),
        TEST(test_a_broken_card_of_the_depot_is_left_out_and_told),
        TEST(test_a_broken_card_that_is_shipped_fails),
        TEST(test_the_depot_is_where_the_environment_says),
        TEST(test_the_bundled_catalog_is_ordered_by_cost),
        TEST(test_every_known_card_is_read_with_its_labels),
        TEST(test_one_broken_card_fails_a_folder_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
