/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine is, and who may ask. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "media/media.h"
#include "meter/meter.h"
#include "server/call.h"
#include "server/forecasts.h"
#include "server/machine.h"
#include "server/openapi.h"
#include "server/page_files.h"
#include "study/facts.h"
#include "study/report_check.h"
#include "study/site.h"
#include "study/study.h"

void miev_api_health(struct miev_call *call)
{
    call->reply->status = 200;
    call->reply->type = "text/plain; charset=utf-8";
    call->reply->bytes = "ok\n";
    call->reply->length = 3;
    miev_http_set(call->reply, "Cache-Control", "no-store");
}

static void answer_constant(struct miev_call *call, const char *document)
{
    call->reply->status = 200;
    call->reply->type = "application/json";
    call->reply->bytes = document;
    call->reply->length = strlen(document);
    miev_http_set(call->reply, "Cache-Control", "no-cache");
}

void miev_api_openapi(struct miev_call *call)
{
    answer_constant(call, miev_openapi);
}

void miev_api_report_schema(struct miev_call *call)
{
    answer_constant(call, miev_report_schema);
}

void miev_api_repeat_schema(struct miev_call *call)
{
    answer_constant(call, miev_repeat_schema);
}

void miev_api_eval_schema(struct miev_call *call)
{
    answer_constant(call, miev_eval_schema);
}

void miev_api_machine(struct miev_call *call)
{
    miev_answer_json(call, 200, json_deep_copy(call->server->machine));
}

void miev_api_session(struct miev_call *call)
{
    const struct miev_guard *guard = &call->server->guard;
    json_t *body = miev_call_json(call);
    if (!body)
        return;
    const char *token = json_string_value(json_object_get(body, "token"));
    bool shaped = token && json_object_size(body) == 1;
    bool right = shaped && (!guard->token || miev_same_secret(token, guard->token));
    json_decref(body);
    if (!shaped) {
        miev_answer_problem(call, 400, "invalid", "send {\"token\": \"...\"} and nothing else");
        return;
    }
    if (!right) {
        miev_clients_charge(miev_http_clients(call->server->http), miev_http_peer(call->request),
                            MIEV_WRONG_TOKEN_COST, miev_env_now_ns(call->server->options.env));
        miev_answer_problem(call, 401, "unauthorised",
                            "that is not this server's token: ask whoever started it");
        return;
    }
    miev_answer_nothing(call);
    if (guard->token)
        miev_http_set(call->reply, "Set-Cookie",
                      MIEV_COOKIE_NAME "=%s; Path=/; HttpOnly; SameSite=Strict", guard->cookie);
}

static json_t *sensors_of(const struct miev_meter *meter)
{
    json_t *list = json_array();
    for (size_t i = 0; i < miev_meter_finding_count(meter); i++) {
        const struct miev_meter_finding *at = miev_meter_finding_at(meter, i);
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", at->sensor, "status",
                                                    miev_status_name(at->status), "message",
                                                    at->message));
    }
    return list;
}

static bool is_measured(const struct miev_meter *meter)
{
    for (size_t i = 0; i < miev_meter_channel_count(meter); i++)
        if (miev_meter_channel_at(meter, i)->channel.quality == MIEV_MEASURED)
            return true;
    return false;
}

static json_t *engine_of(const struct miev_engine_ops *engine, const char *runtime_dir)
{
    struct miev_error err = {0};
    json_t *reply = NULL;
    int rc = miev_facts_engine(engine, runtime_dir, &reply, &err);
    const json_t *info = json_object_get(reply, "engine");
    json_t *out = json_pack("{s:s, s:s?, s:s?, s:s, s:s}", "name", engine->name, "runtime",
                            json_string_value(json_object_get(info, "runtime")), "version",
                            json_string_value(json_object_get(info, "version")), "status",
                            miev_status_name(rc), "message", rc == MIEV_OK ? "" : err.message);
    json_decref(reply);
    return out;
}

/* How long machines are in use, by class: what is reckoned by where nobody says how long. */
static json_t *lifetimes(void)
{
    static const enum miev_machine_class classes[] = {MIEV_MACHINE_SERVER, MIEV_MACHINE_DESKTOP,
                                                      MIEV_MACHINE_LAPTOP};
    json_t *years = json_object();
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct miev_embodied embodied;
        if (miev_embodied_default(classes[i], &embodied, NULL) != MIEV_OK)
            continue;
        const struct miev_interval *life = &embodied.lifetime_s;
        (void)json_object_set_new(years, miev_machine_class_name(classes[i]),
                                  miev_json_interval((struct miev_interval){
                                      life->value / MIEV_SITE_YEAR_S, life->low / MIEV_SITE_YEAR_S,
                                      life->high / MIEV_SITE_YEAR_S}));
    }
    return years;
}

int miev_machine_document(const struct miev_server *server, json_t **out, struct miev_error *err)
{
    const struct miev_server_options *options = &server->options;
    struct miev_meter *meter = NULL;
    struct miev_machine machine;
    json_t *engines = json_array();
    int rc = miev_meter_create(options->env, miev_sensors, &meter, err);
    if (rc != MIEV_OK) {
        json_decref(engines);
        return rc;
    }
    miev_machine_read(options->env, &machine);
    for (size_t i = 0; miev_engines[i]; i++)
        (void)json_array_append_new(engines, engine_of(miev_engines[i], server->runtime_dir));
    json_t *made = json_pack(
        "{s:s, s:b, s:b, s:o, s:o, s:o, s:b, s:s?, s:o, s:{s:I, s:I, s:I, s:I, s:i, s:i}}",
        "miev_version", miev_version(), "token_required", options->token != NULL, "pages_built",
        miev_page_files[0].path != NULL, "machine", miev_facts_machine(&machine), "sensors",
        sensors_of(meter), "engines", engines, "measured", (int)is_measured(meter), "forecast",
        server->forecasts ? miev_forecasts_source(server->forecasts) : NULL, "lifetime_years",
        lifetimes(), "limits", "image_bytes", (json_int_t)MIEV_IMAGE_MAX_BYTES, "model_bytes",
        (json_int_t)options->model_bytes, "report_bytes", (json_int_t)MIEV_REPORT_MAX_BYTES,
        "archive_bytes", (json_int_t)options->archive_bytes, "queue", (int)options->queue,
        "models_per_study", MIEV_STUDY_MAX_MODELS);
    miev_meter_destroy(meter);
    if (!made)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for what this machine is");
    *out = made;
    return MIEV_OK;
}
