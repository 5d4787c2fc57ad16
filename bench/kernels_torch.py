"""PyTorch's side of kernels.ts: reads the layers as JSON from standard input and prints milliseconds as JSON.

usage: kernels_torch.py < layers.json
"""
import json, math, sys, time

import torch
from torch.nn import functional as F

settings = json.load(sys.stdin)
torch.set_num_threads(settings["threads"])
batch, rounds, at_least = settings["batchSize"], settings["rounds"], settings["minMilliseconds"]


def best_ms(run):
    def runs(count):
        start = time.perf_counter()
        for _ in range(count):
            run()
        return (time.perf_counter() - start) / count * 1e3

    runs(1)
    count = max(1, math.ceil(at_least / runs(1)))
    return min(runs(count) for _ in range(rounds))


def measure(layer):
    height, width = layer["filter"]
    pad, stride = layer["pad"], [layer["stride"]] * 2
    padding = [0, 0] if pad == "valid" else [height // 2, width // 2] if pad == "same" else [pad, pad]
    last = torch.channels_last
    x = torch.randn(batch, layer["inChannels"], layer["size"], layer["size"]).to(memory_format=last)
    w = torch.randn(layer["outChannels"], layer["inChannels"], height, width).to(memory_format=last)
    dy = torch.randn_like(F.conv2d(x, w, None, stride, padding)).to(memory_format=last)

    def backward(mask):
        torch.ops.aten.convolution_backward(dy, x, w, None, stride, padding, [1, 1], False, [0, 0], 1, mask)

    return {
        "forward": best_ms(lambda: F.conv2d(x, w, None, stride, padding)),
        "inputGradient": best_ms(lambda: backward([True, False, False])),
        "filterGradient": best_ms(lambda: backward([False, True, False])),
    }


with torch.no_grad():
    print(json.dumps({"version": torch.__version__, "layers": [measure(layer) for layer in settings["layers"]]}))
