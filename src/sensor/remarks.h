/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences about what a sensor found and left out, as far as there is room for them. */
#ifndef MIEV_SENSOR_REMARKS_H
#define MIEV_SENSOR_REMARKS_H

#include "miev.h"

struct miev_remarks {
    char text[480]; /* "" for none */
};

/* One more sentence, parted by a blank from those before. What does not fit ends in "...". */
void miev_remark(struct miev_remarks *remarks, const char *format, ...) MIEV_PRINTF(2, 3);

#endif
