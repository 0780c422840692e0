/* SPDX-License-Identifier: Apache-2.0 */
/* Served models: their names, what protocols ask and answer, counters of joules, when requests are
 * due. No network. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "remote/metrics.h"
#include "remote/protocol.h"
#include "study/traffic.h"
#include "test.h"

#define FIXTURES "tests/fixtures/remote/"

/* ---- names ---- */

static void test_a_name_tells_protocol_host_port_model_and_version(void **state)
{
    (void)state;
    struct miev_remote_address a;
    struct miev_error err;
    assert_ok(miev_remote_address_read("oip:http://gpu-1.lan:8000/resnet50/versions/3", &a, &err),
              &err);
    assert_int_equal(a.kind, MIEV_REMOTE_OIP);
    assert_string_equal(a.origin.text, "http://gpu-1.lan:8000");
    assert_string_equal(a.model, "resnet50");
    assert_string_equal(a.version, "3");
    assert_ok(miev_remote_address_read("tfserving:https://[::1]/net", &a, &err), &err);
    assert_int_equal(a.kind, MIEV_REMOTE_TFSERVING);
    assert_string_equal(a.origin.text, "https://[::1]:443");
    assert_string_equal(a.origin.host, "::1");
    assert_string_equal(a.version, "");
}

static void test_other_names_are_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"oip:",
                                        "oip:host:8000/net",
                                        "oip:ftp://host/net",
                                        "oip:http://host:8000",
                                        "oip:http://host:8000/",
                                        "oip:http://user:secret@host/net",
                                        "oip:http://host:0/net",
                                        "oip:http://host:65536/net",
                                        "oip:http://host:80x/net",
                                        "oip:http://host/net/",
                                        "oip:http://host/net/versions/",
                                        "oip:http://host/net/labels/a",
                                        "oip:http://host/a b",
                                        "oip:http://host/net?x=1",
                                        "oip:http://host/net/versions/1/infer",
                                        "oip:http://[::1/net",
                                        "oip:http:///net",
                                        "tfserving:http://host/..%2f",
                                        "oip:http://host\r\nX: y/net"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct miev_remote_address a;
        struct miev_error err;
        assert_true(miev_remote_is_address(words[i]));
        assert_refused(miev_remote_address_read(words[i], &a, &err), MIEV_ERR_INVALID, &err,
                       "write ");
    }
    assert_false(miev_remote_is_address("net.onnx"));
    assert_false(miev_remote_is_address("oipnet:int8"));
}

/* ---- protocols ---- */

static void learn_file(struct miev_served *served, enum miev_remote_kind kind, size_t i,
                       const char *path)
{
    char *text = NULL;
    size_t length = 0;
    struct miev_error err;
    assert_ok(miev_file_load(path, 1 << 20, &text, &length, &err), &err);
    assert_ok(miev_remote_protocol_of(kind)->learn(served, i, text, length, &err), &err);
    free(text);
}

static char *written(const struct miev_served *served, enum miev_remote_kind kind, size_t *length,
                     long *header_length)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, length);
    assert_non_null(file);
    miev_remote_protocol_of(kind)->write(served, file, header_length);
    assert_int_equal(fclose(file), 0);
    return text;
}

static int read_text(struct miev_served *served, enum miev_remote_kind kind, const char *text,
                     struct miev_error *err)
{
    return miev_remote_protocol_of(kind)->read(served, text, strlen(text), -1, err);
}

/* A model of two inputs numbers and two scores. */
static void learn_small(struct miev_served *served, bool binary)
{
    static const char model[] =
        "{\"name\":\"n\",\"inputs\":[{\"name\":\"a\\\"b\",\"datatype\":\"FP32\",\"shape\":[-1,2]}],"
        "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,2]},"
        "{\"name\":\"ids\",\"datatype\":\"INT64\",\"shape\":[-1,2]}]}";
    struct miev_error err;
    served->binary = binary;
    assert_ok(miev_remote_oip.learn(served, 1, model, strlen(model), &err), &err);
}

static void test_the_extension_of_triton_is_seen(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    learn_file(&served, MIEV_REMOTE_OIP, 0, FIXTURES "triton_server.json");
    assert_true(served.binary);
    assert_string_equal(served.server, "triton");
    assert_string_equal(served.version, "2.41.0");
    learn_file(&served, MIEV_REMOTE_OIP, 0, FIXTURES "mlserver_server.json");
    assert_false(served.binary);
    learn_file(&served, MIEV_REMOTE_OIP, 1, FIXTURES "oip_model.json");
    assert_int_equal(served.inputs.list[0].tensor.dims[0], 1); /* one picture */
    assert_int_equal(served.inputs.list[0].tensor.bytes, 32 * 32 * 3 * 4);
    assert_int_equal(served.outputs.list[0].tensor.dims[1], 10);
    miev_served_finish(&served);
}

static void test_a_request_is_json_with_all_numbers(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    size_t length = 0;
    long header_length = 0;
    learn_small(&served, false);
    ((float *)served.inputs.list[0].tensor.data)[1] = 0.1f;
    char *text = written(&served, MIEV_REMOTE_OIP, &length, &header_length);
    assert_string_equal(text,
                        "{\"inputs\":[{\"name\":\"a\\\"b\",\"datatype\":\"FP32\",\"shape\":[1,"
                        "2],\"data\":[0,0.100000001]}],\"outputs\":[{\"name\":\"y\"},{\"name\""
                        ":\"ids\"}]}");
    assert_int_equal(header_length, -1);
    free(text);
    miev_served_finish(&served);
}

static void test_a_binary_request_has_its_bytes_behind_the_json(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    size_t length = 0;
    long header_length = 0;
    learn_small(&served, true);
    ((float *)served.inputs.list[0].tensor.data)[1] = 2;
    char *text = written(&served, MIEV_REMOTE_OIP, &length, &header_length);
    assert_int_equal(length, header_length + 8);
    assert_memory_equal(text + header_length, "\0\0\0\0\0\0\0\x40", 8);
    text[header_length] = '\0';
    assert_non_null(strstr(text, "\"binary_data_size\":8"));
    assert_non_null(strstr(text, "\"binary_data\":true"));
    free(text);
    miev_served_finish(&served);
}

static void test_an_answer_becomes_tensors(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    struct miev_error err;
    learn_small(&served, false);
    const float *scores = served.outputs.list[0].tensor.data;
    assert_ok(read_text(&served, MIEV_REMOTE_OIP,
                        "{\"outputs\":[{\"name\":\"ids\",\"datatype\":\"INT64\",\"shape\":[1,2],"
                        "\"data\":[7,-8]},{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2],"
                        "\"data\":[[0.25,-1e3]]}]}",
                        &err),
              &err);
    assert_true(scores[0] == 0.25f && scores[1] == -1000);
    assert_int_equal(((const int64_t *)served.outputs.list[1].tensor.data)[1], -8);
    miev_served_finish(&served);
}

static void test_bare_nan_and_infinity_are_numbers(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    struct miev_error err;
    learn_small(&served, false);
    assert_ok(read_text(&served, MIEV_REMOTE_OIP,
                        "{\"note\":\"NaN, \\\"Infinity\",\"outputs\":[{\"name\":\"y\",\"datatype\":"
                        "\"FP32\",\"shape\":[1,2],\"data\":[NaN,-Infinity]}]}",
                        &err),
              &err);
    const float *scores = served.outputs.list[0].tensor.data;
    assert_true(isnan(scores[0]) && isinf(scores[1]) && scores[1] < 0);
    miev_served_finish(&served);
}

static void test_binary_answers_are_held_to_their_bytes(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    struct miev_error err;
    char body[256];
    int head = snprintf(body, sizeof(body),
                        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\","
                        "\"shape\":[1,2],\"parameters\":{\"binary_data_size\":8}"
                        "}]}");
    const float sent[2] = {0.5f, -2};
    learn_small(&served, true);
    memcpy(body + head, sent, sizeof(sent));
    assert_ok(miev_remote_oip.read(&served, body, (size_t)head + 8, head, &err), &err);
    assert_memory_equal(served.outputs.list[0].tensor.data, sent, sizeof(sent));
    assert_refused(miev_remote_oip.read(&served, body, (size_t)head + 7, head, &err),
                   MIEV_ERR_BROKEN, &err, "bytes");
    assert_refused(miev_remote_oip.read(&served, body, (size_t)head + 8, head + 9, &err),
                   MIEV_ERR_BROKEN, &err, "JSON part");
    miev_served_finish(&served);
}

static void test_wrong_answers_are_refused_in_words(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",
        "[]",
        "{}",
        "{\"outputs\":[]}",
        "{\"outputs\":{}}",
        "<html>",
        "{\"outputs\":[{\"name\":\"ids\",\"datatype\":\"INT64\",\"shape\":[1,2],\"data\":[1,2]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":[1,2,3]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1,2]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP64\",\"shape\":[1,2],\"data\":[1,2]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1,2,3]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1,\"b\"]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1,-2],\"data\":[1,2]}]}",
        "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":\"x\",\"data\":[1,2]}]}",
        "{\"outputs\":[{\"name\":\"z\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1,2]}]}",
    };
    struct miev_served served = {.binary = false};
    learn_small(&served, false);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct miev_error err = {0};
        int rc = read_text(&served, MIEV_REMOTE_OIP, answers[i], &err);
        assert_int_not_equal(rc, MIEV_OK);
        assert_true(strlen(err.message) > 10);
    }
    miev_served_finish(&served);
}

static void test_metadata_that_lies_about_size_allocates_nothing(void **state)
{
    (void)state;
    static const char *const models[] = {
        "{\"inputs\":[{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[1,99999999999]}],"
        "\"outputs\":[{"
        "\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1,2]}]}",
        "{\"inputs\":[{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[1,2]}],\"outputs\":[{"
        "\"name\":"
        "\"y\",\"datatype\":\"FP32\",\"shape\":[4294967296,4294967296]}]}",
        "{\"inputs\":[{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[1,2]}],\"outputs\":[{"
        "\"name\":"
        "\"y\",\"datatype\":\"FP32\",\"shape\":[1,16777217]}]}",
    };
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        struct miev_served served = {.binary = false};
        struct miev_error err;
        assert_refused(miev_remote_oip.learn(&served, 1, models[i], strlen(models[i]), &err),
                       MIEV_ERR_LIMIT, &err, "million numbers");
        miev_served_finish(&served);
    }
}

static void test_texts_cannot_be_sent(void **state)
{
    (void)state;
    static const char model[] =
        "{\"inputs\":[{\"name\":\"a\",\"datatype\":\"BYTES\",\"shape\":[1]}],"
        "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[1]}]}";
    struct miev_served served = {.binary = false};
    struct miev_error err;
    assert_refused(miev_remote_oip.learn(&served, 1, model, strlen(model), &err),
                   MIEV_ERR_UNSUPPORTED, &err, "type that is not sent");
    miev_served_finish(&served);
}

/* What TensorFlow Serving's own guide shows, with the batch put in. */
static void learn_tfserving(struct miev_served *served, const char *batch)
{
    char *text = NULL, *filled = NULL;
    size_t length = 0;
    struct miev_error err;
    learn_file(served, MIEV_REMOTE_TFSERVING, 0, FIXTURES "tfserving_status.json");
    assert_ok(miev_file_load(FIXTURES "tfserving_metadata.json", 1 << 20, &text, &length, &err),
              &err);
    FILE *file = open_memstream(&filled, &length);
    assert_non_null(file);
    for (char *at = text, *next; at; at = next) {
        next = strstr(at, "@BATCH@");
        (void)fprintf(file, "%.*s%s", next ? (int)(next - at) : (int)strlen(at), at,
                      next ? batch : "");
        next = next ? next + strlen("@BATCH@") : NULL;
    }
    assert_int_equal(fclose(file), 0);
    assert_ok(miev_remote_tfserving.learn(served, 1, filled, length, &err), &err);
    free(filled);
    free(text);
}

static void test_tensorflow_serving_is_asked_by_rows(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    struct miev_error err;
    size_t length = 0;
    long header_length = 0;
    learn_tfserving(&served, "-1");
    assert_true(served.rows);
    assert_string_equal(served.signature, "serving_default");
    char *text = written(&served, MIEV_REMOTE_TFSERVING, &length, &header_length);
    assert_int_equal(
        strncmp(text, "{\"signature_name\":\"serving_default\",\"instances\":[[[[0,0,0],", 58), 0);
    free(text);
    assert_ok(read_text(&served, MIEV_REMOTE_TFSERVING, "{\"predictions\":[[0,1,2,3,4,5,6,7,8,9]]}",
                        &err),
              &err);
    assert_true(((const float *)served.outputs.list[0].tensor.data)[9] == 9);
    assert_ok(read_text(&served, MIEV_REMOTE_TFSERVING,
                        "{\"predictions\":[{\"dense\":[0,1,2,3,4,5,6,7,8,NaN]}]}", &err),
              &err);
    assert_true(isnan(((const float *)served.outputs.list[0].tensor.data)[9]));
    assert_refused(read_text(&served, MIEV_REMOTE_TFSERVING, "{\"predictions\":[[1],[2]]}", &err),
                   MIEV_ERR_BROKEN, &err, "one prediction");
    assert_refused(
        read_text(&served, MIEV_REMOTE_TFSERVING, "{\"predictions\":[[0,1,2,3,4,5,6,7,8]]}", &err),
        MIEV_ERR_BROKEN, &err, "1 x 9");
    miev_served_finish(&served);
}

static void test_a_fixed_batch_is_asked_by_columns(void **state)
{
    (void)state;
    struct miev_served served = {.binary = false};
    struct miev_error err;
    size_t length = 0;
    long header_length = 0;
    learn_tfserving(&served, "1");
    assert_false(served.rows);
    char *text = written(&served, MIEV_REMOTE_TFSERVING, &length, &header_length);
    assert_int_equal(
        strncmp(text, "{\"signature_name\":\"serving_default\",\"inputs\":[[[[0,0,0],", 55), 0);
    free(text);
    assert_ok(
        read_text(&served, MIEV_REMOTE_TFSERVING, "{\"outputs\":[[0,1,2,3,4,5,6,7,8,9]]}", &err),
        &err);
    assert_true(((const float *)served.outputs.list[0].tensor.data)[3] == 3);
    miev_served_finish(&served);
}

static void test_a_model_that_is_not_available_says_its_state(void **state)
{
    (void)state;
    static const char text[] =
        "{\"model_version_status\":[{\"version\":\"1\",\"state\":\"LOADING\"}]}";
    struct miev_served served = {.binary = false};
    struct miev_error err;
    assert_refused(miev_remote_tfserving.learn(&served, 0, text, strlen(text), &err),
                   MIEV_ERR_UNAVAILABLE, &err, "LOADING");
    miev_served_finish(&served);
}

/* ---- counters of joules ---- */

static void test_joules_of_each_gpu_are_found(void **state)
{
    (void)state;
    static const char text[] = "# TYPE nv_energy_consumption counter\n"
                               "nv_energy_consumption{gpu_uuid=\"GPU-a\"} 1234.5\n"
                               "nv_energy_consumption_total 9\n"
                               "nv_energy_consumption{gpu_uuid=\"GPU-b\"} 7e2 1700000000\r\n"
                               "nv_energy_consumption{gpu_uuid=\"GPU-c\"} NaN\n"
                               "nv_energy_consumption{gpu_uuid=\"GPU-d\"} -1\n"
                               "gpu_total_energy_consumption_joules 42";
    struct miev_metric found[8];
    assert_int_equal(miev_metrics_read(text, strlen(text), found, 8), 3);
    assert_string_equal(found[0].id, "GPU-a");
    assert_near(found[0].joules, 1234.5, 1e-12);
    assert_near(found[1].joules, 700, 1e-12);
    assert_string_equal(found[2].id, "gpu");
    assert_int_equal(miev_metrics_read(text, strlen(text), found, 1), 1);
}

/* ---- when requests are due ---- */

static void test_requests_come_as_a_poisson_process_of_the_seed(void **state)
{
    (void)state;
    double *a = NULL, *b = NULL, *c = NULL;
    size_t n = 0, again = 0, other = 0;
    struct miev_error err;
    assert_ok(miev_traffic_plan(7, 100, 400, &a, &n, &err), &err);
    assert_ok(miev_traffic_plan(7, 100, 400, &b, &again, &err), &err);
    assert_ok(miev_traffic_plan(8, 100, 400, &c, &other, &err), &err);
    assert_int_equal(n, again);
    assert_memory_equal(a, b, n * sizeof(*a));
    assert_true(a[0] != c[0]);
    /* 40,000 expected, standard deviation 200; the gaps' mean and deviation are both 1 / rate. */
    assert_true(n > 39000 && n < 41000);
    double squares = 0;
    for (size_t i = 1; i < n; i++) {
        double gap_s = a[i] - a[i - 1];
        assert_true(gap_s >= 0 && a[i] < 400);
        squares += (gap_s - 0.01) * (gap_s - 0.01);
    }
    assert_near(sqrt(squares / (double)n), 0.01, 0.05);
    free(a);
    free(b);
    free(c);
}

static void test_a_plan_has_at_least_one_request_and_an_end(void **state)
{
    (void)state;
    double *due_s = NULL;
    size_t n = 0;
    struct miev_error err;
    assert_ok(miev_traffic_plan(1, 1e-3, 1, &due_s, &n, &err), &err);
    assert_int_equal(n, 1);
    free(due_s);
    assert_ok(miev_traffic_plan(1, 1e5, 1000, &due_s, &n, &err), &err);
    assert_int_equal(n, MIEV_TRAFFIC_MAX_REQUESTS);
    free(due_s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_tells_protocol_host_port_model_and_version),
        cmocka_unit_test(test_other_names_are_refused),
        cmocka_unit_test(test_the_extension_of_triton_is_seen),
        cmocka_unit_test(test_a_request_is_json_with_all_numbers),
        cmocka_unit_test(test_a_binary_request_has_its_bytes_behind_the_json),
        cmocka_unit_test(test_an_answer_becomes_tensors),
        cmocka_unit_test(test_bare_nan_and_infinity_are_numbers),
        cmocka_unit_test(test_binary_answers_are_held_to_their_bytes),
        cmocka_unit_test(test_wrong_answers_are_refused_in_words),
        cmocka_unit_test(test_metadata_that_lies_about_size_allocates_nothing),
        cmocka_unit_test(test_texts_cannot_be_sent),
        cmocka_unit_test(test_tensorflow_serving_is_asked_by_rows),
        cmocka_unit_test(test_a_fixed_batch_is_asked_by_columns),
        cmocka_unit_test(test_a_model_that_is_not_available_says_its_state),
        cmocka_unit_test(test_joules_of_each_gpu_are_found),
        cmocka_unit_test(test_requests_come_as_a_poisson_process_of_the_seed),
        cmocka_unit_test(test_a_plan_has_at_least_one_request_and_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
