/* SPDX-License-Identifier: Apache-2.0 */
/* A SavedModel of our own, y = max(2 * x, 0) over eight floats, as a convolution of one weight: run
 * once before the sandbox is locked, it makes TensorFlow start all that it starts late. It has as
 * many operators as TensorFlow's optimiser wants to see before it wakes up. Written by hand as
 * Protocol Buffers: each field is its number and kind in one byte, its length, its bytes. */
#ifndef MIEV_ENGINE_TENSORFLOW_TINY_H
#define MIEV_ENGINE_TENSORFLOW_TINY_H

/* clang-format off */
static const char tiny_model[] =
    "\x08\x01" /* version 1 of the format */
    "\x12\xd8\x02" /* what to load */
      "\x0a\x07" /* tags */
        "\x22\x05" "serve"
      "\x12\xf7\x01" /* graph */
        "\x0a\x3a" /* operator */
          "\x0a\x01" "x"
          "\x12\x0b" "Placeholder"
          "\x2a\x0b"
            "\x0a\x05" "dtype"
            "\x12\x02" "\x30\x01"
          "\x2a\x1b"
            "\x0a\x05" "shape"
            "\x12\x12"
              "\x3a\x10"
                "\x12\x02" "\x08\x01"
                "\x12\x02" "\x08\x02"
                "\x12\x02" "\x08\x04"
                "\x12\x02" "\x08\x01"
        "\x0a\x3e" /* operator */
          "\x0a\x01" "w"
          "\x12\x05" "Const"
          "\x2a\x0b"
            "\x0a\x05" "dtype"
            "\x12\x02" "\x30\x01"
          "\x2a\x25"
            "\x0a\x05" "value"
            "\x12\x1c"
              "\x42\x1a"
                "\x08\x01"
                "\x12\x10"
                  "\x12\x02" "\x08\x01"
                  "\x12\x02" "\x08\x01"
                  "\x12\x02" "\x08\x01"
                  "\x12\x02" "\x08\x01"
                "\x2a\x04\x00\x00\x00\x40"
        "\x0a\x42" /* operator */
          "\x0a\x01" "c"
          "\x12\x06" "Conv2D"
          "\x1a\x01" "x"
          "\x1a\x01" "w"
          "\x2a\x07"
            "\x0a\x01" "T"
            "\x12\x02" "\x30\x01"
          "\x2a\x13"
            "\x0a\x07" "strides"
            "\x12\x08"
              "\x0a\x06" "\x1a\x04\x01\x01\x01\x01"
          "\x2a\x11"
            "\x0a\x07" "padding"
            "\x12\x06"
              "\x12\x04" "SAME"
        "\x0a\x15" /* operator */
          "\x0a\x01" "r"
          "\x12\x04" "Relu"
          "\x1a\x01" "c"
          "\x2a\x07"
            "\x0a\x01" "T"
            "\x12\x02" "\x30\x01"
        "\x0a\x19" /* operator */
          "\x0a\x01" "y"
          "\x12\x08" "Identity"
          "\x1a\x01" "r"
          "\x2a\x07"
            "\x0a\x01" "T"
            "\x12\x02" "\x30\x01"
        "\x22\x03" "\x08\x86\x01" /* versions: 134 */
      "\x2a\x53" /* signature */
        "\x0a\x0f" "serving_default"
        "\x12\x40"
          "\x0a\x1e"
            "\x0a\x01" "x"
            "\x12\x19"
              "\x0a\x03" "x:0"
              "\x10\x01"
              "\x1a\x10"
                "\x12\x02" "\x08\x01"
                "\x12\x02" "\x08\x02"
                "\x12\x02" "\x08\x04"
                "\x12\x02" "\x08\x01"
          "\x12\x1e"
            "\x0a\x01" "y"
            "\x12\x19"
              "\x0a\x03" "y:0"
              "\x10\x01"
              "\x1a\x10"
                "\x12\x02" "\x08\x01"
                "\x12\x02" "\x08\x02"
                "\x12\x02" "\x08\x04"
                "\x12\x02" "\x08\x01";
/* clang-format on */

#endif
