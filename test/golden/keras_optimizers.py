"""AdamW of Keras 3, clipping and the exponential moving average of TensorFlow 2, for test/training. Writes
keras_optimizers.json beside this file.

Needs keras 3 on tensorflow 2.
"""
import json, os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(1)
STEPS = 10
start = {"kernel": rng.normal(0, 1, (4, 3)).astype("float32"), "bias": rng.normal(0, 1, 3).astype("float32")}
gradients = [{name: rng.normal(0, 1, value.shape).astype("float32") for name, value in start.items()} for _ in range(STEPS)]


def plain(tensors):
    return {name: np.asarray(value).ravel().tolist() for name, value in tensors.items()}


def steps(optimizer, exclude=()):
    """The weights after each step."""
    weights = {name: keras.Variable(value, name=name) for name, value in start.items()}
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=list(exclude))
    after = []
    for each in gradients:
        optimizer.apply([each[name] for name in weights], list(weights.values()))
        after.append(plain(weights))
    return after


def averages(decay):
    """The average after each step of a weight that takes the values of `gradients`' bias."""
    weight = tf.Variable(start["bias"])
    after = []
    for t, each in enumerate(gradients):
        # What tf.train.ExponentialMovingAverage(decay, num_updates=t) does in graph mode.
        if t == 0:
            average = tf.Variable(weight)
        weight.assign(each["bias"])
        ema = tf.compat.v1.train.ExponentialMovingAverage(decay, num_updates=t)
        ema._averages[weight.ref()] = average
        ema.apply([weight])
        after.append(average.numpy().tolist())
    return after


# Keras adds epsilon before it corrects the second moment's bias, TensorFlow.js and PyTorch after it.
adamw = dict(learning_rate=0.02, weight_decay=0.5, epsilon=1e-12)
clipped, norm = tf.clip_by_global_norm(list(gradients[0].values()), 1.5)
result = {
    "start": plain(start),
    "gradients": [plain(each) for each in gradients],
    "adamW": steps(keras.optimizers.AdamW(**adamw), exclude=["bias"]),
    "adamWAll": steps(keras.optimizers.AdamW(**adamw, beta_1=0.8, beta_2=0.95)),
    "clippedByNorm": {"gradients": plain(dict(zip(start, clipped))), "norm": float(norm)},
    "averages": averages(0.3),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
