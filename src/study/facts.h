/* SPDX-License-Identifier: Apache-2.0 */
/* What is known before anything is measured, as the JSON that reports and faces show. */
#ifndef MIEV_STUDY_FACTS_H
#define MIEV_STUDY_FACTS_H

#include <jansson.h>

#include "engine/engine.h"
#include "model/card.h"
#include "sensor/machine.h"

/* As "machine" of a report. New reference. */
json_t *miev_facts_machine(const struct miev_machine *machine);

/* As "accuracy" of a report's model: what the card publishes for that file, or null. New reference.
 */
json_t *miev_facts_accuracy(const struct miev_card *card, const struct miev_card_file *file);

/* Try an engine in a worker of its own, as a study would: so the sandbox is tried too, and whatever
 * the runtime prints or does wrong stays there. *out: {"engine": {...}, "sandbox": "..."}, new
 * reference. Takes some tenths of a second. runtime_dir: as for a study. */
MIEV_MUST_USE int miev_facts_engine(const struct miev_engine_ops *engine, const char *runtime_dir,
                                    json_t **out, struct miev_error *err);

#endif
