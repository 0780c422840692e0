/* SPDX-License-Identifier: Apache-2.0 */
/* Images per second of an evaluation beside those of the engine alone, for each bundled model, in
 * turns in one run. Twice: from JPEG files, and with the pixels that an earlier model of the same
 * run has left. The JPEGs (32 x 32, as CIFAR-10's) are made here.
 *
 * The engine alone: inferences of one input back to back, before and after the evaluation, so that
 * what the machine does besides hits both alike. The last column compares CPU time of the model's
 * process, an inference alone over an image of the evaluation: what there is to lose but waiting.
 *
 *     bench_eval PROGRAM [IMAGES]      (PROGRAM: miev, which the workers are) */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jpeglib.h>

#include "core/env.h"
#include "eval/eval.h"
#include "model/catalog.h"
#include "sensor/sensor.h"
#include "study/run.h"

enum { SIDE = 32, ROUNDS = 3 };

#define ALONE_S 0.5

static void fail(const struct miev_error *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    exit(EXIT_FAILURE);
}

static void write_jpeg(const char *path, uint32_t *seed)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    uint8_t row[3 * SIDE];
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = jpeg.image_height = SIDE;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 90, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (unsigned y = 0; y < SIDE; y++) {
        JSAMPROW rows = row;
        for (unsigned x = 0; x < 3 * SIDE; x++) { /* slopes under some noise */
            *seed = *seed * 1664525u + 1013904223u;
            row[x] = (uint8_t)(x + 3 * y + (*seed >> 28));
        }
        (void)jpeg_write_scanlines(&jpeg, &rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    (void)fclose(file);
}

/* A folder for each class of the bundled models, which are named by number here. */
static void make_dataset(const char *folder, unsigned images)
{
    uint32_t seed = 1;
    char path[PATH_MAX];
    for (unsigned i = 0; i < images; i++) {
        (void)snprintf(path, sizeof(path), "%s/%u", folder, i % 10);
        (void)mkdir(path, 0700);
        (void)snprintf(path, sizeof(path), "%s/%u/%05u.jpg", folder, i % 10, i);
        write_jpeg(path, &seed);
    }
}

static void remove_dataset(const char *folder, unsigned images)
{
    char path[PATH_MAX];
    for (unsigned i = 0; i < images; i++) {
        (void)snprintf(path, sizeof(path), "%s/%u/%05u.jpg", folder, i % 10, i);
        (void)remove(path);
    }
    for (unsigned i = 0; i < 10; i++) {
        (void)snprintf(path, sizeof(path), "%s/%u", folder, i);
        (void)remove(path);
    }
    (void)remove(folder);
}

static struct miev_study_options study_options(const char *program, const char *runtime)
{
    struct miev_study_options study = MIEV_STUDY_OPTIONS_INIT;
    study.env = miev_env_host();
    study.engines = miev_engines;
    study.sensors = miev_sensors;
    study.worker_program = program;
    study.runtime_dir = runtime;
    return study;
}

struct pace {
    double per_s, cpu_s; /* cpu_s: of the model's process, each */
};

/* Inferences of one input, back to back. */
static struct pace alone_pace(const struct miev_study_options *options,
                              const struct miev_study_entry *entry, const char *photo)
{
    struct miev_error err;
    struct miev_study_options study = *options;
    struct miev_run run = {.options = &study, .n_models = 1, .input = {.fd = -1}};
    struct miev_rounds rounds = {0};
    study.input_path = photo;
    study.budget_s = 0;
    run.started_ns = miev_env_now_ns(study.env);
    if (miev_run_set_up(&run, entry, &err) != MIEV_OK)
        fail(&err);
    struct miev_run_model *model = &run.models[0];
    miev_run_open(&run, model);
    if (model->status != MIEV_OK)
        fail(&model->error);
    size_t count = 50;
    struct pace pace = {0};
    for (size_t i = 0; i < 2; i++) { /* the first tells how many fit the time */
        double before_s = miev_child_cpu_s(model->child);
        if (miev_run_round(&run, model, "inference", count, &rounds, i, &err) != MIEV_OK)
            fail(&err);
        model->inference_s = rounds.list[i].busy_s / (double)count;
        pace.per_s = 1 / model->inference_s;
        pace.cpu_s = (miev_child_cpu_s(model->child) - before_s) / (double)count;
        count = miev_plan_repeats(model->inference_s, ALONE_S);
    }
    miev_rounds_finish(&rounds);
    miev_run_tear_down(&run);
    return pace;
}

/* The last of n entries; with two of them its pictures are decoded already. */
static struct pace eval_pace(const struct miev_study_options *study,
                             const struct miev_study_entry *entries, size_t n, const char *folder)
{
    struct miev_error err;
    json_t *report = NULL;
    struct miev_eval_options options = {.study = *study, .dataset_path = folder};
    if (miev_eval_run(&options, entries, n, &report, &err) != MIEV_OK)
        fail(&err);
    const json_t *model = json_array_get(json_object_get(report, "models"), n - 1);
    const json_t *told = json_object_get(model, "pace");
    struct pace pace = {json_number_value(json_object_get(told, "images_per_s")),
                        json_number_value(json_object_get(told, "engine_cpu_s")) /
                            json_number_value(json_object_get(told, "images"))};
    json_decref(report);
    return pace;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof(values[0]), compare);
    return values[ROUNDS / 2];
}

static void bench_model(const struct miev_study_options *study,
                        const struct miev_study_entry *entry, const struct miev_study_entry *first,
                        const char *folder)
{
    double alone[ROUNDS], files[ROUNDS], kept[ROUNDS], file_ratio[ROUNDS], kept_ratio[ROUNDS];
    double cpu_ratio[ROUNDS];
    struct miev_study_entry both[2] = {*first, *entry};
    char photo[PATH_MAX];
    (void)snprintf(photo, sizeof(photo), "%s/0/00000.jpg", folder);
    for (size_t i = 0; i < ROUNDS; i++) {
        struct pace before = alone_pace(study, entry, photo);
        struct pace from_files = eval_pace(study, entry, 1, folder);
        struct pace from_memory = eval_pace(study, both, 2, folder);
        struct pace after = alone_pace(study, entry, photo);
        alone[i] = (before.per_s + after.per_s) / 2;
        files[i] = from_files.per_s;
        kept[i] = from_memory.per_s;
        file_ratio[i] = files[i] / alone[i];
        kept_ratio[i] = kept[i] / alone[i];
        cpu_ratio[i] = (before.cpu_s + after.cpu_s) / 2 / from_memory.cpu_s;
    }
    printf("%-16s %-8s %9.0f %10.0f %5.0f %% %10.0f %5.0f %% %8.0f %%\n", entry->card->name,
           entry->file->precision, median(alone), median(files), 100 * median(file_ratio),
           median(kept), 100 * median(kept_ratio), 100 * median(cpu_ratio));
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    struct miev_error err;
    struct miev_catalog catalog;
    char runtime[PATH_MAX], folder[] = "/tmp/miev-bench-XXXXXX";
    unsigned images = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 10000;
    if (argc < 2 || images < 10 || !mkdtemp(folder)) {
        (void)fprintf(stderr, "usage: bench_eval PROGRAM [IMAGES, 10 or more]\n");
        return EXIT_FAILURE;
    }
    if (miev_runtime_dir(miev_env_host(), runtime, sizeof(runtime), &err) != MIEV_OK ||
        miev_catalog_load_home(miev_env_host(), &catalog, &err) != MIEV_OK)
        fail(&err);
    make_dataset(folder, images);
    struct miev_study_options study = study_options(argv[1], runtime);
    printf("%u JPEGs of 32 x 32, images per second, median of %d\n", images, ROUNDS);
    printf("%-25s %9s %18s %18s %10s\n", "", "engine", "from files", "pixels kept", "CPU");
    for (size_t i = 0; i < catalog.n; i++) {
        for (size_t k = 0; k < catalog.cards[i].n_files; k++) {
            struct miev_study_entry entry = {&catalog.cards[i], &catalog.cards[i].files[k]};
            /* What decodes for it is the cheapest other one. */
            struct miev_study_entry first = {&catalog.cards[0], &catalog.cards[0].files[0]};
            if (i == 0 && k == 0)
                first.file = &catalog.cards[0].files[catalog.cards[0].n_files - 1];
            bench_model(&study, &entry, &first, folder);
        }
    }
    miev_catalog_finish(&catalog);
    remove_dataset(folder, images);
    return EXIT_SUCCESS;
}
