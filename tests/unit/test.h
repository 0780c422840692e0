/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka in its required order, and the two assertions it lacks. */
#ifndef MIEV_TESTS_TEST_H
#define MIEV_TESTS_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "miev.h"

/* |got - want| <= relative * |want| (both exactly equal when want is 0). cmocka's own float
 * comparison casts to float and so cannot fail on small differences. */
#define assert_near(got, want, relative)                                                          \
    do {                                                                                          \
        double got_ = (got), want_ = (want);                                                      \
        if (!(fabs(got_ - want_) <= (relative)*fabs(want_)))                                      \
            fail_msg("%s is %.17g, want %.17g within %g", #got, got_, want_, (double)(relative)); \
    } while (0)

/* The call returns MIEV_OK; its message is shown when not. */
#define assert_ok(call, err)                                                       \
    do {                                                                           \
        int rc_ = (call);                                                          \
        if (rc_ != MIEV_OK)                                                        \
            fail_msg("%s: %s (%s)", #call, (err)->message, miev_status_name(rc_)); \
    } while (0)

/* The call fails with this status and its message holds the words. */
#define assert_refused(call, status, err, words)                                    \
    do {                                                                            \
        int rc_ = (call);                                                           \
        if (rc_ != (status))                                                        \
            fail_msg("%s: got %s, want %s (%s)", #call, miev_status_name(rc_),      \
                     miev_status_name(status), (err)->message);                     \
        if (!strstr((err)->message, (words)))                                       \
            fail_msg("%s: '%s' does not say '%s'", #call, (err)->message, (words)); \
    } while (0)

/* The folder of files that only tests use, or NULL when it is not there: then skip() with a reason.
 */
const char *test_shared_dir(void);

#endif
