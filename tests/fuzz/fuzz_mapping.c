/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a mapping of folders to labels, then put to a dataset and a model: every class has
 * one folder at most, and every folder one of its own. */
#include "eval/groups.h"
#include "fuzz.h"

static void check_groups(const struct miev_mapping *mapping)
{
    static char words[5][24] = {"tench, Tinca tinca", "crane", "beagle", "pug", "crane"};
    char *const labels[] = {words[0], words[1], words[2], words[3], words[4]};
    char *folders[] = {mapping->rules[0].folder, mapping->rules[mapping->n - 1].folder};
    const struct miev_class_names names = {labels, 5, 5};
    const struct miev_dataset dataset = {.folder = -1, .classes = folders, .n_classes = 2};
    struct miev_groups groups;
    struct miev_error err = {0};
    if (miev_groups_make(&dataset, mapping, &names, &groups, &err) == MIEV_OK)
        for (size_t c = 0; c < 2; c++) {
            uint32_t group = groups.of_folder[c];
            fuzz_require(group < mapping->n &&
                         strcmp(mapping->rules[group].folder, folders[c]) == 0);
        }
    else
        fuzz_require(err.message[0] != '\0');
    miev_groups_finish(&groups);
    char *draft = miev_mapping_draft(&dataset, &names);
    fuzz_require(draft != NULL);
    free(draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_mapping mapping;
    struct miev_error err = {0};
    char *text = fuzz_text(data, size);
    if (miev_mapping_parse(text, size, &mapping, &err) == MIEV_OK) {
        fuzz_require(mapping.n > 0 && mapping.n <= MIEV_MAPPING_MAX_RULES);
        for (size_t i = 0; i < mapping.n; i++)
            fuzz_require(mapping.rules[i].folder[0] != '\0' &&
                         miev_mapping_find(&mapping, mapping.rules[i].folder) <= i);
        check_groups(&mapping);
    } else {
        fuzz_require(err.message[0] != '\0');
    }
    miev_mapping_finish(&mapping);
    free(text);
    return 0;
}
