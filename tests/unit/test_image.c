/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "media/media.h"
#include "test.h"

#define FIXTURES "tests/fixtures/images/"

struct file {
    char *text;
    size_t length;
};

static const uint8_t *bytes_of(const struct file *file)
{
    return (const uint8_t *)file->text;
}

static bool load_file(const char *folder, const char *name, struct file *out)
{
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s%s", folder, name);
    return miev_file_load(path, 16u << 20, &out->text, &out->length, NULL) == MIEV_OK;
}

static struct file fixture(const char *name)
{
    struct file file = {0};
    if (!load_file(FIXTURES, name, &file))
        fail_msg("no fixture %s", name);
    return file;
}

/* What Pillow made of a picture; see make.py. */
struct expected {
    char name[33];
    struct miev_image_options options;
    const uint8_t *rgb;
    size_t n_bytes;
};

static bool next_expected(const struct file *table, size_t *at, struct expected *out)
{
    const uint8_t *record = bytes_of(table) + *at;
    if (*at == table->length)
        return false;
    memset(out, 0, sizeof(*out));
    memcpy(out->name, record, 32);
    out->options.width = record[32] | (unsigned)record[33] << 8;
    out->options.height = record[34] | (unsigned)record[35] << 8;
    out->options.resize = (enum miev_resize)record[36];
    out->rgb = record + 38;
    out->n_bytes = 3 * (size_t)out->options.width * out->options.height;
    *at += 38 + out->n_bytes;
    return true;
}

/* Load the picture as expected->options say and hold it against Pillow's. */
static void assert_like_pillow(const struct file *file, const struct expected *expected,
                               double max_mean, int max_max)
{
    struct miev_error err = {0};
    uint8_t *rgb = malloc(expected->n_bytes);
    assert_non_null(rgb);
    int rc = miev_image_load(bytes_of(file), file->length, &expected->options, rgb, &err);
    if (rc != MIEV_OK)
        fail_msg("%s: %s", expected->name, err.message);
    double sum = 0;
    int most = 0;
    for (size_t i = 0; i < expected->n_bytes; i++) {
        int difference = abs(rgb[i] - expected->rgb[i]);
        sum += difference;
        most = difference > most ? difference : most;
    }
    free(rgb);
    double mean = sum / (double)expected->n_bytes;
    if (mean > max_mean || most > max_max)
        fail_msg("%s to %u x %u, mode %d: differs from Pillow by %.3f on average, %d at most",
                 expected->name, expected->options.width, expected->options.height,
                 (int)expected->options.resize, mean, most);
    if (getenv("MIEV_TEST_VERBOSE"))
        print_message("# %s mean %.4f max %d\n", expected->name, mean, most);
}

static void test_every_kind_of_picture_looks_as_pillow_shows_it(void **state)
{
    (void)state;
    struct file table = fixture("expected.bin");
    struct expected expected;
    size_t at = 0;
    while (next_expected(&table, &at, &expected)) {
        struct file file = fixture(expected.name);
        assert_like_pillow(&file, &expected, 1.0, 2);
        free(file.text);
    }
    free(table.text);
}

static void test_photos_agree_with_pillow_within_one_level(void **state)
{
    (void)state;
    const char *shared = test_shared_dir();
    if (!shared)
        skip(); /* the folder of photos is not there: set MIEV_SHARED */
    char folder[512];
    (void)snprintf(folder, sizeof(folder), "%s/models/photos/", shared);
    struct file table = fixture("pillow_32x32.bin");
    struct expected expected;
    size_t at = 0;
    while (next_expected(&table, &at, &expected)) {
        struct file file;
        if (!load_file(folder, expected.name, &file))
            continue;
        assert_like_pillow(&file, &expected, 1.0, 2);
        free(file.text);
    }
    free(table.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_picture_looks_as_pillow_shows_it),
        cmocka_unit_test(test_photos_agree_with_pillow_within_one_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
