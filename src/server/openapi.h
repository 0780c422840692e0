/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_SERVER_OPENAPI_H
#define MIEV_SERVER_OPENAPI_H

extern const char miev_openapi[]; /* docs/api/openapi.json */

#endif
