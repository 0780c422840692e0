/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <math.h>
#include <string.h>

#include "core/text.h"

void progress_init(struct progress *progress)
{
    *progress = (struct progress){0};
    terminal_init(&progress->terminal, stderr);
}

/* Cut at the terminal's edge: a line that wraps could not be taken back. What is left of a longer
 * line before is covered with blanks, which every terminal knows. */
void progress_line(struct progress *progress, const char *text)
{
    const struct terminal *terminal = &progress->terminal;
    size_t left = terminal->columns > 1 ? terminal->columns - 1 : 79, used = 0;
    (void)fputc('\r', terminal->file);
    while (*text) {
        char letter[8] = "";
        const char *begin = text;
        (void)miev_text_next(&text);
        memcpy(letter, begin, (size_t)(text - begin));
        size_t columns = terminal_text_columns(letter);
        if (used + columns > left)
            break;
        (void)fputs(letter, terminal->file);
        used += columns;
    }
    if (used < progress->shown)
        (void)fprintf(terminal->file, "%*s", (int)(progress->shown - used), "");
    (void)fflush(terminal->file);
    progress->shown = used;
}

static void show_bar(const struct progress *progress, const struct miev_study_progress *state,
                     char *out, size_t capacity)
{
    char bar[64];
    double done = state->budget_s > 0 ? state->elapsed_s / state->budget_s : 0;
    terminal_bar(&progress->terminal, done, 12, bar, sizeof(bar));
    if (state->budget_s <= 0) { /* answers only: there is no end of the time to come nearer to */
        (void)snprintf(out, capacity, "%.0f s", state->elapsed_s);
        return;
    }
    int pad = 12 - (int)terminal_text_columns(bar);
    (void)snprintf(out, capacity, "[%s%*s] %.0f of at most %.0f s", bar, pad, "", state->elapsed_s,
                   state->budget_s);
}

void progress_show(void *context, const struct miev_study_progress *state)
{
    struct progress *progress = context;
    const struct terminal *terminal = &progress->terminal;
    char bar[128], line[512], precision[48] = "";
    if (!terminal->redraws)
        return;
    show_bar(progress, state, bar, sizeof(bar));
    if (isfinite(state->half_width_ratio))
        (void)snprintf(precision, sizeof(precision), ", precise to %.1f %% so far",
                       state->half_width_ratio * 100);
    if (state->phase == MIEV_PHASE_ROUNDS)
        (void)snprintf(line, sizeof(line), "%s  round %zu%s  %s", bar, state->block + 1, precision,
                       state->model ? state->model : "(idle machine)");
    else
        (void)snprintf(line, sizeof(line), "%s  model %zu of %zu: %s %s", bar,
                       state->model_index + 1, state->n_models, miev_study_phase_name(state->phase),
                       state->model ? state->model : "");
    progress_line(progress, line);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown > 0) {
        progress_line(progress, "");
        (void)fputc('\r', progress->terminal.file);
    }
}

void progress_left(char *out, size_t capacity, double seconds)
{
    unsigned long left = (unsigned long)fmin(fmax(seconds, 0), 1e7);
    if (left >= 3600)
        (void)snprintf(out, capacity, "%lu h %02lu min", left / 3600, left % 3600 / 60);
    else if (left >= 60)
        (void)snprintf(out, capacity, "%lu min %02lu s", left / 60, left % 60);
    else
        (void)snprintf(out, capacity, "%lu s", left);
}
