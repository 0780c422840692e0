/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a model card: it is read whole, or refused with a sentence. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/card.h"

/* In memory: the fuzzer writes a card some thousand times a second. */
static char folder[] = "/dev/shm/miev-fuzz-card-XXXXXX", card_path[64];

static void remove_folder(void)
{
    char labels[64];
    (void)snprintf(labels, sizeof(labels), "%s/labels.txt", folder);
    (void)unlink(labels);
    (void)unlink(card_path);
    (void)rmdir(folder);
}

/* "oip:http://..." and nothing else is known of it: such a model stands in no file. */
static bool is_served(const struct miev_card_file *file)
{
    const char *colon = strchr(file->path, ':');
    return strncmp(file->path, folder, strlen(folder)) != 0 && colon && colon > file->path &&
           !memchr(file->path, '/', (size_t)(colon - file->path)) && !*file->sha256 &&
           !*file->address;
}

/* Beside the card or in the depot, never elsewhere. */
static void check_file(const struct miev_card_file *file)
{
    const char *name = file->path + strlen(folder) + 1;
    if (is_served(file))
        return;
    if (strlen(file->sha256) % 64 != 0 || (!*file->path && !*file->address) ||
        (file->verified && !*file->sha256) || strstr(file->member, ".."))
        abort();
    if (!*file->path)
        return;
    if (strncmp(file->path, folder, strlen(folder)) != 0)
        abort();
    if (strncmp(name, "../blobs/", 9) == 0 || strncmp(name, "../trees/", 9) == 0)
        name += 9;
    if (strstr(name, ".."))
        abort();
}

/* What a card that was read must keep to, whatever its text. */
static void check_card(const struct miev_card *card)
{
    bool told = card->n_outputs >= 2 && card->width >= 1 && card->width <= 4096 && card->std[0] > 0;
    bool untold = card->bare && card->n_outputs == 0 && card->width == 0 && card->n_labels == 0;
    if (card->name[0] == '\0' || card->n_files < 1 || !(told || untold) ||
        (card->n_labels > 0 && card->n_labels != card->n_outputs))
        abort();
    for (size_t i = 0; i < card->n_labels; i++)
        if (!card->labels[i])
            abort();
    for (size_t i = 0; i < card->n_files; i++)
        check_file(&card->files[i]);
    for (size_t i = 0; i < card->n_accuracies; i++)
        if (!(card->accuracies[i].top1_low <= card->accuracies[i].top1 &&
              card->accuracies[i].top1 <= card->accuracies[i].top1_high))
            abort();
}

/* A folder of its own, with a list of labels that cards may name. */
static void make_folder(void)
{
    FILE *labels = NULL;
    if (*card_path)
        return;
    if (mkdtemp(folder) && snprintf(card_path, sizeof(card_path), "%s/labels.txt", folder) > 0)
        labels = fopen(card_path, "we");
    if (!labels || fputs("cat\ndog\n", labels) < 0 || fclose(labels) != 0)
        abort();
    (void)snprintf(card_path, sizeof(card_path), "%s/card.json", folder);
    (void)atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_card card;
    struct miev_error err = {0};
    make_folder();
    int fd = open(card_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)close(fd);
    if (miev_card_load(card_path, &card, &err) == MIEV_OK) {
        check_card(&card);
        miev_card_finish(&card);
    } else if (err.message[0] == '\0') {
        abort();
    }
    return 0;
}
