/* SPDX-License-Identifier: Apache-2.0 */
/* `miev pull`: models from where they are published into this user's folder. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "cli/command.h"
#include "cli/measure.h"
#include "cli/pull_progress.h"
#include "core/error.h"
#include "core/text.h"
#include "model/pull.h"

struct settings {
    bool json_progress, public_only;
    const char *member;
    double max_gb, timeout_s;
};

static const struct settings defaults = {.max_gb = 16, .timeout_s = 30};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, member, "--member", "PATH",
                "the file or SavedModel folder inside an archive; needed\nwhere it holds more than "
                "one"),
    ARG_NUMBER_AT(struct settings, max_gb, "--max-gb", "GB", 0.001, 10000,
                  "refuse what is larger (default 16)"),
    ARG_NUMBER_AT(struct settings, timeout_s, "--timeout", "SECONDS", 1, 86400,
                  "give up a server that sends next to nothing for so long\n(default 30)"),
    ARG_FLAG_AT(struct settings, public_only, "--public-only",
                "no file and no host of this machine or a private network:\nfor what somebody else "
                "asks for"),
    ARG_FLAG_AT(struct settings, json_progress, "--json-progress",
                "one JSON object a line on standard output, for programs"),
    {0},
};

struct run {
    const struct settings *settings;
    struct miev_catalog catalog;
    struct miev_depot depot;
    struct pull_progress progress;
    char last[160]; /* name of what came last */
    bool failed;
};

static void on_pulled(void *context, const struct miev_pulled *pulled)
{
    struct run *run = context;
    pull_progress_pulled(&run->progress, pulled);
    (void)snprintf(run->last, sizeof(run->last), "%s", pulled->name);
}

static void on_progress(void *context, enum miev_pull_phase phase, uint64_t bytes, uint64_t total)
{
    struct run *run = context;
    pull_progress_show(&run->progress, phase, bytes, total);
}

/* about: put before the message, where that does not say it itself; or NULL. */
static void fail(struct run *run, const char *about, struct miev_error *err)
{
    char shown[160];
    run->failed = true;
    miev_text_show(shown, sizeof(shown), about ? about : "");
    if (about)
        (void)miev_error_prefix(err, "%s", shown);
    pull_progress_failed(&run->progress, err->message);
}

static void pull_items(struct run *run, const struct miev_pull_item *items, size_t n)
{
    const struct miev_pull_options pull = {
        .env = miev_env_host(),
        .member = run->settings->member ? run->settings->member : "",
        .max_bytes = (uint64_t)(run->settings->max_gb * 1e9),
        .patience_s = run->settings->timeout_s,
        .public_only = run->settings->public_only,
        .stop = measure_stop(),
        .progress = on_progress,
        .pulled = on_pulled,
        .context = run,
    };
    struct miev_error err = {0};
    /* Not before there is something to pull: a slip of the pen makes no folders. */
    if (run->depot.lock_fd < 0 &&
        miev_depot_open(pull.env, pull.stop, false, &run->depot, &err) != MIEV_OK) {
        miev_depot_close(&run->depot);
        fail(run, NULL, &err);
        return;
    }
    for (size_t i = 0; i < n && !measure_interrupted(); i++) {
        int rc = miev_pull(&pull, &run->depot, &run->catalog, &items[i], &err);
        if (rc != MIEV_OK && rc != MIEV_ERR_INTERRUPTED)
            fail(run, items[i].card ? items[i].card->name : items[i].address.text, &err);
    }
}

static void pull_word(struct run *run, const char *word)
{
    struct miev_error err = {0};
    struct miev_pull_item *items = NULL;
    size_t n = 0;
    pull_progress_begin(&run->progress, word);
    if (miev_pull_plan(&run->catalog, word, &items, &n, &err) == MIEV_OK)
        pull_items(run, items, n);
    else
        fail(run, NULL, &err);
    free(items);
}

static int end(struct run *run)
{
    if (measure_interrupted()) {
        pull_progress_failed(&run->progress,
                             "interrupted: the same command goes on where this one ended");
        return CLI_INTERRUPTED;
    }
    if (run->last[0] && !run->progress.json)
        printf("\nNext: miev compare %s --input photo.jpg\n", run->last);
    return run->failed ? CLI_FAILED : CLI_OK;
}

static int run_pull(const void *given, char **words, size_t n_words)
{
    struct miev_error err = {0};
    struct run run = {.settings = given, .depot = {.lock_fd = -1}};
    int status = CLI_FAILED;
    if (n_words == 0) {
        (void)miev_error_set(
            &err, MIEV_ERR_INVALID,
            "WHAT is missing: name a model (`miev models` lists them), an address, "
            "or 'starter'");
        return cli_usage_error("pull", &err);
    }
    if (run.settings->json_progress) /* with the program that reads it, however that ends */
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    pull_progress_init(&run.progress, run.settings->json_progress);
    pull_progress_begin(&run.progress, words[0]);
    measure_catch_interrupt();
    int rc = miev_catalog_load_home(miev_env_host(), &run.catalog, &err);
    if (rc == MIEV_OK) {
        for (size_t i = 0; i < n_words && !measure_interrupted(); i++)
            pull_word(&run, words[i]);
        status = end(&run);
    } else {
        pull_progress_failed(&run.progress, err.message);
    }
    miev_depot_close(&run.depot);
    miev_catalog_finish(&run.catalog);
    return status;
}

const struct cli_command cli_pull = {
    .name = "pull",
    .title = "bring models from where they are published",
    .usage =
        {"WHAT...",
         "Download models, check and unpack them, and keep them for 'miev compare'. WHAT is a\n"
         "name of 'miev models' (with :precision for one of its files), 'starter' for a few to\n"
         "begin with, tfhub:PUBLISHER/MODEL/VERSION,\n"
         "kaggle:OWNER/MODEL/FRAMEWORK/VARIATION/VERSION, hf:OWNER/REPO[@REVISION]:PATH, an\n"
         "https address (also of a model's page), or a file of this machine. A download that\n"
         "was interrupted goes on where it ended. Tokens: docs/pull.md.",
         "  miev pull starter\n"
         "  miev pull efficientnet-lite0:int8\n"
         "  miev pull kaggle:google/mobilenet-v3/tfLite/small-100-224-classification/1\n"
         "  miev pull hf:Xenova/convnext-tiny-224:onnx/model_quantized.onnx",
         options, ARGS_ANY_WORDS},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_pull,
};
