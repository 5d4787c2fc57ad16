"""The models in Keras 3, for test/models: weight counts, outputs and gradients with weights made by a formula.

Writes keras_models.json beside this file. Needs keras 3 on tensorflow 2.
"""
import json, os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

# In float32 the batch statistics of BatchNorm cost Keras itself up to 2 % of a gradient.
keras.config.set_floatx("float64")


def noise(tensor, count):
    """Numbers in [-1, 1) that depend on the index of the tensor and of the element; test/models has the same."""
    x = (np.arange(1, count + 1, dtype="uint32") * np.uint32(0x9E3779B1)) ^ np.uint32((tensor + 1) * 0x85EBCA6B & 0xFFFFFFFF)
    x = (x ^ (x >> 15)) * np.uint32(0x2C1B3C6D)
    x = (x ^ (x >> 12)) * np.uint32(0x297A2D39)
    return (x ^ (x >> 15)).astype("float64") / 2**31 - 1


def haltuf_baseline(size, dropout=True):
    drop = L.Dropout if dropout else (lambda rate: (lambda x: x))

    def conv(x, filters, name):
        x = L.ReLU()(L.Conv2D(filters, 3, name=name)(x))
        return L.BatchNormalization(name=f"{name}_bn")(x)

    inputs = L.Input((size, size, 4))
    x = L.BatchNormalization(name="image_bn")(inputs)
    for i, filters in enumerate((8, 8, 16)):
        x = conv(x, filters, f"stem{i + 1}")
    x = drop(0.25)(L.MaxPooling2D()(x))
    x = L.Concatenate()([
        L.Conv2D(16, k, padding="same", activation="relu", name=f"branch{k}x{k}")(x) for k in (3, 5, 7, 1)])
    x = drop(0.25)(L.MaxPooling2D()(L.BatchNormalization(name="branches_bn")(x)))
    for i, filters in enumerate((32, 64, 128)):
        x = drop(0.25)(L.MaxPooling2D()(conv(x, filters, f"tail{i + 1}")))
    x = drop(0.5)(L.Flatten()(x))
    x = L.BatchNormalization(name="hidden_bn")(L.ReLU()(L.Dense(28, name="hidden")(x)))
    return keras.Model(inputs, L.Dense(28, activation="sigmoid", name="scores")(drop(0.1)(x)))


def small_cnn(size, filters, pools, neurons, l2=0.0):
    regular = dict(kernel_regularizer=keras.regularizers.L2(l2)) if l2 else {}
    inputs = x = L.Input((size, size, 4))
    for i, (count, pool) in enumerate(zip(filters, pools)):
        x = L.MaxPooling2D(pool)(L.Conv2D(count, 5, activation="relu", name=f"conv{i + 1}", **regular)(x))
    x = L.Dense(neurons, activation="relu", name="hidden", **regular)(L.Flatten()(x))
    return keras.Model(inputs, L.Dense(28, activation="sigmoid", name="scores", **regular)(x))


def golden(model, size, batch):
    names = [layer.name for layer in model.layers if layer.weights]
    index = 0
    for name in names:
        for weight in model.get_layer(name).weights:
            values = noise(index, int(np.prod(weight.shape))).reshape(weight.shape)
            if weight.name == "kernel":
                values *= np.sqrt(6 / np.prod(weight.shape[:-1]))
            elif weight.name in ("gamma", "moving_variance"):
                values = 1 + 0.3 * values
            else:
                values *= 0.1
            weight.assign(values.astype("float32"))
            index += 1
    # Squares of 8 pixels, since images of noise alone are so alike deep in the network that BatchNorm amplifies
    # rounding; and noise, so that no two pixels tie for a maximum.
    squares = noise(1000, batch * (size // 8) ** 2 * 4).reshape(batch, size // 8, size // 8, 4)
    pixels = noise(1001, batch * size * size * 4).reshape(batch, size, size, 4)
    images = (0.5 + squares.repeat(8, 1).repeat(8, 2) / 4 + pixels / 4).astype("float32")
    labels = (noise(1002, batch * 28) > 0.5).astype("float32").reshape(batch, 28)
    inference = model(images, training=False).numpy()
    with tf.GradientTape() as tape:
        training = model(images, training=True)
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels, training)) + sum(model.losses)
    variables = [weight for name in names for weight in model.get_layer(name).trainable_weights]
    gradients = tape.gradient(loss, [v.value for v in variables])
    return dict(
        size=size, batch=batch, layers=names, loss=float(loss), inference=inference.tolist(),
        training=training.numpy().tolist(),
        gradientNorms=[float(tf.norm(g)) for g in gradients],
    )


def weights(model):
    return dict(total=model.count_params(), trainable=int(sum(np.prod(w.shape) for w in model.trainable_weights)))


Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    counts=dict(
        haltufBaseline=weights(haltuf_baseline(192)),
        m5=weights(small_cnn(100, [2], [7], 100)),
        m6=weights(small_cnn(512, [4, 8], [10, 10], 10)),
        m7=weights(small_cnn(512, [4, 8], [10, 10], 10)),
        m8=weights(small_cnn(512, [10, 20], [10, 10], 10)),
    ),
    haltufBaseline=golden(haltuf_baseline(96, dropout=False), 96, 3),
    smallCnn=golden(small_cnn(64, [4, 8], [3, 3], 10, 0.01), 64, 3),
)))
