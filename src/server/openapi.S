/* SPDX-License-Identifier: Apache-2.0 */
/* The contract of docs/api and the schemas that it refers to, built in as they are: C strings. */

.macro document name, file
    .section .rodata
    .global miev_\name
    .hidden miev_\name
    .balign 16
miev_\name:
    .incbin "\file"
    .byte 0
.endm

document openapi, "api/openapi.json"
document report_schema, "report.schema.json"
document repeat_schema, "repeat.schema.json"
document eval_schema, "eval.schema.json"

    .section .note.GNU-stack, "", %progbits
