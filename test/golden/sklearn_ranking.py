"""Threshold-free metrics of scikit-learn, for test/metrics. Writes sklearn_ranking.json beside this file; NaN becomes
null, Infinity stays out (only the first threshold of a ROC curve is)."""
import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    coverage_error,
    label_ranking_average_precision_score,
    label_ranking_loss,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

warnings.simplefilter("ignore")  # of classes without a positive or a negative
rng = np.random.default_rng(6)
AVERAGES = ("macro", "micro", "weighted", "samples")


def plain(value):
    """Numbers as JSON has them."""
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value]
    return None if np.isnan(value) else float(value)


def curves(labels, scores):
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    false_rate, true_rate, cuts = roc_curve(labels, scores, pos_label=1, drop_intermediate=False)
    return dict(
        precision=plain(precision), recall=plain(recall), thresholds=plain(thresholds),
        falsePositiveRate=plain(false_rate), truePositiveRate=plain(true_rate), rocThresholds=plain(cuts[1:]),
    )


def case(name, labels, scores):
    classes = labels.shape[1]
    return dict(
        name=name, numClasses=classes, labels=labels.ravel().tolist(), scores=scores.ravel().tolist(),
        averagePrecision=plain(average_precision_score(labels, scores, average=None)),
        rocAuc=plain(roc_auc_score(labels, scores, average=None)),
        averages=[dict(
            average=average,
            averagePrecision=plain(average_precision_score(labels, scores, average=average)),
            rocAuc=plain(roc_auc_score(labels, scores, average=average)),
        ) for average in AVERAGES],
        coverageError=coverage_error(labels, scores),
        rankingLoss=label_ranking_loss(labels, scores),
        labelRankingAveragePrecision=label_ranking_average_precision_score(labels, scores),
        brierScore=[brier_score_loss(labels[:, k], scores[:, k], pos_label=1) for k in range(classes)],
        curves=[curves(labels[:, k], scores[:, k]) for k in range(classes)],
    )


def draw(rates, rows, distinct):
    """Labels, and scores that know something of them: sixty-fourths with many ties, or of six digits."""
    labels = (rng.random((rows, len(rates))) < rates).astype(int)
    scores = np.clip(rng.random(labels.shape) * 0.7 + labels * 0.25, 0, 0.98)
    return labels, scores.round(6) if distinct else np.floor(scores * 64) / 64


# Both kinds in each class and sample, so that no ROC AUC is undefined.
labels, scores = draw([0.5, 0.3, 0.2, 0.4, 0.1], 40, True)
labels[:, 0], labels[:, 1] = 1 - labels[:, 2], labels[:, 2]
labels[7, 4] = 1
distinct = case("distinct scores", labels, scores)
labels, scores = draw([0.5, 0.3, 0.2, 0.4, 0.1], 40, False)
labels[:, 0], labels[:, 1] = 1 - labels[:, 2], labels[:, 2]
labels[7, 4] = 1
tied = case("tied scores", labels, scores)
# Class 3 everywhere but in the empty rows, class 4 nowhere; rows without a label and with all.
labels, scores = draw([0.5, 0.3, 0.05, 1, 0], 30, False)
labels[:4] = 0
labels[4] = 1
labels[:, 4] = 0
scores[5] = 0.25
ragged = case("samples without labels", labels, scores)
labels = labels[5:]
full = case("a class without negatives, one without positives", labels, scores[5:])
labels = np.array([[1, 1, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1]])
everything = case("samples with every label", labels, np.array([[0.5, 0.25, 0.5], [0.5, 0.5, 0.25], [0, 0, 0], [0.75, 0.5, 0]]))
none = case("no labels at all", np.zeros((3, 2), int), np.array([[0.5, 0.25], [0.5, 0.5], [0.125, 0.75]]))

Path(__file__).with_suffix(".json").write_text(json.dumps([distinct, tied, ragged, full, everything, none]))
