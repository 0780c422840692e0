/* SPDX-License-Identifier: Apache-2.0 */
/* One engine with one model, and whole folders of models. */
#ifndef MIEV_TESTS_ENGINE_BENCH_H
#define MIEV_TESTS_ENGINE_BENCH_H

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.h"
#include "engine/engine.h"
#include "test.h"

#define MODEL_BYTES ((size_t)64 << 20)

struct engine {
    const struct miev_engine_ops *ops;
    void *state;
    char *model;
    struct miev_engine_info info;
    struct miev_error err;
};

static inline const char *runtime_dir(void)
{
    const char *folder = getenv("MIEV_RUNTIME_DIR");
    return folder ? folder : "vendor/runtime";
}

static inline int open_engine(struct engine *e, const struct miev_engine_ops *ops,
                              const char *delegate, unsigned threads)
{
    *e = (struct engine){.ops = ops, .state = calloc(1, ops->state_size)};
    const struct miev_engine_options options = {
        .runtime_dir = runtime_dir(), .threads = threads, .delegate = delegate};
    int rc = ops->open(e->state, &options, &e->info, &e->err);
    if (rc != MIEV_OK) {
        free(e->state);
        e->state = NULL;
    }
    return rc;
}

static inline void close_engine(struct engine *e)
{
    if (e->state)
        e->ops->close(e->state);
    free(e->state);
    free(e->model);
}

static inline int load_file(struct engine *e, const char *path)
{
    size_t length = 0;
    free(e->model);
    e->model = NULL;
    int rc = miev_file_load(path, MODEL_BYTES, &e->model, &length, &e->err);
    return rc != MIEV_OK ? rc : e->ops->load(e->state, e->model, length, &e->info, &e->err);
}

/* The engine on this machine, or the test is skipped with the reason. */
static inline void need_engine(struct engine *e, const struct miev_engine_ops *ops,
                               const char *delegate, unsigned threads)
{
    int rc = open_engine(e, ops, delegate, threads);
    if (rc == MIEV_ERR_UNAVAILABLE) {
        print_message("skipped: %s\n", e->err.message);
        skip();
    }
    assert_ok(rc, &e->err);
}

static inline const char *shared_path(char *out, size_t capacity, const char *name)
{
    const char *shared = test_shared_dir();
    if (!shared) {
        print_message("skipped: no folder of test models, set MIEV_SHARED\n");
        skip();
    }
    (void)snprintf(out, capacity, "%s/models/%s", shared, name);
    return out;
}

static inline void load_shared(struct engine *e, const char *name)
{
    char path[4096];
    if (!test_shared_dir())
        close_engine(e); /* a skipped test does not come back */
    assert_ok(load_file(e, shared_path(path, sizeof(path), name)), &e->err);
}

static inline double value(const struct miev_tensor *t, size_t i)
{
    if (t->dtype == MIEV_DTYPE_FLOAT32)
        return (double)((const float *)t->data)[i];
    double stored = t->dtype == MIEV_DTYPE_UINT8 ? (double)((const uint8_t *)t->data)[i]
                                                 : (double)((const int8_t *)t->data)[i];
    return t->scale * (stored - (double)t->zero_point);
}

static inline size_t best_class(struct engine *e)
{
    struct miev_tensor out;
    assert_ok(e->ops->output(e->state, 0, &out, &e->err), &e->err);
    size_t n = out.bytes / miev_dtype_size(out.dtype), best = 0;
    for (size_t i = 1; i < n; i++)
        if (value(&out, i) > value(&out, best))
            best = i;
    return best;
}

/* The same noise for every engine: smooth enough not to saturate a network. */
static inline void fill_inputs(struct engine *e)
{
    for (size_t i = 0; i < e->ops->input_count(e->state); i++) {
        struct miev_tensor in;
        assert_ok(e->ops->input(e->state, i, &in, &e->err), &e->err);
        uint32_t seed = 1;
        for (size_t k = 0; k < in.bytes / miev_dtype_size(in.dtype); k++) {
            seed = seed * 1664525u + 1013904223u;
            if (in.dtype == MIEV_DTYPE_FLOAT32)
                ((float *)in.data)[k] = (float)(seed >> 8) / (float)(1u << 23) - 1.0f;
            else
                ((uint8_t *)in.data)[k] = (uint8_t)(seed >> 24);
        }
    }
}

/* Load a model with its features as the output, run it on noise, and see that so many come out and
 * that they are not all the same. */
static inline void assert_features(struct engine *e, const char *path, size_t n)
{
    size_t length = 0;
    struct miev_tensor out;
    free(e->model);
    e->model = NULL;
    assert_ok(miev_file_load(path, MODEL_BYTES, &e->model, &length, &e->err), &e->err);
    assert_ok(e->ops->load_features(e->state, e->model, length, &e->info, &e->err), &e->err);
    fill_inputs(e);
    assert_ok(e->ops->run(e->state, &e->err), &e->err);
    assert_ok(e->ops->output(e->state, 0, &out, &e->err), &e->err);
    size_t size = miev_dtype_size(out.dtype), same = 0;
    assert_int_equal(out.bytes / size, n);
    for (size_t i = 1; i < n; i++)
        same += memcmp(out.data, (const char *)out.data + i * size, size) == 0;
    assert_true(same < n - 1);
}

static inline void assert_no_features(struct engine *e, const char *path)
{
    size_t length = 0;
    free(e->model);
    e->model = NULL;
    assert_ok(miev_file_load(path, MODEL_BYTES, &e->model, &length, &e->err), &e->err);
    assert_refused(e->ops->load_features(e->state, e->model, length, &e->info, &e->err),
                   MIEV_ERR_UNSUPPORTED, &e->err, "--features output");
}

/* ---- whole folders, each file in a child that may crash or hang ---- */

static inline void run_in_child(const struct miev_engine_ops *ops, const char *path, int answer)
{
    struct engine e;
    (void)alarm(60);
    int rc = open_engine(&e, ops, NULL, 1);
    if (rc == MIEV_OK)
        rc = load_file(&e, path);
    if (rc == MIEV_OK) {
        fill_inputs(&e);
        rc = ops->run(e.state, &e.err);
    }
    ssize_t n = write(answer, &e.err, sizeof(e.err));
    _exit(n == sizeof(e.err) && rc == MIEV_OK ? 0 : 1);
}

/* 0: ran; 1: refused, *err says why; a crash or a hang fails the test. */
static inline int try_file(const struct miev_engine_ops *ops, const char *path,
                           struct miev_error *err)
{
    int ends[2], status = 0;
    memset(err, 0, sizeof(*err));
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        run_in_child(ops, path, ends[1]);
    (void)close(ends[1]);
    ssize_t n = read(ends[0], err, sizeof(*err));
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || n != (ssize_t)sizeof(*err))
        fail_msg("%s ends the engine by signal %d", path, WTERMSIG(status));
    return WEXITSTATUS(status);
}

static inline void need_engine_in_children(const struct miev_engine_ops *ops)
{
    struct engine e;
    need_engine(&e, ops, NULL, 1);
    close_engine(&e);
}

static inline bool ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n >= k && strcmp(name + n - k, suffix) == 0;
}

#endif
