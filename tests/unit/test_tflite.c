/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tflite_file.h"
#include "engine/tflite_verify.h"
#include "engine_bench.h"

extern const struct miev_engine_ops miev_engine_tflite;
static const struct miev_engine_ops *const ops = &miev_engine_tflite;

/* y = x + x over [1, any]: the engine's own tiny model with shape_signature [1, -1]. */
#define OPEN_MODEL "tests/fuzz/corpus/tflite/open-shape.tflite"

static void test_takes_only_files_with_its_identifier(void **state)
{
    (void)state;
    assert_true(ops->handles("\x1c\0\0\0TFL3", 8));
    assert_false(ops->handles("\x1c\0\0\0TFL3", 7));
    assert_false(ops->handles("version https://git-lfs", 23));
}

static void test_strangers_are_named_in_words(void **state)
{
    (void)state;
#define CASE(bytes, words)              \
    {                                   \
        bytes, sizeof(bytes) - 1, words \
    }
    static const struct {
        const char *bytes;
        size_t length;
        const char *words;
    } cases[] = {
        CASE("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        CASE("\n <!DOCTYPE HTML><html>", "HTML page"),
        CASE("\xef\xbb\xbf<html>", "HTML page"),
        CASE("PK\x03\x04zip", "ZIP archive: unpack"),
        CASE("\x1f\x8b\x08", "gzip"),
        CASE("\x08\x07\x12\x07pytorch", "ONNX model without its graph"),
        CASE("\x08\x01\x12\xb5\x02\x0a\x05graph", "SavedModel"),
        CASE("\x08\x05\x12\x10\x0a\x05image", "Core ML"),
        CASE("\x40\0\0\0\0\0\0\0{\"weight\"", "safetensors"),
        CASE("GGUF\3\0\0\0", "GGUF"),
        CASE("\x89HDF\r\n\x1a\n", "Keras"),
        CASE("\x80\x02}q", "PyTorch"),
        CASE("\x89PNG", "picture"),
        CASE("\x1c\0\0\0TFL2", "other than 3"),
        CASE("no such thing", "text file"),
        CASE("\1\2\3\4", "not a model file"),
        CASE(" \n", "empty"),
        CASE("", "empty"),
    };
#undef CASE
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char words[300];
        miev_engine_describe_stranger(cases[i].bytes, cases[i].length, words, sizeof(words));
        if (!strstr(words, cases[i].words))
            fail_msg("'%s' does not say '%s'", words, cases[i].words);
    }
}

/* One entry after another, as a zip begins. */
static size_t add_entry(char *zip, size_t at, const char *name)
{
    memcpy(zip + at, "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\3\0\0\0\3\0\0\0", 26);
    zip[at + 26] = (char)strlen(name);
    memset(zip + at + 27, 0, 3);
    memcpy(zip + at + 30, name, strlen(name));
    memcpy(zip + at + 30 + strlen(name), "abc", 3);
    return at + 33 + strlen(name);
}

static void test_a_zip_is_told_by_what_it_holds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"m/net.tflite", "holds 'm/net.tflite'"},
        {"archive/data.pkl", "PyTorch"},
        {"model.weights.h5", "Keras"},
        {"m/saved_model.pb", "SavedModel"},
        {"readme.txt", "ZIP archive: unpack"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char zip[256], words[300];
        size_t length = add_entry(zip, add_entry(zip, 0, "first"), cases[i].name);
        for (size_t n = length; n > 4; n--) /* cut anywhere it is still a zip */
            miev_engine_describe_stranger(zip, n, words, sizeof(words));
        miev_engine_describe_stranger(zip, length, words, sizeof(words));
        if (!strstr(words, cases[i].words))
            fail_msg("'%s' does not say '%s'", words, cases[i].words);
    }
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
        print_message("skipped: this system has its own LiteRT\n");
        skip();
    }
    assert_refused(rc, MIEV_ERR_UNAVAILABLE, &err, "scripts/fetch-runtime");
}

static void test_reports_runtime_delegate_and_threads(void **state)
{
    (void)state;
    struct engine e;
    need_engine(&e, ops, NULL, 2);
    assert_string_equal(e.info.runtime, "LiteRT");
    assert_string_equal(e.info.delegate, "");
    load_shared(&e, "image/mobilenet_v1_0.25_128_float.tflite");
    assert_string_equal(e.info.delegate, "xnnpack");
    load_shared(&e, "image/mobilenet_v1_0.25_128_quant.tflite");
    assert_string_equal(e.info.delegate, "xnnpack+plain");
    assert_int_equal(e.info.threads, 2);
    close_engine(&e);
    need_engine(&e, ops, "none", 1);
    load_shared(&e, "image/mobilenet_v1_0.25_128_quant.tflite");
    assert_string_equal(e.info.delegate, "none");
    close_engine(&e);
    assert_refused(open_engine(&e, ops, "gpu", 1), MIEV_ERR_UNSUPPORTED, &e.err,
                   "no delegate 'gpu'");
}

static void test_tells_shape_type_and_quantisation(void **state)
{
    (void)state;
    struct engine e;
    struct miev_tensor t;
    need_engine(&e, ops, NULL, 1);
    load_shared(&e, "image/tinymaix_mbnet128_0.25_int8.tflite");
    assert_ok(ops->input(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.dtype, MIEV_DTYPE_INT8);
    assert_int_equal(t.n_dims, 4);
    assert_int_equal(t.dims[1], 128);
    assert_int_equal(t.bytes, 128 * 128 * 3);
    assert_near(t.scale, 1.0 / 255, 1e-6);
    assert_int_equal(t.zero_point, -128);
    assert_ok(ops->output(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.dims[1], 1000);
    assert_refused(ops->output(e.state, 1, &t, &e.err), MIEV_ERR_INVALID, &e.err, "no output 1");
    load_shared(&e, "image/mobilenet_v1_0.25_128_float.tflite");
    assert_ok(ops->output(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.dtype, MIEV_DTYPE_FLOAT32);
    assert_int_equal(t.dims[1], 1001);
    assert_true(t.scale == 0.0);
    close_engine(&e);
}

/* The bottom-up 28 x 28 grey BMP of a written nine, and an LSTM, which LiteRT's own loader refuses.
 */
static void test_a_model_with_state_reads_the_nine_each_time(void **state)
{
    (void)state;
    struct engine e;
    struct miev_tensor in;
    char path[4096], *bmp = NULL;
    size_t length = 0;
    need_engine(&e, ops, NULL, 1);
    load_shared(&e, "image/keras_lstm_mnist_ptq.tflite");
    shared_path(path, sizeof(path), "photos/mnist_nine.bmp");
    assert_ok(miev_file_load(path, 4096, &bmp, &length, &e.err), &e.err);
    assert_int_equal(length, 1078 + 28 * 28);
    assert_ok(ops->input(e.state, 0, &in, &e.err), &e.err);
    assert_int_equal(in.bytes, 28 * 28);
    for (size_t row = 0; row < 28; row++)
        memcpy((char *)in.data + row * 28, bmp + 1078 + (27 - row) * 28, 28);
    for (int i = 0; i < 4; i++) {
        assert_ok(ops->run(e.state, &e.err), &e.err);
        assert_int_equal(best_class(&e), 9);
    }
    free(bmp);
    close_engine(&e);
}

static void test_an_open_batch_is_one_picture(void **state)
{
    (void)state;
    struct engine e;
    struct miev_tensor t;
    need_engine(&e, ops, NULL, 1);
    load_shared(&e, "image/mlperftiny_resnet_large_cifar10_float.tflite");
    assert_ok(ops->input(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.dims[0], 1);
    assert_int_equal(t.bytes, 32 * 32 * 3 * 4);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    const int64_t two[] = {2, 32, 32, 3}, wide[] = {1, 32, 64, 3};
    assert_refused(ops->shape_input(e.state, 0, wide, 4, &e.err), MIEV_ERR_INVALID, &e.err,
                   "dimension 2 is fixed at 32");
    assert_ok(ops->shape_input(e.state, 0, two, 4, &e.err), &e.err);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    assert_ok(ops->output(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.dims[0], 2);
    close_engine(&e);
}

static void check_open_dimension(const char *model, size_t length)
{
    struct engine e;
    struct miev_tensor in, out;
    const int64_t none[] = {1, 0}, three[] = {1, 3}, five[] = {1, 5};
    need_engine(&e, ops, NULL, 1);
    assert_ok(ops->load(e.state, model, length, &e.info, &e.err), &e.err);
    assert_ok(ops->input(e.state, 0, &in, &e.err), &e.err);
    assert_int_equal(in.dims[1], -1);
    assert_null(in.data);
    assert_refused(ops->run(e.state, &e.err), MIEV_ERR_INVALID, &e.err, "leaves the shape");
    assert_refused(ops->shape_input(e.state, 0, none, 2, &e.err), MIEV_ERR_INVALID, &e.err,
                   "from 1 to");
    assert_refused(ops->shape_input(e.state, 0, three, 1, &e.err), MIEV_ERR_INVALID, &e.err,
                   "2 dimensions");
    assert_ok(ops->shape_input(e.state, 0, three, 2, &e.err), &e.err);
    assert_ok(ops->shape_input(e.state, 0, five, 2, &e.err), &e.err);
    assert_ok(ops->input(e.state, 0, &in, &e.err), &e.err);
    assert_int_equal(in.bytes, 5 * sizeof(float));
    for (size_t i = 0; i < 5; i++)
        ((float *)in.data)[i] = (float)i;
    assert_ok(ops->run(e.state, &e.err), &e.err);
    assert_ok(ops->output(e.state, 0, &out, &e.err), &e.err);
    assert_int_equal(out.dims[1], 5);
    assert_near(value(&out, 4), 8.0, 0.0);
    close_engine(&e);
}

static void test_an_open_dimension_waits_for_the_caller(void **state)
{
    (void)state;
    struct miev_error err;
    char *model = NULL;
    size_t length = 0;
    assert_ok(miev_file_load(OPEN_MODEL, MODEL_BYTES, &model, &length, &err), &err);
    assert_true(model[195] == 1 && model[267] == 1);
    check_open_dimension(model, length);
    /* Files of converters before TensorFlow 2.8 have no "has_rank". */
    model[195] = model[267] = 0;
    check_open_dimension(model, length);
    free(model);
}

/* Every prefix of a model and every model with one bad byte is read without leaving its bytes (run
 * this under a sanitizer), and a prefix is called what it is. */
static void test_damaged_files_are_refused_not_followed(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_tflite_file info;
    char path[4096], *model = NULL;
    size_t length = 0;
    shared_path(path, sizeof(path), "image/keras_lstm_mnist_ptq.tflite");
    assert_ok(miev_file_load(path, MODEL_BYTES, &model, &length, &err), &err);
    assert_ok(miev_tflite_inspect(model, length, &info, &err), &err);
    assert_true(info.n_stateful > 0);
    for (size_t n = 0; n < length; n += 7) {
        char *part = malloc(n + 1); /* of exactly this size, so that a sanitizer sees the end */
        memcpy(part, model, n);
        int rc = miev_tflite_inspect(part, n, &info, &err);
        if (n >= 8 && n < length / 2)
            assert_refused(rc, MIEV_ERR_BROKEN, &err, "cut short");
        free(part);
    }
    for (size_t n = 0; n < length; n++) {
        char old = model[n];
        model[n] = (char)(old ^ 0x5a);
        if (miev_tflite_inspect(model, length, &info, &err) != MIEV_OK)
            assert_true(strlen(err.message) > 20);
        model[n] = old;
    }
    free(model);
}

/* Numbers that choose something that is not there, each in the tiny model of the corpus: LiteRT
 * would follow them. */
static void test_numbers_that_lead_nowhere_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;     /* a 32-bit number of that file, */
        uint8_t value; /* its lowest byte becomes this */
        const char *says;
    } faults[] = {
        {96, 9, "the list of inputs names tensor 9, and there are 2"},
        {88, 2, "the list of outputs names tensor 2, and there are 2"},
        {160, 7, "an operator's input names tensor 7"},
        {152, 5, "an operator's output names tensor 5"},
    };
    struct miev_error err;
    struct miev_tflite_file info;
    char *model = NULL;
    size_t length = 0;
    assert_ok(
        miev_file_load("tests/fuzz/corpus/tflite/add.tflite", MODEL_BYTES, &model, &length, &err),
        &err);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        char old = model[faults[i].at];
        model[faults[i].at] = (char)faults[i].value;
        assert_refused(miev_tflite_inspect(model, length, &info, &err), MIEV_ERR_BROKEN, &err,
                       faults[i].says);
        model[faults[i].at] = old;
    }
    assert_ok(miev_tflite_inspect(model, length, &info, &err), &err);
    /* LiteRT's own verifier leaves out what is larger; nothing of it is read before. */
    assert_refused(miev_tflite_verify(model, MIEV_TFLITE_MAX_BYTES, &err), MIEV_ERR_LIMIT, &err,
                   "does not verify");
    free(model);
}

/* The default models: on noise of a photograph's size the int8 build follows the float32 build. */
static void test_bundled_models_run_and_their_precisions_agree(void **state)
{
    (void)state;
    static const char *const names[] = {"nano", "micro", "small"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct engine e[2];
        struct miev_tensor in[2], out[2];
        for (size_t k = 0; k < 2; k++) {
            char path[64];
            (void)snprintf(path, sizeof(path), "models/cifar10-%s.%s.tflite", names[i],
                           k ? "int8" : "float32");
            need_engine(&e[k], ops, NULL, 1);
            assert_ok(load_file(&e[k], path), &e[k].err);
            assert_int_equal(ops->input_count(e[k].state), 1);
            assert_ok(ops->input(e[k].state, 0, &in[k], &e[k].err), &e[k].err);
            assert_ok(ops->output(e[k].state, 0, &out[k], &e[k].err), &e[k].err);
            assert_int_equal(in[k].dims[1] * in[k].dims[2] * in[k].dims[3], 32 * 32 * 3);
            assert_int_equal(out[k].dims[1], 10);
        }
        assert_int_equal(in[1].dtype, MIEV_DTYPE_INT8);
        for (size_t k = 0; k < 32 * 32 * 3; k++) {
            float x = (float)(k % 96) / 48.0f - 1.0f;
            ((float *)in[0].data)[k] = x;
            double stored = round((double)x / in[1].scale) + (double)in[1].zero_point;
            ((int8_t *)in[1].data)[k] = (int8_t)fmin(fmax(stored, -128.0), 127.0);
        }
        for (size_t k = 0; k < 2; k++)
            assert_ok(ops->run(e[k].state, &e[k].err), &e[k].err);
        double sum = 0;
        for (size_t c = 0; c < 10; c++) {
            sum += value(&out[0], c);
            if (fabs(value(&out[0], c) - value(&out[1], c)) > 0.15)
                fail_msg("%s, class %zu: float32 %.3f, int8 %.3f", names[i], c, value(&out[0], c),
                         value(&out[1], c));
        }
        assert_near(sum, 1.0, 1e-3); /* probabilities */
        close_engine(&e[0]);
        close_engine(&e[1]);
    }
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
        if (!ends_with(entry->d_name, ".tflite"))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (try_file(ops, path, &err) != 0)
            fail_msg("%s: %s", entry->d_name, err.message);
        n++;
    }
    (void)closedir(dir);
    assert_true(n >= 10);
}

static void test_every_bad_file_is_refused_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words; /* NULL: odd, and runs */
    } cases[] = {
        {"ethosu_vela_squeezenet_v1_1.tflite", "Ethos-U"},
        {"git_lfs_pointer_efficientnet_lite0_224.tflite", "not a TensorFlow Lite model"},
        {"whitespace_tokenizer_flex_delegate.tflite", "full TensorFlow"},
        {"tflite_double_flex.bin", "full TensorFlow"},
        {"coral_model_invoking_error.tflite", "'fake-op-double'"},
        {"tflm_custom_op_audio_preprocessor_int8.tflite", "custom operator 'Signal"},
        {"tflite_custom_sinh.bin", "'Sinh'"},
        {"tflite_no_subgraphs.bin", "no subgraph"},
        {"tflite_string_input_model.bin", "holds strings"},
        {"tflite_multi_add.bin", NULL},
        {"tflite_zero_size_constant.bin", NULL},
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
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && try_file(ops, path, &err) != 0)
            assert_true(strlen(err.message) > 20);
    }
    (void)closedir(dir);
}

static void test_delegate_and_plain_kernels_agree(void **state)
{
    (void)state;
    static const char *const models[] = {"image/mobilenet_v2_1.0_224_quant.tflite",
                                         "image/tinymaix_mbnet128_0.25_int8.tflite",
                                         "image/mobilenet_v1_0.25_128_float.tflite"};
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        struct engine fast, plain;
        struct engine *both[] = {&fast, &plain};
        for (size_t k = 0; k < 2; k++) {
            need_engine(both[k], ops, k == 0 ? NULL : "none", 1);
            load_shared(both[k], models[i]);
            fill_inputs(both[k]);
            assert_ok(ops->run(both[k]->state, &both[k]->err), &both[k]->err);
        }
        assert_int_equal(best_class(&fast), best_class(&plain));
        close_engine(&fast);
        close_engine(&plain);
    }
}

/* How many there are stands in the publishers' papers: the width of the last map. */
static void test_the_layer_before_the_last_becomes_the_output(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t n;
    } models[] = {
        {"image/mobilenet_v1_0.25_128_float.tflite", 256}, /* 1 x 1 convolution, reshape */
        {"image/mobilenet_v1_0.75_192_quant.tflite", 768},
        {"image/mobilenet_v2_1.0_224_quant.tflite", 1280},
        {"image/tf2_mobilenet_v2_1.0_224_ptq.tflite", 1280},
        {"image/mobilenet_v3_small_1.0_224_uint8.tflite", 1024},
        {"image/mlperftiny_resnet8_cifar10_float.tflite", 64},
        {"image/keras_lstm_mnist_ptq.tflite", 560}}; /* with state */
    struct engine e;
    char path[4096];
    need_engine(&e, ops, NULL, 1);
    assert_features(&e, "models/cifar10-small.float32.tflite", 128);
    assert_features(&e, "models/cifar10-large.int8.tflite", 144);
    assert_ok(load_file(&e, "models/cifar10-small.float32.tflite"), &e.err); /* as before */
    assert_no_features(&e, "tests/fuzz/corpus/tflite/add.tflite");
    close_engine(&e);
    (void)shared_path(path, sizeof(path), "");
    need_engine(&e, ops, NULL, 1);
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
        assert_features(&e, shared_path(path, sizeof(path), models[i].path), models[i].n);
    close_engine(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_only_files_with_its_identifier),
        cmocka_unit_test(test_strangers_are_named_in_words),
        cmocka_unit_test(test_a_zip_is_told_by_what_it_holds),
        cmocka_unit_test(test_missing_runtime_is_unavailable_and_says_how_to_get_it),
        cmocka_unit_test(test_reports_runtime_delegate_and_threads),
        cmocka_unit_test(test_tells_shape_type_and_quantisation),
        cmocka_unit_test(test_a_model_with_state_reads_the_nine_each_time),
        cmocka_unit_test(test_an_open_batch_is_one_picture),
        cmocka_unit_test(test_an_open_dimension_waits_for_the_caller),
        cmocka_unit_test(test_damaged_files_are_refused_not_followed),
        cmocka_unit_test(test_numbers_that_lead_nowhere_are_refused),
        cmocka_unit_test(test_bundled_models_run_and_their_precisions_agree),
        cmocka_unit_test(test_every_image_model_runs),
        cmocka_unit_test(test_every_bad_file_is_refused_in_words),
        cmocka_unit_test(test_delegate_and_plain_kernels_agree),
        cmocka_unit_test(test_the_layer_before_the_last_becomes_the_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
