/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "study/selftest.h"
#include "study/simulate.h"

#define SEED           20260309u
#define APART          1.03
#define FEWEST_COVERED 0.85 /* of few studies; the full form holds 93.5 to 96.5 % */
#define MOST_WRONG     0.05

struct settings {
    double studies, seconds;
};

static const struct settings defaults = {40, 10};

static bool passes(const struct miev_simulated_sum *sum)
{
    double n = (double)sum->studies, known = n - (double)sum->without_energy;
    return sum->without_energy == 0 && (double)sum->covered >= FEWEST_COVERED * known &&
           (double)sum->combined_covered >= FEWEST_COVERED * known &&
           (double)sum->higher <= MOST_WRONG * n && fabs(sum->bias_ratio) < 0.01;
}

/* ---- simulated machines --------------------------------------------------------------------- */

static void fill_row(struct table *table, size_t row, const struct miev_scenario *scenario,
                     const struct miev_simulated_sum *sum)
{
    double n = (double)sum->studies;
    table_set(table, row, 0, "%s", scenario->name);
    table_set(table, row, 1, "%.0f %%", 100 * (double)sum->covered / n);
    table_set(table, row, 2, "%.0f %%", 100 * (double)sum->combined_covered / n);
    table_set(table, row, 3, "%+.2f %%", 100 * sum->bias_ratio);
    table_set(table, row, 4, "%.0f %%", 100 * (double)sum->lower / n);
    table_set(table, row, 5, "%.0f %%", 100 * (double)sum->higher / n);
    table_set(table, row, 6, "%.1f %%", 100 * sum->mean_half_width_ratio);
    table_set(table, row, 7, "%s", passes(sum) ? "ok" : "FAILED");
}

static bool init_table(struct table *table, size_t n_rows)
{
    static const char *const headers[] = {"simulated machine", "covers", "with sensor", "bias",
                                          "rightly lower",     "wrong",  "half width",  ""};
    if (!table_init(table, n_rows))
        return false;
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        (void)table_column(table, headers[i], i > 0 && i < 7);
    return true;
}

static int simulate_all(const struct terminal *terminal, size_t studies, bool *all_pass,
                        struct miev_error *err)
{
    struct miev_simulator *simulator = NULL;
    struct miev_scenario scenario;
    struct table table;
    size_t n = 0;
    while (miev_scenario_at(n, &scenario))
        n++;
    int rc = miev_simulator_create(&simulator, err);
    if (rc != MIEV_OK)
        return rc;
    bool has_table = init_table(&table, n);
    for (size_t i = 0; rc == MIEV_OK && has_table && miev_scenario_at(i, &scenario); i++) {
        struct miev_simulated_sum sum;
        rc = miev_simulate_many(simulator, &scenario, APART, studies, SEED + i, &sum, err);
        if (rc == MIEV_OK) {
            fill_row(&table, i, &scenario, &sum);
            *all_pass = *all_pass && passes(&sum);
        }
    }
    miev_simulator_destroy(simulator);
    if (rc == MIEV_OK && has_table)
        table_print(&table, terminal);
    if (has_table)
        table_finish(&table);
    return rc;
}

/* ---- this machine --------------------------------------------------------------------------- */

static void show_reasons(const struct terminal *terminal, const struct miev_selftest *is)
{
    char text[512];
    if (is->quality == MIEV_ESTIMATED) {
        (void)snprintf(
            text, sizeof(text),
            "- Energy is estimated from CPU time here, because no counter can be read "
            "(miev doctor says why): joules may be x %.2g to x %.2g of what is told, and "
            "a ratio of two models is off by up to x %.2g, however long it is measured.",
            is->systematic_low_ratio, is->systematic_high_ratio, is->between_model_factor);
    } else {
        (void)snprintf(text, sizeof(text),
                       "- Energy is measured: the sensor's own error is x %.2g to x %.2g, which "
                       "no number of rounds makes smaller and which a ratio hardly has.",
                       is->systematic_low_ratio, is->systematic_high_ratio);
    }
    terminal_wrap(terminal, text, 2);
    if (is->update_period_s > 0) {
        (void)snprintf(text, sizeof(text),
                       "- The counter moves every %.3g ms, so that a round is %.2g s or longer.",
                       1e3 * is->update_period_s, fmax(0.2, 100 * is->update_period_s));
        terminal_wrap(terminal, text, 2);
    }
    (void)snprintf(
        text, sizeof(text),
        "- Other programs kept more than a tenth of the CPUs busy in %zu of %zu rounds%s.",
        is->disturbed, is->rounds,
        is->disturbed > 0 ? "; a quieter machine gives more usable rounds" : "");
    terminal_wrap(terminal, text, 2);
}

static void show_machine(const struct terminal *terminal, const struct miev_selftest *is)
{
    printf("\n%sthis machine%s (two equal loads of one thread, %zu blocks in %.1f s)\n",
           terminal_bold(terminal), terminal_reset(terminal), is->blocks, is->seconds);
    if (!is->has_energy) {
        terminal_wrap(
            terminal,
            "No interval: fewer than two rounds were usable. Try again when the machine is "
            "quiet, or with more --seconds.",
            0);
        return;
    }
    double budget_percent = 100 * is->budget_half_width_ratio;
    printf("  scatter of rounds leaves   ± %.2g %% of a model's energy, ± %.2g %% of a ratio\n",
           100 * is->gross.half_width_ratio, 100 * is->ratio_half_width);
    printf("  a study of %.0f s reaches    ± %.2g %% and ± %.2g %% (wanted: 3 %% and 1.5 %%)\n",
           is->budget_s, budget_percent, 100 * is->budget_ratio_half_width);
    printf("  equal loads came out as    %.4g (%.4g to %.4g), %s\n", is->ratio.ratio,
           is->ratio.statistical_low, is->ratio.statistical_high,
           miev_verdict_name(is->ratio.verdict));
    show_reasons(terminal, is);
}

static int run_selftest(const void *settings, char **words, size_t n_words)
{
    const struct settings *set = settings;
    struct terminal terminal;
    struct miev_selftest machine;
    struct miev_error err;
    bool all_pass = true;
    (void)words, (void)n_words;
    terminal_init(&terminal, stdout);
    int rc = MIEV_OK;
    if (set->studies > 0) {
        printf("%ssimulated machines%s (%.0f studies each, of two models 3 %% apart)\n",
               terminal_bold(&terminal), terminal_reset(&terminal), set->studies);
        rc = simulate_all(&terminal, (size_t)set->studies, &all_pass, &err);
    }
    if (rc == MIEV_OK)
        rc = miev_selftest_run(miev_env_host(), miev_sensors, set->seconds, NULL, &machine, &err);
    if (rc != MIEV_OK)
        return cli_fail(&err);
    show_machine(&terminal, &machine);
    return all_pass ? CLI_OK : CLI_FAILED;
}

static const struct arg_option options[] = {
    ARG_COUNT_AT(struct settings, studies, "--studies", "N", 0, 100000,
                 "simulated studies of each machine (default 40); 0: none"),
    ARG_NUMBER_AT(struct settings, seconds, "--seconds", "S", 1, 60,
                  "time for this machine (default 10)"),
    {0},
};

const struct cli_command cli_selftest = {
    .name = "selftest",
    .title = "try the statistics on machines of a known truth, and what this one can reach",
    .usage =
        {"[--studies N] [--seconds S]",
         "Run studies on simulated machines whose energy is known (docs/validation.md), and tell "
         "how\noften their intervals hold it; then measure two equal loads on this machine, and "
         "tell what\nprecision a study can reach here, and why.",
         "  miev selftest\n  miev selftest --studies 0 --seconds 20", options, 0},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_selftest,
};
