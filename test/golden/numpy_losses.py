"""Losses by the formulas of their papers, in loops over sets, for test/losses. Writes numpy_losses.json beside this file.

Float64 throughout. Inputs are multiples of powers of two, which float32 holds exactly. A case is a loss with its options,
`from`, and its value without weights, with weights, and with whole weights that stand for repetitions. Needs numpy, and
scikit-learn for its class weights.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

BATCH, CLASSES = 12, 5
rng = np.random.default_rng(9)
labels = (rng.random((BATCH, CLASSES)) < [0.6, 0.4, 0.2, 0.1, 0.3]).astype(float)
labels[:, 3] = 0  # a class without a positive
labels[0] = 0  # a sample without a positive
labels[1] = [1, 1, 1, 0, 1]
soft_labels = rng.integers(0, 65, labels.shape) / 64
logits = np.round(rng.normal(-0.5, 2, labels.shape) * 64) / 64
probabilities = rng.integers(1, 256, labels.shape) / 256
weights = rng.integers(0, 13, BATCH) / 4
repeats = rng.integers(0, 4, BATCH)
class_weights = [0.5, 1, 1.5, 4, 0.25]
positive_weights = [1, 2, 3.5, 8, 0.5]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def to_probabilities(x, kind):
    return sigmoid(x) if kind == "logits" else x


def to_logits(x, kind):
    return x if kind == "logits" else np.log(x) - np.log(1 - x)


def per_sample(entries, w):
    """Sum over samples of w times the mean over classes, divided by the number of samples."""
    return sum(w[i] * np.mean(entries[i]) for i in range(len(entries))) / len(entries)


def binary_cross_entropy(y, x, w, kind, classWeights=1, positiveWeights=1, labelSmoothing=0):
    p = to_probabilities(x, kind)
    y = y * (1 - labelSmoothing) + labelSmoothing / 2
    entries = -np.asarray(positiveWeights) * y * np.log(p) - (1 - y) * np.log(1 - p)
    return per_sample(np.asarray(classWeights) * entries, w)


def asymmetric(y, x, w, kind, gammaPositive=0, gammaNegative=4, clip=0.05):
    p = to_probabilities(x, kind)
    shifted = np.maximum(p - clip, 0)
    of_positives = (1 - p) ** gammaPositive * np.log(p)
    of_negatives = shifted**gammaNegative * np.log(1 - shifted)
    return per_sample(-y * of_positives - (1 - y) * of_negatives, w)


def f1_loss(y, p, w):
    tp, fp, fn = (w * y * p).sum(), (w * (1 - y) * p).sum(), (w * y * (1 - p)).sum()
    return 1 - 2 * tp / (2 * tp + fp + fn + 1e-7)


def soft_f1(y, x, w, kind, average="macro", doubleSided=False):
    p = to_probabilities(x, kind)

    def one(y, p, w):
        return (f1_loss(y, p, w) + f1_loss(1 - y, 1 - p, w)) / 2 if doubleSided else f1_loss(y, p, w)

    if average == "macro":
        return np.mean([one(y[:, k], p[:, k], w) for k in range(CLASSES)])
    return np.mean([w[i] * one(y[i], p[i], 1) for i in range(len(y))])


def jaccard_loss(y, is_wrong, w):
    """1 - intersection / union of the positives and what is predicted when `is_wrong` is predicted wrongly."""
    predicted = np.where(is_wrong, 1 - y, y)
    union = (w * np.maximum(y, predicted)).sum()
    return 1 - (w * y * predicted).sum() / union if union > 0 else 0


def lovasz_of_set(z, y, w, hinge):
    errors = 1 - z * (2 * y - 1)
    total, before, is_wrong = 0, 0, np.zeros(len(y), bool)
    for i in np.argsort(-errors, kind="stable"):
        is_wrong[i] = True
        now = jaccard_loss(y, is_wrong, w)
        e = errors[i]
        total += (max(e, 0) if hinge == "relu" else (e if e > 0 else np.exp(e) - 1) + 1) * (now - before)
        before = now
    return total


def lovasz(y, x, w, kind, per="class", symmetric=True, hinge="relu"):
    z = to_logits(x, kind)
    y = (y >= 0.5).astype(float)

    def one(z, y, w):
        loss = lovasz_of_set(z, y, w, hinge)
        return (loss + lovasz_of_set(-z, 1 - y, w, hinge)) / 2 if symmetric else loss

    if per == "class":
        return np.mean([one(z[:, k], y[:, k], w) for k in range(CLASSES)])
    if per == "sample":
        return np.mean([w[i] * one(z[i], y[i], np.ones(CLASSES)) for i in range(len(y))])
    return one(z.ravel(), y.ravel(), np.repeat(w, CLASSES))


def hard_example(y, x, w, kind, negativesAtLeast=2, leastRatio=0.5, mostRatio=0.7):
    p = to_probabilities(x, kind)
    losses = -y * np.log(p) - (1 - y) * np.log(1 - p)
    means = []
    for k in range(CLASSES):
        positive = y[:, k] >= 0.5
        neg, pos = w[~positive].sum(), w[positive].sum()
        left = min(
            neg, pos + max(negativesAtLeast, np.floor(leastRatio * neg)), np.floor(mostRatio * neg) + negativesAtLeast
        )
        total, kept = (w * losses[:, k])[positive].sum(), pos
        for i in np.argsort(-x[:, k], kind="stable"):
            if positive[i]:
                continue
            share = min(w[i], left)
            total, kept, left = total + share * losses[i, k], kept + share, left - share
        means.append(total / kept if kept > 0 else 0)
    return np.mean(means)


def lsep(y, x, w, kind):
    z = to_logits(x, kind)
    losses = []
    for i in range(len(y)):
        pairs = [np.exp(z[i, n] - z[i, p]) for p in range(CLASSES) for n in range(CLASSES)
                 if y[i, p] >= 0.5 and y[i, n] < 0.5]
        losses.append(w[i] * np.log(1 + sum(pairs)))
    return np.mean(losses)


LOSSES = dict(
    binaryCrossEntropy=(binary_cross_entropy, [
        {}, dict(classWeights=class_weights), dict(positiveWeights=3), dict(positiveWeights=positive_weights),
        dict(labelSmoothing=0.125),
        dict(classWeights=class_weights, positiveWeights=positive_weights, labelSmoothing=0.25),
    ]),
    asymmetricLoss=(asymmetric, [
        {}, dict(gammaPositive=1), dict(gammaPositive=0.5, gammaNegative=1.5, clip=0.2),
        dict(gammaPositive=2, gammaNegative=2, clip=0), dict(gammaNegative=0, clip=0.125),
    ]),
    softF1Loss=(soft_f1, [
        {}, dict(doubleSided=True), dict(average="samples"), dict(average="samples", doubleSided=True),
    ]),
    lovaszHingeLoss=(lovasz, [
        dict(per=per, symmetric=symmetric, hinge=hinge)
        for per in ("class", "sample", "batch") for symmetric in (True, False) for hinge in ("relu", "elu")
    ]),
    hardExampleLogLoss=(hard_example, [
        {}, dict(negativesAtLeast=0), dict(leastRatio=0, mostRatio=1, negativesAtLeast=1),
        dict(leastRatio=0.9, mostRatio=0.2, negativesAtLeast=1), dict(leastRatio=1, mostRatio=1),
    ]),
    lsepLoss=(lsep, [{}]),
)
SET_LOSSES = ("softF1Loss", "lovaszHingeLoss", "hardExampleLogLoss")

cases = []
for name, (loss, variants) in LOSSES.items():
    for options in variants:
        for kind, x in (("logits", logits), ("probabilities", probabilities)):
            ones = np.ones(BATCH)
            case = dict(loss=name, options={**options, "from": kind}, value=loss(labels, x, ones, kind, **options),
                        soft=loss(soft_labels, x, ones, kind, **options),
                        weighted=loss(labels, x, weights, kind, **options))
            is_set = name in SET_LOSSES and options.get("average") != "samples" and options.get("per") != "sample"
            if is_set:
                rows = np.repeat(np.arange(BATCH), repeats)
                case["repeated"] = loss(labels[rows], x[rows], np.ones(len(rows)), kind, **options)
            cases.append(case)

counts = [120, 30, 6, 1, 43]
y_single = np.repeat(np.arange(CLASSES), counts)
beta = 0.999
class_weight_cases = dict(
    inverse=compute_class_weight("balanced", classes=np.arange(CLASSES), y=y_single).tolist(),
    effectiveNumber=[(1 - beta) / (1 - beta**n) for n in counts],
    logarithmic=[max(1, np.log(0.15 * sum(counts) / n)) for n in counts],
)


def listed(array):
    return array.tolist()


Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    labels=listed(labels), softLabels=listed(soft_labels), logits=listed(logits), probabilities=listed(probabilities),
    weights=listed(weights), repeats=listed(repeats), cases=cases, counts=counts, classWeights=class_weight_cases,
), indent=None, default=float) + "\n")
