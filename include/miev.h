/* SPDX-License-Identifier: Apache-2.0 */
/**
 * libmiev: meter the energy of work on this machine and turn it into grams of CO2 equivalent.
 *
 * Every function returns MIEV_OK (0) or a negative enum miev_status and, on failure, writes a
 * sentence that says what was wrong and how to mend it into the caller's struct miev_error (which
 * may be NULL). Outputs are untouched on failure. Units are part of every name.
 */
#ifndef MIEV_H
#define MIEV_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MIEV_API               __attribute__((visibility("default")))
#define MIEV_MUST_USE          __attribute__((warn_unused_result))
#define MIEV_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define MIEV_API
#define MIEV_MUST_USE
#define MIEV_PRINTF(fmt, args)
#endif

/* One list makes the enum, the names and the tests. */
#define MIEV_STATUS_MAP(X)                                                            \
    X(OK, 0, "ok")                                                                    \
    X(ERR_INVALID, -1, "invalid")         /* an argument or an input is wrong */      \
    X(ERR_UNAVAILABLE, -2, "unavailable") /* it is not there, which is no fault */    \
    X(ERR_PERMISSION, -3, "permission")   /* it is there, and may not be read */      \
    X(ERR_BROKEN, -4, "broken")           /* it is there, and answers nonsense */     \
    X(ERR_UNSUPPORTED, -5, "unsupported") /* well formed, and not for this program */ \
    X(ERR_LIMIT, -6, "limit")             /* over a stated bound */                   \
    X(ERR_NOMEM, -7, "out-of-memory")                                                 \
    X(ERR_TIMEOUT, -8, "timeout")                                                     \
    X(ERR_CRASHED, -9, "crashed")                                                     \
    X(ERR_INTERRUPTED, -10, "interrupted")

enum miev_status {
#define MIEV_STATUS_ENUM(name, value, text) MIEV_##name = (value),
    MIEV_STATUS_MAP(MIEV_STATUS_ENUM)
#undef MIEV_STATUS_ENUM
};

struct miev_error {
    int code;          /* enum miev_status */
    char message[512]; /* a sentence, always terminated */
};

/** The stable word for a status ("unavailable"), "unknown" for a number that is none. */
MIEV_API const char *miev_status_name(int status);

/** The version of the library, "0.1.0". */
MIEV_API const char *miev_version(void);

/**
 * Convert energy to emissions: `*co2e_g = energy_j / 3.6e6 * intensity_g_per_kwh`.
 *
 * @param energy_j             joules, finite and >= 0
 * @param intensity_g_per_kwh  grams CO2 equivalent per kilowatt-hour, finite and >= 0
 * @param[out] co2e_g          grams CO2 equivalent; unchanged on failure
 * @return MIEV_OK, or MIEV_ERR_INVALID when an input is negative, NaN or infinite.
 * Ownership: none. Threads: pure, callable from any thread.
 */
MIEV_API MIEV_MUST_USE int miev_emissions(double energy_j, double intensity_g_per_kwh,
                                          double *co2e_g);

#ifdef __cplusplus
}
#endif

#endif
