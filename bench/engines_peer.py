"""A peer's side of the engines benchmark: trains and predicts the same network, and prints a line of JSON.

usage: engines_peer.py {keras,torch} [--model haltufBaseline] [--size 192] [--batch 16] [--rounds 5]
"""
import argparse
import json
import os
import time

STEPS = 4
CLASSES = 28
# filters, pool sizes, neurons, image size: smallCnnPresets of hpa-kit
SMALL = {
    "m5": ([2], [7], 100, 100, 0),
    "m6": ([4, 8], [10, 10], 10, 512, 0),
    "m7": ([4, 8], [10, 10], 10, 512, 0.01),
    "m8": ([10, 20], [10, 10], 10, 512, 0.01),
}

parser = argparse.ArgumentParser()
parser.add_argument("peer", choices=["keras", "torch"])
parser.add_argument("--model", default="haltufBaseline")
parser.add_argument("--size", type=int, default=192)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--rounds", type=int, default=5)
args = parser.parse_args()
images = STEPS * args.batch
size = args.size if args.model == "haltufBaseline" else SMALL[args.model][3]


def best_rate(run):
    run()
    best = 0.0
    for _ in range(args.rounds):
        start = time.perf_counter()
        run()
        best = max(best, images / (time.perf_counter() - start))
    return best


def keras_rates():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras
    import numpy as np
    from keras import layers as L
    from keras_baseline import baseline

    if args.model == "haltufBaseline":
        model = baseline(size, CLASSES)
    else:
        filters, pools, neurons, _, l2 = SMALL[args.model]
        penalty = (lambda: keras.regularizers.L2(l2)) if l2 else (lambda: None)
        x = inputs = L.Input((size, size, 4))
        for count, pool in zip(filters, pools):
            x = L.Conv2D(count, 5, activation="relu", kernel_regularizer=penalty())(x)
            x = L.MaxPooling2D(pool)(x)
        x = L.Dense(neurons, activation="relu", kernel_regularizer=penalty())(L.Flatten()(x))
        model = keras.Model(inputs, L.Dense(CLASSES, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    x = np.random.rand(images, size, size, 4).astype("float32")
    y = (np.random.rand(images, CLASSES) > 0.9).astype("float32")
    return (
        best_rate(lambda: model.fit(x, y, batch_size=args.batch, verbose=0)),
        best_rate(lambda: model.predict(x, batch_size=args.batch, verbose=0)),
    )


def torch_rates():
    import torch
    from torch import nn

    class Baseline(nn.Module):
        def __init__(self):
            super().__init__()
            stem, channels = [nn.BatchNorm2d(4)], 4
            for filters in (8, 8, 16):
                stem += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.BatchNorm2d(filters)]
                channels = filters
            self.stem = nn.Sequential(*stem, nn.MaxPool2d(2), nn.Dropout(0.25))
            self.branches = nn.ModuleList([nn.Conv2d(16, 16, k, padding=k // 2) for k in (3, 5, 7, 1)])
            tail, channels = [nn.BatchNorm2d(64), nn.MaxPool2d(2), nn.Dropout(0.25)], 64
            for filters in (32, 64, 128):
                tail += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.BatchNorm2d(filters)]
                tail += [nn.MaxPool2d(2), nn.Dropout(0.25)]
                channels = filters
            self.tail = nn.Sequential(
                *tail, nn.Flatten(), nn.Dropout(0.5), nn.LazyLinear(28), nn.ReLU(),
                nn.BatchNorm1d(28), nn.Dropout(0.1), nn.Linear(28, CLASSES))

        def forward(self, x):
            x = self.stem(x)
            return self.tail(torch.cat([torch.relu(branch(x)) for branch in self.branches], 1))

    def small():
        filters, pools, neurons, _, _ = SMALL[args.model]
        layers, channels = [], 4
        for count, pool in zip(filters, pools):
            layers += [nn.Conv2d(channels, count, 5), nn.ReLU(), nn.MaxPool2d(pool)]
            channels = count
        return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(neurons), nn.ReLU(), nn.Linear(neurons, CLASSES))

    layout = dict(memory_format=torch.channels_last)
    model = Baseline() if args.model == "haltufBaseline" else small()
    x = torch.rand(args.batch, 4, size, size).to(**layout)
    y = (torch.rand(args.batch, CLASSES) > 0.9).float()
    model(x)
    model = model.to(**layout)
    l2 = 0 if args.model == "haltufBaseline" else SMALL[args.model][4]
    optimizer, loss = torch.optim.Adam(model.parameters(), weight_decay=2 * l2), nn.BCEWithLogitsLoss()

    def train():
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

    def predict():
        with torch.no_grad():
            for _ in range(STEPS):
                torch.sigmoid(model(x))

    trained = best_rate(train)
    model.eval()
    return trained, best_rate(predict)


train_rate, predict_rate = keras_rates() if args.peer == "keras" else torch_rates()
print(json.dumps(dict(side=args.peer, trainImagesPerSecond=train_rate, predictImagesPerSecond=predict_rate)))
