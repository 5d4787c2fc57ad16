"""F-scores, precision, recall and losses from counts of scikit-learn, for test/metrics. Writes sklearn_metrics.json
beside this file; NaN becomes null."""
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    fbeta_score,
    hamming_loss,
    multilabel_confusion_matrix,
    precision_score,
    recall_score,
)

rng = np.random.default_rng(2)
rows, classes = 60, 7
labels = (rng.random((rows, classes)) < [0.5, 0.3, 0.1, 0.05, 0.2, 0, 0]).astype(int)
scores = rng.random((rows, classes)).round(2)
thresholds = np.array([0.4, 0.6, 0.75, 0.9, 2, 0.97, 2])  # class 4 never predicted; class 6 neither
predicted = (scores >= thresholds).astype(int)
nothing = np.zeros_like(labels)


def plain(value):
    """Numbers as JSON has them."""
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value]
    return None if np.isnan(value) else float(value)


averages = []
for zero in (0, 1, np.nan):
    def of(score, average, truth=labels, **more):
        return plain(score(truth, predicted, average=average, zero_division=zero, **more))

    present = np.flatnonzero(labels.sum(0))
    averages.append(dict(
        zeroDivision=plain(zero),
        macroOf013=of(f1_score, "macro", labels=[0, 1, 3]),
        macroPresent=of(f1_score, "macro", labels=present),
        weightedOf0456=of(precision_score, "weighted", labels=[0, 4, 5, 6]),
        weightedOf56=of(recall_score, "weighted", labels=[5, 6]),  # no weight at all
        microOf13=of(f1_score, "micro", labels=[1, 3]),
        f1=of(f1_score, None),
        f2=of(fbeta_score, None, beta=2),
        precision=of(precision_score, None),
        recall=of(recall_score, None),
        byAverage=[dict(
            average=average,
            f1=of(f1_score, average),
            fHalf=of(fbeta_score, average, beta=0.5),
            f2=of(fbeta_score, average, beta=2),
            f0=of(fbeta_score, average, beta=0),
            fInfinity=of(fbeta_score, average, beta=np.inf),
            precision=of(precision_score, average),
            recall=of(recall_score, average),
            f1OfNoLabels=of(f1_score, average, truth=nothing),
            recallOfNoLabels=of(recall_score, average, truth=nothing),
        ) for average in ("macro", "micro", "weighted", "samples")],
    ))
constant = np.maximum(
    f1_score(labels, np.ones_like(labels), average=None, zero_division=0),
    f1_score(labels, nothing, average=None, zero_division=0),
)
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    numClasses=classes, labels=labels.ravel().tolist(), scores=scores.ravel().tolist(),
    thresholds=thresholds.tolist(), averages=averages,
    hammingLoss=float(hamming_loss(labels, predicted)),
    subsetAccuracy=float(accuracy_score(labels, predicted)),
    confusion=multilabel_confusion_matrix(labels, predicted).tolist(),
    constantBaseline=float(constant.mean()),
    constantBaselinePresent=float(constant[labels.sum(0) > 0].mean()),
)))
