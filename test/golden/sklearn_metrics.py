"""F1, precision and recall of scikit-learn, for test/metrics. Writes sklearn_metrics.json beside this file."""
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, precision_score, recall_score

rng = np.random.default_rng(2)
rows, classes = 60, 7
labels = (rng.random((rows, classes)) < [0.5, 0.3, 0.1, 0.05, 0.2, 0, 0]).astype(int)
scores = rng.random((rows, classes)).round(2)
thresholds = np.array([0.4, 0.6, 0.75, 0.9, 2, 0.97, 2])  # class 4 never predicted; class 6 neither
predicted = (scores >= thresholds).astype(int)

averages = []
for zero in (0, 1):
    options = dict(zero_division=zero)
    averages.append(dict(
        zeroDivision=zero,
        macro=f1_score(labels, predicted, average="macro", **options),
        micro=f1_score(labels, predicted, average="micro", **options),
        macroOf013=f1_score(labels, predicted, average="macro", labels=[0, 1, 3], **options),
        macroPresent=f1_score(labels, predicted, average="macro", labels=np.flatnonzero(labels.sum(0)), **options),
        f1=f1_score(labels, predicted, average=None, **options).tolist(),
        precision=precision_score(labels, predicted, average=None, **options).tolist(),
        recall=recall_score(labels, predicted, average=None, **options).tolist(),
    ))
constant = np.maximum(
    f1_score(labels, np.ones_like(labels), average=None, zero_division=0),
    f1_score(labels, np.zeros_like(labels), average=None, zero_division=0),
)
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    numClasses=classes, labels=labels.ravel().tolist(), scores=scores.ravel().tolist(),
    thresholds=thresholds.tolist(), averages=averages, constantBaseline=float(constant.mean()),
    constantBaselinePresent=float(constant[labels.sum(0) > 0].mean()),
)))
