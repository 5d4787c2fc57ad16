"""F1-optimal cuts of scikit-learn's precision_recall_curve, for test/thresholds.

Writes sklearn_thresholds.json beside this file: of each class the best F1, and the lowest score predicted at it.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import precision_recall_curve

rng = np.random.default_rng(3)
rows, classes = 300, 5
labels = (rng.random((rows, classes)) < [0.4, 0.2, 0.05, 0.02, 0.9]).astype(int)
scores = 1 / (1 + np.exp(-(rng.normal(size=(rows, classes)) + 2 * labels - 2)))
scores[:, 1] = scores[:, 1].round(1)  # many ties
scores = scores.astype("float32")

best, cuts = [], []
for k in range(classes):
    precision, recall, cut = precision_recall_curve(labels[:, k], scores[:, k])
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    best.append(float(f1[:-1].max()))
    cuts.append(float(cut[np.argmax(f1[:-1])]))
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    numClasses=classes, labels=labels.ravel().tolist(), scores=scores.astype(float).ravel().tolist(),
    f1=best, lowestPredicted=cuts,
)))
