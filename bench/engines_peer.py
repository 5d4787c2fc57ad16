"""A peer's side of the engines benchmark: trains and predicts the same network, and prints a line of JSON.

usage: engines_peer.py {keras,torch} [--model haltufBaseline] [--size 192] [--batch 16] [--rounds 5]
"""
import argparse
import json
import os
import time

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
parser.add_argument("--size", default="")
parser.add_argument("--steps", type=int, default=4)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--rounds", type=int, default=5)
args = parser.parse_args()
images = args.steps * args.batch
# Keras's names of backbones, beside the sizes that hpa-kit expects for them.
BACKBONES = {
    "vgg16": ("VGG16", 224), "resnet50": ("ResNet50", 224), "resnet101": ("ResNet101", 224),
    "resnet50V2": ("ResNet50V2", 224), "resnet101V2": ("ResNet101V2", 224), "inceptionV3": ("InceptionV3", 299),
    "inceptionResNetV2": ("InceptionResNetV2", 299), "xception": ("Xception", 299), "densenet121": ("DenseNet121", 224),
    "densenet169": ("DenseNet169", 224), "mobileNet": ("MobileNet", 224), "mobileNetV2": ("MobileNetV2", 224),
    "mobileNetV3Small": ("MobileNetV3Small", 224), "mobileNetV3Large": ("MobileNetV3Large", 224),
    "efficientNetB0": ("EfficientNetB0", 224), "efficientNetB1": ("EfficientNetB1", 240),
    "efficientNetB2": ("EfficientNetB2", 260), "efficientNetB3": ("EfficientNetB3", 300),
    "efficientNetV2B0": ("EfficientNetV2B0", 224), "convNeXtTiny": ("ConvNeXtTiny", 224),
    "nasNetMobile": ("NASNetMobile", 224), "resnet18": ("", 224),
}
# The same in torchvision.
TORCHVISION = {"resnet18": "resnet18", "resnet50": "resnet50", "densenet121": "densenet121", "vgg16": "vgg16"}
is_backbone = args.model in BACKBONES
usual = 192 if args.model == "haltufBaseline" else BACKBONES[args.model][1] if is_backbone else SMALL[args.model][3]
size = int(args.size or usual)
channels = 3 if is_backbone else 4


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
    elif is_backbone:
        base = keras_backbone(keras)
        x = L.GlobalAveragePooling2D()(base.output)
        model = keras.Model(base.input, L.Dense(CLASSES, activation="sigmoid")(x))
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
    x = np.random.rand(images, size, size, channels).astype("float32")
    y = (np.random.rand(images, CLASSES) > 0.9).astype("float32")
    return (
        best_rate(lambda: model.fit(x, y, batch_size=args.batch, verbose=0)),
        best_rate(lambda: model.predict(x, batch_size=args.batch, verbose=0)),
    )


def keras_backbone(keras):
    if args.model == "resnet18":
        return resnet18(keras)
    return getattr(keras.applications, BACKBONES[args.model][0])(
        include_top=False, weights=None, input_shape=(size, size, channels))


def resnet18(keras):
    """ResNet18 (He et al. 2015), which keras.applications has not."""
    from keras import layers as L

    def conv(x, filters, kernel, strides):
        if kernel > 1:
            x = L.ZeroPadding2D(kernel // 2)(x)
        return L.BatchNormalization()(L.Conv2D(filters, kernel, strides=strides, use_bias=False)(x))

    inputs = L.Input((size, size, channels))
    x = L.ReLU()(conv(inputs, 64, 7, 2))
    x = L.MaxPooling2D(3, strides=2)(L.ZeroPadding2D(1)(x))
    for filters, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for strides in (first, 1):
            same = strides == 1 and x.shape[-1] == filters
            y = conv(L.ReLU()(conv(x, filters, 3, strides)), filters, 3, 1)
            x = L.ReLU()(L.Add()([x if same else conv(x, filters, 1, strides), y]))
    return keras.Model(inputs, x)


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
    if is_backbone:
        import torchvision

        model = getattr(torchvision.models, TORCHVISION[args.model])(weights=None, num_classes=CLASSES)
    else:
        model = Baseline() if args.model == "haltufBaseline" else small()
    x = torch.rand(args.batch, channels, size, size).to(**layout)
    y = (torch.rand(args.batch, CLASSES) > 0.9).float()
    model(x)
    model = model.to(**layout)
    l2 = SMALL[args.model][4] if args.model in SMALL else 0
    optimizer, loss = torch.optim.Adam(model.parameters(), weight_decay=2 * l2), nn.BCEWithLogitsLoss()

    def train():
        for _ in range(args.steps):
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

    def predict():
        with torch.no_grad():
            for _ in range(args.steps):
                torch.sigmoid(model(x))

    trained = best_rate(train)
    model.eval()
    return trained, best_rate(predict)


train_rate, predict_rate = keras_rates() if args.peer == "keras" else torch_rates()
print(json.dumps(dict(side=args.peer, trainImagesPerSecond=train_rate, predictImagesPerSecond=predict_rate)))
