"""The backbones in Keras 3, for test/models/backbones: names and shapes of all weights, what comes of weights and an image
made by formula, in inference and in training, and gradients.

usage: keras_backbones.py [name …]      writes keras_backbones/NAME.json beside this file, all by default
Needs keras 3 on tensorflow 2. Everything is computed in float64.
"""
import json, os, sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from formula import image, sample, weight
from keras import applications as A
from keras import layers as L

keras.config.set_floatx("float64")


def basic_stack(x, filters, blocks, stride, name):
    """Basic blocks (He et al. 2015) in the words of keras.applications.resnet, which has bottlenecks only."""
    for i in range(1, blocks + 1):
        block, strides = f"{name}_block{i}", stride if i == 1 else 1
        if strides > 1 or x.shape[-1] != filters:
            shortcut = L.Conv2D(filters, 1, strides=strides, use_bias=False, name=f"{block}_0_conv")(x)
            shortcut = L.BatchNormalization(epsilon=1.001e-5, name=f"{block}_0_bn")(shortcut)
        else:
            shortcut = x
        y = L.ZeroPadding2D(1)(x)
        y = L.Conv2D(filters, 3, strides=strides, use_bias=False, name=f"{block}_1_conv")(y)
        y = L.ReLU()(L.BatchNormalization(epsilon=1.001e-5, name=f"{block}_1_bn")(y))
        y = L.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{block}_2_conv")(y)
        y = L.BatchNormalization(epsilon=1.001e-5, name=f"{block}_2_bn")(y)
        x = L.ReLU()(L.Add()([shortcut, y]))
    return x


def basic_stack_v2(x, filters, blocks, stride, name):
    """Basic blocks with pre-activation (He et al. 2016), with the stride in the last block as keras.applications has it."""
    for i in range(1, blocks + 1):
        block, strides = f"{name}_block{i}", stride if i == blocks else 1
        pre = L.ReLU()(L.BatchNormalization(epsilon=1.001e-5, name=f"{block}_preact_bn")(x))
        if x.shape[-1] != filters:
            shortcut = L.Conv2D(filters, 1, strides=strides, name=f"{block}_0_conv")(pre)
        else:
            shortcut = L.MaxPooling2D(1, strides=strides)(x) if strides > 1 else x
        y = L.ZeroPadding2D(1)(pre)
        y = L.Conv2D(filters, 3, strides=strides, use_bias=False, name=f"{block}_1_conv")(y)
        y = L.ReLU()(L.BatchNormalization(epsilon=1.001e-5, name=f"{block}_1_bn")(y))
        x = L.Add()([shortcut, L.Conv2D(filters, 3, padding="same", name=f"{block}_2_conv")(y)])
    return x


def small_resnet(depths, v2):
    def stack(x):
        for i, (filters, blocks) in enumerate(zip((64, 128, 256, 512), depths)):
            if v2:
                x = basic_stack_v2(x, filters, blocks, 2 if i < 3 else 1, f"conv{i + 2}")
            else:
                x = basic_stack(x, filters, blocks, 2 if i > 0 else 1, f"conv{i + 2}")
        return x

    def build(**kwargs):
        from keras.src.applications.resnet import ResNet

        return ResNet(stack, preact=v2, use_bias=v2, weights_name="none", name="resnet", **kwargs)

    return build


# name: constructor, size, channels, what else it takes
NETWORKS = {
    "vgg16": (A.VGG16, (75, 91)),
    "resnet18": (small_resnet((2, 2, 2, 2), False), (75, 91)),
    "resnet34": (small_resnet((3, 4, 6, 3), False), (75, 91)),
    "resnet50": (A.ResNet50, (75, 91)),
    "resnet101": (A.ResNet101, (75, 91)),
    "resnet18V2": (small_resnet((2, 2, 2, 2), True), (75, 91)),
    "resnet34V2": (small_resnet((3, 4, 6, 3), True), (75, 91)),
    "resnet50V2": (A.ResNet50V2, (75, 91)),
    "resnet101V2": (A.ResNet101V2, (75, 91)),
    "inceptionV3": (A.InceptionV3, (107, 139)),
    "inceptionResNetV2": (A.InceptionResNetV2, (107, 139)),
    "xception": (A.Xception, (75, 91)),
    "densenet121": (A.DenseNet121, (75, 91)),
    "densenet169": (A.DenseNet169, (75, 91)),
    "mobileNet": (A.MobileNet, (75, 91)),
    "mobileNetV2": (A.MobileNetV2, (75, 91)),
    "mobileNetV3Small": (A.MobileNetV3Small, (75, 91), {"include_preprocessing": False}),
    "mobileNetV3Large": (A.MobileNetV3Large, (75, 91), {"include_preprocessing": False}),
    "efficientNetB0": (A.EfficientNetB0, (75, 91)),
    "efficientNetB1": (A.EfficientNetB1, (75, 91)),
    "efficientNetB2": (A.EfficientNetB2, (75, 91)),
    "efficientNetB3": (A.EfficientNetB3, (75, 91)),
    "efficientNetV2B0": (A.EfficientNetV2B0, (75, 91), {"include_preprocessing": False}),
    "convNeXtTiny": (A.ConvNeXtTiny, (75, 91), {"include_preprocessing": False}),
    "nasNetMobile": (A.NASNetMobile, (75, 91)),
}


def leaves(model):
    """The layers, also those within a Sequential."""
    return [leaf for layer in model.layers for leaf in (leaves(layer) if isinstance(layer, keras.Sequential) else [layer])]


def weight_name(layer, variable):
    """The weight's name in tfjs-layers, which has Keras 2's for depthwise kernels; LayerScale's has no name in Keras."""
    depthwise = isinstance(layer, L.DepthwiseConv2D) or getattr(layer, "groups", 1) > 1
    if variable.name == "kernel" and depthwise:
        return "depthwise_kernel"
    return "gamma" if type(layer).__name__ == "LayerScale" else variable.name


def fill(model):
    """Sets the weights by formula, and returns their shapes by name. Normalization, which is preprocessing, does nothing."""
    shapes = {}
    for layer in leaves(model):
        if isinstance(layer, L.Normalization):
            layer.mean, layer.variance = 0.0, 1.0
            continue
        values = []
        for variable in layer.weights:
            last, shape = weight_name(layer, variable), tuple(variable.shape)
            name, depthwise = f"{layer.name}/{last}", last == "depthwise_kernel"
            kind = ("kernel" if "kernel" in last
                    else "scale" if last in ("gamma", "moving_variance") else "shift")
            fan_in = np.prod(shape[:2]) if depthwise else np.prod(shape[:-1])
            values.append(weight(name, shape, kind, fan_in))
            # [height, width, channels, 1] also where Keras has [height, width, 1, channels]: the same numbers in a row.
            shapes[name] = [*shape[:2], shape[2] * shape[3], 1] if depthwise else list(shape)
        if values:
            layer.set_weights(values)
        # Dropout and stochastic depth are random.
        for rate in ("rate", "drop_path_rate"):
            if hasattr(layer, rate):
                setattr(layer, rate, 0.0)
    return shapes


def count(weights):
    return int(sum(np.prod(w.shape) for w in weights))


def golden(name):
    build, size, *rest = NETWORKS[name]
    batch, channels = 2, 3
    keras.backend.clear_session()
    model = build(include_top=False, weights=None, input_shape=(*size, channels), **(rest[0] if rest else {}))
    normalization = sum(count(l.weights) for l in model.layers if isinstance(l, L.Normalization))
    shapes = fill(model)
    x = image(batch, *size, channels)
    rescaling = [l for l in model.layers if isinstance(l, L.Rescaling)]
    if name.startswith("efficientNetB"):
        assert len(rescaling) == 1
        x = x * 255  # keras.applications divides within the network
    else:
        assert not rescaling
    x = tf.constant(x)
    inference = model(x, training=False)
    kernels = model.trainable_weights
    with tf.GradientTape() as tape:
        features = model(x, training=True)
        loss = tf.reduce_mean(tf.square(tf.reduce_mean(features, (1, 2))))
    gradients = tape.gradient(loss, [w.value for w in kernels])
    assert all(g is not None for g in gradients)
    return {
        "inputShape": [*size, channels],
        "batch": batch,
        "counts": {"total": count(model.weights) - normalization, "trainable": count(model.trainable_weights)},
        "normalizationWeights": normalization,
        "featureShape": list(features.shape[1:]),
        "inference": sample(inference.numpy().mean((1, 2))),
        "training": sample(features.numpy().mean((1, 2))),
        "loss": float(loss),
        # Of the first kernel, through the whole network, and of all.
        "firstGradientNorm": float(tf.norm(gradients[0])),
        "gradientNorm": float(tf.sqrt(sum(tf.reduce_sum(g * g) for g in gradients))),
        "weights": shapes,
    }


here = Path(__file__).parent / "keras_backbones"
for name in sys.argv[1:] or NETWORKS:
    result = golden(name)
    (here / f"{name}.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print(name, result["counts"], result["featureShape"], result["inference"][0][:4], result["training"][0][:4], result["gradientNorm"], flush=True)
