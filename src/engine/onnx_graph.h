/* SPDX-License-Identifier: Apache-2.0 */
/* Who makes which tensor of an ONNX graph. Names are looked for one by one: a graph is asked a few
 * times only. Pure. */
#ifndef MIEV_ENGINE_ONNX_GRAPH_H
#define MIEV_ENGINE_ONNX_GRAPH_H

#include "engine/protobuf.h"

/* The initializer of that name, or empty. */
struct miev_protobuf miev_onnx_initializer(struct miev_protobuf graph,
                                           const struct miev_protobuf *name);
/* The operator that makes a tensor; false when none does. */
bool miev_onnx_maker(struct miev_protobuf graph, const struct miev_protobuf *tensor,
                     struct miev_protobuf *node);

#endif
