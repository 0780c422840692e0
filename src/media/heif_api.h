/* SPDX-License-Identifier: Apache-2.0 */
/* The part of libheif's C interface that is used, so that the program builds and starts without it
 * (it brings the encoders x265 and aom along). Names and numbers are those of libheif 1.12 and
 * later, whose library is libheif.so.1. */
#ifndef MIEV_MEDIA_HEIF_API_H
#define MIEV_MEDIA_HEIF_API_H

#include <stddef.h>
#include <stdint.h>

struct heif_context;
struct heif_image_handle;
struct heif_image;

struct heif_error {
    int code, subcode;
    const char *message;
};

enum {
    HEIF_INVALID_INPUT = 2,
    HEIF_UNSUPPORTED_FILETYPE = 3,
    HEIF_UNSUPPORTED_FEATURE = 4,
    HEIF_NO_MEMORY = 6,
    HEIF_PLUGIN_NOT_LOADED = 11,
    HEIF_END_OF_DATA = 100,       /* subcode */
    HEIF_LIMIT_EXCEEDED = 1000,   /* subcode */
    HEIF_UNSUPPORTED_CODEC = 3000 /* subcode */
};

enum {
    HEIF_COLORSPACE_RGB = 1,
    HEIF_CHROMA_INTERLEAVED_RGB = 10,
    HEIF_CHROMA_INTERLEAVED_RGBA = 11,
    HEIF_CHANNEL_INTERLEAVED = 10
};

/* The library allocates it, later versions with more behind. */
struct heif_decoding_options {
    uint8_t version;
    uint8_t ignore_transformations;
    void (*start_progress)(int step, int max_progress, void *user);
    void (*on_progress)(int step, int progress, void *user);
    void (*end_progress)(int step, void *user);
    void *progress_user_data;
    uint8_t convert_hdr_to_8bit; /* version 2 */
    uint8_t strict_decoding;     /* version 3 */
};

/* returns, name, arguments */
#define HEIF_CALLS(X)                                                                      \
    X(struct heif_context *, context_alloc, (void))                                        \
    X(void, context_free, (struct heif_context *))                                         \
    X(void, context_set_maximum_image_size_limit, (struct heif_context *, int side))       \
    X(struct heif_error, context_read_from_memory_without_copy,                            \
      (struct heif_context *, const void *, size_t, const void *options))                  \
    X(struct heif_error, context_get_primary_image_handle,                                 \
      (struct heif_context *, struct heif_image_handle **))                                \
    X(void, image_handle_release, (const struct heif_image_handle *))                      \
    X(int, image_handle_get_width, (const struct heif_image_handle *))                     \
    X(int, image_handle_get_height, (const struct heif_image_handle *))                    \
    X(int, image_handle_get_ispe_width, (const struct heif_image_handle *))                \
    X(int, image_handle_get_ispe_height, (const struct heif_image_handle *))               \
    X(int, image_handle_has_alpha_channel, (const struct heif_image_handle *))             \
    X(size_t, image_handle_get_raw_color_profile_size, (const struct heif_image_handle *)) \
    X(struct heif_error, image_handle_get_raw_color_profile,                               \
      (const struct heif_image_handle *, void *))                                          \
    X(struct heif_decoding_options *, decoding_options_alloc, (void))                      \
    X(void, decoding_options_free, (struct heif_decoding_options *))                       \
    X(struct heif_error, decode_image,                                                     \
      (const struct heif_image_handle *, struct heif_image **, int colorspace, int chroma, \
       const struct heif_decoding_options *))                                              \
    X(int, image_get_width, (const struct heif_image *, int channel))                      \
    X(int, image_get_height, (const struct heif_image *, int channel))                     \
    X(const uint8_t *, image_get_plane_readonly,                                           \
      (const struct heif_image *, int channel, int *stride))                               \
    X(void, image_release, (const struct heif_image *))

/* Not in every version of the library; NULL where it is missing. */
#define HEIF_OPTIONAL_CALLS(X)                                                      \
    X(struct heif_error, init, (void *params))                                      \
    X(void, context_set_max_decoding_threads, (struct heif_context *, int threads)) \
    X(int, image_handle_is_premultiplied_alpha, (const struct heif_image_handle *))

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a type and a list are no expressions */
#define HEIF_MEMBER(returns, name, arguments) returns(*name) arguments;
struct heif_api {
    void *library;
    HEIF_CALLS(HEIF_MEMBER)
    HEIF_OPTIONAL_CALLS(HEIF_MEMBER)
};
#undef HEIF_MEMBER

#endif
