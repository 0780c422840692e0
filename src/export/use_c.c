/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/text.h"
#include "export/field.h"
#include "export/use.h"

#define TEXT_SIZE 1100

/* As a C string: a '?' is escaped, because two of them would begin a trigraph. */
static void put_quoted(const char *text, FILE *file)
{
    char shown[TEXT_SIZE];
    miev_text_show(shown, sizeof(shown), text);
    (void)fputc('"', file);
    for (const char *at = shown; *at; at++)
        (void)fprintf(file, "%s%c", strchr("\"\\?", *at) ? "\\" : "", *at);
    (void)fputc('"', file);
}

/* The engine's own C interface: headers, how to build, and a function that runs the model once. */
static const struct interface {
    const char *format, *build, *headers, *run;
} interfaces[] = {
    {"tflite", "cc use.c -ltensorflowlite_c -lm", "#include <tensorflow/lite/c/c_api.h>\n",
     "/* 0: it went well. scores has room for n classes. */\n"
     "static int classify(const unsigned char *rgb, float *scores, size_t n)\n"
     "{\n"
     "    static float pixels[3 * WIDTH * HEIGHT];\n"
     "    static signed char steps[3 * WIDTH * HEIGHT];\n"
     "    int rc = 1;\n"
     "    preprocess(rgb, pixels);\n"
     "    TfLiteModel *model = TfLiteModelCreateFromFile(MODEL);\n"
     "    TfLiteInterpreter *interpreter = model ? TfLiteInterpreterCreate(model, NULL) : NULL;\n"
     "    if (!interpreter || TfLiteInterpreterAllocateTensors(interpreter) != kTfLiteOk)\n"
     "        return rc;\n"
     "    TfLiteTensor *given = TfLiteInterpreterGetInputTensor(interpreter, 0);\n"
     "    TfLiteQuantizationParams in = TfLiteTensorQuantizationParams(given);\n"
     "    TfLiteType type = TfLiteTensorType(given);\n"
     "    for (size_t i = 0; type != kTfLiteFloat32 && i < 3 * WIDTH * HEIGHT; i++)\n"
     "        steps[i] = (signed char)(unsigned char)step(pixels[i] / in.scale + "
     "(float)in.zero_point,\n"
     "                                                    type == kTfLiteInt8 ? -128 : 0);\n"
     "    if ((type == kTfLiteFloat32 ? TfLiteTensorCopyFromBuffer(given, pixels, sizeof(pixels))\n"
     "                                : TfLiteTensorCopyFromBuffer(given, steps, sizeof(steps))) "
     "== kTfLiteOk &&\n"
     "        TfLiteInterpreterInvoke(interpreter) == kTfLiteOk) {\n"
     "        const TfLiteTensor *told = TfLiteInterpreterGetOutputTensor(interpreter, 0);\n"
     "        TfLiteQuantizationParams out = TfLiteTensorQuantizationParams(told);\n"
     "        const void *data = TfLiteTensorData(told);\n"
     "        for (size_t i = 0; i < n; i++)\n"
     "            scores[i] = TfLiteTensorType(told) == kTfLiteFloat32 ? ((const float *)data)[i]\n"
     "                        : ((float)(TfLiteTensorType(told) == kTfLiteInt8\n"
     "                                       ? ((const signed char *)data)[i]\n"
     "                                       : ((const unsigned char *)data)[i]) -\n"
     "                           (float)out.zero_point) * out.scale;\n"
     "        rc = 0;\n"
     "    }\n"
     "    TfLiteInterpreterDelete(interpreter);\n"
     "    TfLiteModelDelete(model);\n"
     "    return rc;\n"
     "}\n"},
    {"onnx", "cc use.c -lonnxruntime -lm", "#include <onnxruntime_c_api.h>\n",
     "/* 0: it went well. scores has room for n classes; the input is float32. */\n"
     "static int classify(const unsigned char *rgb, float *scores, size_t n)\n"
     "{\n"
     "    static float pixels[3 * WIDTH * HEIGHT];\n"
     "    const OrtApi *ort = OrtGetApiBase()->GetApi(ORT_API_VERSION);\n"
     "    const int64_t shape[] = {1, SHAPE};\n"
     "    OrtEnv *env = NULL;\n"
     "    OrtSessionOptions *options = NULL;\n"
     "    OrtSession *session = NULL;\n"
     "    OrtAllocator *allocator = NULL;\n"
     "    OrtMemoryInfo *memory = NULL;\n"
     "    OrtValue *given = NULL, *told = NULL;\n"
     "    char *in = NULL, *out = NULL;\n"
     "    float *data = NULL;\n"
     "    preprocess(rgb, pixels);\n"
     "    if (ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, \"use\", &env) ||\n"
     "        ort->CreateSessionOptions(&options) ||\n"
     "        ort->CreateSession(env, MODEL, options, &session) ||\n"
     "        ort->GetAllocatorWithDefaultOptions(&allocator) ||\n"
     "        ort->SessionGetInputName(session, 0, allocator, &in) ||\n"
     "        ort->SessionGetOutputName(session, 0, allocator, &out) ||\n"
     "        ort->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory) ||\n"
     "        ort->CreateTensorWithDataAsOrtValue(memory, pixels, sizeof(pixels), shape, 4,\n"
     "                                            ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &given) ||\n"
     "        ort->Run(session, NULL, (const char *const *)&in, (const OrtValue *const *)&given, "
     "1,\n"
     "                 (const char *const *)&out, 1, &told) ||\n"
     "        ort->GetTensorMutableData(told, (void **)&data))\n"
     "        return 1;\n"
     "    memcpy(scores, data, n * sizeof(*scores));\n"
     "    ort->ReleaseValue(told);\n"
     "    ort->ReleaseValue(given);\n"
     "    ort->ReleaseMemoryInfo(memory);\n"
     "    ort->ReleaseSession(session);\n"
     "    ort->ReleaseSessionOptions(options);\n"
     "    ort->ReleaseEnv(env);\n"
     "    return 0;\n"
     "}\n"},
    {"saved_model", "cc use.c -ltensorflow -lm", "#include <tensorflow/c/c_api.h>\n",
     "/* 0: it went well. scores has room for n classes; the input is float32. The names of both\n"
     " * tensors: saved_model_cli show --dir MODEL --all */\n"
     "static int classify(const unsigned char *rgb, float *scores, size_t n)\n"
     "{\n"
     "    static float pixels[3 * WIDTH * HEIGHT];\n"
     "    const int64_t shape[] = {1, SHAPE};\n"
     "    const char *tags[] = {\"serve\"};\n"
     "    TF_Status *status = TF_NewStatus();\n"
     "    TF_Graph *graph = TF_NewGraph();\n"
     "    TF_SessionOptions *options = TF_NewSessionOptions();\n"
     "    TF_Tensor *told = NULL;\n"
     "    int rc = 1;\n"
     "    preprocess(rgb, pixels);\n"
     "    TF_Session *session = TF_LoadSessionFromSavedModel(options, NULL, MODEL, tags, 1, "
     "graph,\n"
     "                                                       NULL, status);\n"
     "    TF_Tensor *given = TF_AllocateTensor(TF_FLOAT, shape, 4, sizeof(pixels));\n"
     "    if (TF_GetCode(status) == TF_OK && given) {\n"
     "        TF_Output in = {TF_GraphOperationByName(graph, INPUT), 0};\n"
     "        TF_Output out = {TF_GraphOperationByName(graph, OUTPUT), 0};\n"
     "        memcpy(TF_TensorData(given), pixels, sizeof(pixels));\n"
     "        TF_SessionRun(session, NULL, &in, &given, 1, &out, &told, 1, NULL, 0, NULL, "
     "status);\n"
     "    }\n"
     "    if (told && TF_GetCode(status) == TF_OK) {\n"
     "        memcpy(scores, TF_TensorData(told), n * sizeof(*scores));\n"
     "        TF_DeleteTensor(told);\n"
     "        rc = 0;\n"
     "    }\n"
     "    TF_DeleteSessionOptions(options);\n"
     "    TF_DeleteGraph(graph);\n"
     "    TF_DeleteStatus(status);\n"
     "    return rc;\n"
     "}\n"},
};

static const struct interface *interface_of(const char *format)
{
    for (size_t i = 0; i < sizeof(interfaces) / sizeof(interfaces[0]); i++)
        if (strcmp(interfaces[i].format, format) == 0)
            return &interfaces[i];
    return NULL;
}

static void put_triple(const char *name, const json_t *list, FILE *file)
{
    (void)fprintf(file, "static const double %s[] = {", name);
    for (size_t i = 0; i < 3; i++)
        (void)fprintf(file, "%s%.9g", i ? ", " : "", json_number_value(json_array_get(list, i)));
    (void)fputs("};\n", file);
}

/* The name of a SavedModel's operation: that of the tensor without its number. */
static void put_operation(const char *macro, const json_t *tensors, const char *otherwise,
                          FILE *file)
{
    const char *name = miev_field_text(json_array_get(tensors, 0), "name");
    char operation[200];
    (void)snprintf(operation, sizeof(operation), "%.*s", (int)strcspn(name, ":"), name);
    (void)fprintf(file, "#define %s ", macro);
    put_quoted(*operation ? operation : otherwise, file);
    (void)fputc('\n', file);
}

static void put_head(const struct miev_use *use, const struct interface *interface, FILE *file)
{
    const json_t *preprocessing = use->preprocessing;
    bool first = strcmp(miev_field_text(preprocessing, "layout"), "NCHW") == 0;
    (void)fprintf(file,
                  "/* %s */\n#include <math.h>\n#include <stdio.h>\n#include <string.h>\n%s\n",
                  interface->build, interface->headers);
    (void)fputs("#define MODEL ", file);
    put_quoted(use->file_name, file);
    (void)fprintf(file, "\n#define WIDTH %.0f\n#define HEIGHT %.0f\n#define CLASSES %zu\n",
                  miev_field_number(preprocessing, "width"),
                  miev_field_number(preprocessing, "height"), use->n_outputs);
    if (strcmp(use->format, "tflite") != 0)
        (void)fputs(first ? "#define SHAPE 3, HEIGHT, WIDTH\n" : "#define SHAPE HEIGHT, WIDTH, 3\n",
                    file);
    if (strcmp(use->format, "saved_model") == 0) {
        put_operation("INPUT", miev_field_at(use->model, "inputs"), "serving_default_inputs", file);
        put_operation("OUTPUT", miev_field_at(use->model, "outputs"), "StatefulPartitionedCall",
                      file);
    }
    put_triple("mean", miev_field_at(preprocessing, "mean"), file);
    put_triple("std", miev_field_at(preprocessing, "std"), file);
}

static void put_preprocess(const json_t *preprocessing, FILE *file)
{
    const char *resize = miev_field_text(preprocessing, "resize");
    bool first = strcmp(miev_field_text(preprocessing, "layout"), "NCHW") == 0;
    bool bgr = strcmp(miev_field_text(preprocessing, "color"), "BGR") == 0;
    (void)fputs("\n/* rgb: WIDTH x HEIGHT pixels of three bytes, by the decoder of your choice: ",
                file);
    if (strcmp(resize, "crop") == 0)
        (void)fprintf(
            file, "the middle\n * part of that shape, %.4g of its sides, resized bilinearly. */\n",
            miev_field_number(preprocessing, "crop_ratio"));
    else if (strcmp(resize, "letterbox") == 0)
        (void)fputs("the whole\n * picture resized bilinearly, with bars of grey 128. */\n", file);
    else
        (void)fputs("the whole\n * picture resized bilinearly to that shape. */\n", file);
    (void)fprintf(file,
                  "static void preprocess(const unsigned char *rgb, float *pixels)\n{\n"
                  "    for (size_t i = 0; i < WIDTH * HEIGHT; i++)\n"
                  "        for (size_t c = 0; c < 3; c++)\n"
                  "            pixels[%s] = (float)((rgb[3 * i + %s] - mean[c]) / std[c]);\n}\n\n",
                  first ? "c * WIDTH * HEIGHT + i" : "3 * i + c", bgr ? "2 - c" : "c");
}

bool miev_use_c(const struct miev_use *use, FILE *file)
{
    const struct interface *interface = interface_of(use->format);
    if (!interface || !use->preprocessing || use->n_outputs == 0)
        return false;
    put_head(use, interface, file);
    put_preprocess(use->preprocessing, file);
    if (strcmp(use->format, "tflite") == 0)
        (void)fputs("static long step(double value, long lowest)\n{\n"
                    "    return lround(fmin(fmax(value, (double)lowest), (double)lowest + 255));\n"
                    "}\n\n",
                    file);
    (void)fprintf(file, "%s\n", interface->run);
    (void)fputs(
        "int main(void)\n{\n"
        "    static unsigned char rgb[3 * WIDTH * HEIGHT]; /* from standard input */\n"
        "    static float scores[CLASSES];\n"
        "    size_t best = 0;\n"
        "    if (fread(rgb, sizeof(rgb), 1, stdin) != 1 || classify(rgb, scores, CLASSES))\n"
        "        return 1;\n"
        "    for (size_t i = 0; i < CLASSES; i++)\n"
        "        best = scores[i] > scores[best] ? i : best;\n"
        "    printf(\"class %zu: %g\\n\", best, scores[best]);\n"
        "    return 0;\n}\n",
        file);
    return !ferror(file);
}
