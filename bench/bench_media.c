/* SPDX-License-Identifier: Apache-2.0 */
/* Decode and resize a 12 megapixel JPEG to 224 x 224, the exact path and the fast one in turns, so
 * that their ratio comes from one run. With an argument the JPEG is written there, for other tools.
 * One line a figure: name, value, unit, parted by tabs. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jpeglib.h>

#include "media/media.h"

enum {
    WIDTH = 4000,
    HEIGHT = 3000,
    SIDE = 224,
    ROUNDS = 11,
};

/* Slopes under noise that is as strong as a photo's, so that the file has a photo's size. */
static void fill_row(uint8_t *row, unsigned y, uint32_t *seed)
{
    for (unsigned x = 0; x < WIDTH; x++) {
        *seed = *seed * 1664525u + 1013904223u;
        unsigned noise = *seed >> 27;
        row[3 * x] = (uint8_t)(x / 20 + noise);
        row[3 * x + 1] = (uint8_t)(y / 15 + noise);
        row[3 * x + 2] = (uint8_t)((x ^ y) / 24 + noise);
    }
}

static unsigned char *make_jpeg(unsigned long *length)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    static uint8_t row[3 * WIDTH];
    uint32_t seed = 1;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, length);
    jpeg.image_width = WIDTH;
    jpeg.image_height = HEIGHT;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 90, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (unsigned y = 0; y < HEIGHT; y++) {
        JSAMPROW rows = row;
        fill_row(row, y, &seed);
        (void)jpeg_write_scanlines(&jpeg, &rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return bytes;
}

/* CPU time of this thread, so that other programs' turns are not in it. */
static double cpu_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double load_ms(const unsigned char *bytes, size_t length, bool fast)
{
    static uint8_t rgb[3 * SIDE * SIDE];
    struct miev_image_options options = {.width = SIDE, .height = SIDE, .fast = fast};
    struct miev_error err;
    double began_ms = cpu_ms();
    if (miev_image_load(bytes, length, &options, rgb, &err) != MIEV_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    return cpu_ms() - began_ms;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void keep(const unsigned char *bytes, size_t length, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

int main(int argc, char **argv)
{
    unsigned long length = 0;
    unsigned char *bytes = make_jpeg(&length);
    double exact_ms[ROUNDS];
    double fast_ms[ROUNDS];
    if (argc > 1)
        keep(bytes, length, argv[1]);
    for (size_t i = 0; i < ROUNDS; i++) {
        exact_ms[i] = load_ms(bytes, length, false);
        fast_ms[i] = load_ms(bytes, length, true);
    }
    qsort(exact_ms, ROUNDS, sizeof(exact_ms[0]), compare);
    qsort(fast_ms, ROUNDS, sizeof(fast_ms[0]), compare);
    printf("MIEV, 12 megapixel JPEG of %lu bytes to %d x %d, exact\t%.1f\tms of CPU\n", length,
           SIDE, SIDE, exact_ms[ROUNDS / 2]);
    printf("MIEV, the same with shrink-on-load\t%.1f\tms of CPU\n", fast_ms[ROUNDS / 2]);
    free(bytes);
    return EXIT_SUCCESS;
}
