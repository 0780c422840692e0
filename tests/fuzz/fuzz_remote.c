/* SPDX-License-Identifier: Apache-2.0 */
/* A server that answers whatever it likes. The first byte chooses: '1' the Open Inference Protocol,
 * '2' the same with binary tensors, '3' TensorFlow Serving, 'm' a page of metrics, else a name. The
 * answers are parted by zero bytes: what the server is, what the model is, then inferences, each of
 * which has its binary part, if any, behind a line of "--". */
#include <math.h>
#include <stdio.h>

#include "fuzz.h"
#include "remote/metrics.h"
#include "remote/protocol.h"

#define MAX_ANSWERS 8

static void check_name(const char *text)
{
    struct miev_remote_address address;
    struct miev_error err = {0};
    if (miev_remote_address_read(text, &address, &err) != MIEV_OK) {
        fuzz_require(err.message[0] != '\0');
        return;
    }
    fuzz_require(address.model[0] != '\0' && address.origin.port >= 1);
    fuzz_require(strcspn(address.origin.text, "@ \r\n\t") == strlen(address.origin.text));
    fuzz_require(strcspn(address.model, "/ \r\n\t?#") == strlen(address.model));
}

static void check_metrics(const char *text, size_t length)
{
    struct miev_metric found[4];
    size_t n = miev_metrics_read(text, length, found, 4);
    fuzz_require(n <= 4);
    for (size_t i = 0; i < n; i++)
        fuzz_require(isfinite(found[i].joules) && found[i].joules >= 0);
}

/* Every tensor has the memory that its shape asks for. */
static void check_outputs(const struct miev_ports *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        const struct miev_tensor *tensor = &outputs->list[i].tensor;
        size_t bytes = miev_dtype_size(tensor->dtype);
        for (size_t d = 0; tensor->data && d < tensor->n_dims; d++)
            bytes *= (size_t)tensor->dims[d];
        fuzz_require(!tensor->data || bytes == 0 || tensor->bytes == bytes);
        for (size_t b = 0; tensor->data && b < tensor->bytes; b += 4096) {
            volatile char read_once = ((const char *)tensor->data)[b]; /* a sanitizer looks on */
            (void)read_once;
        }
    }
}

static void write_request(const struct miev_remote_protocol *protocol, struct miev_served *served)
{
    char *text = NULL;
    size_t length = 0;
    long header_length = 0;
    size_t numbers = 0;
    for (size_t i = 0; i < served->inputs.count; i++)
        numbers += served->inputs.list[i].tensor.bytes;
    if (served->inputs.count == 0 || numbers > 1 << 16 || !miev_ports_shapes_known(&served->inputs))
        return;
    FILE *file = open_memstream(&text, &length);
    fuzz_require(file != NULL);
    protocol->write(served, file, &header_length);
    fuzz_require(fclose(file) == 0 && header_length <= (long)length);
    free(text);
}

static void answer(const struct miev_remote_protocol *protocol, struct miev_served *served,
                   size_t number, const char *text, size_t length)
{
    struct miev_error err = {0};
    int rc;
    if (number < MIEV_REMOTE_QUESTIONS) {
        rc = protocol->learn(served, number, text, length, &err);
        if (number == 1 && rc != MIEV_OK)
            miev_served_finish(served); /* as the engine goes no further */
    } else {
        const char *tail = memmem(text, length, "\n--\n", 4);
        long head = tail ? (long)(tail - text) : -1;
        char *body = fuzz_text((const uint8_t *)text, length);
        if (tail) /* the binary part follows at once */
            memmove(body + head, body + head + 4, length - (size_t)head - 4);
        rc = served->outputs.count == 0
                 ? MIEV_OK
                 : protocol->read(served, body, length - (tail ? 4 : 0), head, &err);
        free(body);
    }
    fuzz_require(rc == MIEV_OK || err.message[0] != '\0');
    check_outputs(&served->outputs);
}

static void serve(const struct miev_remote_protocol *protocol, bool binary, const char *text,
                  size_t length)
{
    struct miev_served served = {.binary = binary};
    const char *end = text + length;
    for (size_t i = 0; i < MAX_ANSWERS && text < end; i++) {
        const char *stop = memchr(text, '\0', (size_t)(end - text));
        size_t n = (size_t)((stop ? stop : end) - text);
        answer(protocol, &served, i, text, n);
        if (i == 0)
            served.binary = served.binary || binary;
        if (i == 1)
            write_request(protocol, &served);
        text += n + 1;
    }
    miev_served_finish(&served);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    if (size == 0)
        return 0;
    char *name = fuzz_text(data, size);
    if (data[0] == '1' || data[0] == '2')
        serve(&miev_remote_oip, data[0] == '2', text, size - 1);
    else if (data[0] == '3')
        serve(&miev_remote_tfserving, false, text, size - 1);
    else if (data[0] == 'm')
        check_metrics(text, size - 1);
    else
        check_name(name);
    free(name);
    return 0;
}
