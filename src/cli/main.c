/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "miev.h"

int main(void)
{
    printf("miev %s\n", miev_version());
    return 0;
}
