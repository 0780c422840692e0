/* SPDX-License-Identifier: Apache-2.0 */
/* A report's work by the formulas of other tools: what each would have said, and why it differs.
 * Measures nothing. */
#ifndef MIEV_STUDY_OTHERS_H
#define MIEV_STUDY_OTHERS_H

#include <jansson.h>

#include "miev.h"

/* The ids of miev_formulas parted by commas, or "all". MIEV_ERR_INVALID names the one that is not
 * there, and those that are. */
MIEV_MUST_USE int miev_others_check(const char *methods, struct miev_error *err);

struct miev_formula_work;
/* What the tools say of any work: the list of others below, held against an interval of grams
 * {value, low, high}. New reference. */
json_t *miev_others_of(const struct miev_formula_work *work, const char *methods,
                       const json_t *grams);
/* Set a work's place and region from a site's words ("South Korea", "Sweden (aws:eu-north-1)"). */
void miev_others_place(const char *site, struct miev_formula_work *out);

/* report: priced (study/price.h), its place is the tools' too. only: the name of one of its models,
 * or its place from 0; NULL: all of them. *out: {place, models: [{name,
 * inference_s, miev: {joules, co2e_g}, others: [{id, name, version, checked, why, cpu_j, memory_j,
 * gpu_j, joules, pue, intensity_g_per_kwh, place, year, co2e_g, of_miev_ratio, within_miev,
 * power_model}]}]}, new reference; all of one inference. A tool that has no answer has why, the
 * others' why is null. Models without energy are left out. */
MIEV_MUST_USE int miev_report_others(const json_t *report, const char *methods, const char *only,
                                     json_t **out, struct miev_error *err);

#endif
