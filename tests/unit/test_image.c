/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

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

/* Whether this build, on this machine, reads the format of the file. */
static bool is_readable(const struct file *file)
{
    const char *format = miev_image_format_name(bytes_of(file), file->length);
    return format && miev_image_prepare(format, NULL) == MIEV_OK;
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
        /* Little CMS rounds its tables of inks otherwise in each version. */
        if (is_readable(&file))
            assert_like_pillow(&file, &expected, 1.0, strstr(expected.name, "inks") ? 5 : 2);
        else
            print_message("skipped: this build does not read %s\n", expected.name);
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

static const struct miev_image_options small = {.width = 8, .height = 8};

static void assert_load_refused(const struct file *file, int status, const char *words)
{
    struct miev_error err = {0};
    uint8_t rgb[8 * 8 * 3], kept[8 * 8 * 3];
    memset(rgb, 77, sizeof(rgb));
    memset(kept, 77, sizeof(kept));
    assert_refused(miev_image_load(bytes_of(file), file->length, &small, rgb, &err), status, &err,
                   words);
    assert_memory_equal(rgb, kept, sizeof(rgb));
}

static void test_the_header_tells_the_upright_size(void **state)
{
    (void)state;
    static const struct {
        const char *name, *format;
        unsigned orientation;
    } cases[] = {
        {"rgb.png", "png", 1},        {"orient_6.png", "png", 6},  {"orient_8.jpg", "jpeg", 8},
        {"orient_6.webp", "webp", 6}, {"top_down.bmp", "bmp", 1},  {"os2.bmp", "bmp", 1},
        {"offset.gif", "gif", 1},     {"orient_6.tif", "tiff", 6}, {"pages.tif", "tiff", 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err = {0};
        struct miev_image_info info;
        struct file file = fixture(cases[i].name);
        if (!is_readable(&file)) {
            free(file.text);
            continue;
        }
        assert_ok(miev_image_probe(bytes_of(&file), file.length, &info, &err), &err);
        assert_string_equal(info.format, cases[i].format);
        assert_int_equal(info.width, 23);
        assert_int_equal(info.height, 17);
        assert_int_equal(info.orientation, cases[i].orientation);
        free(file.text);
    }
}

static void test_the_fast_path_is_another_picture_but_a_near_one(void **state)
{
    (void)state;
    struct miev_error err = {0};
    struct file file = fixture("large.jpg");
    uint8_t exact[32 * 24 * 3], fast[32 * 24 * 3];
    struct miev_image_options options = {.width = 32, .height = 24};
    assert_ok(miev_image_load(bytes_of(&file), file.length, &options, exact, &err), &err);
    options.fast = true;
    assert_ok(miev_image_load(bytes_of(&file), file.length, &options, fast, &err), &err);
    free(file.text);
    int sum = 0;
    for (size_t i = 0; i < sizeof(exact); i++)
        sum += abs(exact[i] - fast[i]);
    assert_in_range(sum, 1, 2 * sizeof(exact));
}

/* 20 x 10 pixels that tell where they lie. */
static size_t make_map(uint8_t *out)
{
    static const uint8_t head[54] = {
        'B', 'M', [10] = 54, [14] = 40, [18] = 20, [22] = 10, [26] = 1, [28] = 24};
    memcpy(out, head, sizeof(head));
    for (size_t y = 0; y < 10; y++)
        for (size_t x = 0; x < 20; x++) {
            uint8_t *bgr = out + 54 + (9 - y) * 60 + 3 * x;
            bgr[0] = 0;
            bgr[1] = (uint8_t)(20 * y);
            bgr[2] = (uint8_t)(10 * x);
        }
    return 54 + 600;
}

static void test_a_crop_may_keep_less_than_the_middle(void **state)
{
    (void)state;
    static const struct {
        double ratio;
        unsigned side, x, y; /* without scaling, from there */
    } cases[] = {{0, 10, 5, 0}, {1, 10, 5, 0}, {0.5, 5, 7, 2}, {0.8, 8, 6, 1}, {0.1, 1, 9, 4}};
    uint8_t file[54 + 600], rgb[300];
    size_t length = make_map(file);
    struct miev_error err;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct miev_image_options options = {.width = cases[i].side,
                                                   .height = cases[i].side,
                                                   .resize = MIEV_RESIZE_CROP,
                                                   .crop_ratio = cases[i].ratio};
        assert_ok(miev_image_load(file, length, &options, rgb, &err), &err);
        assert_int_equal(rgb[0], 10 * cases[i].x);
        assert_int_equal(rgb[1], 20 * cases[i].y);
        const uint8_t *last = rgb + 3 * cases[i].side * cases[i].side - 3;
        assert_int_equal(last[0], 10 * (cases[i].x + cases[i].side - 1));
    }
}

static void test_targets_have_bounds(void **state)
{
    (void)state;
    struct miev_error err = {0};
    struct file file = fixture("rgb.png");
    uint8_t rgb[3];
    static const unsigned sides[][2] = {{0, 1}, {1, 0}, {4097, 1}, {1, 0xffffffff}};
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        struct miev_image_options options = {.width = sides[i][0], .height = sides[i][1]};
        assert_refused(miev_image_load(bytes_of(&file), file.length, &options, rgb, &err),
                       MIEV_ERR_INVALID, &err, "each side must be 1 to 4096");
    }
    free(file.text);
}

static void test_strangers_are_named_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t length;
        const char *words;
    } cases[] = {
#define HEAD(text) (text), sizeof(text) - 1
#if !MIEV_WITH_GIF
        {HEAD("GIF89a..."), "a GIF picture, which this build does not read: install libgif-dev"},
#endif
#if !MIEV_WITH_TIFF
        {HEAD("II*\0...."), "a TIFF"},
        {HEAD("MM\0*...."), "a TIFF"},
#endif
        {HEAD("\0\0\0\x18"
              "ftypisom...."),
         "an MP4 film"},
        {HEAD("%PDF-1.7"), "a PDF"},
        {HEAD("<?xml version='1.0'?>\n<svg xmlns='...'>"), "an SVG"},
        {HEAD("\xef\xbb\xbf\n<!DOCTYPE HTML><html>"), "an HTML page"},
        {HEAD("version https://git-lfs.github.com/spec/v1\noid ..."), "git lfs pull"},
        {HEAD("PK\x03\x04"), "a ZIP archive"},
        {HEAD("\x1c\0\0\0TFL3"), "a TFLite model: --input takes the photo"},
        {HEAD("hello"), "not a picture that this program knows"},
        {HEAD("\0"), "not a picture that this program knows"},
#undef HEAD
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];
        memcpy(text, cases[i].head, cases[i].length);
        struct file file = {text, cases[i].length};
        assert_load_refused(&file, MIEV_ERR_UNSUPPORTED, cases[i].words);
    }
    struct file empty = {(char[]){""}, 0};
    assert_load_refused(&empty, MIEV_ERR_INVALID, "empty");
}

static void test_kinds_that_are_not_read_are_named(void **state)
{
    (void)state;
    struct file file = fixture("animated.webp");
    assert_load_refused(&file, MIEV_ERR_UNSUPPORTED, "animated");
    free(file.text);
    file = fixture("rle8.bmp");
    assert_load_refused(&file, MIEV_ERR_UNSUPPORTED, "compression 1");
    free(file.text);
}

/* Bytes to put into a file at a place, most significant first. */
static void patch(struct file *file, size_t at, const char *bytes, size_t n)
{
    assert_true(at + n <= file->length);
    memcpy(file->text + at, bytes, n);
}

static size_t find_bytes(const struct file *file, const char *bytes, size_t n)
{
    const char *found = memmem(file->text, file->length, bytes, n);
    assert_non_null(found);
    return (size_t)(found - file->text);
}

static void test_pictures_that_claim_too_much_are_refused_by_their_header(void **state)
{
    (void)state;
    struct file file = fixture("rgb.png");
    patch(&file, 16, "\0\0\x75\x30\0\0\x75\x30", 8);
    assert_load_refused(&file, MIEV_ERR_LIMIT, "30000 x 30000 pixels, more than the 64 megapixels");
    patch(&file, 16, "\0\0\x9c\x40\0\0\0\x0a", 8);
    assert_load_refused(&file, MIEV_ERR_LIMIT, "a side over the 32768 allowed");
    patch(&file, 16, "\0\0\0\0\0\0\0\x0a", 8);
    assert_load_refused(&file, MIEV_ERR_INVALID, "no pixels");
    free(file.text);

    file = fixture("rgb24.bmp");
    patch(&file, 18, "\x60\xea\0\0\x60\xea\0\0", 8);
    assert_load_refused(&file, MIEV_ERR_LIMIT, "60000 x 60000 pixels, more than the 64 megapixels");
    patch(&file, 18, "\xff\xff\xff\x7f\0\0\0\x80", 8);
    assert_load_refused(&file, MIEV_ERR_LIMIT, "2147483647 x 2147483648");
    free(file.text);

    file = fixture("rgb.jpg");
    patch(&file, find_bytes(&file, "\xff\xc0", 2) + 5, "\xea\x60\xea\x60", 4);
    assert_load_refused(&file, MIEV_ERR_LIMIT, "60000 x 60000");
    free(file.text);

    char webp[34] = "RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xfe\xbf\xff\x0f";
    file = (struct file){webp, sizeof(webp)};
    assert_load_refused(&file, MIEV_ERR_LIMIT, "16383 x 16383");
}

static void test_files_over_the_bound_are_refused_unread(void **state)
{
    (void)state;
    struct file file = {(char[]){"\xff\xd8\xff"}, (size_t)MIEV_IMAGE_MAX_BYTES + 1};
    assert_load_refused(&file, MIEV_ERR_LIMIT, "more than the 64 MiB allowed");
}

static void test_endless_scans_are_refused(void **state)
{
    (void)state;
    enum { COPIES = 150 };
    struct file file = fixture("progressive.jpg");
    size_t begin = find_bytes(&file, "\xff\xda", 2);
    size_t end = begin + 2;
    while (bytes_of(&file)[end] != 0xff || bytes_of(&file)[end + 1] == 0)
        end++;
    size_t scan = end - begin;
    struct file bomb = {malloc(file.length + COPIES * scan), file.length + COPIES * scan};
    assert_non_null(bomb.text);
    memcpy(bomb.text, file.text, begin);
    for (size_t i = 0; i < COPIES; i++)
        memcpy(bomb.text + begin + i * scan, file.text + begin, scan);
    memcpy(bomb.text + begin + COPIES * scan, file.text + begin, file.length - begin);
    assert_load_refused(&bomb, MIEV_ERR_LIMIT, "more than the 100 scans allowed");
    free(bomb.text);
    free(file.text);
}

/* Bits of a deflate stream, least significant first. */
static void put_bits(uint8_t *out, size_t *at, unsigned bits, unsigned n)
{
    for (unsigned i = 0; i < n; i++, (*at)++)
        out[*at / 8] |= (uint8_t)((bits >> i & 1u) << (*at % 8));
}

static void put_u32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t crc32_of(const uint8_t *bytes, size_t n)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1u ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* A zTXt chunk whose text of one repeated letter unpacks to a gigabyte. */
static size_t make_text_bomb(uint8_t *out)
{
    size_t bits = 8 * 8;
    memcpy(out + 4, "zTXt", 4);
    put_bits(out, &bits, 'k', 8);     /* keyword, */
    put_bits(out, &bits, 0, 16);      /* its end, method 0; */
    put_bits(out, &bits, 0x0178, 16); /* zlib header; */
    put_bits(out, &bits, 3, 3);       /* last block, fixed codes; */
    put_bits(out, &bits, 0x89, 8);    /* 'a', its code mirrored; */
    for (size_t n = 1; n < (size_t)1 << 30; n += 258)
        put_bits(out, &bits, 0xa3, 13); /* 258 times the byte before */
    put_bits(out, &bits, 0, 7);         /* end of block */
    size_t end = (bits + 7) / 8 + 4;    /* a checksum that nobody reaches */
    put_u32(out, (uint32_t)(end - 8));
    put_u32(out + end, crc32_of(out + 4, end - 4));
    return end + 4;
}

static void test_a_gigabyte_of_packed_text_is_passed_over(void **state)
{
    (void)state;
    struct file file = fixture("rgb.png");
    size_t header = 8 + 25;
    struct file bomb = {calloc(1, 8u << 20), 0};
    assert_non_null(bomb.text);
    memcpy(bomb.text, file.text, header);
    size_t n = make_text_bomb((uint8_t *)bomb.text + header);
    memcpy(bomb.text + header + n, file.text + header, file.length - header);
    bomb.length = file.length + n;
    struct rusage before, after;
    struct miev_error err = {0};
    uint8_t want[8 * 8 * 3], got[8 * 8 * 3];
    assert_ok(miev_image_load(bytes_of(&file), file.length, &small, want, &err), &err);
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    assert_ok(miev_image_load(bytes_of(&bomb), bomb.length, &small, got, &err), &err);
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    assert_memory_equal(got, want, sizeof(want));
    assert_true(after.ru_maxrss - before.ru_maxrss < 32 << 10); /* KiB */
    free(bomb.text);
    free(file.text);
}

/* Call check with each picture that make.py made, once. */
static void for_each_picture(void (*check)(const char *name, const struct file *file))
{
    struct file table = fixture("expected.bin");
    struct expected expected;
    size_t at = 0;
    char last[33] = "";
    while (next_expected(&table, &at, &expected) && strcmp(last, expected.name) < 0) {
        struct file file = fixture(expected.name);
        if (is_readable(&file))
            check(expected.name, &file);
        free(file.text);
        memcpy(last, expected.name, sizeof(last));
    }
    free(table.text);
}

/* The bytes without which the first picture is not whole. */
static size_t needed_length(const char *name, const struct file *file)
{
    return strcmp(name, "pages.tif") == 0 ? file->length / 2 - 16 : file->length;
}

/* Each beginning lies in memory of its own size, so that a sanitizer sees a byte too far. */
static void cut_everywhere(const char *name, const struct file *file)
{
    size_t step = file->length / 512 * 7 + 1; /* a profile of inks takes milliseconds to open */
    for (size_t n = 0; n < needed_length(name, file); n += step) {
        struct miev_error err = {0};
        struct miev_image_info info;
        uint8_t rgb[8 * 8 * 3];
        uint8_t *cut = malloc(n + (n == 0));
        assert_non_null(cut);
        memcpy(cut, file->text, n);
        int probed = miev_image_probe(cut, n, &info, &err);
        int rc = miev_image_load(cut, n, &small, rgb, &err);
        free(cut);
        if (rc == MIEV_OK || (probed != MIEV_OK && rc != probed) || err.message[0] == '\0')
            fail_msg("%s cut at %zu: probe says %s, load %s (%s)", name, n,
                     miev_status_name(probed), miev_status_name(rc), err.message);
    }
}

static void test_every_beginning_of_a_picture_is_refused(void **state)
{
    (void)state;
    for_each_picture(cut_everywhere);
}

/* xorshift64: the same bytes every time. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void flip_bytes(const char *name, const struct file *file)
{
    (void)name;
    uint64_t seed = 0x9e3779b97f4a7c15u;
    uint8_t *bytes = malloc(file->length);
    assert_non_null(bytes);
    for (int round = 0; round < 25; round++) {
        struct miev_error err = {0};
        uint8_t rgb[9 * 7 * 3];
        struct miev_image_options options = {.width = 9, .height = 7};
        options.resize = (enum miev_resize)(round % 3);
        options.fast = round % 2;
        memcpy(bytes, file->text, file->length);
        for (uint64_t n = next_random(&seed) % 8; n < 8; n++)
            bytes[next_random(&seed) % file->length] = (uint8_t)next_random(&seed);
        int rc = miev_image_load(bytes, file->length, &options, rgb, &err);
        assert_true(rc == MIEV_OK || err.message[0] != '\0');
    }
    free(bytes);
}

static void test_random_damage_never_crashes(void **state)
{
    (void)state;
    for_each_picture(flip_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_picture_looks_as_pillow_shows_it),
        cmocka_unit_test(test_photos_agree_with_pillow_within_one_level),
        cmocka_unit_test(test_the_header_tells_the_upright_size),
        cmocka_unit_test(test_the_fast_path_is_another_picture_but_a_near_one),
        cmocka_unit_test(test_a_crop_may_keep_less_than_the_middle),
        cmocka_unit_test(test_targets_have_bounds),
        cmocka_unit_test(test_strangers_are_named_with_what_to_do),
        cmocka_unit_test(test_kinds_that_are_not_read_are_named),
        cmocka_unit_test(test_pictures_that_claim_too_much_are_refused_by_their_header),
        cmocka_unit_test(test_files_over_the_bound_are_refused_unread),
        cmocka_unit_test(test_endless_scans_are_refused),
        cmocka_unit_test(test_a_gigabyte_of_packed_text_is_passed_over),
        cmocka_unit_test(test_every_beginning_of_a_picture_is_refused),
        cmocka_unit_test(test_random_damage_never_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
