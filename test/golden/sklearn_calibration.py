"""Calibrations and calibration curves of scikit-learn and NumPy, for test/calibration and test/metrics.

Writes sklearn_calibration.json beside this file. Scores are multiples of 1/512, so that JSON holds them exactly.

- curves: calibration_curve; expected calibration errors: the paper's formula in NumPy, over its bins.
- isotonic: IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip"), its knots and its predictions at `probes`.
- platt: the optimum of the loss of _sigmoid_calibration, by Newton's method of SciPy until the gradient is gone; the
  script checks that scikit-learn's own result, less tightly found, lies near. Its sigmoid is of -(a z + b).
- temperature: _TemperatureScaling, whose two classes have the logits (-z, z): its beta is 1 / (2 T).
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.calibration import _sigmoid_calibration, _TemperatureScaling, calibration_curve
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(4)
rows, classes = 400, 4
GRID = 512
true_logits = rng.normal(size=(rows, classes)) * [2, 1, 1.5, 1] + [0, -2, 1, -2.5]
labels = (rng.random((rows, classes)) < expit(true_logits)).astype(int)
# Too certain; offset; not certain enough, with many ties; offset the other way.
logits = true_logits * [2.5, 1, 0.4, 1.5] + [0, 1.5, 0, -1]
logits = np.round(logits * GRID) / GRID
logits[:, 2] = np.round(logits[:, 2] * 8) / 8
probabilities = np.round(expit(logits) * GRID) / GRID
probabilities[:, 3] = np.where(probabilities[:, 3] < 0.05, 0, probabilities[:, 3])  # quantiles that coincide


def error(y, p, bins, strategy):
    edges = np.linspace(0, 1, bins + 1)
    if strategy == "quantile":
        edges = np.percentile(p, edges * 100)
    bin_of = np.searchsorted(edges[1:-1], p)
    return sum(
        (bin_of == b).mean() * abs(y[bin_of == b].mean() - p[bin_of == b].mean())
        for b in np.unique(bin_of)
    )


curves, errors = [], []
for strategy in ("uniform", "quantile"):
    for bins in (1, 7, 10):
        per_class = []
        for k in range(classes):
            rates, means = calibration_curve(labels[:, k], probabilities[:, k], n_bins=bins, strategy=strategy)
            per_class.append(dict(positiveRate=rates.tolist(), meanProbability=means.tolist()))
        curves.append(dict(strategy=strategy, bins=bins, perClass=per_class))
    for bins in (10, 15):
        each = [error(labels[:, k], probabilities[:, k], bins, strategy) for k in range(classes)]
        micro = error(labels.ravel(), probabilities.ravel(), bins, strategy)
        errors.append(dict(strategy=strategy, bins=bins, perClass=each, macro=np.mean(each), micro=micro))


def platt(y, z):
    positives = y.sum()
    t = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (len(y) - positives + 2))

    def loss(ab):
        f = ab[0] * z + ab[1]
        return np.sum(np.logaddexp(0, f) - t * f)

    def gradient(ab):
        residual = expit(ab[0] * z + ab[1]) - t
        return np.array([residual @ z, residual.sum()])

    def hessian(ab):
        p = expit(ab[0] * z + ab[1])
        w = p * (1 - p)
        return np.array([[w @ z**2, w @ z], [w @ z, w.sum()]])

    ab = minimize(loss, [0.0, 0.0], jac=gradient, hess=hessian, method="trust-exact", options=dict(gtol=1e-6)).x
    for _ in range(5):
        ab = ab - np.linalg.solve(hessian(ab), gradient(ab))
    assert np.abs(gradient(ab)).max() < 1e-11, gradient(ab)
    a, b = _sigmoid_calibration(z, y)
    assert np.allclose(ab, [-a, -b], atol=1e-4), (ab, a, b)
    return dict(slope=ab[0], intercept=ab[1])


def temperature(y, z):
    return 1 / (2 * float(_TemperatureScaling().fit(z, y.astype(float)).beta_))


def isotonic(y, scores, probes):
    model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, y.astype(float))
    return dict(
        scores=model.X_thresholds_.tolist(),
        probabilities=model.y_thresholds_.tolist(),
        predictions=model.predict(probes).tolist(),
    )


EPSILON = 1e-7
columns = [(labels[:, k], logits[:, k], probabilities[:, k]) for k in range(classes)]
logit_of = lambda p: logit(np.clip(p, EPSILON, 1 - EPSILON))
logit_probes = np.arange(-10, 10.25, 0.25)
probability_probes = np.arange(0, 65) / 64
pooled = labels.ravel(), logits.ravel()
golden = dict(
    numClasses=classes,
    grid=GRID,
    labels=labels.ravel().tolist(),
    logitsOnGrid=(logits.ravel() * GRID).astype(int).tolist(),
    probabilitiesOnGrid=(probabilities.ravel() * GRID).astype(int).tolist(),
    curves=curves,
    errors=errors,
    platt=dict(
        logits=[platt(y, z) for y, z, _ in columns],
        probabilities=[platt(y, logit_of(p)) for y, _, p in columns],
        shared=platt(*pooled),
    ),
    temperature=dict(
        logits=[temperature(y, z) for y, z, _ in columns],
        probabilities=[temperature(y, logit_of(p)) for y, _, p in columns],
        shared=temperature(*pooled),
    ),
    isotonic=dict(
        probes=dict(logits=logit_probes.tolist(), probabilities=probability_probes.tolist()),
        logits=[isotonic(y, z, logit_probes) for y, z, _ in columns],
        probabilities=[isotonic(y, p, probability_probes) for y, _, p in columns],
        shared=isotonic(*pooled, logit_probes),
    ),
)
Path(__file__).with_suffix(".json").write_text(json.dumps(golden))
