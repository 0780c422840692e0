/* SPDX-License-Identifier: Apache-2.0 */
/* Small whole reports to change and try. */
#ifndef MIEV_TESTS_REPORT_FIXTURE_H
#define MIEV_TESTS_REPORT_FIXTURE_H

#include <jansson.h>

/* A report of two models, "a" of 2 J and "b" of 4 J, each known within +-2 % by 12 rounds and
 * within a factor 2 by the sensor. New reference. */
json_t *report_fixture(void);
/* Model i of it, borrowed. */
json_t *report_fixture_model(const json_t *report, size_t i);
/* Make its energy so many times what it is. */
void report_fixture_scale(json_t *report, size_t i, double factor);
/* The value at a path of keys and numbers such as "models.0.energy", borrowed; NULL: none. */
json_t *report_fixture_at(json_t *report, const char *path);

#endif
