/* SPDX-License-Identifier: Apache-2.0 */
/* Any requests to a worker, one a line; behind the first zero byte, the file that comes with each.
 * Every request gets one answer, which is an object and, if a refusal, a sentence. */
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "study/sandbox.h"
#include "study/wire.h"
#include "study/worker.h"

#define MAX_REQUESTS 24
#define MAX_REPEATS  32
#define MAX_WIDTH    256

/* The lock would hold for the fuzzer too. */
int __wrap_miev_sandbox_enter(const struct miev_sandbox_options *options, char *words,
                              size_t capacity, struct miev_error *err);

int __wrap_miev_sandbox_enter(const struct miev_sandbox_options *options, char *words,
                              size_t capacity, struct miev_error *err)
{
    (void)options;
    (void)err;
    (void)snprintf(words, capacity, "none");
    return MIEV_OK;
}

/* ---- an engine whose model file is its answer ---- */

struct echo {
    uint8_t pixels[4 * 4 * 3];
    float scores[8];
    bool loaded;
};

static int echo_open(void *state, const struct miev_engine_options *options,
                     struct miev_engine_info *info, struct miev_error *err)
{
    (void)state;
    (void)err;
    *info = (struct miev_engine_info){
        .runtime = "echo", .version = "1", .delegate = "none", .threads = options->threads};
    return MIEV_OK;
}

static int echo_load(void *state, const void *model, size_t length, struct miev_engine_info *info,
                     struct miev_error *err)
{
    struct echo *echo = state;
    (void)info;
    (void)err;
    memcpy(echo->scores, model, length < sizeof(echo->scores) ? length : sizeof(echo->scores));
    echo->loaded = true;
    return MIEV_OK;
}

static size_t echo_count(const void *state)
{
    return ((const struct echo *)state)->loaded;
}

static int echo_input(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    struct echo *echo = state;
    (void)i;
    (void)err;
    *out = (struct miev_tensor){.name = "pixels",
                                .dtype = MIEV_DTYPE_UINT8,
                                .n_dims = 4,
                                .dims = {1, 4, 4, 3},
                                .data = echo->pixels,
                                .bytes = sizeof(echo->pixels)};
    return MIEV_OK;
}

static int echo_output(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    struct echo *echo = state;
    (void)i;
    (void)err;
    *out = (struct miev_tensor){.name = "scores",
                                .dtype = MIEV_DTYPE_FLOAT32,
                                .n_dims = 2,
                                .dims = {1, 8},
                                .data = echo->scores,
                                .bytes = sizeof(echo->scores)};
    return MIEV_OK;
}

static int echo_shape(void *state, size_t i, const int64_t *dims, size_t n_dims,
                      struct miev_error *err)
{
    (void)state;
    (void)i;
    (void)err;
    fuzz_require(n_dims >= 1 && n_dims <= MIEV_TENSOR_MAX_DIMS);
    for (size_t d = 0; d < n_dims; d++)
        fuzz_require(dims[d] > 0);
    return MIEV_OK;
}

static int echo_run(void *state, struct miev_error *err)
{
    (void)state;
    (void)err;
    return MIEV_OK;
}

static void echo_close(void *state)
{
    (void)state;
}

static const struct miev_engine_ops echo = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "echo",
    .state_size = sizeof(struct echo),
    .open = echo_open,
    .load = echo_load,
    .input_count = echo_count,
    .output_count = echo_count,
    .input = echo_input,
    .output = echo_output,
    .shape_input = echo_shape,
    .run = echo_run,
    .close = echo_close,
};

/* ---- the parent ---- */

/* What would only take long is let go. */
static bool is_long(const json_t *request)
{
    return json_integer_value(json_object_get(request, "count")) > MAX_REPEATS ||
           json_integer_value(json_object_get(request, "width")) > MAX_WIDTH;
}

static size_t send_requests(struct miev_wire *wire, char *text, int fd)
{
    size_t n = 0;
    for (char *rest = text; rest && n < MAX_REQUESTS;) {
        struct miev_error err;
        const char *line = strsep(&rest, "\n");
        json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (json_is_object(request) && !is_long(request)) {
            fuzz_require(miev_wire_send(wire, request, fd, &err) == MIEV_OK);
            n++;
        }
        json_decref(request);
    }
    return n;
}

static void check_answers(struct miev_wire *wire, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct miev_error err;
        json_t *answer = NULL;
        fuzz_require(miev_wire_receive(wire, 0, &answer, NULL, &err) == MIEV_OK);
        const json_t *error = json_object_get(answer, "error");
        const char *message = json_string_value(json_object_get(error, "message"));
        fuzz_require(!error || (message && message[0] != '\0'));
        json_decref(answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct miev_engine_ops *const engines[] = {&echo, NULL};
    int sockets[2];
    struct miev_wire wire;
    if (size > 16384)
        return 0;
    char *text = fuzz_text(data, size);
    size_t words = strlen(text);
    int fd = memfd_create("file", MFD_CLOEXEC);
    size_t rest = words < size ? size - words - 1 : 0;
    fuzz_require(fd >= 0 && write(fd, text + words + (rest > 0), rest) == (ssize_t)rest);
    fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    miev_wire_init(&wire, sockets[0]);
    size_t n = send_requests(&wire, text, fd);
    (void)shutdown(sockets[0], SHUT_WR); /* no more will come: the worker ends */
    fuzz_require(miev_worker_main(sockets[1], engines) == 0);
    check_answers(&wire, n);
    miev_wire_finish(&wire);
    (void)close(fd);
    free(text);
    return 0;
}
