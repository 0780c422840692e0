/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/remarks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void miev_remark(struct miev_remarks *remarks, const char *format, ...)
{
    size_t used = strlen(remarks->text);
    size_t room = sizeof(remarks->text) - used;
    if (used > 0 && room > 1) {
        remarks->text[used++] = ' ';
        room--;
    }
    va_list args;
    va_start(args, format);
    int n = vsnprintf(remarks->text + used, room, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n >= room)
        (void)snprintf(remarks->text + sizeof(remarks->text) - 4, 4, "...");
}
