/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CORE_SANITIZER_H
#define MIEV_CORE_SANITIZER_H

/* 1 in builds whose shadow memory needs all address space, so that no limit can be set on it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MIEV_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MIEV_SANITIZED 1
#endif
#endif
#ifndef MIEV_SANITIZED
#define MIEV_SANITIZED 0
#endif

#endif
