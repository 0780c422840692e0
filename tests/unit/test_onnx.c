/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "engine/onnx_file.h"
#include "engine_bench.h"

extern const struct miev_engine_ops miev_engine_onnx;
static const struct miev_engine_ops *const ops = &miev_engine_onnx;

/* Small models; tests/cli/tiny_onnx.py makes them. */
#define SEEDS "tests/fuzz/corpus/onnx/"

static void load_seed(struct engine *e, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof(path), SEEDS "%s.onnx", name);
    assert_ok(load_file(e, path), &e->err);
}

static struct miev_tensor tensor_of(struct engine *e, bool input)
{
    struct miev_tensor t = {.n_dims = 0};
    assert_ok(input ? ops->input(e->state, 0, &t, &e->err) : ops->output(e->state, 0, &t, &e->err),
              &e->err);
    return t;
}

static char *read_shared(const char *name, size_t *length)
{
    char path[4096], *bytes = NULL;
    struct miev_error err;
    assert_ok(
        miev_file_load(shared_path(path, sizeof(path), name), MODEL_BYTES, &bytes, length, &err),
        &err);
    return bytes;
}

static void test_takes_what_reads_as_a_model(void **state)
{
    (void)state;
    struct miev_error err;
    char *model = NULL;
    size_t length = 0;
    assert_ok(miev_file_load(SEEDS "flat.onnx", MODEL_BYTES, &model, &length, &err), &err);
    assert_true(ops->handles(model, length));
    assert_true(ops->handles(model, 20)); /* cut short, behind the graph's beginning */
    free(model);
    static const char *const others[] = {
        "\x08\x07\x12\x07pytorch",
        "\x08\x01\x12\xb5\x02\x0a\x05graph",
        "\x08\x05\x12\x10\x0a\x05image",
        "BZh91AY&SY",
        "version https://git-lfs",
        "\x1c\x01\x01\x01TFL3",
        ":root { color: red }",
        "{\"schema\":\"miev.card/1\"}",
        "\x0a\x05\x12\x03\x01\x01\x01\x3a\x02",
        "",
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (ops->handles(others[i], strlen(others[i])))
            fail_msg("'%s' is taken for a model", others[i]);
}

static void test_missing_runtime_is_unavailable_and_says_how_to_get_it(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_engine_info info;
    void *memory = calloc(1, ops->state_size);
    const struct miev_engine_options options = {.runtime_dir = "/nonexistent", .threads = 1};
    int rc = ops->open(memory, &options, &info, &err);
    if (rc == MIEV_OK)
        ops->close(memory);
    free(memory);
    if (rc == MIEV_OK) {
        print_message("skipped: this system has its own ONNX Runtime\n");
        skip();
    }
    assert_refused(rc, MIEV_ERR_UNAVAILABLE, &err, "scripts/fetch-runtime");
}

/* A folder with this as the runtime, which is refused in these words. */
static void check_wrong_library(const char *source, const char *words)
{
    char folder[] = "/tmp/miev-onnx-XXXXXX", path[64];
    struct miev_error err;
    struct miev_engine_info info;
    void *memory = calloc(1, ops->state_size);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/libonnxruntime.so", folder);
    assert_int_equal(symlink(source, path), 0);
    const struct miev_engine_options options = {.runtime_dir = folder, .threads = 1};
    int rc = ops->open(memory, &options, &info, &err);
    (void)unlink(path);
    (void)rmdir(folder);
    free(memory);
    assert_refused(rc, MIEV_ERR_BROKEN, &err, words);
    assert_non_null(strstr(err.message, "scripts/fetch-runtime"));
}

static void test_a_wrong_library_is_refused_in_words(void **state)
{
    (void)state;
    char other[256], path[4096];
    check_wrong_library("/proc/self/status", "cannot be opened (");
    (void)snprintf(other, sizeof(other), "%s/libLiteRt.so", runtime_dir());
    if (realpath(other, path))
        check_wrong_library(path, "has no function OrtGetApiBase");
}

static void test_reports_runtime_delegate_and_threads(void **state)
{
    (void)state;
    struct engine e;
    need_engine(&e, ops, NULL, 2);
    assert_string_equal(e.info.runtime, "ONNX Runtime");
    assert_true(strncmp(e.info.version, "1.", 2) == 0);
    assert_string_equal(e.info.delegate, "");
    load_seed(&e, "add");
    assert_string_equal(e.info.delegate, "cpu");
    assert_int_equal(e.info.threads, 2);
    close_engine(&e);
    need_engine(&e, ops, "none", 1);
    load_seed(&e, "add");
    assert_string_equal(e.info.delegate, "cpu");
    close_engine(&e);
}

static void test_a_provider_that_is_not_there_is_refused_in_words(void **state)
{
    (void)state;
    static const char *const delegates[][2] = {
        {"cuda", "CUDAExecutionProvider"},
        {"tensorrt", "TensorrtExecutionProvider"},
        {"openvino", "OpenVINOExecutionProvider"},
    };
    struct engine e;
    need_engine(&e, ops, NULL, 1);
    close_engine(&e);
    assert_refused(open_engine(&e, ops, "warp", 1), MIEV_ERR_UNSUPPORTED, &e.err,
                   "no delegate 'warp': name cpu, cuda, tensorrt or openvino");
    for (size_t i = 0; i < 3; i++) {
        int rc = open_engine(&e, ops, delegates[i][0], 1);
        if (rc == MIEV_OK) { /* somebody's own build */
            close_engine(&e);
            continue;
        }
        assert_refused(rc, MIEV_ERR_UNAVAILABLE, &e.err, delegates[i][1]);
        assert_non_null(strstr(e.err.message, "it has "));
    }
}

/* The models lay their input out flat, so that each number shows where it went. */
static void test_numbers_of_every_type_come_out_as_they_went_in(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum miev_dtype dtype;
        double scale;
        int64_t zero_point;
    } cases[] = {
        {"flat", MIEV_DTYPE_FLOAT32, 0, 0},
        {"float16", MIEV_DTYPE_FLOAT16, 0, 0},
        {"int8", MIEV_DTYPE_INT8, 0.5, -3},
        {"uint8", MIEV_DTYPE_UINT8, 0.25, 7},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct engine e;
        need_engine(&e, ops, NULL, 1);
        load_seed(&e, cases[i].name);
        struct miev_tensor in = tensor_of(&e, true);
        assert_int_equal(in.dtype, cases[i].dtype);
        assert_string_equal(in.name, "x");
        assert_int_equal(in.n_dims, 4);
        assert_int_equal(in.dims[1], 3);
        assert_int_equal(in.bytes, 12 * miev_dtype_size(in.dtype));
        for (size_t k = 0; k < in.bytes; k++)
            ((uint8_t *)in.data)[k] = (uint8_t)(k + 1); /* no NaN in any type */
        for (int run = 0; run < 2; run++) {
            assert_ok(ops->run(e.state, &e.err), &e.err);
            struct miev_tensor out = tensor_of(&e, false);
            assert_int_equal(out.n_dims, 2);
            assert_int_equal(out.dims[1], 12);
            assert_int_equal(out.bytes, in.bytes);
            assert_memory_equal(out.data, in.data, in.bytes);
            assert_near(out.scale, cases[i].scale, 1e-9);
            assert_int_equal(out.zero_point, cases[i].zero_point);
        }
        assert_near(in.scale, cases[i].scale, 1e-9);
        assert_int_equal(in.zero_point, cases[i].zero_point);
        struct miev_tensor none;
        assert_refused(ops->output(e.state, 1, &none, &e.err), MIEV_ERR_INVALID, &e.err,
                       "no output 1");
        close_engine(&e);
    }
}

static void test_an_open_batch_is_one_picture(void **state)
{
    (void)state;
    struct engine e;
    const int64_t two[] = {2, 3, 2, 2}, wide[] = {1, 3, 2, 4};
    need_engine(&e, ops, NULL, 1);
    load_seed(&e, "open-batch");
    assert_int_equal(tensor_of(&e, true).dims[0], 1);
    assert_int_equal(tensor_of(&e, true).bytes, 12 * sizeof(float));
    assert_int_equal(tensor_of(&e, false).dims[0], 1);
    assert_int_equal(tensor_of(&e, false).dims[1], 12);
    assert_null(tensor_of(&e, false).data);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    assert_int_equal(tensor_of(&e, false).dims[1], 12);
    assert_refused(ops->shape_input(e.state, 0, wide, 4, &e.err), MIEV_ERR_INVALID, &e.err,
                   "dimension 3 is fixed at 2");
    assert_ok(ops->shape_input(e.state, 0, two, 4, &e.err), &e.err);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    assert_int_equal(tensor_of(&e, false).dims[0], 2);
    close_engine(&e);
}

static void test_an_open_size_waits_for_the_caller(void **state)
{
    (void)state;
    struct engine e;
    const int64_t none[] = {1, 3, 0, 2}, small[] = {1, 3, 2, 5}, large[] = {1, 3, 4096, 32768};
    need_engine(&e, ops, NULL, 1);
    assert_refused(ops->run(e.state, &e.err), MIEV_ERR_INVALID, &e.err, "no model is loaded");
    load_seed(&e, "open-size");
    assert_int_equal(tensor_of(&e, true).dims[2], -1);
    assert_null(tensor_of(&e, true).data);
    assert_refused(ops->run(e.state, &e.err), MIEV_ERR_INVALID, &e.err, "leaves the shape");
    assert_refused(ops->shape_input(e.state, 0, none, 4, &e.err), MIEV_ERR_INVALID, &e.err,
                   "from 1 to");
    assert_refused(ops->shape_input(e.state, 0, small, 3, &e.err), MIEV_ERR_INVALID, &e.err,
                   "4 dimensions");
    assert_ok(ops->shape_input(e.state, 0, small, 4, &e.err), &e.err);
    assert_refused(ops->shape_input(e.state, 0, large, 4, &e.err), MIEV_ERR_LIMIT, &e.err,
                   "larger than");
    struct miev_tensor in = tensor_of(&e, true); /* that before still stands */
    assert_int_equal(in.bytes, 30 * sizeof(float));
    for (size_t i = 0; i < 30; i++)
        ((float *)in.data)[i] = (float)i;
    assert_ok(ops->run(e.state, &e.err), &e.err);
    struct miev_tensor out = tensor_of(&e, false);
    assert_int_equal(out.dims[1], 30);
    assert_near(value(&out, 29), 29, 0);
    close_engine(&e);
}

static void test_more_bytes_than_the_runtime_counts_are_refused_unread(void **state)
{
    (void)state;
    struct miev_error err;
    assert_refused(miev_onnx_inspect("", (size_t)INT32_MAX + 1, &err), MIEV_ERR_LIMIT, &err,
                   "reads at most");
}

static void test_what_no_one_should_run_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int status;
        const char *words;
    } cases[] = {
        {"external", MIEV_ERR_UNSUPPORTED, "'w' in another file ('../../etc/passwd')"},
        {"external-below", MIEV_ERR_UNSUPPORTED, "in another file"},
        {"custom", MIEV_ERR_UNSUPPORTED, "custom operator 'Twice' of 'org.example'"},
        {"deep", MIEV_ERR_LIMIT, "16 deep"},
        {"strings", MIEV_ERR_UNSUPPORTED, "input 'x' holds strings"},
        {"sequence", MIEV_ERR_UNSUPPORTED, "output 'y' holds a sequence"},
        {"no-opset", MIEV_ERR_BROKEN, "no operator set"},
        {"no-version", MIEV_ERR_BROKEN, "no version"},
        {"cut", MIEV_ERR_BROKEN, "cut short"},
        {"newest", MIEV_ERR_UNSUPPORTED, "ONNX Runtime could not prepare the model: "},
        {"unknown", MIEV_ERR_UNSUPPORTED, "Nowhere"},
    };
    struct engine e;
    need_engine(&e, ops, NULL, 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), SEEDS "%s.onnx", cases[i].name);
        assert_refused(load_file(&e, path), cases[i].status, &e.err, cases[i].words);
        if (strstr(e.err.message, ".cc:") || strstr(e.err.message, "::"))
            fail_msg("'%s' names the runtime's own sources", e.err.message);
    }
    load_seed(&e, "function"); /* an operator of its own that the model brings along */
    fill_inputs(&e);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    struct miev_tensor in = tensor_of(&e, true), out = tensor_of(&e, false);
    assert_near(value(&out, 3), 2 * value(&in, 3), 1e-6);
    close_engine(&e);
}

/* Every prefix of a model and every model with one bad byte is read without leaving its bytes (run
 * this under a sanitizer), and a prefix is called what it is. */
static void test_damaged_files_are_refused_not_followed(void **state)
{
    (void)state;
    static const char *const names[] = {SEEDS "int8.onnx", SEEDS "external-below.onnx"};
    for (size_t i = 0; i < 2; i++) {
        struct miev_error err;
        char *model = NULL;
        size_t length = 0;
        double scale = 0;
        int64_t zero_point = 0;
        assert_ok(miev_file_load(names[i], MODEL_BYTES, &model, &length, &err), &err);
        for (size_t n = 0; n < length; n++) {
            char *part = malloc(n + 1); /* so that a sanitizer sees the end */
            memcpy(part, model, n);
            int rc = miev_onnx_inspect(part, n, &err);
            assert_true(rc != MIEV_OK && strlen(err.message) > 20);
            free(part);
        }
        for (size_t n = 0; n < length; n++) {
            char old = model[n];
            model[n] = (char)(old ^ 0x5a);
            if (miev_onnx_inspect(model, length, &err) == MIEV_OK)
                (void)miev_onnx_input_scale(model, length, "x", &scale, &zero_point);
            else
                assert_true(strlen(err.message) > 20);
            model[n] = old;
        }
        free(model);
    }
}

/* A written nine, and what ONNX's own reference evaluator, which is no runtime but a program of
 * NumPy, makes of it. */
static void test_the_scores_are_those_of_onnxs_reference(void **state)
{
    (void)state;
    static const double reference[] = {-2760.0464, -3468.899,  -1721.3602, -861.8453, 3046.996,
                                       -930.2759,  -3254.3027, 1717.3304,  462.34143, 5678.0503};
    struct engine e;
    size_t length = 0;
    need_engine(&e, ops, NULL, 1);
    load_shared(&e, "image/mnist.onnx");
    char *bmp = read_shared("photos/mnist_nine.bmp", &length);
    assert_int_equal(length, 1078 + 28 * 28);
    struct miev_tensor in = tensor_of(&e, true);
    for (size_t i = 0; i < (size_t)28 * 28; i++) /* its rows lie bottom up */
        ((float *)in.data)[i] = (float)(uint8_t)bmp[1078 + (27 - i / 28) * 28 + i % 28];
    assert_ok(ops->run(e.state, &e.err), &e.err);
    struct miev_tensor out = tensor_of(&e, false);
    for (size_t i = 0; i < 10; i++)
        assert_near(value(&out, i), reference[i], 1e-5);
    free(bmp);
    close_engine(&e);
}

/* The runtime's own test: its input and the scores that it should give. The tensor is what the file
 * ends with. */
static void test_a_quantised_model_gives_its_publishers_scores(void **state)
{
    (void)state;
    struct engine e;
    char path[4096];
    size_t in_length = 0, out_length = 0;
    shared_path(path, sizeof(path), "image/mobilenet_v2_qdq_244_pytorch.onnx");
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    need_engine(&e, ops, NULL, 1);
    assert_ok(load_file(&e, path), &e.err);
    char *in_file = read_shared("image/mobilenet_v2_qdq_244_pytorch.input_0.pb", &in_length);
    char *out_file = read_shared("image/mobilenet_v2_qdq_244_pytorch.output_0.pb", &out_length);
    struct miev_tensor in = tensor_of(&e, true);
    assert_true(in.bytes <= in_length);
    memcpy(in.data, in_file + in_length - in.bytes, in.bytes);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    struct miev_tensor out = tensor_of(&e, false);
    float want[1000];
    assert_int_equal(out.bytes, sizeof(want));
    memcpy(want, out_file + out_length - sizeof(want), sizeof(want));
    assert_int_equal(best_class(&e), 446);
    static const size_t best[] = {446, 549, 868, 443, 904};
    for (size_t i = 0; i < 5; i++)
        assert_near(value(&out, best[i]), (double)want[best[i]], 1e-4);
    free(in_file);
    free(out_file);
    close_engine(&e);
}

static double own_cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Spinning threads would burn what the meter takes for idle. */
static void test_threads_do_not_spin_between_runs(void **state)
{
    (void)state;
    struct engine e;
    const struct timespec rest = {.tv_nsec = 100000000};
    need_engine(&e, ops, NULL, 2);
    load_shared(&e, "image/squeezenet_fp16.onnx");
    for (int i = 0; i < 3; i++)
        assert_ok(ops->run(e.state, &e.err), &e.err);
    double before_s = own_cpu_s();
    (void)nanosleep(&rest, NULL);
    double used_s = own_cpu_s() - before_s;
    if (used_s > 0.005)
        fail_msg("%.1f ms of CPU time in 100 ms of rest", used_s * 1e3);
    close_engine(&e);
}

/* The runtime could be told to take its settings, threads among them, from the model. */
static void test_a_model_does_not_choose_the_settings(void **state)
{
    (void)state;
    struct engine e;
    (void)setenv("ORT_LOAD_CONFIG_FROM_MODEL", "1", 1);
    need_engine(&e, ops, NULL, 1);
    load_shared(&e, "bad/ort_model_with_invalid_ort_config_json.onnx");
    assert_ok(ops->run(e.state, &e.err), &e.err);
    close_engine(&e);
}

static void test_every_image_model_runs(void **state)
{
    (void)state;
    char folder[4096], path[8192];
    struct miev_error err;
    need_engine_in_children(ops);
    DIR *dir = opendir(shared_path(folder, sizeof(folder), "image"));
    assert_non_null(dir);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!ends_with(entry->d_name, ".onnx"))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (try_file(ops, path, &err) != 0)
            fail_msg("%s: %s", entry->d_name, err.message);
        n++;
    }
    (void)closedir(dir);
    assert_true(n >= 6);
}

static void test_every_bad_file_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words; /* NULL: odd, and runs */
    } cases[] = {
        {"git_lfs_pointer_resnet50-v2-7.onnx", "not an ONNX model"},
        {"ort_bad_names.onnx", "no version"},
        {"ort_corrupt-model.onnx", "not an ONNX model"},
        {"ort_custom_op_negpos.onnx", "custom operator 'NegPos' of 'ai.onnx.contrib'"},
        {"ort_model_with_invalid_ort_config_json.onnx", NULL},
        {"ort_mul_1.noopset.onnx", "no operator set"},
        {"ort_test_dangling_input_segment_ids.onnx", "could not run the model"}, /* of noise */
        {"ort_test_evil_weights.onnx", "'evil_weights' in another file ('*/_ORT_MEM_ADDR_/*')"},
    };
    char folder[4096], path[8192];
    struct miev_error err;
    shared_path(folder, sizeof(folder), "bad");
    need_engine_in_children(ops);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, cases[i].name);
        int rc = try_file(ops, path, &err);
        if (rc != (cases[i].words ? 1 : 0) ||
            (cases[i].words && !strstr(err.message, cases[i].words)))
            fail_msg("%s: '%s'", cases[i].name, rc ? err.message : "ran");
    }
}

static void test_the_layer_before_the_last_becomes_the_output(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t n;
    } models[] = {{"image/mnist.onnx", 256}, /* MatMul, Add */
                  {"image/resnet8_cifar10_fp32.onnx", 64},
                  {"image/mobilenet_v2_quant_uint8.onnx", 1280}, /* QGemm */
                  {"image/squeezenet_fp16.onnx", 512 * 13 * 13}, /* 1 x 1 convolution, pool */
                  {"image/st_mobilenet_v2_0.35_128.onnx", 1280}};
    struct engine e;
    char path[4096];
    need_engine(&e, ops, NULL, 1);
    assert_no_features(&e, "tests/fuzz/corpus/onnx/flat.onnx");
    close_engine(&e);
    (void)shared_path(path, sizeof(path), "");
    need_engine(&e, ops, NULL, 1);
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
        assert_features(&e, shared_path(path, sizeof(path), models[i].path), models[i].n);
    close_engine(&e);
}

/* One network in two formats: what feeds its last layer is the same. */
static void test_features_are_those_of_the_other_runtime(void **state)
{
    (void)state;
    static const char *const names[] = {"image/resnet8_cifar10_fp32.onnx",
                                        "image/mlperftiny_resnet8_cifar10_float.tflite"};
    static const char *const engines[] = {"onnx", "tflite"};
    struct engine e[2];
    struct miev_tensor out[2];
    char path[4096];
    (void)shared_path(path, sizeof(path), "");
    for (size_t i = 0; i < 2; i++) {
        need_engine(&e[i], miev_engine_named(miev_engines, engines[i]), NULL, 1);
        assert_features(&e[i], shared_path(path, sizeof(path), names[i]), 64);
        assert_ok(e[i].ops->output(e[i].state, 0, &out[i], &e[i].err), &e[i].err);
    }
    for (size_t i = 0; i < 64; i++)
        if (!(fabs(value(&out[0], i) - value(&out[1], i)) < 1e-4))
            fail_msg("feature %zu: %g and %g", i, value(&out[0], i), value(&out[1], i));
    close_engine(&e[0]);
    close_engine(&e[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_reads_as_a_model),
        cmocka_unit_test(test_missing_runtime_is_unavailable_and_says_how_to_get_it),
        cmocka_unit_test(test_a_wrong_library_is_refused_in_words),
        cmocka_unit_test(test_reports_runtime_delegate_and_threads),
        cmocka_unit_test(test_a_provider_that_is_not_there_is_refused_in_words),
        cmocka_unit_test(test_numbers_of_every_type_come_out_as_they_went_in),
        cmocka_unit_test(test_an_open_batch_is_one_picture),
        cmocka_unit_test(test_an_open_size_waits_for_the_caller),
        cmocka_unit_test(test_more_bytes_than_the_runtime_counts_are_refused_unread),
        cmocka_unit_test(test_what_no_one_should_run_is_refused_in_words),
        cmocka_unit_test(test_damaged_files_are_refused_not_followed),
        cmocka_unit_test(test_the_scores_are_those_of_onnxs_reference),
        cmocka_unit_test(test_a_quantised_model_gives_its_publishers_scores),
        cmocka_unit_test(test_threads_do_not_spin_between_runs),
        cmocka_unit_test(test_a_model_does_not_choose_the_settings),
        cmocka_unit_test(test_every_image_model_runs),
        cmocka_unit_test(test_every_bad_file_is_refused_in_words),
        cmocka_unit_test(test_the_layer_before_the_last_becomes_the_output),
        cmocka_unit_test(test_features_are_those_of_the_other_runtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
