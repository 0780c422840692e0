/* SPDX-License-Identifier: Apache-2.0 */
/* Look at the photo once for the whole study, in a locked process of its own: what is wrong with it
 * is told once and not once a model, and no model's worker is asked to decode what cannot be. */
#include "core/error.h"
#include "core/json.h"
#include "core/sanitizer.h"
#include "media/media.h"
#include "study/report_check.h"
#include "study/run.h"

/* The decoder did not come back with words of its own. */
static int say_how_it_ended(const struct miev_study_options *options, int rc,
                            struct miev_error *err)
{
    if (rc == MIEV_ERR_TIMEOUT)
        return miev_error_set(err, rc,
                              "%s was not decoded within %.3g s: save it again as a plain JPEG or "
                              "PNG, or allow more time (--timeout)",
                              options->input_path, options->timeout_s);
    if (rc == MIEV_ERR_CRASHED)
        return miev_error_set(err, rc,
                              "%s ended the process that decoded it, by damage or for want of "
                              "memory: save it again as a plain JPEG or PNG",
                              options->input_path);
    return miev_error_prefix(err, "%s", options->input_path);
}

/* Its bytes are only looked at here as far as the name of their format goes. */
const char *miev_run_picture_format(const struct miev_run *run)
{
    return miev_image_format_name(run->input.bytes, run->input.length);
}

static int ask(struct miev_run *run, struct miev_child *child, uint64_t address_space_bytes,
               struct miev_error *err)
{
    json_t *request = json_pack(
        "{s:s, s:s?, s:b, s:I}", "do", "look", "picture", miev_run_picture_format(run), "fast",
        (int)run->options->fast_decode, "address_space_bytes", (json_int_t)address_space_bytes);
    json_t *reply = NULL;
    int rc = miev_child_ask(child, request, run->input.fd, run->options->timeout_s, &reply, err);
    if (rc == MIEV_ERR_INTERRUPTED)
        return MIEV_OK; /* each model tells that it was stopped, and the report has what there is */
    if (rc != MIEV_OK)
        return say_how_it_ended(run->options, rc, err);
    json_t *picture = json_object();
    rc = miev_report_take_picture(picture, reply, err);
    json_decref(reply);
    if (rc == MIEV_OK)
        run->picture = picture;
    else
        json_decref(picture);
    return rc == MIEV_OK ? rc
                         : miev_error_prefix(err, "the process that decoded %s answered nonsense",
                                             run->options->input_path);
}

int miev_run_look(struct miev_run *run, struct miev_error *err)
{
    const struct miev_study_options *options = run->options;
    struct miev_child *child = NULL;
    struct miev_child_options limits = {.program = options->worker_program};
    if (MIEV_SANITIZED)
        limits.resident_bytes = options->memory_bytes;
    else
        limits.address_space_bytes = options->memory_bytes;
    int rc = miev_child_spawn(&limits, &child, err);
    if (rc == MIEV_OK)
        rc = ask(run, child, limits.address_space_bytes, err);
    miev_child_destroy(child);
    return rc;
}
