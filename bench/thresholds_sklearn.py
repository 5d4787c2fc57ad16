"""The same work by scikit-learn, on simulated scores with the classes' shares of the competition.

usage: thresholds_sklearn.py FILE ROUNDS     FILE gets labels as uint8, then scores as float32.
Prints one JSON line: rows, the tuned macro F1, and the seconds of the quickest round of each.
"""
import json, sys, time
import numpy as np
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, roc_auc_score

positives = [12885, 1254, 3621, 1561, 1858, 2513, 1008, 2822, 53, 45, 28, 1093, 688, 537, 1066, 21, 530, 210,
             902, 1482, 172, 3777, 802, 2965, 322, 8228, 328, 11]
rows, classes, rounds = 31072, 28, int(sys.argv[2])
rng = np.random.default_rng(0)
labels = (rng.random((rows, classes)) < np.array(positives) / rows).astype(np.uint8)
scores = (1 / (1 + np.exp(-(rng.normal(size=(rows, classes)) + 2.5 * labels - 2)))).astype(np.float32)
with open(sys.argv[1], "wb") as out:
    out.write(labels.tobytes() + scores.tobytes())


def sweep():
    chosen = []
    for k in range(classes):
        precision, recall, cut = precision_recall_curve(labels[:, k], scores[:, k])
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        chosen.append(cut[np.argmax(f1[:-1])])
    return np.array(chosen, np.float32)


def isotonic():
    for k in range(classes):
        IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores[:, k], labels[:, k])


def platt():
    for k in range(classes):
        _SigmoidCalibration().fit(np.log(scores[:, k] / (1 - scores[:, k])), labels[:, k])


def quickest(work, times=rounds):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


predicted = scores >= 0.5
seconds = dict(
    sweep=quickest(sweep),
    f1=quickest(lambda: f1_score(labels, predicted, average="macro")),
    averagePrecision=quickest(lambda: average_precision_score(labels, scores, average="macro")),
    rocAuc=quickest(lambda: roc_auc_score(labels, scores, average="macro")),
    isotonic=quickest(isotonic, 3),
    platt=quickest(platt, 1),
)
print(json.dumps(dict(
    rows=rows, macroF1=float(f1_score(labels, scores >= sweep(), average="macro")), seconds=seconds)))
