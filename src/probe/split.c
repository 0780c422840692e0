/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "probe/state.h"

/* Images of a class that are held out: its share, at least one, and at least two are left. */
static size_t held_out(size_t n, double ratio)
{
    size_t wanted = (size_t)lround(ratio * (double)n);
    return wanted < 1 ? 1 : wanted + 2 > n ? n - 2 : wanted;
}

/* The dataset is in an order that only the seed decides, so turns are a draw. Classes begin with
 * different folds, which evens out what does not divide. */
static void deal(struct miev_probe *probe, uint32_t class_index, unsigned folds)
{
    unsigned turn = class_index % folds;
    for (size_t i = 0; i < probe->eval.dataset.n; i++) {
        if (probe->classes[i] != class_index)
            continue;
        probe->fold_of[i] = (unsigned char)turn;
        turn = (turn + 1) % folds;
    }
}

static void hold_out(struct miev_probe *probe, uint32_t class_index, double ratio)
{
    size_t n = 0, seen = 0;
    for (size_t i = 0; i < probe->eval.dataset.n; i++)
        n += probe->classes[i] == class_index;
    for (size_t i = 0; i < probe->eval.dataset.n; i++)
        if (probe->classes[i] == class_index)
            probe->fold_of[i] = seen++ < held_out(n, ratio) ? 0 : 1;
}

void miev_probe_split(struct miev_probe *probe)
{
    const struct miev_probe_options *options = probe->options;
    probe->n_folds = options->folds ? options->folds : 1;
    for (uint32_t c = 0; c < probe->eval.dataset.n_classes; c++) {
        if (options->folds)
            deal(probe, c, options->folds);
        else
            hold_out(probe, c, options->holdout_ratio);
    }
}
