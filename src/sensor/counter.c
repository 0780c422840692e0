/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/counter.h"

#include <errno.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"

/* Sockets of 2026 stay below it for as long as it takes a counter to go round. */
#define SUSTAINED_W 500.0

/* A counter moves in steps of about 1 ms and a reading may come just before or behind one; slow
 * ones move every 100 ms. */
#define STEP_S 0.1

/* Microjoules between two readings, false when they cannot be known. */
static bool difference(const struct miev_counter *counter, uint64_t raw_uj, double *out_uj)
{
    if (raw_uj >= counter->raw_uj) {
        *out_uj = (double)(raw_uj - counter->raw_uj);
        return true;
    }
    if (counter->range_uj < counter->raw_uj)
        return false; /* not known, or not true */
    *out_uj = (double)(counter->range_uj - counter->raw_uj) + (double)raw_uj;
    return true;
}

void miev_counter_add(struct miev_counter *counter, uint64_t raw_uj, uint64_t now_ns)
{
    double since_s = (double)(now_ns - counter->read_ns) / 1e9;
    double round_s = (double)counter->range_uj / 1e6 / SUSTAINED_W;
    double used_uj = 0.0;
    bool known = difference(counter, raw_uj, &used_uj) &&
                 used_uj / 1e6 <= MIEV_COUNTER_MAX_W * (since_s + STEP_S) &&
                 (counter->range_uj == 0 || since_s <= round_s);
    if (known)
        counter->energy_j += used_uj / 1e6;
    else
        counter->gaps++;
    if (raw_uj != counter->raw_uj) {
        counter->changed_ns = now_ns;
        counter->moved = true;
    }
    counter->raw_uj = raw_uj;
    counter->read_ns = now_ns;
}

int miev_counter_pread(int fd, uint64_t *out)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n < 0)
        return -1;
    text[n] = '\0';
    if (miev_parse_u64(text, out, NULL) != MIEV_OK) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

void miev_counter_read(struct miev_counter *counter, miev_probe_read *read, void *source,
                       uint64_t now_ns, uint64_t stuck_ns, struct miev_reading *out)
{
    uint64_t raw_uj = 0;
    bool valid = read(source, &raw_uj) == 0;
    if (valid)
        miev_counter_add(counter, raw_uj, now_ns);
    if (stuck_ns > 0 && now_ns - counter->changed_ns >= stuck_ns)
        valid = false;
    *out =
        (struct miev_reading){.energy_j = counter->energy_j, .valid = valid, .gaps = counter->gaps};
}

/* ---- validation ---- */

/* One more reading. The first movement only tells where the beat is. */
static void take(struct miev_look *look, uint64_t micro, uint64_t now_ns, uint64_t *changed_ns)
{
    if (micro == look->last_micro)
        return;
    uint64_t gap_ns = now_ns - *changed_ns;
    bool fell = micro < look->last_micro;
    if (look->changes++ > 0) {
        look->beat_micro += fell ? 0 : micro - look->last_micro;
        look->beat_ns += gap_ns;
        if (look->period_ns == 0 || gap_ns < look->period_ns)
            look->period_ns = gap_ns;
    }
    look->fell |= fell;
    look->last_micro = micro;
    *changed_ns = now_ns;
}

void miev_look_at(const struct miev_env *env, miev_probe_read *read, void *source,
                  const struct miev_look_plan *plan, struct miev_look *out)
{
    uint64_t began_ns = miev_env_now_ns(env), changed_ns = began_ns, micro = 0;
    *out = (struct miev_look){.failed = read(source, &micro) != 0};
    out->first_micro = out->last_micro = micro;
    while (!out->failed && out->changes < plan->max_changes) {
        miev_env_sleep_ns(env, plan->step_ns);
        uint64_t now_ns = miev_env_now_ns(env);
        if (now_ns - began_ns > plan->max_ns || now_ns == began_ns + out->span_ns)
            break; /* the time is over, or the clock stands still */
        if (read(source, &micro) != 0) {
            out->failed = true;
            break;
        }
        out->span_ns = now_ns - began_ns;
        take(out, micro, now_ns, &changed_ns);
    }
}

double miev_look_power_w(const struct miev_look *look)
{
    if (look->beat_ns > 0)
        return (double)look->beat_micro / 1e6 / ((double)look->beat_ns / 1e9);
    if (look->span_ns == 0 || look->last_micro < look->first_micro)
        return 0.0;
    return (double)(look->last_micro - look->first_micro) / 1e6 / ((double)look->span_ns / 1e9);
}

static int refuse_reading(const char *what, struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_BROKEN, "%s is there and cannot be read", what);
}

int miev_judge_counter(const struct miev_look *look, const char *what, double max_w,
                       struct miev_error *err)
{
    if (look->failed)
        return refuse_reading(what, err);
    if (look->fell)
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s falls: a counter of energy only rises",
                              what);
    if (look->changes == 0)
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s stood still for %.0f ms", what,
                              (double)look->span_ns / 1e6);
    double power_w = miev_look_power_w(look);
    if (power_w > max_w)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s counts %.0f W, more than the %.0f W that are possible", what,
                              power_w, max_w);
    return MIEV_OK;
}

int miev_judge_power(const struct miev_look *look, const char *what, double max_w,
                     struct miev_error *err)
{
    double power_w = (double)look->last_micro / 1e6;
    if (look->failed)
        return refuse_reading(what, err);
    if (look->last_micro == 0)
        return miev_error_set(err, MIEV_ERR_BROKEN, "%s tells 0 W, which nothing that is on draws",
                              what);
    if (power_w > max_w)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s tells %.0f W, more than the %.0f W that are possible", what,
                              power_w, max_w);
    return MIEV_OK;
}

int miev_judge_second(const char *what, double power_w, const char *second, double second_w,
                      double factor, struct miev_error *err)
{
    if (power_w <= second_w * factor && second_w <= power_w * factor)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "%s counts %.3g W while %s tells %.3g W of the same, more than %.3g "
                          "times apart",
                          what, power_w, second, second_w, factor);
}
