/* SPDX-License-Identifier: Apache-2.0 */
#include "model/card.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "model/card_read.h"

#define CARD_MAX_BYTES (4u << 20)

static int read_words(const json_t *root, struct miev_card *card, struct miev_error *err)
{
    const struct {
        const char *key;
        char *out;
        size_t capacity;
    } words[] = {
        {"name", card->name, sizeof(card->name)},
        {"task", card->task, sizeof(card->task)},
        {"summary", card->summary, sizeof(card->summary)},
        {"publisher", card->publisher, sizeof(card->publisher)},
        {"source", card->source, sizeof(card->source)},
        {"licence", card->licence, sizeof(card->licence)},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        int rc = miev_json_string(root, words[i].key, words[i].out, words[i].capacity, err);
        if (rc != MIEV_OK)
            return rc;
        if (words[i].out[0] == '\0')
            return miev_error_set(err, MIEV_ERR_INVALID, "\"%s\" is empty", words[i].key);
    }
    if (strpbrk(card->name, ":/")) /* "name:precision" and paths are told apart by them */
        return miev_error_set(err, MIEV_ERR_INVALID, "\"name\" is \"%s\": it must not hold : or /",
                              card->name);
    if (strcmp(card->task, "image-classification") != 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "\"task\" is \"%s\", this program knows \"image-classification\"",
                              card->task);
    return MIEV_OK;
}

static int read_label_list(const json_t *labels, struct miev_card *card, struct miev_error *err)
{
    size_t n = json_array_size(labels);
    if (n < 2 || n > MIEV_LABELS_MAX)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"labels\" must be a list of 2 to %d texts",
                              MIEV_LABELS_MAX);
    card->labels = calloc(n, sizeof(*card->labels));
    if (!card->labels)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu labels", n);
    card->n_labels = n;
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(labels, i));
        card->labels[i] = text ? strdup(text) : NULL;
        if (!card->labels[i])
            return miev_error_set(err, MIEV_ERR_INVALID, "\"labels\"[%zu] must be a text", i);
    }
    return MIEV_OK;
}

int miev_card_load_labels(struct miev_card *card, struct miev_error *err)
{
    struct miev_labels labels;
    if (!*card->labels_path || card->n_labels > 0)
        return MIEV_OK;
    int rc = miev_labels_load(card->labels_path, &labels, err);
    if (rc != MIEV_OK)
        return rc;
    if (labels.n != card->n_outputs) {
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "\"count\" is %zu, but %s has %zu labels: each output has one",
                            card->n_outputs, card->labels_path, labels.n);
        miev_labels_finish(&labels);
        return rc;
    }
    card->labels = labels.list;
    card->n_labels = labels.n;
    card->labels_from = MIEV_ORIGIN_CARD;
    return MIEV_OK;
}

static int read_label_file(const json_t *root, const char *card_path, struct miev_card *card,
                           struct miev_error *err)
{
    char name[256];
    int rc = miev_json_string(root, "labels_file", name, sizeof(name), err);
    if (rc == MIEV_OK)
        rc = miev_card_beside(card_path, "labels_file", name, card->labels_path,
                              sizeof(card->labels_path), err);
    if (rc == MIEV_OK && card->n_outputs == 0)
        rc = miev_error_set(
            err, MIEV_ERR_INVALID,
            "\"labels_file\" needs \"count\" in \"output\", the number of its lines");
    return rc == MIEV_OK && card->place != MIEV_PLACE_KNOWN ? miev_card_load_labels(card, err) : rc;
}

/* In the card, in a file beside it, or not at all where nobody knows them: then the number of
 * outputs is told alone. */
static int read_labels(const json_t *root, const char *card_path, struct miev_card *card,
                       struct miev_error *err)
{
    const json_t *labels = json_object_get(root, "labels");
    const json_t *file = json_object_get(root, "labels_file");
    if (labels && file)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "\"labels\" and \"labels_file\" both name the labels: keep one");
    if (file)
        return read_label_file(root, card_path, card, err);
    if (!labels && card->n_outputs > 0)
        return MIEV_OK;
    int rc = read_label_list(labels, card, err);
    if (rc == MIEV_OK && card->n_outputs > 0 && card->n_outputs != card->n_labels)
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "\"count\" is %zu, but there are %zu labels: each output has one",
                            card->n_outputs, card->n_labels);
    card->n_outputs = card->n_labels;
    card->labels_from = MIEV_ORIGIN_CARD;
    return rc;
}

/* Both are optional: a publisher may not know them. */
static int read_size(const json_t *root, struct miev_card *card, struct miev_error *err)
{
    int rc = MIEV_OK;
    if (json_object_get(root, "parameters"))
        rc = miev_json_number(root, "parameters", 1, 1e15, &card->parameters, err);
    if (rc == MIEV_OK && json_object_get(root, "macs"))
        rc = miev_json_number(root, "macs", 1, 1e18, &card->macs, err);
    return rc;
}

static int read_triple(const json_t *input, const char *key, double out[3], struct miev_error *err)
{
    const json_t *list = json_object_get(input, key);
    if (json_array_size(list) != 3)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"input\".\"%s\" must hold three numbers",
                              key);
    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_number(value))
            return miev_error_set(err, MIEV_ERR_INVALID, "\"input\".\"%s\"[%zu] must be a number",
                                  key, i);
        out[i] = json_number_value(value);
    }
    return MIEV_OK;
}

int miev_card_choice(const json_t *object, const char *key, const char *const *allowed,
                     size_t *choice, struct miev_error *err)
{
    char word[32];
    int rc = miev_json_string(object, key, word, sizeof(word), err);
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; allowed[i]; i++) {
        if (strcmp(word, allowed[i]) == 0) {
            *choice = i;
            return MIEV_OK;
        }
    }
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "\"%s\" is \"%s\", which is none of the words "
                          "allowed there (the first is \"%s\")",
                          key, word, allowed[0]);
}

static int read_input(const json_t *root, struct miev_card *card, struct miev_error *err)
{
    static const char *const layouts[] = {"NHWC", "NCHW", NULL};
    static const char *const colors[] = {"RGB", "BGR", NULL};
    static const char *const resizes[] = {"stretch", "crop", "letterbox", NULL};
    const json_t *input = json_object_get(root, "input");
    double width = 0, height = 0;
    size_t layout = 0, color = 0, resize = 0;
    int rc = miev_json_number(input, "width", 1, 4096, &width, err);
    if (rc == MIEV_OK)
        rc = miev_json_number(input, "height", 1, 4096, &height, err);
    if (rc == MIEV_OK && (width != floor(width) || height != floor(height)))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "\"width\" and \"height\" are whole pixels");
    if (rc == MIEV_OK)
        rc = miev_card_choice(input, "layout", layouts, &layout, err);
    if (rc == MIEV_OK)
        rc = miev_card_choice(input, "color", colors, &color, err);
    if (rc == MIEV_OK)
        rc = miev_card_choice(input, "resize", resizes, &resize, err);
    card->crop_ratio = 1;
    if (rc == MIEV_OK && json_object_get(input, "crop_ratio"))
        rc = miev_json_number(input, "crop_ratio", 0.1, 1, &card->crop_ratio, err);
    if (rc == MIEV_OK)
        rc = read_triple(input, "mean", card->mean, err);
    if (rc == MIEV_OK)
        rc = read_triple(input, "std", card->std, err);
    if (rc != MIEV_OK)
        return rc;
    for (size_t i = 0; i < 3; i++)
        if (!(card->std[i] > 0))
            return miev_error_set(err, MIEV_ERR_INVALID, "\"input\".\"std\" must be above 0");
    card->width = (unsigned)width;
    card->height = (unsigned)height;
    card->channels_first = layout == 1;
    card->bgr = color == 1;
    (void)snprintf(card->resize, sizeof(card->resize), "%s", resizes[resize]);
    card->normalisation_from = card->resize_from = MIEV_ORIGIN_CARD;
    return MIEV_OK;
}

static int read_output(const json_t *root, struct miev_card *card, struct miev_error *err)
{
    static const char *const kinds[] = {"probabilities", "logits", NULL};
    const json_t *output = json_object_get(root, "output");
    size_t kind = 0;
    double count = 0;
    int rc = miev_card_choice(output, "kind", kinds, &kind, err);
    if (rc == MIEV_OK && json_object_get(output, "count"))
        rc = miev_json_number(output, "count", 2, MIEV_LABELS_MAX, &count, err);
    if (rc != MIEV_OK)
        return rc;
    card->n_outputs = (size_t)count;
    card->logits = kind == 1;
    card->output_known = true;
    return MIEV_OK;
}

static int read_preparation(const json_t *root, const char *path, struct miev_card *card,
                            struct miev_error *err)
{
    int rc = read_input(root, card, err);
    if (rc == MIEV_OK)
        rc = read_output(root, card, err);
    return rc == MIEV_OK ? read_labels(root, path, card, err) : rc;
}

/* A card that only tells where a file came from: the rest is read from the file, or guessed, as of
 * a file without a card. */
static bool tells_nothing(const json_t *root)
{
    static const char *const keys[] = {"input", "output", "labels", "labels_file"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (json_object_get(root, keys[i]))
            return false;
    return true;
}

static void make_bare(struct miev_card *card)
{
    card->bare = true;
    card->crop_ratio = 1;
    (void)snprintf(card->resize, sizeof(card->resize), "stretch");
}

static int read_card(const json_t *root, const char *path, struct miev_card *card,
                     struct miev_error *err)
{
    char schema[32];
    int rc = miev_json_string(root, "schema", schema, sizeof(schema), err);
    if (rc == MIEV_OK && strcmp(schema, "miev.card/1") != 0)
        rc = miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                            "\"schema\" is \"%s\", this program reads "
                            "\"miev.card/1\"",
                            schema);
    if (rc == MIEV_OK)
        rc = read_words(root, card, err);
    if (rc == MIEV_OK)
        rc = read_size(root, card, err);
    if (rc == MIEV_OK)
        rc = miev_card_read_files(root, path, card, err);
    if (rc == MIEV_OK && tells_nothing(root))
        make_bare(card);
    else if (rc == MIEV_OK)
        rc = read_preparation(root, path, card, err);
    if (rc == MIEV_OK)
        rc = miev_card_read_accuracies(root, card, err);
    card->starter = json_is_true(json_object_get(root, "starter"));
    return rc;
}

int miev_card_load(const char *path, struct miev_card *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    json_t *root = NULL;
    struct miev_card card = {0};
    int rc = miev_file_load(path, CARD_MAX_BYTES, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_json_parse(text, length, &root, err);
    if (rc == MIEV_OK)
        rc = read_card(root, path, &card, err);
    if (rc == MIEV_OK) {
        *out = card;
    } else {
        (void)miev_error_prefix(err, "%s", path);
        miev_card_finish(&card);
    }
    json_decref(root);
    free(text);
    return rc;
}

/* A folder is a model when TensorFlow saved it. */
static int check_folder(const char *path, struct miev_error *err)
{
    char inside[PATH_MAX];
    static const struct {
        const char *file, *words; /* NULL: it is one */
    } kinds[] = {
        {"saved_model.pb", NULL},
        {"keras_metadata.pb", "a Keras folder: convert it to .tflite or .onnx"},
        {"Manifest.json", "a Core ML package: export the model to .onnx instead"},
        {"model.json", "a TensorFlow.js folder: convert the model it was made from to .tflite"},
        {"config.json", "a folder of a model hub: name the .tflite or .onnx file in it"},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int n = snprintf(inside, sizeof(inside), "%s/%s", path, kinds[i].file);
        if (n <= 0 || (size_t)n >= sizeof(inside) || access(inside, F_OK) != 0)
            continue;
        return kinds[i].words
                   ? miev_error_set(err, MIEV_ERR_INVALID, "%s is %s", path, kinds[i].words)
                   : MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_INVALID, "%s is a folder: name the model file in it", path);
}

static int check_file(const char *path, struct miev_error *err)
{
    struct stat info;
    bool there = stat(path, &info) == 0;
    if (!there && miev_file_refuse_address(path, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s is an address, not a file: `miev pull` brings it and says what "
                              "it is called then",
                              path);
    if (!there)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "there is no model file %s that can be opened: name its path, or a "
                              "bundled model as `miev models` lists them",
                              path);
    return S_ISDIR(info.st_mode) ? check_folder(path, err) : MIEV_OK;
}

/* Where the part of a path begins that ends at end. */
static size_t part_start(const char *path, size_t end)
{
    while (end > 0 && path[end - 1] != '/')
        end--;
    return end;
}

/* The last part of a path; of a folder that is called by its version ("mobilenet_v2/1", as TF Hub
 * has them) the last two. */
static void name_by_path(const char *path, char *out, size_t capacity)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = part_start(path, end);
    if (start > 1 && strspn(path + start, "0123456789") >= end - start)
        start = part_start(path, start - 1);
    size_t length = end - start < 100 ? end - start : 100;
    (void)snprintf(out, capacity, "%.*s", (int)length, path + start);
}

int miev_card_bare(const char *path, struct miev_card *out, struct miev_error *err)
{
    struct miev_card card = {.n_files = 1};
    make_bare(&card);
    if (strlen(path) >= sizeof(card.files[0].path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path %.60s... is too long", path);
    name_by_path(path, card.name, sizeof(card.name));
    (void)snprintf(card.files[0].path, sizeof(card.files[0].path), "%s", path);
    (void)snprintf(card.files[0].precision, sizeof(card.files[0].precision), "as-is");
    (void)snprintf(card.task, sizeof(card.task), "image-classification");
    *out = card;
    return MIEV_OK;
}

int miev_card_for_file(const char *path, struct miev_card *out, struct miev_error *err)
{
    struct miev_card card;
    int rc = miev_card_bare(path, &card, err);
    if (rc == MIEV_OK)
        rc = check_file(path, err);
    if (rc == MIEV_OK)
        *out = card;
    return rc;
}

void miev_card_finish(struct miev_card *card)
{
    if (!card)
        return;
    for (size_t i = 0; i < card->n_labels; i++)
        free(card->labels[i]);
    free(card->labels);
    card->labels = NULL;
    card->n_labels = 0;
}

const char *miev_place_name(enum miev_place place)
{
    static const char *const names[] = {"bundled", "known", "pulled"};
    return names[place];
}

const char *miev_origin_name(enum miev_origin origin)
{
    static const char *const names[] = {"guess", "metadata", "card", "option"};
    return names[origin];
}

const struct miev_card_file *miev_card_file_of(const struct miev_card *card, const char *precision)
{
    for (size_t i = 0; i < card->n_files; i++)
        if (strcmp(card->files[i].precision, precision) == 0)
            return &card->files[i];
    return NULL;
}

const struct miev_card_accuracy *miev_card_accuracy_of(const struct miev_card *card,
                                                       const char *precision)
{
    for (size_t i = 0; i < card->n_accuracies; i++)
        if (strcmp(card->accuracies[i].precision, precision) == 0)
            return &card->accuracies[i];
    return NULL;
}
