/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/dataset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sha2.h>

#include "core/error.h"
#include "core/file.h"
#include "core/sha256.h"
#include "core/text.h"
#include "media/media.h"
#include "study/plan.h"

#define MAX_LABEL 128u
#define MAX_PATH  4096u

/* ---- growing lists -------------------------------------------------------------------------- */

/* Room for entry n of a list that doubles. */
static int grow(void **list, size_t n, size_t entry_bytes, struct miev_error *err)
{
    if (*list && (n & (n - 1)) != 0) /* room is made at 0, 1, 2, 4, 8 ... */
        return MIEV_OK;
    void *bigger = realloc(*list, (n ? 2 * n : 1) * entry_bytes);
    if (!bigger)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a dataset of over %zu entries",
                              n);
    *list = bigger;
    return MIEV_OK;
}

static int add_class(struct miev_dataset *dataset, const char *name, size_t length,
                     struct miev_error *err)
{
    if (dataset->n_classes == MIEV_DATASET_MAX_CLASSES)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the dataset has more than %u classes",
                              MIEV_DATASET_MAX_CLASSES);
    void *list = dataset->classes;
    int rc = grow(&list, dataset->n_classes, sizeof(*dataset->classes), err);
    dataset->classes = list;
    char *copy = rc == MIEV_OK ? strndup(name, length) : NULL;
    if (rc == MIEV_OK && !copy)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the classes");
    if (rc == MIEV_OK)
        dataset->classes[dataset->n_classes++] = copy;
    return rc;
}

/* Takes path, which is freed on failure. */
static int add_image(struct miev_dataset *dataset, char *path, size_t class_index,
                     struct miev_error *err)
{
    void *list = dataset->images;
    int rc = MIEV_OK;
    if (!path)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the names of the pictures");
    else if (dataset->n == MIEV_DATASET_MAX_IMAGES)
        rc = miev_error_set(err, MIEV_ERR_LIMIT,
                            "the dataset has more than %u pictures: evaluate it in parts",
                            MIEV_DATASET_MAX_IMAGES);
    else
        rc = grow(&list, dataset->n, sizeof(*dataset->images), err);
    dataset->images = list;
    if (rc == MIEV_OK)
        dataset->images[dataset->n++] = (struct miev_dataset_image){path, (uint32_t)class_index};
    else
        free(path);
    return rc;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_images(const void *left, const void *right)
{
    const struct miev_dataset_image *a = left, *b = right;
    if (a->class_index != b->class_index)
        return a->class_index < b->class_index ? -1 : 1;
    return strcmp(a->path, b->path);
}

/* ---- a folder for each class ---------------------------------------------------------------- */

/* Not links: a link may lead anywhere. Which kind a name is, some file systems tell late. */
static bool is_kind(int folder, const struct dirent *entry, unsigned char kind, mode_t mode)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == kind;
    return fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           (info.st_mode & S_IFMT) == mode;
}

static DIR *open_folder(int at, const char *name, struct miev_error *err)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    if (!list) {
        (void)miev_error_errno(err, "cannot list the folder %.200s", name);
        if (fd >= 0)
            (void)close(fd);
    }
    return list;
}

static int list_classes(struct miev_dataset *dataset, struct miev_error *err)
{
    DIR *list = open_folder(dataset->folder, ".", err);
    int rc = list ? MIEV_OK : err->code;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this folder's stream */
    for (struct dirent *entry; rc == MIEV_OK && (entry = readdir(list));)
        if (entry->d_name[0] != '.' && is_kind(dataset->folder, entry, DT_DIR, S_IFDIR))
            rc = add_class(dataset, entry->d_name, strlen(entry->d_name), err);
    if (list)
        (void)closedir(list);
    if (rc == MIEV_OK && dataset->n_classes == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%.200s holds no folders: a dataset has one for each class, named "
                              "after it, or is a list file with lines \"picture label\"",
                              dataset->name);
    if (rc == MIEV_OK)
        qsort(dataset->classes, dataset->n_classes, sizeof(*dataset->classes), compare_names);
    return rc;
}

/* A link is taken too: whether it stays inside shows when it is opened. */
static int list_images(struct miev_dataset *dataset, size_t class_index, struct miev_error *err)
{
    const char *class_name = dataset->classes[class_index];
    DIR *list = open_folder(dataset->folder, class_name, err);
    int rc = list ? MIEV_OK : err->code;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this folder's stream */
    for (struct dirent *entry; rc == MIEV_OK && (entry = readdir(list));) {
        char *path = NULL;
        if (entry->d_name[0] == '.' || is_kind(dirfd(list), entry, DT_DIR, S_IFDIR))
            continue;
        if (asprintf(&path, "%s/%s", class_name, entry->d_name) < 0)
            path = NULL;
        rc = add_image(dataset, path, class_index, err);
    }
    if (list)
        (void)closedir(list);
    return rc;
}

static int list_folder(struct miev_dataset *dataset, struct miev_error *err)
{
    int rc = list_classes(dataset, err);
    for (size_t i = 0; rc == MIEV_OK && i < dataset->n_classes; i++)
        rc = list_images(dataset, i, err);
    if (rc == MIEV_OK && dataset->n > 0)
        qsort(dataset->images, dataset->n, sizeof(*dataset->images), compare_images);
    return rc;
}

/* ---- a list file ---------------------------------------------------------------------------- */

struct line {
    const char *path, *label;
    size_t path_length, label_length;
};

static const char *trim(const char *begin, const char **end)
{
    while (begin < *end && strchr(" \t\r", *begin))
        begin++;
    while (*end > begin && strchr(" \t\r", (*end)[-1]))
        (*end)--;
    return begin;
}

/* The last tab parts them, else the last comma, else the last blank: a label may hold blanks only
 * behind a tab or a comma, a path may hold all of them. False without two words. */
static bool split_line(const char *begin, const char *end, struct line *out)
{
    static const char separators[] = "\t, ";
    for (const char *separator = separators; *separator; separator++) {
        const char *at = memrchr(begin, *separator, (size_t)(end - begin));
        if (!at)
            continue;
        const char *path_end = at, *label_end = end;
        out->path = trim(begin, &path_end);
        out->label = trim(at + 1, &label_end);
        out->path_length = (size_t)(path_end - out->path);
        out->label_length = (size_t)(label_end - out->label);
        return out->path_length > 0 && out->label_length > 0;
    }
    return false;
}

static int check_line(const struct line *line, size_t number, struct miev_error *err)
{
    if (line->path_length >= MAX_PATH || line->label_length >= MAX_LABEL)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "line %zu of the list: a path may have %u bytes, a label %u", number,
                              MAX_PATH - 1, MAX_LABEL - 1);
    return MIEV_OK;
}

/* A name and the place of its first line, to give equal names one number. */
struct label {
    const char *text;
    size_t length;
    size_t image;
};

static int compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->text, b->text, shorter);
    if (order != 0)
        return order;
    return (a->length > b->length) - (a->length < b->length);
}

static int number_classes(struct miev_dataset *dataset, struct label *labels, size_t n,
                          struct miev_error *err)
{
    int rc = MIEV_OK;
    if (!labels)
        return MIEV_OK; /* no pictures */
    qsort(labels, n, sizeof(*labels), compare_labels);
    for (size_t i = 0; rc == MIEV_OK && i < n; i++) {
        if (i == 0 || compare_labels(&labels[i - 1], &labels[i]) != 0)
            rc = add_class(dataset, labels[i].text, labels[i].length, err);
        if (rc == MIEV_OK)
            dataset->images[labels[i].image].class_index = (uint32_t)(dataset->n_classes - 1);
    }
    if (rc == MIEV_OK && dataset->n > 0)
        qsort(dataset->images, dataset->n, sizeof(*dataset->images), compare_images);
    return rc;
}

static int take_line(struct miev_dataset *dataset, const char *begin, const char *end,
                     size_t number, struct label **labels, struct miev_error *err)
{
    struct line line;
    if (!split_line(begin, end, &line))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "line %zu of the list has no label: write the picture's path, a tab "
                              "and its class",
                              number);
    int rc = check_line(&line, number, err);
    void *list = *labels;
    if (rc == MIEV_OK)
        rc = grow(&list, dataset->n, sizeof(**labels), err);
    *labels = list;
    if (rc != MIEV_OK)
        return rc;
    (*labels)[dataset->n] = (struct label){line.label, line.label_length, dataset->n};
    return add_image(dataset, strndup(line.path, line.path_length), 0, err);
}

int miev_dataset_read_list(const char *text, size_t length, struct miev_dataset *out,
                           struct miev_error *err)
{
    struct label *labels = NULL;
    const char *end = text + length;
    int rc = MIEV_OK;
    size_t number = 1;
    if (memchr(text, 0, length))
        return miev_error_set(
            err, MIEV_ERR_INVALID,
            "there is a zero byte in it, so this is no list: a dataset is a folder "
            "with a folder for each class, or a text file with lines \"picture "
            "label\"");
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3; /* the mark that some editors put before UTF-8 */
    for (const char *begin = text; rc == MIEV_OK && begin < end; number++) {
        const char *line_end = memchr(begin, '\n', (size_t)(end - begin));
        const char *next = line_end ? line_end + 1 : end, *stop = line_end ? line_end : end;
        begin = trim(begin, &stop);
        if (begin < stop && *begin != '#')
            rc = take_line(out, begin, stop, number, &labels, err);
        begin = next;
    }
    if (rc == MIEV_OK)
        rc = number_classes(out, labels, out->n, err);
    free(labels);
    return rc;
}

/* ---- either --------------------------------------------------------------------------------- */

/* The folder that a list lies in. */
static int open_parent(const char *path, struct miev_error *err)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = parent ? open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        fd = miev_error_errno(err, "cannot open the folder of %.200s", path);
    free(parent);
    return fd;
}

static int read_list_file(const char *path, struct miev_dataset *out, struct miev_error *err)
{
    char *text = NULL;
    size_t length = 0;
    int folder = open_parent(path, err);
    if (folder < 0)
        return folder;
    out->folder = folder;
    int rc = miev_file_load(path, MIEV_DATASET_MAX_LIST_BYTES, &text, &length, err);
    if (rc == MIEV_OK)
        rc = miev_dataset_read_list(text, length, out, err);
    free(text);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "%.200s", path);
}

/* The last part of a path, shown safely. */
static void name_of(const char *path, char *out, size_t capacity)
{
    char last[256];
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    (void)snprintf(last, sizeof(last), "%.*s", (int)(end - begin < 255 ? end - begin : 255),
                   path + begin);
    miev_text_show(out, capacity, last);
}

int miev_dataset_open(const char *path, struct miev_dataset *out, struct miev_error *err)
{
    struct stat info;
    *out = (struct miev_dataset){.folder = -1};
    name_of(path, out->name, sizeof(out->name));
    if (stat(path, &info) != 0) {
        int failed = miev_error_errno(err, "cannot open the dataset %.300s", path);
        return miev_file_refuse_address(path, err) == MIEV_OK ? failed : MIEV_ERR_INVALID;
    }
    int rc = MIEV_OK;
    if (S_ISDIR(info.st_mode)) {
        out->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        rc = out->folder < 0 ? miev_error_errno(err, "cannot open the folder %.300s", path)
                             : list_folder(out, err);
    } else if (S_ISREG(info.st_mode)) {
        rc = read_list_file(path, out, err);
    } else {
        rc = miev_error_set(err, MIEV_ERR_INVALID,
                            "%.300s is neither a folder nor a file: name a dataset", path);
    }
    if (rc == MIEV_OK && out->n == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "the dataset %.300s holds no pictures", path);
    out->n_found = out->n;
    return rc;
}

void miev_dataset_finish(struct miev_dataset *dataset)
{
    for (size_t i = 0; i < dataset->n; i++)
        free(dataset->images[i].path);
    for (size_t i = 0; i < dataset->n_classes; i++)
        free(dataset->classes[i]);
    free(dataset->images);
    free(dataset->classes);
    if (dataset->folder >= 0)
        (void)close(dataset->folder);
    *dataset = (struct miev_dataset){.folder = -1};
}

/* ---- leaving out ---------------------------------------------------------------------------- */

void miev_dataset_leave_out(struct miev_dataset *dataset, const bool *leave)
{
    size_t images = 0, classes = 0, image = 0;
    for (size_t c = 0; c < dataset->n_classes; c++) {
        for (; image < dataset->n && dataset->images[image].class_index == c; image++) {
            if (leave[c]) {
                free(dataset->images[image].path);
                continue;
            }
            dataset->images[images] = dataset->images[image];
            dataset->images[images++].class_index = (uint32_t)classes;
        }
        if (leave[c])
            free(dataset->classes[c]);
        else
            dataset->classes[classes++] = dataset->classes[c];
    }
    dataset->n = dataset->n_found = images;
    dataset->n_classes = classes;
}

/* ---- drawing -------------------------------------------------------------------------------- */

static void shuffle(struct miev_dataset_image *images, size_t n, struct miev_random *random)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = miev_random_below(random, i);
        struct miev_dataset_image held = images[i - 1];
        images[i - 1] = images[j];
        images[j] = held;
    }
}

/* How many of the first `end` images (sorted by class) are drawn by proportion: differences of it
 * are each class's share, off by less than one and adding up to the limit. */
static size_t drawn_before(size_t end, size_t limit, size_t n)
{
    return (size_t)(((uint64_t)end * limit + n / 2) / n);
}

/* Of each class the first few of its shuffled images. */
static void keep_share(struct miev_dataset *dataset, size_t limit, struct miev_random *random)
{
    size_t kept = 0, n = dataset->n;
    for (size_t begin = 0, end; begin < n; begin = end) {
        end = begin;
        while (end < n && dataset->images[end].class_index == dataset->images[begin].class_index)
            end++;
        shuffle(dataset->images + begin, end - begin, random);
        size_t share = drawn_before(end, limit, n) - drawn_before(begin, limit, n);
        for (size_t i = begin; i < end; i++) {
            if (i - begin < share)
                dataset->images[kept++] = dataset->images[i];
            else
                free(dataset->images[i].path);
        }
    }
    dataset->n = kept;
}

int miev_dataset_draw(struct miev_dataset *dataset, size_t limit, uint64_t seed,
                      struct miev_error *err)
{
    struct miev_random random = {.state = seed};
    if (dataset->n == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "the dataset holds no pictures");
    if (limit > 0 && limit < dataset->n)
        keep_share(dataset, limit, &random);
    qsort(dataset->images, dataset->n, sizeof(*dataset->images), compare_images);
    return MIEV_OK;
}

void miev_dataset_shuffle(struct miev_dataset *dataset, uint64_t seed)
{
    struct miev_random random = {.state = seed};
    shuffle(dataset->images, dataset->n, &random);
}

/* ---- bytes ---------------------------------------------------------------------------------- */

/* The kernel follows the path and refuses to leave the folder, links included. */
static int open_beneath(int folder, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

int miev_dataset_image_open(const struct miev_dataset *dataset, size_t i, size_t *length,
                            struct miev_error *err)
{
    char shown[200];
    struct stat info;
    const char *path = dataset->images[i].path;
    miev_text_show(shown, sizeof(shown), path);
    int fd = open_beneath(dataset->folder, path);
    if (fd < 0 && errno == EXDEV)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s leads out of the dataset's folder: put the file itself there",
                              shown);
    if (fd < 0)
        return miev_error_errno(err, "cannot open %s", shown);
    int rc = MIEV_OK;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "%s is no regular file", shown);
    else if (info.st_size == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "%s is empty: fetch it again", shown);
    else if ((uint64_t)info.st_size > MIEV_IMAGE_MAX_BYTES)
        rc = miev_error_set(err, MIEV_ERR_LIMIT, "%s has more than the %u MiB allowed", shown,
                            MIEV_IMAGE_MAX_BYTES >> 20);
    if (rc != MIEV_OK) {
        (void)close(fd);
        return rc;
    }
    *length = (size_t)info.st_size;
    return fd;
}

/* SHA-256 of one file, zeros when it cannot be read; and a look at what its first bytes are. */
static void hash_file(struct miev_dataset *dataset, size_t i, uint8_t out[32])
{
    static const size_t block = 1u << 16;
    SHA2_CTX sha;
    size_t length = 0;
    ssize_t n = 0;
    uint8_t *bytes = malloc(block);
    int fd = bytes ? miev_dataset_image_open(dataset, i, &length, NULL) : -1;
    memset(out, 0, 32);
    if (fd >= 0) {
        SHA256Init(&sha);
        for (bool first = true; (n = read(fd, bytes, block)) > 0; first = false) {
            if (first && !dataset->to_prepare)
                dataset->to_prepare = miev_image_to_prepare(bytes, (size_t)n);
            SHA256Update(&sha, bytes, (size_t)n);
        }
        if (n == 0)
            SHA256Final(out, &sha);
        (void)close(fd);
    }
    free(bytes);
}

int miev_dataset_hash(struct miev_dataset *dataset, bool (*stopped)(void *context), void *context,
                      struct miev_error *err)
{
    SHA2_CTX all;
    uint8_t one[32];
    SHA256Init(&all);
    for (size_t i = 0; i < dataset->n; i++) {
        const struct miev_dataset_image *image = &dataset->images[i];
        const char *class_name = dataset->classes[image->class_index];
        if (stopped(context))
            return miev_error_set(err, MIEV_ERR_INTERRUPTED, "stopped before it began");
        hash_file(dataset, i, one);
        /* With their terminators, so that no two lists look the same. */
        SHA256Update(&all, (const uint8_t *)image->path, strlen(image->path) + 1);
        SHA256Update(&all, (const uint8_t *)class_name, strlen(class_name) + 1);
        SHA256Update(&all, one, sizeof(one));
    }
    (void)SHA256End(&all, dataset->sha256);
    return MIEV_OK;
}
