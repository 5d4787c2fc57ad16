"""Grad-CAM in Keras 3, for test/explain: two small networks with weights and images made by a formula.

Writes explain_grad_cam.json beside this file. Needs keras 3 on tensorflow 2.
"""
import json, os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

import formula

keras.config.set_floatx("float64")


def fill(model):
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            fill(layer)
            continue
        for weight in layer.weights:
            kind = "kernel" if weight.name == "kernel" else "scale" if weight.name in ("gamma", "moving_variance") else "shift"
            weight.assign(formula.weight(f"{layer.name}/{weight.name}", weight.shape, kind, np.prod(weight.shape[:-1])))


def small_cnn():
    """smallCnn of the registry, up to the maps, and from there to the logits."""
    image = x = L.Input((40, 32, 4))
    x = L.MaxPooling2D(2, name="pool1")(L.Conv2D(4, 5, activation="relu", name="conv1")(x))
    maps = L.Conv2D(8, 5, activation="relu", name="conv2")(x)
    features = L.Input(maps.shape[1:])
    x = L.Dense(10, activation="relu", name="hidden")(L.Flatten()(L.MaxPooling2D(2, name="pool2")(features)))
    return keras.Model(image, maps), keras.Model(features, L.Dense(5, name="scores")(x))


def residual():
    image = L.Input((24, 24, 3))
    first = L.BatchNormalization(name="bn1")(L.Conv2D(6, 3, padding="same", activation="relu", name="conv1")(image))
    x = L.Conv2D(6, 3, padding="same", name="conv2")(first)
    maps = L.MaxPooling2D(2, name="pool")(L.ReLU(name="relu")(L.Add(name="add")([first, x])))
    maps = L.Conv2D(5, 3, activation="relu", name="conv3")(maps)
    features = L.Input(maps.shape[1:])
    x = L.GlobalAveragePooling2D(name="average")(features)
    return keras.Model(image, maps), keras.Model(features, L.Dense(4, name="scores")(x))


def golden(backbone, head):
    fill(backbone)
    fill(head)
    _, height, width, channels = backbone.input_shape
    maps = backbone(formula.image(1, height, width, channels), training=False)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(maps)
        logits = head(maps, training=False)
        each = tf.unstack(logits[0])
    raw = []
    for logit in each:
        weights = tf.reduce_mean(tape.gradient(logit, maps), (1, 2), keepdims=True)
        raw.append(tf.nn.relu(tf.reduce_sum(weights * maps, -1))[0].numpy())
    strongest = int(np.argmax(logits[0]))
    scaled = raw[strongest] / max(raw[strongest].max(), 1e-30)
    resized = tf.image.resize(scaled[..., None], (height, width), "bilinear").numpy()
    digits = lambda values: [float(f"{value:.9g}") for value in np.asarray(values).ravel()]
    return dict(
        shape=[height, width, channels], size=list(raw[0].shape), logits=digits(logits),
        raw=[digits(each) for each in raw], strongest=strongest, resized=digits(resized),
    )


Path(__file__).with_suffix(".json").write_text(
    json.dumps(dict(smallCnn=golden(*small_cnn()), residual=golden(*residual())))
)
