"""Scores and seconds of the published reference implementations of iterative stratification, for test/data/split.test.ts.

    python stratification.py path/to/the/competition's/train.csv

iterative-stratification 0.1.9 (trent-b) and scikit-multilearn 0.2.0 (order 1) divide the 31,072 rows into five
folds, and the former also into 80 and 20 per cent. Writes stratification.json beside this file: of each seed
the four measures of Sechidis et al. 2011, no labels.

LD label distribution: mean over folds and classes of |odds of the class in the fold - odds in all rows|.
ED examples distribution: mean over folds of |size - wanted size|.
FZ folds that lack some class. FLZ pairs of fold and class without a positive.
"""
import csv
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit
from skmultilearn.model_selection import IterativeStratification

warnings.filterwarnings("ignore")
FOLDS, VALID, CLASSES = 5, 0.2, 28
rows = list(csv.DictReader(open(sys.argv[1])))
y = np.zeros((len(rows), CLASSES), int)
for i, row in enumerate(rows):
    y[i, [int(label) for label in row["Target"].split()]] = 1


def measure(make, fractions):
    start = time.perf_counter()
    parts = make()
    seconds = time.perf_counter() - start
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(len(y)))
    positives = np.array([y[part].sum(0) for part in parts])
    sizes = np.array([len(part) for part in parts])
    odds = y.sum(0) / (len(y) - y.sum(0))
    return dict(
        ld=float(np.abs(positives / (sizes[:, None] - positives) - odds).mean()),
        ed=float(np.abs(sizes - np.array(fractions) * len(y)).mean()),
        fz=int((positives == 0).any(1).sum()),
        flz=int((positives == 0).sum()),
        seconds=round(seconds, 3),
    )


def iterstrat_folds(seed):
    return [test for _, test in MultilabelStratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(y, y)]


def iterstrat_hold_out(seed):
    split = MultilabelStratifiedShuffleSplit(1, test_size=VALID, random_state=seed)
    return list(next(split.split(y, y)))


def skmultilearn_folds(seed):
    np.random.seed(seed)  # it draws from the global generator whatever it is given
    return [test for _, test in IterativeStratification(n_splits=FOLDS, order=1).split(y, y)]


equal = [1 / FOLDS] * FOLDS
kinds = dict(
    iterstratFolds=(iterstrat_folds, equal, 10),
    iterstratHoldOut=(iterstrat_hold_out, [1 - VALID, VALID], 10),
    skmultilearnFolds=(skmultilearn_folds, equal, 3),
)
results = dict(rows=len(y), folds=FOLDS, valid=VALID)
for name, (make, fractions, seeds) in kinds.items():
    results[name] = [measure(lambda: make(seed), fractions) for seed in range(seeds)]
    print(name, {key: np.mean([r[key] for r in results[name]]) for key in results[name][0]}, flush=True)
Path(__file__).with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
