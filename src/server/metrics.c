/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitor asks: the text form of Prometheus. */
#include <stdio.h>
#include <stdlib.h>

#include "server/call.h"
#include "server/lab.h"

static void put(FILE *file, const char *name, const char *kind, const char *help, double value)
{
    (void)fprintf(file, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, kind, name,
                  value);
}

static void put_all(FILE *file, struct miev_server *server)
{
    struct miev_lab_count count = miev_lab_count(server->lab);
    (void)fprintf(file,
                  "# HELP miev_build_info version of the program\n"
                  "# TYPE miev_build_info gauge\nmiev_build_info{version=\"%s\"} 1\n",
                  miev_version());
    put(file, "miev_studies_running", "gauge", "studies and evaluations that measure now",
        (double)count.running);
    put(file, "miev_studies_queued", "gauge", "studies and evaluations that wait",
        (double)count.queued);
    put(file, "miev_studies_finished_total", "counter", "studies that came to their end",
        (double)count.finished);
    put(file, "miev_studies_failed_total", "counter", "studies that failed as a whole",
        (double)count.failed);
    put(file, "miev_http_requests_total", "counter", "requests", (double)server->answered);
    put(file, "miev_http_requests_refused_total", "counter",
        "requests that were refused before their body was read", (double)server->refused);
    put(file, "miev_http_connections", "gauge", "open connections",
        (double)miev_clients_connections(miev_http_clients(server->http)));
    put(file, "miev_event_streams", "gauge", "open event streams", (double)server->open_streams);
}

void miev_api_metrics(struct miev_call *call)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    if (file)
        put_all(file, call->server);
    if (file && fclose(file) == 0) {
        miev_answer_text(call, 200, "text/plain; version=0.0.4; charset=utf-8", text, length);
        return;
    }
    free(text);
    miev_answer_problem(call, 503, "out-of-memory", "no memory for the metrics");
}
