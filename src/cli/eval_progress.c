/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/eval_progress.h"

#include <math.h>

void eval_progress_init(struct eval_progress *progress)
{
    progress_init(&progress->line);
}

static void show_pictures(const struct eval_progress *progress,
                          const struct miev_eval_progress *state, char *out, size_t capacity)
{
    char bar[64], pace[96] = "", left[48];
    const struct terminal *terminal = &progress->line.terminal;
    terminal_bar(terminal, (double)state->done / (double)state->n_images, 12, bar, sizeof(bar));
    int pad = 12 - (int)terminal_text_columns(bar);
    if (isfinite(state->images_per_s) && state->images_per_s > 0) {
        progress_left(left, sizeof(left),
                      (double)(state->n_images - state->done) / state->images_per_s);
        (void)snprintf(pace, sizeof(pace), ", %.*f images/s, %s left",
                       state->images_per_s < 10 ? 1 : 0, state->images_per_s, left);
    }
    double share = state->done > 0 ? 100 * (double)state->right / (double)state->done : 0;
    (void)snprintf(out, capacity, "[%s%*s] %s (%zu of %zu): %zu of %zu, %.1f %% right%s", bar, pad,
                   "", state->model, state->model_index + 1, state->n_models, state->done,
                   state->n_images, share, pace);
}

void eval_progress_show(void *context, const struct miev_eval_progress *state)
{
    struct eval_progress *progress = context;
    char line[512];
    if (!progress->line.terminal.redraws)
        return;
    switch (state->phase) {
    case MIEV_EVAL_READING:
        (void)snprintf(line, sizeof(line), "reading %zu images", state->n_images);
        break;
    case MIEV_EVAL_IDLE:
        (void)snprintf(line, sizeof(line), "metering the idle machine");
        break;
    case MIEV_EVAL_LOADING:
        (void)snprintf(line, sizeof(line), "model %zu of %zu: loading %s", state->model_index + 1,
                       state->n_models, state->model);
        break;
    case MIEV_EVAL_PICTURES:
    default:
        show_pictures(progress, state, line, sizeof(line));
        break;
    }
    progress_line(&progress->line, line);
}

void eval_progress_clear(struct eval_progress *progress)
{
    progress_clear(&progress->line);
}
