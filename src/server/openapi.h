/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_SERVER_OPENAPI_H
#define MIEV_SERVER_OPENAPI_H

/* Files of docs/, as they are. */
extern const char miev_openapi[];       /* api/openapi.json */
extern const char miev_report_schema[]; /* report.schema.json */
extern const char miev_repeat_schema[]; /* repeat.schema.json */
extern const char miev_eval_schema[];   /* eval.schema.json */

#endif
