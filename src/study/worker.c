/* SPDX-License-Identifier: Apache-2.0 */
#include "study/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "study/worker_parts.h"

uint64_t miev_worker_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void miev_worker_unmap(void *bytes, size_t length)
{
    if (bytes)
        (void)munmap(bytes, length);
}

static const struct {
    const char *name;
    int (*run)(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
               struct miev_error *err);
} requests[] = {
    /* clang-format off */
    {"open", miev_worker_do_open},
    {"load", miev_worker_do_load},
    {"metadata", miev_worker_do_metadata},
    {"shape", miev_worker_do_shape},
    {"input", miev_worker_do_input},
    {"repeat", miev_worker_do_repeat},
    {"predict", miev_worker_do_predict},
    {"traffic", miev_worker_do_traffic},
    {"among", miev_worker_do_among},
    {"profile", miev_worker_do_profile},
    {"look", miev_worker_do_look},
    {"lock", miev_worker_do_lock},
    {"ring", miev_worker_do_ring},
    {"as", miev_worker_do_as},
    {"keep", miev_worker_do_keep},
    {"prepare", miev_worker_do_prepare},
    {"classify", miev_worker_do_classify},
    {"features", miev_worker_do_features},
    {"vectors", miev_worker_do_vectors},
    {"featurise", miev_worker_do_featurise},
    /* clang-format on */
};

static int answer(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                  struct miev_error *err)
{
    const char *name = json_string_value(json_object_get(request, "do"));
    for (size_t i = 0; name && i < sizeof(requests) / sizeof(requests[0]); i++)
        if (strcmp(requests[i].name, name) == 0)
            return requests[i].run(worker, request, fd, reply, err);
    return miev_error_set(err, MIEV_ERR_INVALID, "unknown request '%s'", name ? name : "");
}

static json_t *error_to_json(const struct miev_error *err)
{
    /* A message may quote bytes of an untrusted file that are no UTF-8. */
    json_t *message = json_string(err->message);
    if (!message)
        message = json_string("the reason cannot be shown: it is not valid text");
    return json_pack("{s:{s:s, s:o}}", "error", "code", miev_status_name(err->code), "message",
                     message);
}

static void finish(struct miev_worker *worker)
{
    if (worker->state) {
        worker->engine->close(worker->state);
        free(worker->state);
    }
    miev_worker_unmap(worker->model, worker->model_bytes);
    miev_worker_unmap(worker->image, worker->image_bytes);
    miev_worker_unmap(worker->ring.bytes, worker->ring.length);
    if (worker->profile_fd >= 0)
        (void)close(worker->profile_fd);
    miev_worker_unmap(worker->vectors.bytes, worker->vectors.length);
    free(worker->rgb);
    miev_preparer_finish(&worker->preparer);
    miev_predictor_finish(&worker->predictor);
    miev_wire_finish(&worker->wire);
}

int miev_worker_main(int socket, const struct miev_engine_ops *const *engines)
{
    struct miev_worker worker = {.engines = engines, .profile_fd = -1};
    struct miev_error err;
    miev_wire_init(&worker.wire, socket);
    /* Ctrl-C is the parent's to handle: it collects the report so far. If the parent dies, so do
     * we. */
    (void)signal(SIGINT, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        json_t *request = NULL;
        int fd = -1;
        int rc = miev_wire_receive(&worker.wire, -1, &request, &fd, &err);
        if (rc == MIEV_ERR_INTERRUPTED)
            continue;
        if (rc != MIEV_OK)
            break;
        json_t *reply = json_object();
        rc = answer(&worker, request, fd, reply, &err);
        if (fd >= 0)
            (void)close(fd); /* what it held is mapped */
        if (rc != MIEV_OK) {
            json_decref(reply);
            reply = error_to_json(&err);
        }
        json_decref(request);
        rc = miev_wire_send(&worker.wire, reply, -1, &err);
        json_decref(reply);
        if (rc != MIEV_OK)
            break;
    }
    finish(&worker);
    return 0;
}
