/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "engine/saved_model.h"
#include "engine_bench.h"
#include "study/sealed.h"

extern const struct miev_engine_ops miev_engine_tensorflow, miev_engine_tflite;
static const struct miev_engine_ops *const ops = &miev_engine_tensorflow;

/* tests/fixtures/saved_models/make.py makes them. */
#define FIXTURES "tests/fixtures/saved_models/"

static struct miev_sealed pack(const char *name)
{
    char path[128];
    struct miev_error err;
    struct miev_sealed sealed = {.fd = -1};
    (void)snprintf(path, sizeof(path), FIXTURES "%s", name);
    assert_ok(miev_sealed_load_model(path, MODEL_BYTES, &sealed, &err), &err);
    return sealed;
}

/* The fixture stays mapped as long as the test runs, as an engine may ask. */
static int load_fixture(struct engine *e, const char *name)
{
    struct miev_sealed sealed = pack(name);
    (void)close(sealed.fd);
    return ops->load(e->state, sealed.bytes, sealed.length, &e->info, &e->err);
}

static void need_fixture(struct engine *e, const char *delegate, unsigned threads, const char *name)
{
    need_engine(e, ops, delegate, threads);
    assert_ok(load_fixture(e, name), &e->err);
}

/* ---- without the runtime ---- */

static void test_takes_a_folder_that_holds_a_graph(void **state)
{
    (void)state;
#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    struct miev_sealed sealed = pack("several");
    assert_true(ops->handles(sealed.bytes, sealed.length));
    miev_sealed_finish(&sealed);
    static const char *const others[] = {
        "miev-folder/1\n" SUM "  1  model.json\n\n{",
        "miev-folder/1\n" SUM "  9  saved_model.pb\n\nshort",
        "\x08\x01\x12\xd8\x02",
        "",
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(ops->handles(others[i], strlen(others[i])));
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
        print_message("skipped: this system has its own TensorFlow\n");
        skip();
    }
    assert_refused(rc, MIEV_ERR_UNAVAILABLE, &err, "scripts/fetch-runtime --tensorflow");
}

/* ---- saved_model.pb ---- */

static struct miev_saved_model *read_graph(const char *name)
{
    char path[128], *bytes = NULL;
    size_t length = 0;
    struct miev_error err;
    struct miev_saved_model *saved = calloc(1, sizeof(*saved));
    (void)snprintf(path, sizeof(path), FIXTURES "%s/saved_model.pb", name);
    assert_ok(miev_file_load(path, MODEL_BYTES, &bytes, &length, &err), &err);
    assert_ok(miev_saved_model_read(bytes, length, saved, &err), &err);
    free(bytes);
    return saved;
}

static void test_a_graph_for_serving_is_called_by_its_default_signature(void **state)
{
    (void)state;
    struct miev_saved_model *saved = read_graph("nano_tf2");
    assert_true(saved->serve);
    assert_string_equal(saved->signature, "serving_default");
    assert_string_equal(saved->others, "");
    assert_int_equal(saved->inputs.n, 1);
    const struct miev_saved_port *image = &saved->inputs.list[0];
    assert_string_equal(image->name, "image");
    assert_string_equal(image->operation, "serving_default_image");
    assert_int_equal(image->index, 0);
    assert_int_equal(image->element, SAVED_FLOAT32);
    assert_int_equal(image->rank, 4);
    assert_int_equal(image->dims[0], -1);
    assert_int_equal(image->dims[3], 3);
    free(saved);
}

static void test_a_hub_module_has_no_tags_and_is_called_as_a_classifier(void **state)
{
    (void)state;
    struct miev_saved_model *saved = read_graph("nano_hub");
    assert_false(saved->serve);
    assert_string_equal(saved->signature, "image_classification");
    assert_string_equal(saved->others, "default, image_feature_vector");
    free(saved);
}

/* One output of a map: its name, and the type of a tensor "t:0". */
#define OUTPUT(name, type) "\x12\x0e\x0a\x01" name "\x12\x09\x0a\x03t:0\x10" type "\x1a\x00"
#define OUTPUT_DEFAULT \
    "\x12\x14\x0a\x07" \
    "default"          \
    "\x12\x09\x0a\x03t:0\x10\x01\x1a\x00"

static void test_outputs_that_are_read_come_first(void **state)
{
    (void)state;
    static const char bytes[] = "\x08\x01\x12\x51"
                                "\x0a\x07\x22\x05"
                                "serve"
                                "\x2a\x46\x0a\x01s\x12\x41" /* signature */
        OUTPUT("a", "\x07")                                 /* strings */
        OUTPUT("b", "\x01") OUTPUT_DEFAULT "\x1a\x09"
                                           "a/predict";
    struct miev_error err;
    struct miev_saved_model *saved = calloc(1, sizeof(*saved));
    assert_ok(miev_saved_model_read(bytes, sizeof(bytes) - 1, saved, &err), &err);
    assert_string_equal(saved->signature, "s");
    assert_int_equal(saved->outputs.n, 3);
    assert_string_equal(saved->outputs.list[0].name, "default");
    assert_string_equal(saved->outputs.list[1].name, "b");
    assert_string_equal(saved->outputs.list[2].name, "a");
    free(saved);
}

static void test_what_cannot_be_called_is_refused_in_words(void **state)
{
    (void)state;
#define CASE(bytes, status, words)                    \
    {                                                 \
        (bytes), sizeof(bytes) - 1, (status), (words) \
    }
    static const struct {
        const char *bytes;
        size_t length;
        int status;
        const char *words;
    } cases[] = {
        CASE("", MIEV_ERR_UNSUPPORTED, "none at all"),
        CASE("\x08\x01\x12\x0b\x0a\x09\x22\x03tpu\x22\x02v3", MIEV_ERR_UNSUPPORTED, "{tpu, v3}"),
        CASE("\x08\x01\x12\x09\x0a\x07\x22\x05serve", MIEV_ERR_UNSUPPORTED, "has no signature"),
        CASE("\x08\x01\x12\x7f\x0a\x07\x22\x05serve", MIEV_ERR_BROKEN, "cut short"),
        CASE("\x08\x01\x12\x13\x2a\x05\x0a\x03one\x2a\x0a\x0a\x08"
             "another!",
             MIEV_ERR_UNSUPPORTED, "(one, another!) and none is called"),
        CASE("\x08\x01\x12\x12\x2a\x10\x0a\x01s\x12\x0b\x0a\x09\x0a\x01x\x12\x04\x0a\x02x:",
             MIEV_ERR_UNSUPPORTED, "no plain tensor"),
        CASE("\x08\x01\x12\x11\x2a\x0f\x0a\x01s\x12\x0a\x0a\x08\x0a\x01x\x12\x03\x0a\x01x",
             MIEV_ERR_UNSUPPORTED, "no plain tensor"),
    };
    struct miev_saved_model *saved = calloc(1, sizeof(*saved));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_error err;
        assert_refused(miev_saved_model_read(cases[i].bytes, cases[i].length, saved, &err),
                       cases[i].status, &err, cases[i].words);
    }
    free(saved);
}

/* ---- with it ---- */

static void test_reports_runtime_delegate_and_threads(void **state)
{
    (void)state;
    struct engine e;
    need_engine(&e, ops, NULL, 2);
    assert_string_equal(e.info.runtime, "TensorFlow");
    assert_true(strncmp(e.info.version, "2.", 2) == 0);
    assert_string_equal(e.info.delegate, "");
    assert_ok(load_fixture(&e, "nano_tf2"), &e.err);
    assert_string_equal(e.info.delegate, "cpu");
    assert_int_equal(e.info.threads, 2);
    close_engine(&e);
    assert_refused(open_engine(&e, ops, "cuda", 1), MIEV_ERR_UNSUPPORTED, &e.err,
                   "no delegate 'cuda'");
}

/* The fixtures have the weights of a bundled file. */
static void test_gives_the_scores_of_the_file_it_was_made_from(void **state)
{
    (void)state;
    static const char *const names[] = {"nano_tf2", "nano_hub"};
    struct engine lite, e;
    struct miev_tensor expected, found;
    need_engine(&lite, &miev_engine_tflite, NULL, 1);
    assert_ok(load_file(&lite, "models/cifar10-nano.float32.tflite"), &lite.err);
    fill_inputs(&lite);
    assert_ok(lite.ops->run(lite.state, &lite.err), &lite.err);
    assert_ok(lite.ops->output(lite.state, 0, &expected, &lite.err), &lite.err);
    need_engine(&e, ops, NULL, 1);
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        assert_ok(load_fixture(&e, names[n]), &e.err);
        for (int run = 0; run < 3; run++) { /* the input stays what it was */
            if (run == 0)
                fill_inputs(&e);
            assert_ok(ops->run(e.state, &e.err), &e.err);
            assert_ok(ops->output(e.state, 0, &found, &e.err), &e.err);
            assert_int_equal(found.bytes, expected.bytes);
            for (size_t i = 0; i < 10; i++)
                assert_near(value(&found, i), value(&expected, i), 1e-5);
        }
    }
    close_engine(&e);
    close_engine(&lite);
}

static void test_an_open_batch_is_one_picture_and_can_be_more(void **state)
{
    (void)state;
    static const int64_t two[] = {2, 32, 32, 3}, narrow[] = {1, 32, 31, 3};
    struct engine e;
    struct miev_tensor t;
    need_fixture(&e, NULL, 1, "nano_tf2");
    assert_ok(ops->input(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.dims[0], 1);
    assert_int_equal(t.bytes, 32 * 32 * 3 * 4);
    assert_refused(ops->shape_input(e.state, 0, narrow, 4, &e.err), MIEV_ERR_INVALID, &e.err,
                   "fixed at 32");
    assert_ok(ops->shape_input(e.state, 0, two, 4, &e.err), &e.err);
    fill_inputs(&e);
    assert_ok(ops->run(e.state, &e.err), &e.err);
    assert_ok(ops->output(e.state, 0, &t, &e.err), &e.err);
    assert_int_equal(t.n_dims, 2);
    assert_int_equal(t.dims[0], 2);
    assert_int_equal(t.dims[1], 10);
    assert_refused(ops->shape_input(e.state, 1, two, 4, &e.err), MIEV_ERR_INVALID, &e.err,
                   "no input 1");
    close_engine(&e);
}

static void test_a_choice_of_signatures_is_told(void **state)
{
    (void)state;
    struct engine e;
    struct miev_engine_metadata metadata = {.n_channels = 0};
    need_fixture(&e, NULL, 1, "nano_hub");
    assert_ok(ops->metadata(e.state, &metadata, &e.err), &e.err);
    assert_string_equal(metadata.choice, "signature: image_classification, the others are not run "
                                         "(default, image_feature_vector)");
    assert_ok(load_fixture(&e, "nano_tf2"), &e.err);
    metadata.choice[0] = '\0';
    assert_ok(ops->metadata(e.state, &metadata, &e.err), &e.err);
    assert_string_equal(metadata.choice, "");
    close_engine(&e);
}

static void test_what_cannot_run_is_refused_in_words(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"python", "'PyFunc'"},
        {"strings", "input 'image' holds strings"},
        {"several", "several signatures (first, second)"},
    };
    struct engine e;
    need_engine(&e, ops, NULL, 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_refused(load_fixture(&e, cases[i][0]), MIEV_ERR_UNSUPPORTED, &e.err, cases[i][1]);
        assert_int_equal(ops->input_count(e.state), 0);
        assert_refused(ops->run(e.state, &e.err), MIEV_ERR_INVALID, &e.err, "no model is loaded");
    }
    assert_ok(load_fixture(&e, "nano_tf2"), &e.err); /* what failed left nothing behind */
    close_engine(&e);
}

static void test_a_signature_that_names_no_tensor_is_refused(void **state)
{
    (void)state;
    struct engine e;
    need_engine(&e, ops, NULL, 1);
    struct miev_sealed sealed = pack("nano_hub");
    char *copy = malloc(sealed.length); /* where an operation with one output gets another */
    memcpy(copy, sealed.bytes, sealed.length);
    for (char *at = copy; (at = memmem(at, sealed.length - (size_t)(at - copy), "images:0", 8));)
        at[7] = '7';
    assert_refused(ops->load(e.state, copy, sealed.length, &e.info, &e.err), MIEV_ERR_BROKEN,
                   &e.err, "images:7, which the graph does not have");
    free(copy);
    miev_sealed_finish(&sealed);
    close_engine(&e);
}

static double cpu_s(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

static void test_threads_do_not_spin_between_runs(void **state)
{
    (void)state;
    struct engine e;
    const struct timespec rest = {.tv_nsec = 100000000};
    need_fixture(&e, NULL, 2, "nano_tf2");
    fill_inputs(&e);
    for (int i = 0; i < 20; i++)
        assert_ok(ops->run(e.state, &e.err), &e.err);
    double before_s = cpu_s();
    (void)nanosleep(&rest, NULL);
    assert_true(cpu_s() - before_s < 0.005);
    close_engine(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_a_folder_that_holds_a_graph),
        cmocka_unit_test(test_missing_runtime_is_unavailable_and_says_how_to_get_it),
        cmocka_unit_test(test_a_graph_for_serving_is_called_by_its_default_signature),
        cmocka_unit_test(test_a_hub_module_has_no_tags_and_is_called_as_a_classifier),
        cmocka_unit_test(test_outputs_that_are_read_come_first),
        cmocka_unit_test(test_what_cannot_be_called_is_refused_in_words),
        cmocka_unit_test(test_reports_runtime_delegate_and_threads),
        cmocka_unit_test(test_gives_the_scores_of_the_file_it_was_made_from),
        cmocka_unit_test(test_an_open_batch_is_one_picture_and_can_be_more),
        cmocka_unit_test(test_a_choice_of_signatures_is_told),
        cmocka_unit_test(test_what_cannot_run_is_refused_in_words),
        cmocka_unit_test(test_a_signature_that_names_no_tensor_is_refused),
        cmocka_unit_test(test_threads_do_not_spin_between_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
