/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the page, as web/ builds them: plain, gzip and brotli. An assembler file, because
 * .incbin costs no memory at build time and survives LTO. */

.macro blob symbol, file
    .section .rodata
    .global \symbol
    .hidden \symbol
    .global \symbol\()_end
    .hidden \symbol\()_end
    .balign 16
\symbol:
    .incbin "\file"
\symbol\()_end:
.endm

.macro page name, file
    blob miev_page_\name\()_raw, "\file"
    blob miev_page_\name\()_gz, "\file\().gz"
    blob miev_page_\name\()_br, "\file\().br"
.endm

page index, "index.html"
page script, "app.js"
page style, "app.css"
page world, "world.json"
page icon, "icon.svg"
blob miev_page_standalone_raw, "standalone.html"

    .section .note.GNU-stack, "", %progbits
