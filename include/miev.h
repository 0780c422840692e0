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
 * @return MIEV_OK, or MIEV_ERR_INVALID when an input is negative, NaN or infinite, or the
 *         result is too large for a double.
 * Ownership: none. Threads: pure, callable from any thread.
 */
MIEV_API MIEV_MUST_USE int miev_emissions(double energy_j, double intensity_g_per_kwh,
                                          double *co2e_g);

/**
 * A value between its bounds: low <= value <= high. All three have the unit of the name that they
 * are handed over under. This struct will not grow.
 */
struct miev_interval {
    double value, low, high;
};

/** The carbon intensity of electricity in one zone and year. */
struct miev_grid_factor {
    size_t struct_size;         /* sizeof(struct miev_grid_factor) of the caller; _INIT sets it */
    double intensity_g_per_kwh; /* grams CO2 equivalent per kilowatt-hour generated, lifecycle */
    int year;                   /* of the value */
    int is_aggregate;           /* 1: a group of countries such as World; 0: a country */
    char iso2[4], iso3[4];      /* ISO 3166 codes; "" for a group */
    char name[64];              /* "South Korea" */
    char source[128];           /* to be named wherever the value is shown */
};
#define MIEV_GRID_FACTOR_INIT                                      \
    {                                                              \
        sizeof(struct miev_grid_factor), 0.0, 0, 0, "", "", "", "" \
    }

/**
 * The yearly average carbon intensity of electricity in a zone, from the built-in table.
 *
 * @param zone     ISO 3166 code ("KR", "KOR"), a country's name, a common other name ("UK"), or
 *                 "World"; letter case and accents do not matter
 * @param year     such as 2024, or 0 for the latest there is
 * @param[in,out] out  begin with MIEV_GRID_FACTOR_INIT; unchanged on failure. A later library fills
 *                 no more than out->struct_size bytes
 * @param err      may be NULL
 * @return MIEV_OK, or
 *         MIEV_ERR_INVALID when no zone is called so (the message holds the nearest names), or
 *         out->struct_size is smaller than that of the first release;
 *         MIEV_ERR_UNAVAILABLE when the zone has no value for that year (the message holds the
 *         years it has).
 * Ownership: out is a plain value. Threads: callable from any thread; keeps no state.
 */
MIEV_API MIEV_MUST_USE int miev_grid_intensity(const char *zone, int year,
                                               struct miev_grid_factor *out,
                                               struct miev_error *err);

/**
 * What making a machine emitted, as far as some time of some share of it carries it:
 * `M = total * time_s / lifetime * share`.
 *
 * @param machine_class  "server", "desktop" or "laptop": published footprints of such products
 * @param time_s         seconds that the share is reserved, finite and >= 0
 * @param share          0..1 of the machine: 1 for all of it, n / N for n of its N CPUs
 * @param[out] embodied_g  grams CO2 equivalent; unchanged on failure. low: 10th percentile of
 *                       products over a long life; high: 90th percentile over a short one
 * @param err            may be NULL
 * @return MIEV_OK, or MIEV_ERR_INVALID.
 * Ownership: none. Threads: callable from any thread; keeps no state.
 */
MIEV_API MIEV_MUST_USE int miev_embodied(const char *machine_class, double time_s, double share,
                                         struct miev_interval *embodied_g, struct miev_error *err);

/**
 * The software carbon intensity of ISO/IEC 21031:2024 for one unit of work:
 * `total = energy * PUE * intensity + embodied`.
 *
 * The distances of the total's bounds are those of energy and embodied in quadrature; PUE and
 * intensity are held fixed.
 *
 * @param energy_j             joules, finite, value >= 0; low may be negative
 * @param pue                  power usage effectiveness of the building, >= 1 (1: none counted)
 * @param intensity_g_per_kwh  grams CO2 equivalent per kilowatt-hour, finite and >= 0
 * @param embodied_g           grams, finite, value >= 0; NULL counts none
 * @param[out] total_g         grams CO2 equivalent; unchanged on failure
 * @param err                  may be NULL
 * @return MIEV_OK, or MIEV_ERR_INVALID with a message that names the input.
 * Ownership: none. Threads: pure, callable from any thread.
 */
MIEV_API MIEV_MUST_USE int miev_sci(const struct miev_interval *energy_j, double pue,
                                    double intensity_g_per_kwh,
                                    const struct miev_interval *embodied_g,
                                    struct miev_interval *total_g, struct miev_error *err);

/** How an energy is known. MIXED: parts that were measured and parts that were estimated. */
enum miev_method { MIEV_METHOD_ESTIMATED = 1, MIEV_METHOD_MEASURED, MIEV_METHOD_MIXED };

/** What a span of this process's work took of CPU package, memory and GPU. */
struct miev_energy {
    size_t struct_size;           /* sizeof(struct miev_energy) of the caller; _INIT sets it */
    enum miev_method method;      /* how gross_j and net_j are known */
    double duration_s;            /* between start and stop */
    double cpu_s;                 /* CPU seconds of this process, all threads */
    struct miev_interval gross_j; /* joules with its share of idle; bounds: what the counters or the
                                   * estimate may be wrong by, 90 % */
    double net_j;                 /* joules above idle; NAN before miev_span_meter_idle() */
};
#define MIEV_ENERGY_INIT                                                      \
    {                                                                         \
        sizeof(struct miev_energy), MIEV_METHOD_ESTIMATED, 0, 0, {0, 0, 0}, 0 \
    }

/** Meters spans of this process's work on this machine. */
struct miev_span_meter;

/**
 * Open all usable energy counters, and the estimate for what they do not cover.
 *
 * @param threads   CPUs that the work reserves, 1 or more: its share of the machine's idle power
 * @param uses_gpu  not 0: the GPUs' energy is this work's
 * @param[out] out  to be closed by the caller; unchanged on failure
 * @param err       may be NULL
 * @return MIEV_OK, MIEV_ERR_INVALID or MIEV_ERR_NOMEM. A machine without counters is no failure.
 * Threads: one span meter, one thread at a time.
 */
MIEV_API MIEV_MUST_USE int miev_span_meter_open(unsigned threads, int uses_gpu,
                                                struct miev_span_meter **out,
                                                struct miev_error *err);

/** Close it. NULL is allowed. */
MIEV_API void miev_span_meter_close(struct miev_span_meter *meter);

/**
 * Learn the machine's idle power by sleeping. Without it, gross_j takes the work's share of CPU
 * time of the whole reading, and net_j stays unknown.
 *
 * @param duration_s  0.1 to 60 seconds; 1 is good
 * @return MIEV_OK, MIEV_ERR_INVALID, or the failure of a reading.
 */
MIEV_API MIEV_MUST_USE int miev_span_meter_idle(struct miev_span_meter *meter, double duration_s,
                                                struct miev_error *err);

/** Begin a span; a second call begins anew. At least once a minute, or a counter may wrap unseen.
 */
MIEV_API MIEV_MUST_USE int miev_span_meter_start(struct miev_span_meter *meter,
                                                 struct miev_error *err);

/**
 * The span since the last start, which goes on: stop may be called again.
 *
 * @param[in,out] out  begin with MIEV_ENERGY_INIT; unchanged on failure
 * @return MIEV_OK;
 *         MIEV_ERR_INVALID without a start before it;
 *         MIEV_ERR_BROKEN when a counter was lost within the span: its energy is not known.
 */
MIEV_API MIEV_MUST_USE int miev_span_meter_stop(struct miev_span_meter *meter,
                                                struct miev_energy *out, struct miev_error *err);

#ifdef __cplusplus
}
#endif

#endif
