"""Bootstrap intervals and permutation tests of SciPy, of metrics of scikit-learn, for test/metrics. Writes
sklearn_metrics_resampling.json beside this file."""
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy import special, stats
from sklearn.metrics import f1_score

rng = np.random.default_rng(4)


def bca(values, statistic, resamples, confidence):
    """SciPy's interval from resampled statistics that are given to it."""
    draws = values[rng.integers(0, len(values), (resamples, len(values)))]
    distribution = np.array([statistic(draw) for draw in draws])
    known = SimpleNamespace(bootstrap_distribution=distribution)
    result = stats.bootstrap(
        (values,), lambda x, axis: np.apply_along_axis(statistic, axis, x), n_resamples=0, method="BCa",
        confidence_level=confidence, bootstrap_result=known,
    )
    interval = result.confidence_interval
    jackknife = [statistic(np.delete(values, i)) for i in range(len(values))]
    return dict(
        confidence=confidence, estimate=statistic(values), distribution=distribution.tolist(), jackknife=jackknife,
        lower=float(interval.low), upper=float(interval.high), standardError=float(result.standard_error),
    )


values = rng.exponential(size=25).round(3)
intervals = [
    bca(values, lambda x: float(np.mean(x)), 60, 0.95),
    bca(values, lambda x: float(np.var(x)), 60, 0.8),
    bca((values > 1).astype(float), lambda x: float(np.mean(x)), 60, 0.9),  # many ties with the estimate
]

rows, classes = 8, 2
labels = (rng.random((rows, classes)) < 0.5).astype(int)
a = np.where(rng.random((rows, classes)) < 0.8, labels * 0.5 + rng.random((rows, classes)) * 0.5, 0.5).round(3)
b = rng.random((rows, classes)).round(3)
stacked = np.concatenate([a, b])
METRICS = dict(
    macroF1=lambda scores: f1_score(labels, scores >= 0.5, average="macro", zero_division=0),
    brierScore=lambda scores: float(np.mean((scores - labels) ** 2)),
)


def permutation(name):
    metric = METRICS[name]
    result = stats.permutation_test(
        (np.arange(rows), np.arange(rows) + rows), lambda x, y: metric(stacked[x]) - metric(stacked[y]),
        permutation_type="samples", n_resamples=np.inf, vectorized=False,
    )
    return dict(metric=name, difference=float(result.statistic), pValue=float(result.pvalue))


points = np.array([-7, -5, -3.5, -2, -1.96, -1, -0.25, 0, 1e-3, 0.5, 1.5, 3, 6])
shares = np.array([1e-12, 1e-6, 1e-3, 0.025, 0.2, 0.4999, 0.5, 0.6, 0.975, 0.9999])
levels = np.array([0, 0.1, 0.34, 0.5, 0.77, 0.975, 1])
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    normal=dict(points=points.tolist(), cdf=special.ndtr(points).tolist(),
                shares=shares.tolist(), quantiles=special.ndtri(shares).tolist()),
    quantiles=dict(sorted=np.sort(values).tolist(), shares=levels.tolist(),
                   quantiles=np.quantile(values, levels).tolist()),
    intervals=intervals,
    permutation=dict(numClasses=classes, labels=labels.ravel().tolist(), scoresA=a.ravel().tolist(),
                     scoresB=b.ravel().tolist(), tests=[permutation(name) for name in METRICS]),
)))
