/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are given for models and are none: mostly downloads that went wrong. */
#include <string.h>
#include <strings.h>

#include "engine/engine.h"

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
        ROW(0, "<!doctype html",
            "an HTML page, so the download was answered with a page (an error, or "
            "a request to log in): open the address in a browser")
            ROW(0, "<html",
                "an HTML page, so the download was answered with a page (an error, or a "
                "request to log in): open the address in a browser")
                ROW(0, "<?xml",
                    "an XML document, probably a storage server's error message: open it and read "
                    "what it says") ROW(4, "TFL",
                                        "a TensorFlow Lite model of a schema other than 3: convert "
                                        "it again") ROW(0, "PK\x03\x04",
                                                        "a ZIP archive: unpack it and give the "
                                                        "model inside (.tflite or .onnx)")
                    ROW(0, "\x1f\x8b",
                        "a gzip archive: unpack it and give the model inside (.tflite or .onnx)")
                        ROW(257, "ustar",
                            "a tar archive: unpack it and give the model inside (.tflite or .onnx)")
                            ROW(0, "\x89HDF\r\n",
                                "an HDF5 file, as Keras writes it (.h5): convert it to .tflite or "
                                ".onnx")
                                ROW(0, "GGUF",
                                    "a GGUF language model: this program runs .tflite and .onnx")
                                    ROW(0, "\x80\x02",
                                        "a Python pickle, as PyTorch writes it: export it to .onnx")
                                        ROW(0,
                                            "\x7f"
                                            "ELF",
                                            "a program or a library, not a model")
                                            ROW(0, "\xff\xd8\xff",
                                                "a JPEG picture, not a model: models are named "
                                                "first, the picture after")
                                                ROW(0, "\x89PNG",
                                                    "a PNG picture, not a model: models are named "
                                                    "first, the picture after")
                                                    ROW(0, "{", "a JSON document, not a model")
#undef ROW
};

/* ONNX has no magic number: a protobuf that begins with a small ir_version (field 1) and goes on
 * with a field that a ModelProto may have next. */
static bool looks_like_onnx(const unsigned char *b, size_t length)
{
    return length >= 4 && b[0] == 0x08 && b[1] >= 1 && b[1] <= 32 &&
           (b[2] == 0x12 || b[2] == 0x1a || b[2] == 0x3a || b[2] == 0x42);
}

const char *miev_engine_describe_stranger(const void *head, size_t length)
{
    const char *text = head;
    if (length == 0)
        return "an empty file: fetch it again";
    size_t skip = 0;
    while (skip < length &&
           (text[skip] == ' ' || text[skip] == '\n' || text[skip] == '\r' || text[skip] == '\t'))
        skip++;
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        size_t from = strangers[i].at ? strangers[i].at : skip;
        if (from <= length && strangers[i].length <= length - from &&
            strncasecmp(text + from, strangers[i].magic, strangers[i].length) == 0)
            return strangers[i].words;
    }
    if (looks_like_onnx(head, length))
        return "an ONNX model, for which this build has no engine: see `miev doctor`";
    return "not a model file that this program knows: it runs .tflite and .onnx";
}
