/* SPDX-License-Identifier: Apache-2.0 */
/* A job's study: measured, kept, and told to the lab as it goes. */
#ifndef MIEV_SERVER_MEASURE_H
#define MIEV_SERVER_MEASURE_H

#include "server/job.h"

/* In the lab's thread and without its lock: this takes as long as it takes. */
void miev_job_measure(struct miev_job *job);

#endif
