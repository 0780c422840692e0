/* SPDX-License-Identifier: Apache-2.0 */
/* docs/api/openapi.json, built in as it is, and a C string. */
    .section .rodata
    .global miev_openapi
    .hidden miev_openapi
    .balign 16
miev_openapi:
    .incbin "openapi.json"
    .byte 0

    .section .note.GNU-stack, "", %progbits
