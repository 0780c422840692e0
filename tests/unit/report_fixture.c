/* SPDX-License-Identifier: Apache-2.0 */
#include "report_fixture.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] =
    "{\"schema\": \"miev.report/1\", \"miev_version\": \"0.1.0\", \"created_unix_s\": 1700000000,"
    " \"machine\": {\"cpu\": \"A CPU\", \"microarchitecture\": \"\", \"sockets\": 1, \"cores\": 4,"
    "  \"logical_cpus\": 8, \"memory_bytes\": 1000, \"virtual_machine\": false,"
    "  \"hypervisor\": \"\", \"class\": \"desktop\", \"vendor\": \"V\", \"product\": \"P\","
    "  \"kernel\": \"6.1\"},"
    " \"meter\": {\"sensors\": [], \"channels\": [{\"sensor\": \"rapl\", \"id\": \"package-0\","
    "  \"part\": \"cpu\", \"method\": \"measured\", \"counted\": true,"
    "  \"systematic_low_ratio\": 0.5, \"systematic_high_ratio\": 2, \"idle_w\": 1,"
    "  \"idle_standard_error_w\": 0, \"source\": \"a counter\"}],"
    "  \"idle_rounds\": 12, \"idle_rounds_disturbed\": 0, \"neighbours_void_rounds\": true},"
    " \"settings\": {\"threads\": 1, \"delegate\": null, \"budget_s\": 10, \"target_ratio\": 0.03,"
    "  \"seed\": 7, \"dedicated\": false, \"fast_decode\": false, \"memory_bytes\": 1048576,"
    "  \"reserved_cpus\": 1, \"logical_cpus\": 8},"
    " \"input\": {\"sha256\": "
    "\"00000000000000000000000000000000000000000000000000000000000000ff\","
    "  \"kind\": \"image\", \"bytes\": 3, \"name\": \"cat.png\"},"
    " \"stop\": {\"reason\": \"precise\", \"elapsed_s\": 9.5, \"blocks\": 12,"
    "  \"half_width_ratio\": 0.02, \"ratio_half_width\": 0.01},"
    " \"models\": [], \"comparison\": [],"
    " \"site\": {\"zone\": \"World\", \"intensity_g_per_kwh\": 400.5, \"source\": \"s\","
    "  \"year\": 2024, \"pue\": 1, \"default\": true, \"embodied\": null}}";

static json_t *figure(double value)
{
    return json_pack("{s:{s:f, s:{s:f, s:f}, s:{s:f, s:f}}, s:i, s:i, s:b, s:b}", "per_inference_j",
                     "value", value, "statistical", "low", value / 1.02, "high", value * 1.02,
                     "systematic", "low", value / 2, "high", value * 2, "rounds", 12,
                     "rounds_effective", 12, "enough_rounds", 1, "batched", 0);
}

static json_t *model(const char *name, char digit, double gross_j)
{
    char sha256[65];
    memset(sha256, digit, 64);
    sha256[64] = '\0';
    return json_pack(
        "{s:s, s:s, s:s, s:i, s:{s:s, s:s, s:s, s:s, s:i}, s:s, s:[{s:s, s:i, s:f}, {s:s, s:i, "
        "s:f}], s:[], s:{s:f, s:n, s:n, s:i}, s:{s:s, s:[{s:s, s:s, s:s, s:f, s:b}], s:o, s:o, "
        "s:i, s:f}, s:n}",
        "name", name, "precision", "int8", "sha256", sha256, "bytes", 100, "engine", "name",
        "tflite", "runtime", "LiteRT", "version", "2", "delegate", "none", "threads", 1, "sandbox",
        "seccomp", "predictions", "label", "cat", "index", 3, "score", 0.75, "label", "dog",
        "index", 5, "score", 0.25, "guesses", "latency", "p50_s", 0.01, "p90_s", "p99_s", "samples",
        5, "energy", "method", "measured", "parts", "part", "cpu", "method", "measured", "sensor",
        "rapl", "joules", gross_j, "headline", 1, "gross", figure(gross_j), "net",
        figure(gross_j / 2), "rounds_disturbed", 0, "inference_s", 0.011, "footprint");
}

json_t *report_fixture(void)
{
    json_t *report = json_loads(text, 0, NULL);
    json_t *models = json_object_get(report, "models");
    if (!report || json_array_append_new(models, model("a", 'a', 2)) != 0 ||
        json_array_append_new(models, model("b", 'b', 4)) != 0)
        abort();
    return report;
}

json_t *report_fixture_model(const json_t *report, size_t i)
{
    return json_array_get(json_object_get(report, "models"), i);
}

void report_fixture_scale(json_t *report, size_t i, double factor)
{
    json_t *energy = json_object_get(report_fixture_model(report, i), "energy");
    json_t *joules = json_object_get(
        json_object_get(json_object_get(energy, "gross"), "per_inference_j"), "value");
    double value = json_number_value(joules) * factor;
    (void)json_object_set_new(energy, "gross", figure(value));
}

json_t *report_fixture_at(json_t *report, const char *path)
{
    json_t *at = report;
    while (at && *path) {
        char key[64];
        size_t length = strcspn(path, ".");
        (void)snprintf(key, sizeof(key), "%.*s", (int)length, path);
        at = isdigit((unsigned char)*key) ? json_array_get(at, (size_t)strtoul(key, NULL, 10))
                                          : json_object_get(at, key);
        path += length + (path[length] == '.');
    }
    return at;
}
