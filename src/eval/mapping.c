/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/mapping.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sha2.h>

#include "core/csv.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "model/labels.h"

#define MAX_FOLDER 255u

/* ---- rules ---------------------------------------------------------------------------------- */

static int check_words(const char *folder, const char *label, struct miev_error *err)
{
    char shown[64];
    miev_text_show(shown, sizeof(shown), folder);
    if (folder[0] == '\0')
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the folder is missing: write \"folder,label\"");
    if (strlen(folder) > MAX_FOLDER || strlen(label) > MIEV_LABEL_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "folder %s: a folder's name may have %u bytes, a label %d", shown,
                              MAX_FOLDER, MIEV_LABEL_MAX_BYTES);
    return MIEV_OK;
}

static int add_rule(struct miev_mapping *mapping, const char *folder, const char *label,
                    struct miev_error *err)
{
    size_t n = mapping->n;
    int rc = check_words(folder, label, err);
    if (rc != MIEV_OK)
        return rc;
    if (n == MIEV_MAPPING_MAX_RULES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "it has more than %u labels: write neighbours as a range of numbers "
                              "(\"dog,151-268\")",
                              MIEV_MAPPING_MAX_RULES);
    if ((n & (n - 1)) == 0) { /* room is made at 0, 1, 2, 4, 8 ... */
        struct miev_mapping_rule *more = realloc(mapping->rules, (n ? 2 * n : 1) * sizeof(*more));
        if (!more)
            return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the mapping");
        mapping->rules = more;
    }
    struct miev_mapping_rule rule = {strdup(folder), strdup(label)};
    if (!rule.folder || !rule.label) {
        free(rule.folder);
        free(rule.label);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the mapping");
    }
    mapping->rules[mapping->n++] = rule;
    return MIEV_OK;
}

static int compare_rules(const void *left, const void *right)
{
    const struct miev_mapping_rule *a = left, *b = right;
    int order = strcmp(a->folder, b->folder);
    return order ? order : strcmp(a->label, b->label);
}

static void drop_copies(struct miev_mapping *mapping)
{
    size_t kept = 0;
    for (size_t i = 0; i < mapping->n; i++) {
        if (kept > 0 && compare_rules(&mapping->rules[kept - 1], &mapping->rules[i]) == 0) {
            free(mapping->rules[i].folder);
            free(mapping->rules[i].label);
        } else {
            mapping->rules[kept++] = mapping->rules[i];
        }
    }
    mapping->n = kept;
}

/* With their terminators, so that no two mappings look the same. */
static void hash_rules(struct miev_mapping *mapping)
{
    SHA2_CTX sha;
    SHA256Init(&sha);
    for (size_t i = 0; i < mapping->n; i++) {
        const struct miev_mapping_rule *rule = &mapping->rules[i];
        SHA256Update(&sha, (const uint8_t *)rule->folder, strlen(rule->folder) + 1);
        SHA256Update(&sha, (const uint8_t *)rule->label, strlen(rule->label) + 1);
    }
    (void)SHA256End(&sha, mapping->sha256);
}

static int settle(struct miev_mapping *mapping, struct miev_error *err)
{
    char shown[64];
    if (mapping->n == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "it maps no folder: write a line \"folder,label\" for each");
    qsort(mapping->rules, mapping->n, sizeof(*mapping->rules), compare_rules);
    drop_copies(mapping);
    for (size_t i = 1; i < mapping->n; i++) {
        const struct miev_mapping_rule *before = &mapping->rules[i - 1];
        if (before->label[0] != '\0' || strcmp(before->folder, mapping->rules[i].folder) != 0)
            continue;
        miev_text_show(shown, sizeof(shown), before->folder);
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "folder %s is mapped, and left out by a line without a label: take "
                              "one of them away",
                              shown);
    }
    hash_rules(mapping);
    return MIEV_OK;
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static char *trim(const char *field, char *room, size_t capacity)
{
    size_t length = strlen(field);
    while (isblank((unsigned char)*field)) {
        field++;
        length--;
    }
    while (length > 0 && isblank((unsigned char)field[length - 1]))
        length--;
    (void)snprintf(room, capacity, "%.*s", (int)(length < capacity ? length : capacity - 1), field);
    return room;
}

static int add_row(struct miev_mapping *mapping, const struct miev_csv_row *row,
                   struct miev_error *err)
{
    char folder[MIEV_CSV_MAX_LINE], label[MIEV_CSV_MAX_LINE];
    size_t labels = 0;
    int rc = MIEV_OK;
    (void)trim(row->fields[0], folder, sizeof(folder));
    if (row->n_fields < 2)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "there is no comma: write \"folder,label\", or \"folder,\" to leave "
                              "the folder out");
    for (size_t i = 1; rc == MIEV_OK && i < row->n_fields; i++) {
        if (trim(row->fields[i], label, sizeof(label))[0] == '\0')
            continue;
        rc = add_rule(mapping, folder, label, err);
        labels++;
    }
    return rc == MIEV_OK && labels == 0 ? add_rule(mapping, folder, "", err) : rc;
}

/* One line; a longer one, or one with more fields than the reader takes, is an error: it would pass
 * over it. */
static int add_line(struct miev_mapping *mapping, const char *begin, size_t length, bool first,
                    struct miev_error *err)
{
    char line[MIEV_CSV_MAX_LINE / 2];
    struct miev_csv_row row;
    const char *cursor = line;
    if (length == 0 || *begin == '#')
        return MIEV_OK;
    if (length >= sizeof(line))
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "it has %zu bytes, a line at most %zu: give a folder more lines",
                              length, sizeof(line) - 1);
    memcpy(line, begin, length);
    line[length] = '\0';
    if (strspn(line, " \t") == length)
        return MIEV_OK;
    if (!miev_csv_next(&cursor, &row))
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "it has more than %d fields: give a folder more lines",
                              MIEV_CSV_MAX_FIELDS);
    if (first && strcmp(row.fields[0], "folder") == 0 &&
        strcmp(miev_csv_field(&row, 1), "label") == 0)
        return MIEV_OK; /* the names of the columns */
    return add_row(mapping, &row, err);
}

static int read_csv(const char *text, struct miev_mapping *out, struct miev_error *err)
{
    int rc = MIEV_OK;
    for (size_t number = 1; rc == MIEV_OK && *text; number++) {
        size_t whole = strcspn(text, "\n"), length = whole;
        while (length > 0 && text[length - 1] == '\r')
            length--;
        rc = add_line(out, text, length, out->n == 0, err);
        if (rc != MIEV_OK)
            return miev_error_prefix(err, "line %zu", number);
        text += whole + (text[whole] == '\n');
    }
    return rc;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static int add_value(struct miev_mapping *mapping, const char *folder, const json_t *value,
                     struct miev_error *err)
{
    char number[32], shown[64];
    if (json_is_string(value) && json_string_length(value) == strlen(json_string_value(value)) &&
        json_string_length(value) > 0)
        return add_rule(mapping, folder, json_string_value(value), err);
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        (void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        return add_rule(mapping, folder, number, err);
    }
    miev_text_show(shown, sizeof(shown), folder);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "folder %s: a label is a text or a number from 0, or a list of them",
                          shown);
}

int miev_mapping_from_json(json_t *object, struct miev_mapping *out, struct miev_error *err)
{
    const char *folder;
    json_t *value, *item;
    size_t i;
    int rc = MIEV_OK;
    *out = (struct miev_mapping){.n = 0};
    if (!json_is_object(object))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "a mapping is an object of folders: {\"dog\": [\"beagle\", 208]}");
    json_object_foreach(object, folder, value)
    {
        if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0))
            rc = add_rule(out, folder, "", err);
        else if (!json_is_array(value))
            rc = add_value(out, folder, value, err);
        else
            json_array_foreach(value, i, item) if (rc == MIEV_OK) rc =
                add_value(out, folder, item, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return settle(out, err);
}

/* ---- either --------------------------------------------------------------------------------- */

static int check_text(const char *text, size_t length, struct miev_error *err)
{
    size_t line = 1;
    if (memchr(text, '\0', length))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "it holds a zero byte, so it is no text: write lines "
                              "\"folder,label\"");
    for (const char *at = text; *at;) {
        uint32_t c = miev_text_next(&at);
        line += c == '\n';
        if (c == MIEV_TEXT_BAD)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "line %zu is not UTF-8: save the file as UTF-8", line);
    }
    return MIEV_OK;
}

int miev_mapping_parse(const char *text, size_t length, struct miev_mapping *out,
                       struct miev_error *err)
{
    json_t *object = NULL;
    *out = (struct miev_mapping){.n = 0};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3; /* the mark that some editors put before UTF-8 */
        length -= 3;
    }
    int rc = check_text(text, length, err);
    if (rc != MIEV_OK)
        return rc;
    if (text[strspn(text, " \t\r\n")] != '{') {
        rc = read_csv(text, out, err);
        return rc == MIEV_OK ? settle(out, err) : rc;
    }
    rc = miev_json_parse(text, length, &object, err);
    if (rc == MIEV_OK)
        rc = miev_mapping_from_json(object, out, err);
    json_decref(object);
    return rc;
}

int miev_mapping_load(const char *path, struct miev_mapping *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    *out = (struct miev_mapping){.n = 0};
    int rc = miev_file_load(path, MIEV_MAPPING_MAX_BYTES, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_mapping_parse(text, length, out, err);
    free(text);
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "%.200s", path);
    const char *slash = strrchr(path, '/');
    miev_text_show(out->name, sizeof(out->name), slash ? slash + 1 : path);
    return MIEV_OK;
}

void miev_mapping_finish(struct miev_mapping *mapping)
{
    for (size_t i = 0; i < mapping->n; i++) {
        free(mapping->rules[i].folder);
        free(mapping->rules[i].label);
    }
    free(mapping->rules);
    *mapping = (struct miev_mapping){.n = 0};
}

size_t miev_mapping_find(const struct miev_mapping *mapping, const char *folder)
{
    size_t low = 0, high = mapping->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(mapping->rules[middle].folder, folder) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < mapping->n && strcmp(mapping->rules[low].folder, folder) == 0 ? low : mapping->n;
}

bool miev_mapping_leaves_out(const struct miev_mapping *mapping, size_t rule)
{
    return rule < mapping->n && mapping->rules[rule].label[0] == '\0';
}
