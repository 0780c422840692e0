# SPDX-License-Identifier: Apache-2.0
"""The family: plain 3x3 convolutions, each model about four times the work of the one before.

Plain convolutions rather than depthwise ones: they train fast on a CPU and both
runtimes have their best kernels for them. A width step comes with half the map.
"""
import tensorflow as tf

# stem: channels and stride. Each stage: channels, then how it halves the map and what follows.
FAMILY = {
    "cifar10-nano": {"stem": (12, 2), "stages": [(24, "s"), (48, "s"), (64, "1")]},
    "cifar10-micro": {"stem": (16, 2), "stages": [(32, "sc"), (64, "sc")]},
    "cifar10-small": {"stem": (16, 1), "stages": [(32, "sc"), (64, "sc"), (128, "s")]},
    "cifar10-medium": {"stem": (16, 1), "stages": [(40, "sc"), (80, "sc"), (160, "s")]},
    "cifar10-large": {"stem": (32, 1), "stages": [(64, "pr"), (144, "prr")]},
}
CLASSES = 10


def convolve(x, channels, stride=1):
    return tf.keras.layers.Conv2D(channels, 3, stride, "same", use_bias=False,
                                  kernel_initializer="he_normal")(x)


def normalise(x, gamma="ones"):
    """Batch normalisation, folded away at export."""
    return tf.keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5,
                                              gamma_initializer=gamma)(x)


def conv(x, channels, stride=1, pool=False):
    """Convolution, batch normalisation and ReLU."""
    x = convolve(x, channels, stride)
    if pool:
        x = tf.keras.layers.MaxPooling2D()(x)
    return tf.keras.layers.ReLU()(normalise(x))


def residual_pair(x, channels):
    """Two convolutions beside x; as their last scale starts at zero, a new pair changes nothing."""
    branch = normalise(convolve(conv(x, channels), channels), gamma="zeros")
    return tf.keras.layers.ReLU()(tf.keras.layers.Add()([x, branch]))


def stage(x, channels, tail):
    """Halve the map while widening, then the convolutions of `tail`.

    "s" halves with the stride of the convolution, "p" with a max-pool behind it: dearer, since the
    convolution sees the whole map, and more accurate. "1" halves nothing, for maps that are small
    enough already. Each "c" is one more convolution, each "r" a residual pair of them.
    """
    x = conv(x, channels, 2 if tail[0] == "s" else 1, pool=tail[0] == "p")
    for kind in tail[1:]:
        x = conv(x, channels) if kind == "c" else residual_pair(x, channels)
    return x


def build(name, batch=None, softmax=False, side=32):
    """The network; logits and any side for training, softmax and a fixed batch for export."""
    shape = FAMILY[name]
    inputs = tf.keras.Input((side, side, 3), batch_size=batch, name="image")
    x = conv(inputs, *shape["stem"])
    for channels, tail in shape["stages"]:
        x = stage(x, channels, tail)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    x = tf.keras.layers.Dense(CLASSES, name="logits", dtype="float32")(x)
    if softmax:
        x = tf.keras.layers.Softmax(name="probabilities")(x)
    return tf.keras.Model(inputs, x, name=name)


def count_macs(model):
    """Multiply-accumulates of one image: convolutions and the dense layer."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, tf.keras.layers.Conv2D):
            rows, cols, depth = layer.kernel_size + (layer.input_shape[-1],)
            _, height, width, channels = layer.output_shape
            total += height * width * channels * rows * cols * depth
        elif isinstance(layer, tf.keras.layers.Dense):
            total += layer.input_shape[-1] * layer.units
    return total


def count_parameters(model):
    """Weights left once batch normalisation is folded: kernels, and one bias per channel."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, (tf.keras.layers.Conv2D, tf.keras.layers.Dense)):
            kernel = layer.get_weights()[0]
            total += kernel.size + kernel.shape[-1]
    return total
