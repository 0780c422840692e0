/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pull.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/error.h"
#include "model/copy.h"
#include "model/deliver.h"
#include "model/fetch.h"

const char *miev_pull_phase_name(enum miev_pull_phase phase)
{
    static const char *const names[] = {"looking", "downloading", "checking", "unpacking"};
    return names[phase];
}

static void show(const struct miev_pulling *pulling, enum miev_pull_phase phase, uint64_t bytes,
                 uint64_t total)
{
    pulling->options->progress(pulling->options->context, phase, bytes, total);
}

/* ---- what libcurl's answers mean ------------------------------------------------------------ */

struct download {
    struct miev_pulling *pulling;
    struct miev_fetch *fetch;
    bool begun;
};

/* The one file that the card expects, where what comes is that file itself. */
static const struct miev_card_file *expected_file(const struct miev_pulling *pulling)
{
    const struct miev_pull_item *item = pulling->item;
    bool inside = item->n_files != 1 || item->address.archive || item->files[0]->member[0];
    return inside ? NULL : item->files[0];
}

/* A branch is kept as the commit that it stands for now: so the card can be pulled again. */
static int take_commit(struct miev_pulling *pulling, const struct miev_http_head *head,
                       struct miev_error *err)
{
    struct miev_address *address = &pulling->address;
    if (address->kind != MIEV_ADDRESS_HF || address->pinned || !head->commit[0])
        return MIEV_OK;
    return miev_address_at_revision(address, head->commit, address, err);
}

static int look(void *context, const struct miev_http_head *head, bool *enough,
                struct miev_error *err)
{
    struct download *download = context;
    struct miev_pulling *pulling = download->pulling;
    const struct miev_card_file *file = expected_file(pulling);
    int rc = take_commit(pulling, head, err);
    if (rc != MIEV_OK)
        return rc;
    if (head->sha256[0])
        (void)memcpy(pulling->told_sha256, head->sha256, sizeof(pulling->told_sha256));
    if (head->md5[0])
        (void)memcpy(pulling->told_md5, head->md5, sizeof(pulling->told_md5));
    if (file && *file->sha256 && head->sha256[0] && strcmp(file->sha256, head->sha256) != 0)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the hub has other bytes there than the card was checked against: "
                              "somebody changed them");
    *enough =
        !download->begun && miev_depot_has(pulling->depot, MIEV_DEPOT_BLOBS, pulling->told_sha256);
    return MIEV_OK;
}

/* With room for the archive's content, which is rarely more than it is long. */
static int check_room(const struct miev_pulling *pulling, uint64_t bytes, struct miev_error *err)
{
    struct statvfs disk;
    if (statvfs(pulling->depot->folder, &disk) != 0)
        return MIEV_OK; /* then writing will tell */
    uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (bytes <= free_bytes)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "it needs %.1f MB more and the disk of %s has %.1f MB left: `miev gc` "
                          "frees what no model needs, MIEV_MODELS names another folder",
                          (double)bytes / 1e6, pulling->depot->folder, (double)free_bytes / 1e6);
}

static int begins(void *context, struct miev_error *err)
{
    struct download *download = context;
    const struct miev_fetch *fetch = download->fetch;
    struct miev_partial_mark mark = {.total = fetch->total};
    (void)memcpy(mark.validator, fetch->validator, sizeof(mark.validator));
    download->begun = true;
    off_t here = lseek(fetch->fd, 0, SEEK_END);
    if (fetch->total > (uint64_t)here) {
        int rc = check_room(download->pulling, fetch->total - (uint64_t)here, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return miev_partial_write_mark(&download->pulling->partial, &mark, err);
}

static void on_bytes(void *context, uint64_t bytes, uint64_t total)
{
    const struct download *download = context;
    show(download->pulling, download->begun ? MIEV_PULL_DOWNLOADING : MIEV_PULL_LOOKING,
         download->begun ? bytes : 0, download->begun ? total : 0);
}

/* A mirror that this machine's owner named may stand in its own network. */
static bool guarded(const struct miev_pulling *pulling)
{
    return pulling->options->public_only &&
           !miev_address_hub_is_own(&pulling->item->address, pulling->options->env);
}

static int fetch_from(struct miev_pulling *pulling, const char *url,
                      const struct miev_credentials *credentials, struct miev_error *err)
{
    const struct miev_pull_options *options = pulling->options;
    struct miev_partial_mark mark;
    struct download download = {.pulling = pulling};
    struct miev_fetch fetch = {.env = options->env,
                               .address = &pulling->item->address,
                               .url = url,
                               .credentials = credentials,
                               .fd = pulling->partial.body_fd,
                               .limit_bytes = options->max_bytes,
                               .patience_s = options->patience_s,
                               .public_only = guarded(pulling),
                               .stop = options->stop,
                               .look = look,
                               .begins = begins,
                               .progress = on_bytes,
                               .context = &download};
    download.fetch = &fetch;
    miev_partial_read_mark(&pulling->partial, &mark);
    (void)memcpy(fetch.validator, mark.validator, sizeof(fetch.validator));
    fetch.total = mark.total;
    int rc = miev_fetch(&fetch, err);
    pulling->not_needed = rc == MIEV_OK && !download.begun;
    return rc;
}

static int download(struct miev_pulling *pulling, struct miev_error *err)
{
    char url[MIEV_URL_BYTES];
    bool loopback = false;
    struct miev_credentials credentials = {.kind = MIEV_CREDENTIALS_NONE};
    const struct miev_pull_options *options = pulling->options;
    int rc = miev_address_url(&pulling->item->address, options->env, url, err);
    if (rc == MIEV_OK)
        rc = miev_address_check_url(url, &loopback, err);
    if (rc == MIEV_OK && loopback && guarded(pulling))
        rc = miev_error_set(err, MIEV_ERR_PERMISSION,
                            "that is an address of this machine, which is not asked on someone "
                            "else's behalf");
    if (rc == MIEV_OK)
        rc = miev_credentials_find(&pulling->item->address, url, options->env, &credentials, err);
    if (rc == MIEV_OK)
        rc = fetch_from(pulling, url, &credentials, err);
    miev_credentials_forget(&credentials);
    return rc;
}

/* ---- files of this machine ------------------------------------------------------------------ */

static void on_copied(void *context, uint64_t bytes, uint64_t total)
{
    show(context, MIEV_PULL_DOWNLOADING, bytes, total);
}

static int copy(struct miev_pulling *pulling, struct miev_error *err)
{
    const struct miev_copy how = {.max_bytes = pulling->options->max_bytes,
                                  .stop = pulling->options->stop,
                                  .progress = on_copied,
                                  .context = pulling};
    if (pulling->options->public_only)
        return miev_error_set(err, MIEV_ERR_PERMISSION,
                              "a file of this machine is not taken on someone else's behalf");
    if (ftruncate(pulling->partial.body_fd, 0) != 0)
        return miev_error_errno(err, "cannot write the copy");
    return miev_copy_file(pulling->item->address.file, pulling->partial.body_fd, &how, err);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* What is sure to be of no use any more; all else is a download to go on with. */
static bool is_worthless(const struct miev_pulling *pulling, int rc, bool fetched)
{
    bool empty = lseek(pulling->partial.body_fd, 0, SEEK_END) <= 0;
    bool wrong = rc == MIEV_ERR_UNSUPPORTED || rc == MIEV_ERR_INVALID || rc == MIEV_ERR_BROKEN;
    bool copied = pulling->item->address.kind == MIEV_ADDRESS_FILE;
    return rc == MIEV_OK || rc == MIEV_ERR_LIMIT || empty || copied || (fetched && wrong);
}

static int bring(struct miev_pulling *pulling, struct miev_error *err)
{
    int rc = pulling->item->address.kind == MIEV_ADDRESS_FILE ? copy(pulling, err)
                                                              : download(pulling, err);
    bool fetched = rc == MIEV_OK;
    if (fetched)
        rc = miev_deliver(pulling, err);
    if (is_worthless(pulling, rc, fetched))
        miev_partial_discard(&pulling->partial);
    return rc;
}

/* A file is known by where it really lies. */
static int resolve_file(struct miev_pulling *pulling, struct miev_error *err)
{
    struct miev_address *address = &pulling->address;
    if (address->kind != MIEV_ADDRESS_FILE)
        return MIEV_OK;
    char *whole = realpath(address->file, NULL);
    if (!whole)
        return miev_error_errno(err, "cannot open %s", address->file);
    (void)snprintf(address->text, sizeof(address->text), "%.*s", MIEV_ADDRESS_BYTES - 1, whole);
    free(whole);
    return MIEV_OK;
}

int miev_pull(const struct miev_pull_options *options, const struct miev_depot *depot,
              const struct miev_catalog *catalog, const struct miev_pull_item *item,
              struct miev_error *err)
{
    char key[2 * MIEV_ADDRESS_BYTES];
    struct miev_pulling pulling = {.options = options,
                                   .depot = depot,
                                   .catalog = catalog,
                                   .item = item,
                                   .address = item->address,
                                   .partial = {.lock_fd = -1, .body_fd = -1}};
    int rc = resolve_file(&pulling, err);
    if (rc != MIEV_OK)
        return rc;
    show(&pulling, MIEV_PULL_LOOKING, 0, 0);
    if (miev_deliver_what_is_here(&pulling))
        return MIEV_OK;
    (void)snprintf(key, sizeof(key), "%s", pulling.address.text);
    rc = miev_partial_open(depot, key, &pulling.partial, err);
    if (rc == MIEV_OK && miev_deliver_what_is_here(&pulling))
        miev_partial_discard(&pulling.partial); /* another pull brought it while we waited */
    else if (rc == MIEV_OK)
        rc = bring(&pulling, err);
    miev_partial_close(&pulling.partial);
    return rc;
}
