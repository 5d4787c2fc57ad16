"""Losses of Keras 3, for test/losses. Writes keras_losses.json beside this file.

Needs keras 3 on tensorflow 2.
"""
import json, os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

rng = np.random.default_rng(1)
labels = (rng.random((6, 5)) < 0.3).astype("float32")
logits = rng.normal(0, 2.5, (6, 5)).astype("float32")
probabilities = (1 / (1 + np.exp(-logits.astype("float64")))).astype("float32")
# Exactly 0 and 1, right and wrong.
extreme_labels = np.array([[0, 0, 1, 1]], "float32")
extreme = np.array([[0, 1, 0, 1]], "float32")
soft_labels = rng.random((6, 5)).astype("float32")

focal = keras.losses.BinaryFocalCrossentropy


def value(loss, y, p):
    return float(loss(y, p))


def soft_f1(y, p):
    y, p = y.astype("float64"), p.astype("float64")
    tp, fp, fn = (y * p).sum(0), ((1 - y) * p).sum(0), (y * (1 - p)).sum(0)
    return float(np.mean(1 - 2 * tp / (2 * tp + fp + fn + 1e-7)))


cases = []
for gamma, alpha in [(0, None), (0.5, None), (1, None), (2, None), (5, None), (2, 0.25), (1.5, 0.9)]:
    options = dict(gamma=gamma) if alpha is None else dict(gamma=gamma, alpha=alpha, apply_class_balancing=True)
    cases.append(dict(
        gamma=gamma, alpha=alpha,
        probabilities=value(focal(**options), labels, probabilities),
        logits=value(focal(from_logits=True, **options), labels, logits),
        soft=value(focal(**options), soft_labels, probabilities),
        extreme=value(focal(**options), extreme_labels, extreme),
    ))

bce = keras.losses.BinaryCrossentropy
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    labels=labels.tolist(), softLabels=soft_labels.tolist(), logits=logits.tolist(),
    probabilities=probabilities.tolist(), extremeLabels=extreme_labels.tolist(), extreme=extreme.tolist(),
    bce=dict(
        probabilities=value(bce(), labels, probabilities),
        logits=value(bce(from_logits=True), labels, logits),
        soft=value(bce(), soft_labels, probabilities),
        extreme=value(bce(), extreme_labels, extreme),
        hugeLogits=value(bce(from_logits=True), extreme_labels, extreme * 160 - 80),
    ),
    focal=cases,
    softF1=soft_f1(labels, probabilities),
)))
