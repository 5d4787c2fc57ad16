"""Nearest neighbours, principal components and trustworthiness in scikit-learn, for test/explain.

Writes explain_embeddings.json beside this file. Needs scikit-learn.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

import formula


def vectors(name, count, dim):
    """Five clusters on a slope; the first and the last row are zeros, and rows 7 and 11 are equal."""
    centres = 2 * formula.noise(f"{name} centres", 5 * dim).reshape(5, dim)
    x = formula.noise(name, count * dim).reshape(count, dim) + centres[np.arange(count) % 5]
    x[0] = x[-1] = 0
    x[11] = x[7]
    return x.astype("float32")


def nearest(x, query, k, metric):
    """All distances by brute force, in the order of distance and, where they are equal, of row."""
    searched = NearestNeighbors(n_neighbors=len(x), algorithm="brute", metric=metric).fit(x.astype("float64"))
    distances, rows = searched.kneighbors(query.astype("float64"))
    found = [np.lexsort((r, np.round(d, 9)))[:k] for d, r in zip(distances, rows)]
    return dict(
        indices=[r[order].tolist() for r, order in zip(rows, found)],
        distances=[[float(f"{value:.9g}") for value in d[order]] for d, order in zip(distances, found)],
    )


x, query = vectors("samples", 90, 13), vectors("queries", 12, 13)
pca = PCA(2).fit_transform(x.astype("float64"))
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    cosine=nearest(x, query, 9, "cosine"),
    euclidean=nearest(x, query, 9, "euclidean"),
    pca=[[float(f"{value:.9g}") for value in row] for row in pca],
    trustworthiness=trustworthiness(x, pca, n_neighbors=10),
)))
