# SPDX-License-Identifier: Apache-2.0
"""The family: plain 3x3 convolutions, each model about four times the work of the one before.

Plain convolutions rather than depthwise ones: they train fast on a CPU and both
runtimes have their best kernels for them. A width step always comes with stride 2.
"""
import tensorflow as tf

# stem: channels and stride. Each stage: channels, then the convolutions that follow
# its stride-2 one; "r" is a residual pair, "c" a single convolution.
FAMILY = {
    "cifar10-nano": {"stem": (12, 2), "stages": [(24, ""), (48, ""), (64, "1")]},
    "cifar10-micro": {"stem": (16, 2), "stages": [(32, "c"), (64, "c")]},
    "cifar10-small": {"stem": (16, 1), "stages": [(32, "c"), (64, "c"), (128, "")]},
    "cifar10-medium": {"stem": (16, 1), "stages": [(40, "c"), (80, "c"), (160, "")]},
    "cifar10-large": {"stem": (16, 1), "stages": [(40, "cr"), (80, "cr"), (160, "r")]},
}
CLASSES = 10


def conv(x, channels, stride=1):
    """Convolution, batch normalisation (folded away at export) and ReLU."""
    x = tf.keras.layers.Conv2D(channels, 3, stride, "same", use_bias=False,
                               kernel_initializer="he_normal")(x)
    x = tf.keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
    return tf.keras.layers.ReLU()(x)


def residual_pair(x, channels):
    """Two convolutions beside x; their last scale starts at zero: a new pair changes nothing."""
    branch = x
    for half, gamma in (("a", "ones"), ("b", "zeros")):
        name = f"pair{channels}{half}"
        branch = tf.keras.layers.Conv2D(channels, 3, 1, "same", use_bias=False, name=name,
                                        kernel_initializer="he_normal")(branch)
        branch = tf.keras.layers.BatchNormalization(
            momentum=0.9, epsilon=1e-5, gamma_initializer=gamma, name=f"{name}_norm")(branch)
        if half == "a":
            branch = tf.keras.layers.ReLU()(branch)
    return tf.keras.layers.ReLU()(tf.keras.layers.Add()([x, branch]))


def stage(x, channels, tail):
    """`tail` "1" means: widen without stride, for maps that are small enough already."""
    x = conv(x, channels, 1 if tail == "1" else 2)
    for kind in tail.replace("1", ""):
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
    x = tf.keras.layers.Dense(CLASSES, name="logits")(x)
    if softmax:
        x = tf.keras.layers.Softmax(name="probabilities")(x)
    return tf.keras.Model(inputs, x, name=name)


def grow(model, smaller):
    """Give `model` the weights of the network that it is but for its residual pairs."""
    shared = [layer for layer in model.layers if layer.weights and "pair" not in layer.name]
    sources = [layer for layer in smaller.layers if layer.weights]
    assert len(shared) == len(sources)
    for layer, source in zip(shared, sources):
        layer.set_weights(source.get_weights())


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
