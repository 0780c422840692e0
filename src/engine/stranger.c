/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are given for models and are none: mostly downloads that went wrong. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "engine/engine.h"

#define HTML_WORDS                                                                           \
    "an HTML page, so the download was answered with a page (an error, or a request to log " \
    "in): open the address in a browser"
#define PICTURE_WORDS "picture, not a model: models are named first, the picture after"
#define UNPACK_WORDS  "unpack it and give the model inside (.tflite, .onnx or a SavedModel's folder)"

/* clang-format off */
static const struct {
    size_t at;
    const char *magic; /* compared without regard to case: HTML is written both ways */
    size_t length;
    const char *words;
} strangers[] = {
#define ROW(at, magic, words) {(at), (magic), sizeof(magic) - 1, (words)},
    ROW(0, "version https://git-lfs",
        "a Git LFS pointer, not the model itself: run `git lfs pull` where it comes from, or "
        "download the file from the site's own page")
    ROW(0, "<!doctype html", HTML_WORDS)
    ROW(0, "<html", HTML_WORDS)
    ROW(0, "<?xml",
        "an XML document, probably a storage server's error message: open it and read what it says")
    ROW(4, "TFL", "a TensorFlow Lite model of a schema other than 3: convert it again")
    ROW(4, "ORTM", "a model in ONNX Runtime's own format (.ort): use the .onnx it was made from")
    ROW(4, "ET12", "an ExecuTorch program (.pte): export the model to .onnx instead")
    ROW(0, "\x1f\x8b", "a gzip archive: " UNPACK_WORDS)
    ROW(0, "BZh", "a bzip2 archive: " UNPACK_WORDS)
    ROW(0, "\xfd" "7zXZ", "an xz archive: " UNPACK_WORDS)
    ROW(0, "7z\xbc\xaf", "a 7z archive: " UNPACK_WORDS)
    ROW(0, "\x28\xb5\x2f\xfd", "a zstd archive: " UNPACK_WORDS)
    ROW(257, "ustar", "a tar archive: " UNPACK_WORDS)
    ROW(0, "\x89HDF\r\n",
        "an HDF5 file, as Keras writes it (.h5): convert it to .tflite with "
        "tf.lite.TFLiteConverter.from_keras_model")
    ROW(0, "GGUF", "a GGUF language model: this program runs .tflite and .onnx")
    ROW(0, "\x80\x02", "a Python pickle, as PyTorch writes it: export the model to .onnx")
    ROW(0, "\x93NUMPY", "an array of numbers (.npy), not a model")
    ROW(0, "\x7f" "ELF", "a program or a library, not a model")
    ROW(0, "\xff\xd8\xff", "a JPEG " PICTURE_WORDS)
    ROW(0, "\x89PNG", "a PNG " PICTURE_WORDS)
    ROW(0, "{", "a JSON document, not a model; a card's name ends in .json")
#undef ROW
};

/* What a zip is by the names in it, the first that fits. */
static const struct {
    const char *end, *words;
} zips[] = {
    {".tflite", "a ZIP archive that holds '%s': unpack it and give that file"},
    {".onnx", "a ZIP archive that holds '%s': unpack it and give that file"},
    {"data.pkl", "a PyTorch model (a ZIP archive that holds '%s'): export it to .onnx"},
    {"model.weights.h5", "a Keras model (.keras, it holds '%s'): convert it to .tflite with "
                         "tf.lite.TFLiteConverter.from_keras_model"},
    {"saved_model.pb", "a zipped TensorFlow SavedModel ('%s'): unpack it and name its folder"},
    {".mlmodel", "a zipped Core ML model ('%s'): export the model to .onnx instead"},
    {"AndroidManifest.xml", "an Android package ('%s'): its model is a .tflite file among its assets"},
};
/* clang-format on */

static unsigned number(const unsigned char *at, size_t bytes)
{
    unsigned value = 0;
    while (bytes > 0)
        value = value << 8 | at[--bytes];
    return value;
}

/* The name of the zip's entry at *at, which moves to the next; NULL at the end. An entry whose
 * length stands behind it (bit 3) is the last that can be told. */
static const char *zip_entry(const unsigned char *bytes, size_t length, size_t *at, char name[256])
{
    if (*at > length || length - *at < 30 || memcmp(bytes + *at, "PK\x03\x04", 4) != 0)
        return NULL;
    const unsigned char *head = bytes + *at;
    size_t name_bytes = number(head + 26, 2), extra_bytes = number(head + 28, 2);
    size_t start = *at + 30;
    if (name_bytes > length - start)
        return NULL;
    size_t kept = name_bytes < 255 ? name_bytes : 255;
    memcpy(name, bytes + start, kept);
    name[kept] = '\0';
    bool length_is_behind = head[6] & 8;
    *at =
        length_is_behind ? length : start + name_bytes + extra_bytes + (size_t)number(head + 18, 4);
    return name;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static void describe_zip(const unsigned char *bytes, size_t length, char *out, size_t capacity)
{
    char name[256], shown[128];
    size_t at = 0, best = sizeof(zips) / sizeof(zips[0]);
    for (unsigned i = 0; i < 10000 && zip_entry(bytes, length, &at, name); i++)
        for (size_t k = 0; k < best; k++)
            if (ends_with(name, zips[k].end)) {
                best = k;
                miev_text_show(shown, sizeof(shown), name);
            }
    if (best == sizeof(zips) / sizeof(zips[0])) {
        (void)snprintf(out, capacity, "a ZIP archive: " UNPACK_WORDS);
        return;
    }
    const char *words = zips[best].words, *mark = strstr(words, "%s");
    (void)snprintf(out, capacity, "%.*s%s%s", (int)(mark - words), words, shown, mark + 2);
}

/* Formats without a magic number are protobufs that begin with a small number in field 1 and go on
 * with field 2; what lies in that tells them apart. */
static const char *describe_protobuf(const unsigned char *b, size_t length)
{
    if (length < 6 || b[0] != 0x08 || b[1] < 1 || b[1] > 32)
        return NULL;
    size_t inside = 3;
    while (inside < 8 && inside < length && b[inside] & 0x80)
        inside++;
    bool holds_table = b[2] == 0x12 && inside + 1 < length && b[inside + 1] == 0x0a;
    if (holds_table && b[1] == 1)
        return "the saved_model.pb of a TensorFlow SavedModel: name the folder that it lies in";
    if (holds_table)
        return "a Core ML model (.mlmodel): export the model to .onnx instead";
    if (b[2] == 0x12 || b[2] == 0x1a || b[2] == 0x3a || b[2] == 0x42)
        return "an ONNX model without its graph, so it is damaged or cut short: fetch it again";
    return NULL;
}

/* The length of a JSON header in eight bytes, then the header. */
static bool is_safetensors(const unsigned char *b, size_t length)
{
    return length > 10 && number(b + 4, 4) == 0 && b[8] == '{' && b[9] == '"';
}

static bool is_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length && i < 512; i++)
        if ((unsigned char)text[i] < ' ' && !strchr("\t\r\n\f", text[i]))
            return false;
    return true;
}

static const char *describe_head(const void *head, size_t length)
{
    const char *text = head;
    size_t skip = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (skip < length &&
           (text[skip] == ' ' || text[skip] == '\n' || text[skip] == '\r' || text[skip] == '\t'))
        skip++;
    if (skip == length)
        return "an empty file: fetch it again";
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        size_t from = strangers[i].at ? strangers[i].at : skip;
        if (from <= length && strangers[i].length <= length - from &&
            strncasecmp(text + from, strangers[i].magic, strangers[i].length) == 0)
            return strangers[i].words;
    }
    const char *words = describe_protobuf(head, length);
    if (words)
        return words;
    if (is_safetensors(head, length))
        return "a safetensors file, which holds weights without their graph: export the model to "
               ".onnx";
    if (is_text(text, length))
        return "a text file, not a model: this program runs .tflite and .onnx";
    return "not a model file that this program knows: it runs .tflite and .onnx";
}

void miev_engine_describe_stranger(const void *bytes, size_t length, char *out, size_t capacity)
{
    if (length >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0)
        describe_zip(bytes, length, out, capacity);
    else
        (void)snprintf(out, capacity, "%s", describe_head(bytes, length));
}
