"""Checks exported models with ONNX's own checker and onnxruntime.

usage: onnx_check.py FOLDER…

Each folder holds model.onnx, images.bin and scores.bin (float32, little-endian) and check.json with the shape of the
images and the classes' names. Prints a line of JSON a folder: the largest difference, relative to the largest score.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

for folder in map(Path, sys.argv[1:]):
    expects = json.loads((folder / "check.json").read_text())
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["classes"]) == expects["classes"], metadata
    assert model.producer_name == "hpa-kit", model.producer_name
    images = np.fromfile(folder / "images.bin", "<f4").reshape(expects["shape"])
    scores = np.fromfile(folder / "scores.bin", "<f4")
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    [actual] = session.run(["scores"], {"images": images})
    assert actual.shape[0] == images.shape[0], actual.shape
    error = np.abs(actual.ravel() - scores).max() / np.abs(scores).max()
    print(json.dumps({"name": folder.name, "error": float(error)}), flush=True)
