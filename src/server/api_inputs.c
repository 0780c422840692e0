/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: the bundled samples, and those that clients bring. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "media/media.h"
#include "server/call.h"
#include "server/names.h"
#include "server/thumbs.h"

#define HEAD_BYTES 4096 /* enough to tell any format */

/* Own names of the formats, and what browsers call them. */
static const struct {
    const char *format, *type;
} types[] = {
    {"jpeg", "image/jpeg"}, {"png", "image/png"},   {"webp", "image/webp"}, {"bmp", "image/bmp"},
    {"gif", "image/gif"},   {"tiff", "image/tiff"}, {"heic", "image/heic"}, {"avif", "image/avif"},
};

static const char *type_of(const char *format)
{
    for (size_t i = 0; format && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].format, format) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* The format by the first bytes: a picture is only ever decoded in a locked process. */
static const char *format_of(int fd)
{
    uint8_t head[HEAD_BYTES];
    ssize_t n = pread(fd, head, sizeof(head), 0);
    return n > 0 ? miev_image_format_name(head, (size_t)n) : NULL;
}

static json_t *input_json(const struct miev_input *input)
{
    char thumbnail[256];
    (void)snprintf(thumbnail, sizeof(thumbnail), "/api/v1/inputs/%s/thumbnail", input->id);
    return json_pack("{s:s, s:s, s:I, s:s, s:b, s:o, s:s, s:s?}", "id", input->id, "name",
                     input->name, "bytes", (json_int_t)input->bytes, "sha256", input->sha256,
                     "sample", (int)input->sample, "href", miev_input_href(input->id), "thumbnail",
                     thumbnail, "licence", *input->licence ? input->licence : NULL);
}

void miev_api_inputs(struct miev_call *call)
{
    struct miev_server *server = call->server;
    struct miev_upload *uploads = NULL;
    struct miev_error err;
    size_t n = 0;
    if (miev_uploads_list(server->inputs, &uploads, &n, &err) != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < server->n_samples; i++)
        (void)json_array_append_new(list, input_json(&server->samples[i]));
    for (size_t i = 0; i < n; i++) {
        struct miev_input input = miev_input_of(&uploads[i]);
        (void)json_array_append_new(list, input_json(&input));
    }
    free(uploads);
    miev_answer_json(call, 200, json_pack("{s:o}", "inputs", list));
}

int miev_input_keep(struct miev_call *call, struct miev_input *out, bool *there,
                    struct miev_error *err)
{
    struct miev_upload upload;
    const char *name = miev_call_field(call, "name");
    if (!format_of(call->spool_fd))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "that file is no picture that this program knows: bring a JPEG, PNG, "
                              "WebP, BMP, GIF, TIFF, HEIC or AVIF");
    int rc = miev_uploads_keep(call->server->inputs, call->spool_fd, call->spool_path,
                               name ? name : "picture", &upload, there, err);
    if (rc == MIEV_OK)
        rc = miev_input_find(call->server, upload.sha256, out, err);
    return rc;
}

void miev_api_input_add(struct miev_call *call)
{
    struct miev_input input;
    struct miev_error err;
    bool there = false;
    if (miev_input_keep(call, &input, &there, &err) == MIEV_OK)
        miev_answer_json(call, there ? 200 : 201, input_json(&input));
    else
        miev_answer_error(call, &err);
}

void miev_api_input_content(struct miev_call *call)
{
    struct miev_input input;
    struct miev_error err;
    struct stat info;
    if (miev_input_find(call->server, call->id, &input, &err) != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    int fd = open(input.path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        (void)miev_error_errno(&err, "cannot open that picture");
        if (fd >= 0)
            (void)close(fd);
        miev_answer_error(call, &err);
        return;
    }
    call->reply->status = 200;
    call->reply->type = type_of(format_of(fd));
    call->reply->fd = fd;
    call->reply->length = (size_t)info.st_size;
    /* Somebody's bytes, shown alone: they get no rights at all. */
    miev_http_set(call->reply, "Content-Security-Policy", "default-src 'none'; sandbox");
    miev_http_set(call->reply, "Cache-Control", "private, max-age=3600");
}

void miev_api_input_thumbnail(struct miev_call *call)
{
    struct miev_input input;
    struct miev_error err;
    char *png = NULL;
    size_t length = 0;
    int rc = miev_input_find(call->server, call->id, &input, &err);
    if (rc == MIEV_OK) {
        rc = miev_thumbs_get(call->server->thumbs, input.sha256, input.path, &png, &length, &err);
        if (rc == MIEV_ERR_CRASHED || rc == MIEV_ERR_TIMEOUT || rc == MIEV_ERR_INVALID)
            err.code = MIEV_ERR_UNSUPPORTED; /* the picture's fault, not the request's */
    }
    if (rc != MIEV_OK) {
        miev_answer_error(call, &err);
        return;
    }
    call->reply->status = 200;
    call->reply->type = "image/png";
    call->reply->bytes = call->reply->owned = png;
    call->reply->length = length;
    miev_http_set(call->reply, "Cache-Control", "private, max-age=86400, immutable");
}
