/* SPDX-License-Identifier: Apache-2.0 */
/* Images per second of an evaluation beside what its two halves can do alone, for each bundled
 * model, in turns in one run:
 *
 *  - the engine: tensors that lie in memory are copied into the model's input one after the other
 *    and run, in a plain loop in this process, before and after each evaluation;
 *  - the decoder: files that lie in memory become such tensors, by one process as an evaluation
 *    has several of. Where that takes longer than the inference, it is the limit.
 *
 * The evaluation itself twice: from JPEG files, and with the pixels that an earlier model of the
 * same run has left. The JPEGs (32 x 32, as CIFAR-10's) are made here.
 *
 *     bench_eval PROGRAM [IMAGES]      (PROGRAM: miev, which the workers are) */
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jpeglib.h>

#include "core/env.h"
#include "eval/eval.h"
#include "model/catalog.h"
#include "sensor/sensor.h"
#include "study/preparer.h"
#include "study/run.h"

enum { SIDE = 32, ROUNDS = 3, TENSORS = 256 };

#define ALONE_S 0.3

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

/* ---- the halves alone ----------------------------------------------------------------------- */

/* One model with tensors for it. */
struct bench {
    const struct miev_engine_ops *engine;
    void *state;
    struct miev_sealed file;
    struct miev_tensor input;
    struct miev_preparer preparer;
    json_t *prepare; /* the request that makes the tensors */
    int pictures;    /* the files of it */
};

static double elapsed_s(uint64_t since_ns)
{
    return (double)(miev_env_now_ns(miev_env_host()) - since_ns) * 1e-9;
}

/* What an evaluation tells its decoders about pictures for this model. */
static json_t *as_request(const struct miev_study_options *options,
                          const struct miev_study_entry *entry, const char *photo)
{
    struct miev_error err;
    struct miev_study_options study = *options;
    struct miev_run run = {.options = &study, .n_models = 1, .input = {.fd = -1}};
    study.input_path = photo;
    study.budget_s = 0;
    run.started_ns = miev_env_now_ns(study.env);
    if (miev_run_set_up(&run, entry, &err) != MIEV_OK)
        fail(&err);
    miev_run_open(&run, &run.models[0]);
    if (run.models[0].status != MIEV_OK)
        fail(&run.models[0].error);
    const json_t *facts = run.models[0].facts;
    json_t *as = json_deep_copy(json_object_get(facts, "input_request"));
    (void)json_object_set(as, "tensor", json_array_get(json_object_get(facts, "inputs"), 0));
    miev_run_tear_down(&run);
    return as;
}

static void open_engine(struct bench *bench, const struct miev_study_options *study,
                        const struct miev_study_entry *entry)
{
    struct miev_error err;
    struct miev_engine_info info;
    struct miev_engine_options options = {.runtime_dir = study->runtime_dir,
                                          .threads = study->threads};
    if (miev_sealed_load(entry->file->path, SIZE_MAX / 2, &bench->file, &err) != MIEV_OK)
        fail(&err);
    bench->engine = miev_engine_for(miev_engines, bench->file.bytes, bench->file.length);
    bench->state = calloc(1, bench->engine->state_size);
    if (bench->engine->open(bench->state, &options, &info, &err) != MIEV_OK ||
        bench->engine->load(bench->state, bench->file.bytes, bench->file.length, &info, &err) !=
            MIEV_OK ||
        bench->engine->input(bench->state, 0, &bench->input, &err) != MIEV_OK)
        fail(&err);
}

/* The first pictures of the dataset, one behind the other. */
static void read_pictures(struct bench *bench, const char *folder)
{
    char path[PATH_MAX], bytes[4096];
    json_t *sizes = json_array();
    bench->pictures = memfd_create("pictures", MFD_CLOEXEC);
    for (unsigned i = 0; i < TENSORS; i++) {
        (void)snprintf(path, sizeof(path), "%s/%u/%05u.jpg", folder, i % 10, i);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = read(file, bytes, sizeof(bytes));
        if (n <= 0 || write(bench->pictures, bytes, (size_t)n) != n) {
            perror(path);
            exit(EXIT_FAILURE);
        }
        (void)close(file);
        (void)json_array_append_new(sizes, json_integer(n));
    }
    bench->prepare = json_pack("{s:i, s:i, s:o}", "at", 0, "first", 0, "sizes", sizes);
}

static void open_bench(struct bench *bench, const struct miev_study_options *study,
                       const struct miev_study_entry *entry, const char *folder)
{
    struct miev_error err;
    char photo[PATH_MAX];
    (void)snprintf(photo, sizeof(photo), "%s/0/00000.jpg", folder);
    *bench = (struct bench){.pictures = -1};
    open_engine(bench, study, entry);
    read_pictures(bench, folder);
    json_t *as = as_request(study, entry, photo);
    int ring = memfd_create("tensors", MFD_CLOEXEC);
    if (ftruncate(ring, (off_t)(TENSORS * bench->input.bytes)) != 0 ||
        miev_preparer_as(&bench->preparer, as, &err) != MIEV_OK ||
        miev_tensor_ring_take(&bench->preparer.ring, ring, true, &err) != MIEV_OK)
        fail(&err);
    (void)close(ring);
    json_decref(as);
}

static void close_bench(struct bench *bench)
{
    bench->engine->close(bench->state);
    free(bench->state);
    miev_sealed_finish(&bench->file);
    miev_preparer_finish(&bench->preparer);
    json_decref(bench->prepare);
    (void)close(bench->pictures);
}

/* Tensors a second that one process makes of JPEG files. */
static double decoder_pace(struct bench *bench)
{
    struct miev_error err;
    uint64_t began_ns = miev_env_now_ns(miev_env_host());
    size_t count = 0;
    for (; elapsed_s(began_ns) < ALONE_S; count += TENSORS) {
        json_t *reply = json_object();
        if (miev_preparer_prepare(&bench->preparer, bench->prepare, bench->pictures, reply, &err) !=
            MIEV_OK)
            fail(&err);
        json_decref(reply);
    }
    return (double)count / elapsed_s(began_ns);
}

/* Tensors a second that the engine takes. */
static double engine_pace(struct bench *bench)
{
    struct miev_error err;
    uint64_t began_ns = miev_env_now_ns(miev_env_host());
    size_t count = 0;
    for (; elapsed_s(began_ns) < ALONE_S; count += TENSORS)
        for (size_t i = 0; i < TENSORS; i++) {
            memcpy(bench->input.data, bench->preparer.ring.bytes + i * bench->input.bytes,
                   bench->input.bytes);
            if (bench->engine->run(bench->state, &err) != MIEV_OK)
                fail(&err);
        }
    return (double)count / elapsed_s(began_ns);
}

/* ---- the evaluation ------------------------------------------------------------------------- */

/* The last of n entries; with two of them its pictures are decoded already. */
static double eval_pace(const struct miev_study_options *study,
                        const struct miev_study_entry *entries, size_t n, const char *folder,
                        double *n_decoders)
{
    struct miev_error err;
    json_t *report = NULL;
    struct miev_eval_options options = {.study = *study, .dataset_path = folder};
    if (miev_eval_run(&options, entries, n, &report, &err) != MIEV_OK)
        fail(&err);
    const json_t *model = json_array_get(json_object_get(report, "models"), n - 1);
    double per_s =
        json_number_value(json_object_get(json_object_get(model, "pace"), "images_per_s"));
    *n_decoders =
        json_number_value(json_object_get(json_object_get(report, "settings"), "decoders"));
    json_decref(report);
    return per_s;
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
    double engine[ROUNDS], decoder[ROUNDS], files[ROUNDS], kept[ROUNDS];
    double limit_ratio[ROUNDS], kept_ratio[ROUNDS], n_decoders = 1;
    struct miev_study_entry both[2] = {*first, *entry};
    struct bench bench;
    open_bench(&bench, study, entry, folder);
    for (size_t i = 0; i < ROUNDS; i++) {
        double decoder_before = decoder_pace(&bench), engine_0 = engine_pace(&bench);
        files[i] = eval_pace(study, entry, 1, folder, &n_decoders);
        double engine_1 = engine_pace(&bench);
        decoder[i] = n_decoders * (decoder_before + decoder_pace(&bench)) / 2;
        double engine_2 = engine_pace(&bench);
        kept[i] = eval_pace(study, both, 2, folder, &n_decoders);
        double engine_3 = engine_pace(&bench);
        limit_ratio[i] = files[i] / fmin((engine_0 + engine_1) / 2, decoder[i]);
        kept_ratio[i] = kept[i] / ((engine_2 + engine_3) / 2);
        engine[i] = (engine_0 + engine_1 + engine_2 + engine_3) / 4;
    }
    close_bench(&bench);
    const char *limit = median(engine) < median(decoder) ? "engine" : "decoder";
    printf("%-16s %-8s %9.0f %9.0f %9.0f %5.0f %% of %-7s %9.0f %5.0f %%\n", entry->card->name,
           entry->file->precision, median(engine), median(decoder), median(files),
           100 * median(limit_ratio), limit, median(kept), 100 * median(kept_ratio));
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    struct miev_error err;
    struct miev_catalog catalog;
    char runtime[PATH_MAX], folder[] = "/tmp/miev-bench-XXXXXX";
    unsigned images = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 10000;
    if (argc < 2 || images < TENSORS || !mkdtemp(folder)) {
        (void)fprintf(stderr, "usage: bench_eval PROGRAM [IMAGES, %d or more]\n", TENSORS);
        return EXIT_FAILURE;
    }
    if (miev_runtime_dir(miev_env_host(), runtime, sizeof(runtime), &err) != MIEV_OK ||
        miev_catalog_load_home(miev_env_host(), &catalog, &err) != MIEV_OK)
        fail(&err);
    make_dataset(folder, images);
    struct miev_study_options study = study_options(argv[1], runtime);
    printf("%u JPEGs of 32 x 32, images per second, median of %d; eval is held against the slower\n"
           "of engine and decoder (all decoding processes together), and with the pixels kept by\n"
           "an earlier model against the engine\n\n",
           images, ROUNDS);
    printf("%-25s %9s %9s %27s %17s\n", "", "engine", "decoder", "eval from files", "pixels kept");
    for (size_t i = 0; i < catalog.n; i++) {
        for (size_t k = 0; k < catalog.cards[i].n_files; k++) {
            struct miev_study_entry entry = {.card = &catalog.cards[i],
                                             .file = &catalog.cards[i].files[k]};
            /* What decodes for it is the cheapest other one. */
            struct miev_study_entry first = {.card = &catalog.cards[0],
                                             .file = &catalog.cards[0].files[0]};
            if (i == 0 && k == 0)
                first.file = &catalog.cards[0].files[catalog.cards[0].n_files - 1];
            bench_model(&study, &entry, &first, folder);
        }
    }
    miev_catalog_finish(&catalog);
    remove_dataset(folder, images);
    return EXIT_SUCCESS;
}
