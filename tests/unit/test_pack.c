/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pack.h"
#include "core/sha256.h"
#include "study/sealed.h"
#include "test.h"

#define MAX_BYTES ((size_t)1 << 20)

static char folder[] = "/tmp/miev-pack-XXXXXX";

static const char *inside(const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(inside(name), "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int make_model(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/miev-pack-XXXXXX");
    if (!mkdtemp(folder) || mkdir(inside("variables"), 0700) != 0)
        return -1;
    write_file("saved_model.pb", "graph");
    write_file("variables/variables.index", "");
    write_file("variables/variables.data", "weights");
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static int remove_all(const char *name)
{
    return nftw(inside(name), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int remove_model(void **state)
{
    (void)state;
    return remove_all("");
}

static const char *const paths[] = {"saved_model.pb", "variables/variables.data",
                                    "variables/variables.index"};
static const char *const texts[] = {"graph", "weights", ""};

static void test_a_folder_is_sealed_with_all_its_files(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_sealed sealed = {.fd = -1};
    struct miev_pack_reader reader;
    struct miev_pack_file file;
    bool more = false;
    assert_ok(miev_sealed_load_model(folder, MAX_BYTES, &sealed, &err), &err);
    assert_int_equal(sealed.content_bytes, 12);
    assert_ok(miev_pack_read(sealed.bytes, sealed.length, &reader, &err), &err);
    for (size_t i = 0; i < 3; i++) {
        assert_ok(miev_pack_next(&reader, &file, &more, &err), &err);
        assert_true(more);
        assert_string_equal(file.path, paths[i]);
        assert_int_equal(file.length, strlen(texts[i]));
        assert_memory_equal(file.bytes, texts[i], file.length);
    }
    assert_ok(miev_pack_next(&reader, &file, &more, &err), &err);
    assert_false(more);
    assert_int_equal(write(sealed.fd, "x", 1), -1); /* EPERM: nobody changes it any more */
    miev_sealed_finish(&sealed);
}

/* What docs/engines.md tells to do by hand. */
static void test_its_identity_is_the_hash_of_the_list(void **state)
{
    (void)state;
    char lines[1024] = "", identity[65];
    struct miev_error err;
    struct miev_sealed sealed = {.fd = -1};
    for (size_t i = 0; i < 3; i++) {
        char sum[65];
        size_t used = strlen(lines);
        miev_sha256_hex(texts[i], strlen(texts[i]), sum);
        (void)snprintf(lines + used, sizeof(lines) - used, "%s  %zu  %s\n", sum, strlen(texts[i]),
                       paths[i]);
    }
    miev_sha256_hex(lines, strlen(lines), identity);
    assert_ok(miev_sealed_load_model(folder, MAX_BYTES, &sealed, &err), &err);
    assert_string_equal(sealed.sha256, identity);
    miev_sealed_finish(&sealed);
    write_file("variables/variables.data", "Weights");
    assert_ok(miev_sealed_load_model(folder, MAX_BYTES, &sealed, &err), &err);
    assert_string_not_equal(sealed.sha256, identity);
    miev_sealed_finish(&sealed);
}

static void refuse(int status, const char *words)
{
    struct miev_error err;
    struct miev_sealed sealed = {.fd = -1};
    assert_refused(miev_sealed_load_model(folder, MAX_BYTES, &sealed, &err), status, &err, words);
    assert_int_equal(sealed.fd, -1);
}

static void test_what_is_no_models_folder_is_refused_in_words(void **state)
{
    (void)state;
    assert_int_equal(symlink("/etc/passwd", inside("assets")), 0);
    refuse(MIEV_ERR_INVALID, "assets is a link");
    assert_int_equal(unlink(inside("assets")), 0);
    assert_int_equal(mkfifo(inside("pipe"), 0600), 0);
    refuse(MIEV_ERR_INVALID, "pipe is a pipe, a socket or a device");
    assert_int_equal(unlink(inside("pipe")), 0);
    write_file("two\nlines", "");
    refuse(MIEV_ERR_INVALID, "the name 'two?lines' is too long or no text");
    assert_int_equal(unlink(inside("two\nlines")), 0);
    assert_int_equal(truncate(inside("variables/variables.data"), (off_t)MAX_BYTES), 0);
    refuse(MIEV_ERR_LIMIT, "more than the 1 MiB");
    assert_int_equal(unlink(inside("saved_model.pb")), 0);
    assert_int_equal(truncate(inside("variables/variables.data"), 1), 0);
    refuse(MIEV_ERR_INVALID, "without saved_model.pb");
}

static void test_a_folder_too_deep_or_too_full_is_refused(void **state)
{
    (void)state;
    static const char deep[] = "a/a/a/a/a/a/a/a/a/a";
    char name[32];
    for (size_t length = 1; length < sizeof(deep); length += 2) {
        (void)snprintf(name, sizeof(name), "%.*s", (int)length, deep);
        assert_int_equal(mkdir(inside(name), 0700), 0);
    }
    refuse(MIEV_ERR_LIMIT, "lies deeper than any model's files");
    assert_int_equal(remove_all("a"), 0);
    for (unsigned i = 0; i < MIEV_PACK_MAX_FILES; i++) {
        (void)snprintf(name, sizeof(name), "file-%u", i);
        write_file(name, "");
    }
    refuse(MIEV_ERR_LIMIT, "more than 4096 files");
}

/* Whatever stands in a packed folder, no path leads out of it and no length beyond the end. */
static void test_a_forged_folder_is_refused(void **state)
{
    (void)state;
#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    static const char *const forged[] = {
        "miev-folder/2\n\n",
        "miev-folder/1\n",
        "miev-folder/1\n" SUM "  5  a\n\nfour",
        "miev-folder/1\n" SUM "  4  a\n\nfour more",
        "miev-folder/1\n" SUM "  4  ../a\n\nfour",
        "miev-folder/1\n" SUM "  4  /a\n\nfour",
        "miev-folder/1\n" SUM "  4  a//b\n\nfour",
        "miev-folder/1\n" SUM "  4  a/./b\n\nfour",
        "miev-folder/1\n" SUM "  4  a/..\n\nfour",
        "miev-folder/1\n" SUM "  4  \n\nfour",
        "miev-folder/1\n" SUM "  -4  a\n\nfour",
        "miev-folder/1\n" SUM "  99999999999999999999999  a\n\nfour",
        "miev-folder/1\n" SUM "  4 a\n\nfour",
        "miev-folder/1\n" SUM "  4  a\x1b[0m\n\nfour",
        "miev-folder/1\nABC  4  a\n\nfour",
    };
    for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
        struct miev_error err;
        struct miev_pack_reader reader;
        struct miev_pack_file file;
        bool more = true;
        int rc = miev_pack_read(forged[i], strlen(forged[i]), &reader, &err);
        while (rc == MIEV_OK && more)
            rc = miev_pack_next(&reader, &file, &more, &err);
        if (rc != MIEV_ERR_BROKEN)
            fail_msg("folder %zu is not refused", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_folder_is_sealed_with_all_its_files, make_model,
                                        remove_model),
        cmocka_unit_test_setup_teardown(test_its_identity_is_the_hash_of_the_list, make_model,
                                        remove_model),
        cmocka_unit_test_setup_teardown(test_what_is_no_models_folder_is_refused_in_words,
                                        make_model, remove_model),
        cmocka_unit_test_setup_teardown(test_a_folder_too_deep_or_too_full_is_refused, make_model,
                                        remove_model),
        cmocka_unit_test(test_a_forged_folder_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
