/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/live.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "grid/live_cache.h"

int miev_live_named(const char *name, const struct miev_live_provider **out, struct miev_error *err)
{
    char names[160] = "";
    size_t used = 0;
    for (size_t i = 0; miev_live_providers[i]; i++) {
        if (strcmp(miev_live_providers[i]->name, name) == 0) {
            *out = miev_live_providers[i];
            return MIEV_OK;
        }
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
                                 miev_live_providers[i]->name);
    }
    return miev_error_set(err, MIEV_ERR_INVALID, "no provider is called '%.40s': there are %s",
                          name, names);
}

/* So many digits, and then this character (0: whatever follows). */
static bool take_number(const char **text, unsigned digits, char then, int *out)
{
    *out = 0;
    for (; digits > 0; digits--, (*text)++) {
        if (!isdigit((unsigned char)**text))
            return false;
        *out = *out * 10 + (**text - '0');
    }
    if (then != '\0' && *(*text)++ != then)
        return false;
    return true;
}

bool miev_live_parse_time(const char *text, time_t *out)
{
    struct tm parts = {0};
    int year, month, day, hour, minute;
    if (!take_number(&text, 4, '-', &year) || !take_number(&text, 2, '-', &month) ||
        !take_number(&text, 2, 'T', &day) || !take_number(&text, 2, ':', &hour) ||
        !take_number(&text, 2, '\0', &minute))
        return false;
    if (year < 2000 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
        minute > 59)
        return false;
    if (*text == ':') { /* seconds and their fractions say nothing of a span of minutes */
        text++;
        text += strspn(text, "0123456789.");
    }
    if (strcmp(text, "Z") != 0 && strcmp(text, "+00:00") != 0)
        return false;
    parts.tm_year = year - 1900, parts.tm_mon = month - 1, parts.tm_mday = day;
    parts.tm_hour = hour, parts.tm_min = minute;
    *out = timegm(&parts);
    return true;
}

/* What an answer that is not 200 says. Never the address or the header, which may hold a key. */
static int refuse_status(const struct miev_transport_reply *reply, struct miev_error *err)
{
    char shown[96] = "", raw[96];
    json_t *document = NULL;
    if (miev_json_parse(reply->body, reply->length, &document, NULL) == MIEV_OK) {
        const json_t *error = json_object_get(document, "error");
        const char *words =
            json_string_value(json_is_object(error) ? json_object_get(error, "message") : error);
        (void)snprintf(raw, sizeof(raw), "%.90s", words ? words : "");
        miev_text_show(shown, sizeof(shown), raw);
    }
    json_decref(document);
    const char *todo = reply->status == 401 || reply->status == 403 ? ": check the key"
                       : reply->status == 429                       ? ": ask less often"
                                                                    : "";
    return miev_error_set(err,
                          reply->status == 401 || reply->status == 403 ? MIEV_ERR_PERMISSION
                                                                       : MIEV_ERR_UNAVAILABLE,
                          "it answers %ld%s%s%s", reply->status, *shown ? ", " : "", shown, todo);
}

static int read_answer(const struct miev_live_provider *provider,
                       const struct miev_transport_reply *reply, bool forecast,
                       struct miev_live_point *points, size_t *n, struct miev_error *err)
{
    json_t *document = NULL;
    if (reply->status != 200)
        return refuse_status(reply, err);
    if (miev_json_parse(reply->body, reply->length, &document, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_BROKEN, "its answer is no JSON");
    int rc = provider->read(document, forecast, points, n, err);
    json_decref(document);
    if (rc == MIEV_OK && *n == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "its answer holds no figure");
    return rc;
}

static int ask(const struct miev_live_query *query, bool forecast, struct miev_live_point *points,
               size_t *n, struct miev_error *err)
{
    const struct miev_live_provider *provider = query->provider;
    struct miev_live_request request = {.header = ""};
    struct miev_transport_reply reply = {0};
    *n = 0;
    int rc = provider->request(query->env, query->now, query->place, forecast, &request, err);
    if (rc == MIEV_OK)
        rc = query->transport->get(query->transport, request.url,
                                   *request.header ? request.header : NULL, MIEV_LIVE_TIMEOUT_S,
                                   &reply, err);
    explicit_bzero(&request, sizeof(request));
    if (rc == MIEV_OK)
        rc = read_answer(provider, &reply, forecast, points, n, err);
    free(reply.body);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "%s", provider->title);
}

/* The point that holds for a time, else the latest before it. */
static const struct miev_live_point *at_time(const struct miev_live_point *points, size_t n,
                                             time_t now)
{
    const struct miev_live_point *best = &points[0];
    for (size_t i = 0; i < n; i++)
        if (points[i].at <= now)
            best = &points[i];
    return best;
}

int miev_live_now(const struct miev_live_query *query, const char *cache_folder,
                  struct miev_live_answer *out, struct miev_error *err)
{
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    struct miev_live_answer answer = {.provider = query->provider};
    const char *name = query->provider->name, *place = query->place;
    time_t now = query->now;
    size_t n = 0;
    bool kept = miev_live_cache_read(cache_folder, name, place, &answer.now);
    if (kept && now >= answer.now.at && now < answer.now.at + answer.now.span_s) {
        answer.age = MIEV_LIVE_CACHED;
        *out = answer;
        return MIEV_OK;
    }
    struct miev_error trouble;
    int rc = ask(query, false, points, &n, &trouble);
    if (rc == MIEV_OK) {
        answer.now = *at_time(points, n, now);
        miev_live_cache_write(cache_folder, name, place, &answer.now);
    } else if (kept && now - answer.now.at < MIEV_LIVE_KEPT_S && rc != MIEV_ERR_INVALID) {
        answer.age = MIEV_LIVE_LAST_KNOWN;
        (void)snprintf(answer.trouble, sizeof(answer.trouble), "%.200s", trouble.message);
    } else {
        return miev_error_set(err, rc, "%s", trouble.message);
    }
    *out = answer;
    return MIEV_OK;
}

int miev_live_forecast(const struct miev_live_query *query, struct miev_live_point *points,
                       size_t *n, struct miev_error *err)
{
    return ask(query, true, points, n, err);
}
