"""PyTorch's side of the ONNX benchmark: predicts with the same network, and prints images a second.

usage: onnx_torch.py {haltufBaseline,inceptionResNetV2} BATCHxHEIGHTxWIDTHxCHANNELS THREADS ROUNDS STEPS
"""
import sys
import time

import torch
from torch import nn

CLASSES = 28
name, shape = sys.argv[1], [int(side) for side in sys.argv[2].split("x")]
threads, rounds, steps = map(int, sys.argv[3:])
batch, height, width, channels = shape
torch.set_num_threads(threads)


class Branches(nn.ModuleList):
    def forward(self, x):
        return torch.cat([torch.relu(branch(x)) for branch in self], 1)


def baseline():
    def convs(inputs, all_filters, *after):
        for filters in all_filters:
            yield from (nn.Conv2d(inputs, filters, 3), nn.ReLU(), nn.BatchNorm2d(filters), *after)
            inputs = filters

    return nn.Sequential(
        nn.BatchNorm2d(channels), *convs(channels, (8, 8, 16)), nn.MaxPool2d(2),
        Branches(nn.Conv2d(16, 16, side, padding=side // 2) for side in (3, 5, 7, 1)),
        nn.BatchNorm2d(64), nn.MaxPool2d(2), *convs(64, (32, 64, 128), nn.MaxPool2d(2)),
        nn.Flatten(), nn.LazyLinear(28), nn.ReLU(), nn.BatchNorm1d(28), nn.Linear(28, CLASSES), nn.Sigmoid())


def inception_resnet_v2():
    import timm

    network = timm.create_model("inception_resnet_v2", num_classes=CLASSES, in_chans=channels)
    return nn.Sequential(network, nn.Sigmoid())


model = {"haltufBaseline": baseline, "inceptionResNetV2": inception_resnet_v2}[name]().eval()
x = torch.rand(batch, channels, height, width).to(memory_format=torch.channels_last)
best = 0.0
with torch.inference_mode():
    model(x)
    model.to(memory_format=torch.channels_last)
    for _ in range(rounds + 1):
        start = time.perf_counter()
        for _ in range(steps):
            model(x)
        best = max(best, steps * batch / (time.perf_counter() - start))
print(best)
