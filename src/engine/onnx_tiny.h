/* SPDX-License-Identifier: Apache-2.0 */
/* A model of our own, y = 2 * x over eight floats, as a convolution of one weight: run once before
 * the sandbox is locked, it makes ONNX Runtime start all that it starts late. Written by hand as
 * Protocol Buffers: each field is its number and kind in one byte, its length, its bytes. */
#ifndef MIEV_ENGINE_ONNX_TINY_H
#define MIEV_ENGINE_ONNX_TINY_H

/* clang-format off */
#define TINY_FLOATS_1X1X2X4(name) /* a port: name, type (tensor, float, 1 x 1 x 2 x 4) */ \
    "\x0a\x01" name                                                                        \
    "\x12\x16\x0a\x14\x08\x01\x12\x10"                                                     \
    "\x0a\x02\x08\x01" "\x0a\x02\x08\x01" "\x0a\x02\x08\x02" "\x0a\x02\x08\x04"

static const char tiny_model[] =
    "\x08\x07"                               /* version 7 of the format */
    "\x12\x04" "miev"                        /* made by */
    "\x3a\x66"                               /* graph: */
    "\x0a\x0f"                               /*   operator: */
        "\x0a\x01" "x" "\x0a\x01" "w"        /*     from x and w */
        "\x12\x01" "y"                       /*     to y */
        "\x22\x04" "Conv"
    "\x12\x04" "tiny"                        /*   its name */
    "\x2a\x13"                               /*   weight: */
        "\x08\x01\x08\x01\x08\x01\x08\x01"   /*     1 x 1 x 1 x 1 */
        "\x10\x01"                           /*     float */
        "\x42\x01" "w"
        "\x4a\x04\x00\x00\x00\x40"           /*     2.0 */
    "\x5a\x1b" TINY_FLOATS_1X1X2X4("x")      /*   input */
    "\x62\x1b" TINY_FLOATS_1X1X2X4("y")      /*   output */
    "\x42\x02\x10\x0b";                      /* operator set 11 */
#undef TINY_FLOATS_1X1X2X4
/* clang-format on */

#endif
