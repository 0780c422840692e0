/* SPDX-License-Identifier: Apache-2.0 */
/* The table of docs/validation.md: studies on simulated machines of a known truth, 4,000 of each
 * scenario, or as many as the first word says; a second word picks one scenario.
 *
 *     build/bench/bench_simulation [STUDIES [SCENARIO]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/simulate.h"

#define SEED 20260309u

static double percent(size_t part, size_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

static void show(const struct miev_scenario *scenario, double second_over_first,
                 const struct miev_simulated_sum *sum)
{
    size_t known = sum->studies - sum->without_energy;
    char budget[32] = "";
    if (sum->advised > 0)
        (void)snprintf(budget, sizeof(budget), "%.0f s (%.0f %%)", sum->mean_budget_s,
                       percent(sum->advised, sum->studies));
    printf("| %s | %s | %zu | %.1f %% | %.1f %% | %+.2f %% | %+.2f %% | %.1f | %.1f %% | %.1f %% "
           "| %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.0f %% | %s |\n",
           scenario->name, second_over_first > 1 ? "3 % apart" : "equal", sum->studies,
           percent(sum->covered, known), percent(sum->combined_covered, known),
           100 * sum->bias_ratio, 100 * sum->true_bias_ratio, sum->mean_blocks,
           100 * sum->mean_half_width_ratio, 100 * sum->mean_ratio_half_width,
           percent(sum->lower, sum->studies), percent(sum->higher, sum->studies),
           percent(sum->equivalent, sum->studies), percent(sum->unresolved, sum->studies),
           percent(sum->precise, sum->studies), budget);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 4000;
    struct miev_simulator *simulator = NULL;
    struct miev_scenario scenario;
    struct miev_error err;
    int rc = miev_simulator_create(&simulator, &err);
    printf("| machine | models | studies | covers | combined | bias | against the truth | blocks "
           "| half width | of the ratio | lower | higher | equivalent | unresolved | precise | "
           "asks for |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; rc == MIEV_OK && miev_scenario_at(i, &scenario); i++) {
        if (argc > 2 && strcmp(argv[2], scenario.name) != 0)
            continue;
        for (int apart = 0; rc == MIEV_OK && apart < 2; apart++) {
            struct miev_simulated_sum sum;
            double second_over_first = apart ? 1.03 : 1;
            rc = miev_simulate_many(simulator, &scenario, second_over_first, n, SEED + i, &sum,
                                    &err);
            if (rc == MIEV_OK)
                show(&scenario, second_over_first, &sum);
        }
    }
    if (rc != MIEV_OK)
        (void)fprintf(stderr, "bench_simulation: %s\n", err.message);
    miev_simulator_destroy(simulator);
    return rc == MIEV_OK ? 0 : 1;
}
