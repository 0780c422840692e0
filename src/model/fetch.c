/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define MAX_REDIRECTS     10
#define MAX_FAILURES      5
#define FIRST_WAIT_NS     500000000u /* doubled with each failure */
#define MAX_WAIT_S        60u        /* a server that wants more is told of, not waited for */
#define STEP_WAIT_NS      100000000u
#define PROGRESS_MAKES_UP (1u << 20) /* so many new bytes forgive the failures before */

/* One way from the address to the file. */
struct attempt {
    struct miev_fetch *fetch;
    uint64_t at; /* where the next byte goes */
    bool enough, begun, misplaced;
};

static int on_head(void *context, const struct miev_http_head *head, struct miev_error *err)
{
    struct attempt *attempt = context;
    struct miev_fetch *fetch = attempt->fetch;
    bool goes_on = head->status == 206;
    attempt->misplaced = goes_on && head->from != attempt->at;
    if (attempt->misplaced)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the server sent another part of the file than it was asked for");
    int rc = fetch->look(fetch->context, head, &attempt->enough, err);
    if (rc != MIEV_OK || attempt->enough)
        return rc != MIEV_OK ? rc : MIEV_ERR_INTERRUPTED;
    if (head->total > fetch->limit_bytes)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "it has %llu bytes, more than the %llu that are allowed (--max-gb)",
                              (unsigned long long)head->total,
                              (unsigned long long)fetch->limit_bytes);
    attempt->begun = true;
    if (!goes_on)
        attempt->at = 0;
    /* Before the new validator is kept: bytes of another file must never stand under it. */
    if (ftruncate(fetch->fd, (off_t)attempt->at) != 0)
        return miev_error_errno(err, "cannot write the download");
    (void)snprintf(fetch->validator, sizeof(fetch->validator), "%s", head->validator);
    fetch->total = head->total;
    return fetch->begins(fetch->context, err);
}

static int write_failed(struct miev_error *err)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "the disk is full: `miev gc` frees what no model needs, MIEV_MODELS "
                              "names another folder; what came is kept to go on with");
    return miev_error_errno(err, "cannot write the download");
}

static int on_body(void *context, const void *bytes, size_t length, struct miev_error *err)
{
    struct attempt *attempt = context;
    const char *at = bytes;
    if (attempt->at + length > attempt->fetch->limit_bytes)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "more than the %llu bytes that are allowed came (--max-gb)",
                              (unsigned long long)attempt->fetch->limit_bytes);
    while (length > 0) {
        ssize_t n = pwrite(attempt->fetch->fd, at, length, (off_t)attempt->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_failed(err);
        at += n;
        length -= (size_t)n;
        attempt->at += (uint64_t)n;
    }
    return MIEV_OK;
}

static void on_wait(void *context)
{
    const struct attempt *attempt = context;
    attempt->fetch->progress(attempt->fetch->context, attempt->at, attempt->fetch->total);
}

/* Where to go on: behind the bytes that are here, as long as it can be told that they are of the
 * same file. Of a whole one the last byte is asked for again, which tells whether it still is. */
static int find_start(const struct miev_fetch *fetch, uint64_t *out, struct miev_error *err)
{
    struct stat info;
    if (fstat(fetch->fd, &info) != 0)
        return miev_error_errno(err, "cannot look at the download");
    uint64_t size = (uint64_t)info.st_size;
    if (fetch->total > 0 && size >= fetch->total)
        size = fetch->total - 1;
    *out = fetch->validator[0] ? size : 0;
    return MIEV_OK;
}

static bool is_redirect(const struct miev_http_head *head)
{
    return head->status > 300 && head->status < 400 && head->location[0] != '\0';
}

/* To another host, never from the net to this machine, which would ask its own services for whoever
 * runs that host. */
static int follow(char url[MIEV_URL_BYTES], const struct miev_http_head *head,
                  struct miev_error *err)
{
    bool was_here = false, is_here = false;
    int rc = miev_address_check_url(url, &was_here, err);
    if (rc == MIEV_OK)
        rc = miev_address_check_url(head->location, &is_here, err);
    if (rc == MIEV_OK && is_here && !was_here)
        rc = miev_error_set(err, MIEV_ERR_PERMISSION,
                            "it names an address of this machine, which is not followed");
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "the server points elsewhere");
    (void)snprintf(url, MIEV_URL_BYTES, "%s", head->location);
    return MIEV_OK;
}

/* The whole way once; *again: another try may help. */
static int try_once(struct attempt *attempt, struct miev_http_answer *answer, bool *again,
                    struct miev_error *err)
{
    struct miev_fetch *fetch = attempt->fetch;
    char url[MIEV_URL_BYTES];
    (void)snprintf(url, sizeof(url), "%s", fetch->url);
    *again = false;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
        struct miev_http_get get = {.env = fetch->env,
                                    .url = url,
                                    .credentials = fetch->credentials,
                                    .validator = fetch->validator,
                                    .from = attempt->at,
                                    .patience_s = fetch->patience_s,
                                    .public_only = fetch->public_only,
                                    .stop = fetch->stop,
                                    .head = on_head,
                                    .body = on_body,
                                    .waits = on_wait,
                                    .context = attempt};
        int rc = miev_http_get(&get, answer, err);
        if (attempt->misplaced)
            fetch->validator[0] = '\0'; /* then from the start */
        *again = answer->fault == MIEV_HTTP_LOST || attempt->misplaced ||
                 (answer->fault == MIEV_HTTP_UNREACHABLE && (attempt->at > 0 || hop > 0));
        if (attempt->enough || rc != MIEV_OK)
            return attempt->enough ? MIEV_OK : rc;
        if (!is_redirect(&answer->head))
            return attempt->begun ? MIEV_OK : miev_fetch_refused(fetch, answer, again, err);
        rc = fetch->look(fetch->context, &answer->head, &attempt->enough, err);
        if (rc == MIEV_OK && !attempt->enough)
            rc = follow(url, &answer->head, err);
        if (rc != MIEV_OK || attempt->enough)
            return rc;
    }
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "the server points from one address to the next more than %d times",
                          MAX_REDIRECTS);
}

/* A server that tells the size and closes early. */
static int check_length(const struct attempt *attempt, bool *again, struct miev_error *err)
{
    uint64_t total = attempt->fetch->total;
    if (attempt->enough || total == 0 || attempt->at == total)
        return MIEV_OK;
    *again = true;
    return miev_error_set(err, MIEV_ERR_BROKEN, "%llu of %llu bytes came",
                          (unsigned long long)attempt->at, (unsigned long long)total);
}

static bool stopped(const struct miev_fetch *fetch)
{
    return fetch->stop && *fetch->stop;
}

/* In small steps: Ctrl-C must not wait for a server's minute. */
static void wait_ns(const struct miev_fetch *fetch, uint64_t duration_ns, uint64_t bytes)
{
    for (uint64_t gone = 0; gone < duration_ns && !stopped(fetch); gone += STEP_WAIT_NS) {
        fetch->progress(fetch->context, bytes, fetch->total);
        miev_env_sleep_ns(fetch->env, STEP_WAIT_NS);
    }
}

int miev_fetch(struct miev_fetch *fetch, struct miev_error *err)
{
    struct miev_http_answer answer;
    for (unsigned failures = 0;;) {
        struct attempt attempt = {.fetch = fetch};
        uint64_t start = 0;
        bool again = false;
        int rc = find_start(fetch, &start, err);
        attempt.at = start;
        if (rc == MIEV_OK)
            rc = try_once(&attempt, &answer, &again, err);
        if (rc == MIEV_OK)
            rc = check_length(&attempt, &again, err);
        if (rc == MIEV_OK || !again || stopped(fetch))
            return rc;
        failures = attempt.at > start + PROGRESS_MAKES_UP ? 1 : failures + 1;
        uint64_t wait_s = answer.head.retry_after_s;
        if (failures >= MAX_FAILURES || wait_s > MAX_WAIT_S)
            return rc;
        uint64_t pause_ns = (uint64_t)FIRST_WAIT_NS << failures >> 1;
        wait_ns(fetch, wait_s > 0 ? wait_s * 1000000000u : pause_ns, attempt.at);
        if (stopped(fetch))
            return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
    }
}
