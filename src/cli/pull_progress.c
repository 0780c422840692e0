/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pull_progress.h"

#include <jansson.h>

#define BETWEEN_NS 200000000u

void pull_progress_init(struct pull_progress *progress, bool json)
{
    *progress = (struct pull_progress){.json = json};
    progress_init(&progress->line);
}

void pull_progress_begin(struct pull_progress *progress, const char *what)
{
    progress->what = what;
    progress->shown_ns = 0;
    if (!progress->json)
        progress_clear(&progress->line);
}

/* One object a line, told at once. */
static void print_event(json_t *event)
{
    if (event && json_dumpf(event, stdout, JSON_COMPACT) == 0)
        (void)fputc('\n', stdout);
    (void)fflush(stdout);
    json_decref(event);
}

static void show_line(struct pull_progress *progress, uint64_t now_ns, uint64_t bytes,
                      uint64_t total)
{
    char line[512], bar[64] = "", of[48] = "", pace[96] = "", left[48];
    double gone_s = (double)(now_ns - progress->began_ns) / 1e9;
    double rate = gone_s > 0.5 ? (double)(bytes - progress->began_bytes) / gone_s : 0;
    const char *doing = progress->phase == MIEV_PULL_CHECKING    ? "checking "
                        : progress->phase == MIEV_PULL_UNPACKING ? "unpacking "
                                                                 : "";
    if (progress->phase == MIEV_PULL_LOOKING) {
        (void)snprintf(line, sizeof(line), "%.200s: asking", progress->what);
        progress_line(&progress->line, line);
        return;
    }
    if (total > 0) {
        terminal_bar(&progress->line.terminal, (double)bytes / (double)total, 12, bar, sizeof(bar));
        (void)snprintf(of, sizeof(of), " of %.1f", (double)total / 1e6);
    }
    if (total > bytes && rate > 0) {
        progress_left(left, sizeof(left), (double)(total - bytes) / rate);
        (void)snprintf(pace, sizeof(pace), ", %.1f MB/s, %s left", rate / 1e6, left);
    } else if (rate > 0) {
        (void)snprintf(pace, sizeof(pace), ", %.1f MB/s", rate / 1e6);
    }
    int pad = total > 0 ? 12 - (int)terminal_text_columns(bar) : 0;
    (void)snprintf(line, sizeof(line), "%s%s%*s%s%s%.1f%s MB%s  %.200s", total > 0 ? "[" : "", bar,
                   pad, "", total > 0 ? "] " : "", doing, (double)bytes / 1e6, of, pace,
                   progress->what);
    progress_line(&progress->line, line);
}

void pull_progress_show(void *context, enum miev_pull_phase phase, uint64_t bytes, uint64_t total)
{
    struct pull_progress *progress = context;
    uint64_t now_ns = miev_env_now_ns(miev_env_host());
    if (progress->shown_ns == 0 || phase != progress->phase) {
        progress->phase = phase;
        progress->began_ns = now_ns;
        progress->began_bytes = bytes;
    } else if (now_ns - progress->shown_ns < BETWEEN_NS) {
        return;
    }
    if (bytes < progress->began_bytes) /* from the start again */
        progress->began_bytes = bytes;
    progress->shown_ns = now_ns;
    if (progress->json)
        print_event(json_pack("{s:s, s:s, s:s, s:I, s:o}", "event", "progress", "what",
                              progress->what, "phase", miev_pull_phase_name(phase), "bytes",
                              (json_int_t)bytes, "total",
                              total > 0 ? json_integer((json_int_t)total) : json_null()));
    else if (progress->line.terminal.redraws)
        show_line(progress, now_ns, bytes, total);
}

void pull_progress_pulled(struct pull_progress *progress, const struct miev_pulled *pulled)
{
    if (progress->json) {
        print_event(json_pack("{s:s, s:s, s:s, s:s, s:I}", "event", "pulled", "what",
                              progress->what, "name", pulled->name, "sha256", pulled->sha256,
                              "bytes", (json_int_t)pulled->bytes));
        return;
    }
    progress_clear(&progress->line);
    printf("%s  %.1f MB, SHA-256 %.12s...%s%s\n", pulled->name, (double)pulled->bytes / 1e6,
           pulled->sha256, pulled->was_here ? ", was here already" : "",
           pulled->changed ? ", not what it was at an earlier pull" : "");
    (void)fflush(stdout);
}

void pull_progress_failed(struct pull_progress *progress, const char *message)
{
    if (progress->json) {
        print_event(json_pack("{s:s, s:s, s:s}", "event", "failed", "what", progress->what,
                              "message", message));
        return;
    }
    progress_clear(&progress->line);
    (void)fprintf(stderr, "miev: %s\n", message);
}
