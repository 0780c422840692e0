# SPDX-License-Identifier: Apache-2.0
"""Train one model of the family: train.py cifar10-nano

SGD with Nesterov momentum, a linear warm-up and a linear descent to zero: the
schedule that reaches most in few epochs. Every epoch ends with a checkpoint below
MIEV_WORK and a row in logs/<name>.csv; a second start goes on where the first ended.
"""
import argparse
import csv
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow as tf

import data
import nets

# Seed, epochs (the first `short` of them on smaller crops), hole: side of the blanked square, peak
# learning rate, weight decay (as an L2 term), label smoothing; half: products in bfloat16, weights
# in float32. The narrow nets underfit: more epochs, less decay, hard targets.
PLAN = {
    "cifar10-nano": {"seed": 1, "epochs": 24, "peak": 0.10, "decay": 1e-4, "smooth": 0.0},
    "cifar10-micro": {"seed": 2, "epochs": 24, "peak": 0.10, "decay": 2e-4, "smooth": 0.0},
    "cifar10-small": {"seed": 3, "epochs": 14, "peak": 0.15, "decay": 5e-4, "smooth": 0.1},
    "cifar10-medium": {"seed": 4, "epochs": 15, "short": 5, "peak": 0.15, "decay": 5e-4,
                       "smooth": 0.1},
    "cifar10-large": {"seed": 5, "epochs": 45, "hole": 12, "peak": 0.10, "decay": 8e-4,
                      "smooth": 0.1, "half": True},
}
BATCH = 128
MOMENTUM = 0.9
WARMUP = 0.2  # share of all steps
LOGS = pathlib.Path(__file__).resolve().parent / "logs"
COLUMNS = ["epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "seconds"]


def rate(step, plan, per_epoch):
    """Learning rate: up over the warm-up, then straight down to zero."""
    steps = plan["epochs"] * per_epoch
    top = WARMUP * steps
    return plan["peak"] * min((step + 1) / top, (steps - step) / (steps - top))


def make_step(model, optimizer, plan):
    """One compiled training step; returns loss and number of right answers."""
    kernels = [v for v in model.trainable_variables if "kernel" in v.name]
    mean, std = tf.constant(data.MEAN), tf.constant(data.STD)

    @tf.function
    def step(images, labels):
        x = (tf.cast(images, tf.float32) - mean) / std
        target = tf.one_hot(labels, nets.CLASSES)
        target = target * (1 - plan["smooth"]) + plan["smooth"] / nets.CLASSES
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, logits))
            # Batch normalisation's own weights and the biases are left undecayed.
            l2 = tf.add_n([tf.nn.l2_loss(v) for v in kernels])
            total = loss + plan["decay"] * l2
        grads = tape.gradient(total, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        right = tf.reduce_sum(tf.cast(tf.argmax(logits, 1) == labels, tf.int32))
        return loss, right

    return step


def validate(model, x, y):
    """Mean cross-entropy and accuracy over the held-out images."""
    logits = np.concatenate([model(x[i:i + 500], training=False).numpy()
                             for i in range(0, len(x), 500)])
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
    return float(tf.reduce_mean(loss)), float(np.mean(logits.argmax(1) == y))


def run_epoch(number, step, optimizer, batches, plan):
    """One pass over the training images; mean loss and accuracy."""
    losses, right, seen = [], 0, 0
    for i, (images, labels) in enumerate(batches.epoch(number)):
        now = number * len(batches) + i
        optimizer.learning_rate.assign(rate(now, plan, len(batches)))
        loss, hits = step(images, labels)
        losses.append(float(loss))
        right, seen = right + int(hits), seen + len(labels)
    return float(np.mean(losses)), right / seen


def log_row(path, row, fresh):
    with open(path, "w" if fresh else "a", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        if fresh:
            writer.writerow(COLUMNS)
        writer.writerow(row)


def measure(name, model, step, batches):
    """Seconds per epoch, from 20 steps after the compilation."""
    source = batches.epoch(0)
    for _ in range(3):
        step(*next(source))
    start = time.monotonic()
    for _ in range(20):
        step(*next(source))
    per_epoch = (time.monotonic() - start) / 20 * len(batches)
    macs = nets.count_macs(nets.build(name))
    print(f"{name}: {nets.count_parameters(model)} parameters, {macs / 1e6:.2f} MMAC, "
          f"{per_epoch:.1f} s per epoch", flush=True)


def train(name, bench):
    """Train the network until its plan is done, or only measure one epoch."""
    plan = PLAN[name]
    if plan.get("half"):
        tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    tf.keras.utils.set_random_seed(plan["seed"])
    (x, y), (val_x, val_y) = data.load_split()
    val_x = data.normalise(val_x)
    model = nets.build(name, side=None)
    optimizer = tf.keras.optimizers.SGD(0.0, momentum=MOMENTUM, nesterov=True)
    step = make_step(model, optimizer, plan)
    batches = data.Batches(x, y, BATCH, plan["seed"], plan.get("short", 0), plan.get("hole", 0))
    if bench:
        return measure(name, model, step, batches)
    optimizer.build(model.trainable_variables)
    done = tf.Variable(0, dtype=tf.int64)
    keeper = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=model, optimizer=optimizer, done=done),
        str(data.WORK / name), max_to_keep=1)
    keeper.restore_or_initialize()
    for number in range(int(done), plan["epochs"]):
        start = time.monotonic()
        loss, accuracy = run_epoch(number, step, optimizer, batches, plan)
        row = [number + 1, loss, accuracy, *validate(model, val_x, val_y)]
        row = [row[0]] + [f"{v:.4f}" for v in row[1:]] + [f"{time.monotonic() - start:.1f}"]
        log_row(LOGS / f"{name}.csv", row, number == 0)
        done.assign(number + 1)
        keeper.save()
        print(name, *row, flush=True)
    model.save_weights(str(data.WORK / f"{name}.weights.h5"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=sorted(PLAN))
    parser.add_argument("--bench", action="store_true", help="only measure seconds per epoch")
    args = parser.parse_args()
    train(args.name, args.bench)


if __name__ == "__main__":
    main()
