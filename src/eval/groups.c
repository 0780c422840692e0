/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/groups.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

#define NAMED 5 /* labels or folders that are named in a refusal */

/* Names for a refusal: "a", "b", "c" and 4 more. */
struct list {
    char text[300];
    size_t n, used;
};

static void add_name(struct list *list, const char *name)
{
    char shown[40];
    if (list->n++ >= NAMED)
        return;
    miev_text_show(shown, sizeof(shown), name);
    list->used += (size_t)snprintf(list->text + list->used, sizeof(list->text) - list->used,
                                   "%s\"%s\"", list->n > 1 ? ", " : "", shown);
}

static const char *end_list(struct list *list)
{
    if (list->n > NAMED)
        (void)snprintf(list->text + list->used, sizeof(list->text) - list->used, " and %zu more",
                       list->n - NAMED);
    return list->text;
}

/* ---- one label ------------------------------------------------------------------------------ */

/* One of the parts that commas make of a label. */
static bool has_part(const char *label, const char *words)
{
    size_t wanted = strlen(words);
    while (*label) {
        size_t length = strcspn(label, ","), next = length + (label[length] == ',');
        size_t begin = strspn(label, " ");
        size_t part = length > begin ? length - begin : 0;
        if (part == wanted && strncasecmp(label + begin, words, part) == 0)
            return true;
        label += next;
    }
    return false;
}

/* How many classes these words name, whole labels first; *out: one of them. */
static size_t count_named(const struct miev_class_names *names, const char *words, uint32_t *out)
{
    size_t n = 0;
    for (int parts = 0; n == 0 && parts < 2; parts++) {
        for (size_t i = 0; i < names->n_labels; i++) {
            const char *label = names->labels[i];
            if (parts ? !has_part(label, words) : strcasecmp(label, words) != 0)
                continue;
            *out = (uint32_t)i;
            n++;
        }
    }
    return n;
}

/* "151-268", or one number. */
static bool read_range(const char *text, size_t classes, uint32_t *first, uint32_t *last)
{
    char low[24];
    uint64_t a = 0, b = 0;
    const char *dash = strchr(text, '-');
    size_t length = dash ? (size_t)(dash - text) : strlen(text);
    if (length == 0 || length >= sizeof(low) || !isdigit((unsigned char)*text) ||
        (dash && !isdigit((unsigned char)dash[1])))
        return false;
    memcpy(low, text, length);
    low[length] = '\0';
    if (miev_parse_u64(low, &a, NULL) != MIEV_OK)
        return false;
    b = a;
    if (dash && miev_parse_u64(dash + 1, &b, NULL) != MIEV_OK)
        return false;
    if (a > b || b >= classes)
        return false;
    *first = (uint32_t)a;
    *last = (uint32_t)b;
    return true;
}

struct found {
    uint32_t first, last;
    struct list *unknown, *ambiguous;
};

static bool find_label(const struct miev_class_names *names, const char *label, struct found *found)
{
    size_t n = count_named(names, label, &found->first);
    found->last = found->first;
    if (n > 1)
        add_name(found->ambiguous, label);
    else if (n == 0 && !read_range(label, names->n_classes, &found->first, &found->last))
        add_name(found->unknown, label);
    else
        return true;
    return false;
}

static int refuse_labels(const struct miev_class_names *names, bool mapped, struct list *unknown,
                         struct list *ambiguous, struct miev_error *err)
{
    char first[48] = "0";
    if (names->n_labels > 0)
        miev_text_show(first, sizeof(first), names->labels[0]);
    if (ambiguous->n > 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s is what several of the model's %zu classes are called: write the "
                              "number (from 0) of the one that is meant",
                              end_list(ambiguous), names->n_classes);
    if (unknown->n > 0 && mapped)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model does not know the label%s %s of the mapping; it has %zu, "
                              "the first is \"%s\": --map-suggest prints a draft",
                              unknown->n > 1 ? "s" : "", end_list(unknown), names->n_classes,
                              first);
    if (unknown->n > 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model does not know the class%s %s of the dataset; it has %zu, "
                              "the first is \"%s\": name folders after its labels, or by number "
                              "from 0, or say by --map which labels are theirs",
                              unknown->n > 1 ? "es" : "", end_list(unknown), names->n_classes,
                              first);
    return MIEV_OK;
}

/* ---- all folders ---------------------------------------------------------------------------- */

/* Each folder is a label; of two folders of one label the first is the group. */
static int group_by_name(const struct miev_dataset *dataset, const struct miev_class_names *names,
                         struct miev_groups *out, struct miev_error *err)
{
    struct list unknown = {.n = 0}, ambiguous = {.n = 0};
    struct found found = {.unknown = &unknown, .ambiguous = &ambiguous};
    for (size_t i = 0; i < dataset->n_classes; i++) {
        if (!find_label(names, dataset->classes[i], &found))
            continue;
        if (found.first != found.last) { /* a folder is one class */
            add_name(&unknown, dataset->classes[i]);
            continue;
        }
        if (out->of_class[found.first] == MIEV_GROUP_NONE)
            out->of_class[found.first] = (uint32_t)i;
        out->of_folder[i] = out->of_class[found.first];
    }
    return refuse_labels(names, false, &unknown, &ambiguous, err);
}

/* Group: the number of a folder's first rule. */
static int claim(const struct miev_mapping *mapping, const struct found *found, size_t group,
                 struct miev_groups *out, struct miev_error *err)
{
    char one[64], other[64];
    for (uint32_t c = found->first; c <= found->last; c++) {
        uint32_t before = out->of_class[c];
        if (before != MIEV_GROUP_NONE && before != group) {
            miev_text_show(one, sizeof(one), mapping->rules[before].folder);
            miev_text_show(other, sizeof(other), mapping->rules[group].folder);
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "the folders %s and %s of the mapping both claim class %u of the "
                                  "model: a class belongs to one folder",
                                  one, other, c);
        }
        out->of_class[c] = (uint32_t)group;
    }
    return MIEV_OK;
}

static int group_by_rules(const struct miev_mapping *mapping, const struct miev_class_names *names,
                          struct miev_groups *out, struct miev_error *err)
{
    struct list unknown = {.n = 0}, ambiguous = {.n = 0};
    struct found found = {.unknown = &unknown, .ambiguous = &ambiguous};
    int rc = MIEV_OK;
    for (size_t i = 0, group = 0; rc == MIEV_OK && i < mapping->n; i++) {
        if (strcmp(mapping->rules[group].folder, mapping->rules[i].folder) != 0)
            group = i;
        if (!miev_mapping_leaves_out(mapping, i) &&
            find_label(names, mapping->rules[i].label, &found))
            rc = claim(mapping, &found, group, out, err);
    }
    return rc == MIEV_OK ? refuse_labels(names, true, &unknown, &ambiguous, err) : rc;
}

static int place_folders(const struct miev_dataset *dataset, const struct miev_mapping *mapping,
                         struct miev_groups *out, struct miev_error *err)
{
    struct list missing = {.n = 0};
    for (size_t i = 0; i < dataset->n_classes; i++) {
        size_t rule = miev_mapping_find(mapping, dataset->classes[i]);
        if (rule == mapping->n || miev_mapping_leaves_out(mapping, rule))
            add_name(&missing, dataset->classes[i]);
        else
            out->of_folder[i] = (uint32_t)rule;
    }
    if (missing.n == 0)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the mapping lacks the folder%s %s: add the labels that are right for "
                          "%s, or a line \"folder,\" to leave one out",
                          missing.n > 1 ? "s" : "", end_list(&missing),
                          missing.n > 1 ? "them" : "it");
}

int miev_groups_make(const struct miev_dataset *dataset, const struct miev_mapping *mapping,
                     const struct miev_class_names *names, struct miev_groups *out,
                     struct miev_error *err)
{
    *out = (struct miev_groups){.n_classes = names->n_classes, .n_folders = dataset->n_classes};
    out->of_class = malloc(names->n_classes * sizeof(*out->of_class));
    out->of_folder = calloc(dataset->n_classes, sizeof(*out->of_folder));
    if (!out->of_class || !out->of_folder)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu classes", names->n_classes);
    for (size_t i = 0; i < names->n_classes; i++)
        out->of_class[i] = MIEV_GROUP_NONE;
    int rc = mapping ? group_by_rules(mapping, names, out, err)
                     : group_by_name(dataset, names, out, err);
    if (rc == MIEV_OK && mapping)
        rc = place_folders(dataset, mapping, out, err);
    for (size_t i = 0; rc == MIEV_OK && i < names->n_classes; i++)
        out->n_mapped += out->of_class[i] != MIEV_GROUP_NONE;
    return rc;
}

void miev_groups_finish(struct miev_groups *groups)
{
    free(groups->of_class);
    free(groups->of_folder);
    *groups = (struct miev_groups){.n_classes = 0};
}

uint32_t miev_groups_class(const struct miev_groups *groups, size_t folder)
{
    uint32_t found = MIEV_GROUP_NONE;
    for (size_t i = 0; i < groups->n_classes; i++) {
        if (groups->of_class[i] != groups->of_folder[folder])
            continue;
        if (found != MIEV_GROUP_NONE)
            return MIEV_GROUP_NONE;
        found = (uint32_t)i;
    }
    return found;
}
