/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "export/field.h"
#include "export/use.h"

#define MAX_LABELS 20 /* more of them stand in a file of their own */
#define TEXT_SIZE  1100

/* In double quotes; what is shown has no control characters. */
static void put_quoted(const char *text, FILE *file)
{
    char shown[TEXT_SIZE];
    miev_text_show(shown, sizeof(shown), text);
    (void)fputc('"', file);
    for (const char *at = shown; *at; at++)
        (void)fprintf(file, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
    (void)fputc('"', file);
}

/* What differs from runtime to runtime. */
static const struct runtime {
    const char *format, *packages, *import, *load, *run;
} runtimes[] = {
    {"tflite", "ai-edge-litert", "from ai_edge_litert.interpreter import Interpreter\n",
     "def load(path):\n"
     "    model = Interpreter(model_path=path)\n"
     "    model.allocate_tensors()\n"
     "    return model\n",
     "def run(model, pixels):\n"
     "    given, told = model.get_input_details()[0], model.get_output_details()[0]\n"
     "    scale, zero = given[\"quantization\"]\n"
     "    if scale:  # the tensor's own steps\n"
     "        steps = np.iinfo(given[\"dtype\"])\n"
     "        pixels = np.clip(np.round(pixels / scale + zero), steps.min, steps.max)\n"
     "    model.set_tensor(given[\"index\"], pixels.astype(given[\"dtype\"]))\n"
     "    model.invoke()\n"
     "    scores = model.get_tensor(told[\"index\"]).reshape(-1).astype(np.float32)\n"
     "    scale, zero = told[\"quantization\"]\n"
     "    return (scores - zero) * scale if scale else scores\n"},
    {"onnx", "onnxruntime", "import onnxruntime\n",
     "def load(path):\n"
     "    return onnxruntime.InferenceSession(path, providers=[\"CPUExecutionProvider\"])\n",
     "def run(model, pixels):\n"
     "    given = model.get_inputs()[0]\n"
     "    kind = {\"tensor(float16)\": np.float16, \"tensor(uint8)\": np.uint8}.get(given.type, "
     "np.float32)\n"
     "    return model.run(None, {given.name: "
     "pixels.astype(kind)})[0].reshape(-1).astype(np.float32)\n"},
    {"saved_model", "tensorflow", "import tensorflow as tf\n",
     "def load(path):\n"
     "    load.kept = tf.saved_model.load(path)  # its variables live as long as this\n"
     "    signatures = load.kept.signatures\n"
     "    for name in (\"serving_default\", \"image_classification\", \"default\"):\n"
     "        if name in signatures:\n"
     "            return signatures[name]\n"
     "    raise SystemExit(f\"its signatures are {list(signatures)}\")\n",
     "def run(model, pixels):\n"
     "    name, kind = next(iter(model.structured_input_signature[1].items()))\n"
     "    told = model(**{name: tf.constant(pixels, kind.dtype)})\n"
     "    return next(iter(told.values())).numpy().reshape(-1).astype(np.float32)\n"},
};

static const struct runtime *runtime_of(const char *format)
{
    for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++)
        if (strcmp(runtimes[i].format, format) == 0)
            return &runtimes[i];
    return NULL;
}

static void put_triple(const json_t *list, FILE *file)
{
    (void)fputs("np.array([", file);
    for (size_t i = 0; i < 3; i++)
        (void)fprintf(file, "%s%.9g", i ? ", " : "", json_number_value(json_array_get(list, i)));
    (void)fputs("], np.float32)", file);
}

static void put_labels(const struct miev_use *use, FILE *file)
{
    if (use->n_labels == 0) {
        (void)fputs("LABELS = []  # not known: classes are numbers\n", file);
    } else if (use->n_labels > MAX_LABELS) {
        (void)fprintf(file,
                      "# labels.txt: the model's %zu labels, one a line, in their order\n"
                      "LABELS = [line.rstrip(\"\\n\") for line in open(\"labels.txt\", "
                      "encoding=\"utf-8\")]\n",
                      use->n_labels);
    } else {
        (void)fputs("LABELS = [", file);
        for (size_t i = 0; i < use->n_labels; i++) {
            (void)fputs(i ? ", " : "", file);
            put_quoted(use->labels[i], file);
        }
        (void)fputs("]\n", file);
    }
}

static void put_head(const struct miev_use *use, const struct runtime *runtime, FILE *file)
{
    (void)fprintf(file, "# pip install %s numpy pillow\n# python use.py [MODEL] PHOTO\n",
                  runtime->packages);
    (void)fprintf(file, "import sys\n\nimport numpy as np\n%sfrom PIL import Image, ImageOps\n\n",
                  runtime->import);
    (void)fputs("MODEL = ", file);
    put_quoted(use->file_name, file);
    if (*use->address) {
        (void)fputs("  # miev pull ", file);
        put_quoted(use->address, file);
    }
    if (*use->sha256)
        (void)fprintf(file, "\n# sha256 %.64s", use->sha256);
    (void)fputc('\n', file);
}

/* Pillow's BILINEAR is what this program resizes by, too. */
static void put_resize(const json_t *preprocessing, FILE *file)
{
    const char *resize = miev_field_text(preprocessing, "resize");
    if (strcmp(resize, "crop") == 0)
        (void)fprintf(file,
                      "    scale = min(image.width / WIDTH, image.height / HEIGHT) * %.9g\n"
                      "    left = (image.width - WIDTH * scale) / 2\n"
                      "    top = (image.height - HEIGHT * scale) / 2\n"
                      "    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR,\n"
                      "                         (left, top, image.width - left, "
                      "image.height - top))\n",
                      miev_field_number(preprocessing, "crop_ratio"));
    else if (strcmp(resize, "letterbox") == 0)
        (void)fputs("    image = ImageOps.pad(image, (WIDTH, HEIGHT), Image.Resampling.BILINEAR, "
                    "(128, 128, 128))\n",
                    file);
    else
        (void)fputs("    image = image.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)\n", file);
}

static void put_preprocess(const json_t *preprocessing, FILE *file)
{
    (void)fprintf(file,
                  "WIDTH, HEIGHT = %.0f, %.0f\nMEAN = ", miev_field_number(preprocessing, "width"),
                  miev_field_number(preprocessing, "height"));
    put_triple(miev_field_at(preprocessing, "mean"), file);
    (void)fputs("\nSTD = ", file);
    put_triple(miev_field_at(preprocessing, "std"), file);
    (void)fputs("\n\n\ndef preprocess(path):\n"
                "    image = ImageOps.exif_transpose(Image.open(path)).convert(\"RGB\")\n",
                file);
    put_resize(preprocessing, file);
    (void)fputs("    pixels = np.asarray(image, np.float32)\n", file);
    if (strcmp(miev_field_text(preprocessing, "color"), "BGR") == 0)
        (void)fputs("    pixels = pixels[:, :, ::-1]  # blue first\n", file);
    (void)fputs("    pixels = (pixels - MEAN) / STD\n", file);
    if (strcmp(miev_field_text(preprocessing, "layout"), "NCHW") == 0)
        (void)fputs("    pixels = pixels.transpose(2, 0, 1)  # channels first\n", file);
    (void)fputs("    return np.ascontiguousarray(pixels[np.newaxis])\n\n\n", file);
}

static void put_scores(enum miev_use_output output, FILE *file)
{
    (void)fputs("def probabilities(scores):\n", file);
    if (output == MIEV_USE_UNKNOWN)
        (void)fputs("    if scores.min() >= 0 and 0.9 < scores.sum() < 1.1:\n"
                    "        return scores\n",
                    file);
    if (output == MIEV_USE_PROBABILITIES)
        (void)fputs("    return scores\n\n\n", file);
    else
        (void)fputs("    scores = np.exp(scores - scores.max())\n"
                    "    return scores / scores.sum()\n\n\n",
                    file);
}

bool miev_use_python(const struct miev_use *use, FILE *file)
{
    const struct runtime *runtime = runtime_of(use->format);
    if (!runtime || !use->preprocessing)
        return false;
    put_head(use, runtime, file);
    put_labels(use, file);
    put_preprocess(use->preprocessing, file);
    (void)fprintf(file, "%s\n\n%s\n\n", runtime->load, runtime->run);
    put_scores(use->output, file);
    (void)fputs("if __name__ == \"__main__\":\n"
                "    path = sys.argv[1] if len(sys.argv) > 2 else MODEL\n"
                "    scores = probabilities(run(load(path), preprocess(sys.argv[-1])))\n"
                "    for i in np.argsort(-scores, kind=\"stable\")[:5]:\n"
                "        print(f\"{scores[i]:.4f} {LABELS[i] if i < len(LABELS) else i}\")\n",
                file);
    return !ferror(file);
}
