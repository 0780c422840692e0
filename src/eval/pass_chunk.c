/* SPDX-License-Identifier: Apache-2.0 */
/* The files of one chunk of pictures: read here, decoded elsewhere. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "eval/pass_parts.h"

#define CHUNK_FILES ((size_t)16 << 20)

void miev_pass_fail_image(struct miev_pass_slot *slot, size_t at, const char *message)
{
    json_t *text = json_string(message);
    (void)json_array_append_new(slot->failed,
                                json_pack("{s:I, s:o}", "at", (json_int_t)at, "message",
                                          text ? text : json_string("it cannot be read")));
}

/* Add a file's bytes to the memory file. False when they cannot be had. By a buffer of our own:
 * sendfile() takes longer for small files. */
static bool copy_file(int to, int from, size_t length)
{
    char bytes[1u << 15];
    off_t begin = lseek(to, 0, SEEK_CUR);
    for (size_t left = length; left > 0;) {
        ssize_t n = read(from, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || write(to, bytes, (size_t)n) != n) {
            /* It became shorter while we read: what follows is written over it. */
            (void)lseek(to, begin, SEEK_SET);
            return false;
        }
        left -= (size_t)n;
    }
    return true;
}

/* One image of a chunk: its bytes behind the others, its size to the list. False when the chunk is
 * full and it has to wait for the next one. */
static bool read_image(const struct miev_eval *eval, struct miev_pass_slot *slot, size_t image,
                       int files, size_t *used, json_t *sizes)
{
    struct miev_error err;
    size_t length = 0;
    if (eval->keeps && eval->kept[image])
        return json_array_append_new(sizes, json_integer(0)) == 0;
    int fd = miev_dataset_image_open(&eval->dataset, image, &length, &err);
    if (fd >= 0 && *used > 0 && *used + length > CHUNK_FILES) {
        (void)close(fd);
        return false;
    }
    bool whole = fd >= 0 && copy_file(files, fd, length);
    if (fd >= 0)
        (void)close(fd);
    if (fd < 0)
        miev_pass_fail_image(slot, image - slot->first, err.message);
    else if (!whole)
        miev_pass_fail_image(slot, image - slot->first, "it became shorter while it was read");
    *used += whole ? length : 0;
    return json_array_append_new(sizes, json_integer(whole ? (json_int_t)length : -1)) == 0;
}

json_t *miev_pass_read_chunk(const struct miev_pass *pass, size_t chunk,
                             struct miev_pass_slot *slot, int *files)
{
    json_t *sizes = json_array();
    size_t used = 0, wanted = slot->count;
    *files = memfd_create("miev-pictures", MFD_CLOEXEC);
    slot->count = 0;
    while (slot->count < wanted &&
           read_image(pass->eval, slot, slot->first + slot->count, *files, &used, sizes))
        slot->count++;
    if (used == 0 && *files >= 0) {
        (void)close(*files);
        *files = -1;
    }
    return json_pack("{s:s, s:I, s:I, s:o}", "do", "prepare", "at",
                     (json_int_t)miev_pass_slot_at(pass, chunk), "first", (json_int_t)slot->first,
                     "sizes", sizes);
}

void miev_pass_mark_kept(struct miev_pass *pass, const struct miev_pass_slot *slot)
{
    struct miev_eval *eval = pass->eval;
    size_t i, decoded = 0;
    json_t *item;
    for (i = slot->first; i < slot->first + slot->count; i++) {
        decoded += !(eval->keeps && eval->kept[i]);
        if (eval->keeps)
            eval->kept[i] = 1;
    }
    json_array_foreach(slot->failed, i, item)
    {
        size_t at = (size_t)json_integer_value(json_object_get(item, "at"));
        if (eval->keeps)
            eval->kept[slot->first + at] = 0;
    }
    pass->model->n_decoded += decoded;
    pass->model->n_kept += slot->count - decoded;
}

bool miev_pass_take_failures(struct miev_pass_slot *slot, size_t offset, size_t count,
                             const json_t *reply)
{
    size_t i;
    json_t *item;
    const json_t *failed = json_object_get(reply, "failed");
    if (!json_is_array(failed) || json_array_size(failed) > count)
        return false;
    json_array_foreach(failed, i, item)
    {
        json_int_t at = json_integer_value(json_object_get(item, "at"));
        const char *message = json_string_value(json_object_get(item, "message"));
        if (at < 0 || (size_t)at >= count || !message)
            return false;
        miev_pass_fail_image(slot, offset + (size_t)at, message);
    }
    return true;
}
