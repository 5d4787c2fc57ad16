"""The backbones in torchvision and timm, for test/models/backbones: the keys and shapes of their weights, and what comes of
weights and an image made by formula.

usage: torch_backbones.py [library/model …]      writes torch_backbones/LIBRARY_MODEL.json beside this file, all by default
Needs torch, torchvision and timm. Everything is computed in float64, in inference.
"""
import json, sys
from pathlib import Path

import numpy as np
import timm
import torch
import torchvision
from formula import image, sample, weight
from torchvision.models.feature_extraction import create_feature_extractor

# library/model: the name of the backbone here, the convention it is built by, size, and in torchvision the node of the last map
NETWORKS = {
    "torchvision/vgg16": ("vgg16", "torch", (75, 91), "features"),
    "torchvision/resnet18": ("resnet18", "torch", (75, 91), "layer4"),
    "torchvision/resnet34": ("resnet34", "torch", (75, 91), "layer4"),
    "torchvision/resnet50": ("resnet50", "torch", (75, 91), "layer4"),
    "torchvision/resnet101": ("resnet101", "torch", (75, 91), "layer4"),
    "torchvision/densenet121": ("densenet121", "torch", (75, 91), "relu"),
    "torchvision/densenet169": ("densenet169", "torch", (75, 91), "relu"),
    "timm/vgg16": ("vgg16", "torch", (75, 91)),
    "timm/resnet18": ("resnet18", "torch", (75, 91)),
    "timm/resnet34": ("resnet34", "torch", (75, 91)),
    "timm/resnet50": ("resnet50", "torch", (75, 91)),
    "timm/resnet101": ("resnet101", "torch", (75, 91)),
    "timm/resnetv2_18": ("resnet18V2", "torch", (75, 91)),
    "timm/resnetv2_34": ("resnet34V2", "torch", (75, 91)),
    "timm/resnetv2_50": ("resnet50V2", "torch", (75, 91)),
    "timm/resnetv2_101": ("resnet101V2", "torch", (75, 91)),
    "timm/densenet121": ("densenet121", "torch", (75, 91)),
    "timm/densenet169": ("densenet169", "torch", (75, 91)),
    "torchvision/inception_v3": ("inceptionV3", "torch", (107, 139), "Mixed_7c"),
    "timm/inception_v3": ("inceptionV3", "torch", (107, 139)),
    "timm/inception_resnet_v2": ("inceptionResNetV2", "torch", (107, 139)),
    "timm/legacy_xception": ("xception", "torch", (75, 91)),
    "torchvision/mobilenet_v2": ("mobileNetV2", "torch", (76, 90), "features"),
    "torchvision/mobilenet_v3_small": ("mobileNetV3Small", "torch", (76, 90), "features"),
    "torchvision/mobilenet_v3_large": ("mobileNetV3Large", "torch", (76, 90), "features"),
    "torchvision/efficientnet_b0": ("efficientNetB0", "torch", (76, 90), "features"),
    "torchvision/efficientnet_b3": ("efficientNetB3", "torch", (76, 90), "features"),
    "torchvision/convnext_tiny": ("convNeXtTiny", "torch", (76, 90), "features"),
    "timm/mobilenetv1_100": ("mobileNet", "torch", (76, 90)),
    "timm/mobilenetv2_100": ("mobileNetV2", "torch", (76, 90)),
    "timm/mobilenetv3_small_100": ("mobileNetV3Small", "timm", (76, 90)),
    "timm/mobilenetv3_large_100": ("mobileNetV3Large", "timm", (76, 90)),
    "timm/tf_mobilenetv3_small_100": ("mobileNetV3Small", "keras", (76, 90)),
    "timm/tf_mobilenetv3_large_100": ("mobileNetV3Large", "keras", (76, 90)),
    "timm/efficientnet_b0": ("efficientNetB0", "torch", (76, 90)),
    "timm/efficientnet_b3": ("efficientNetB3", "torch", (76, 90)),
    "timm/tf_efficientnet_b0": ("efficientNetB0", "keras", (76, 90)),
    "timm/tf_efficientnet_b3": ("efficientNetB3", "keras", (76, 90)),
    "timm/tf_efficientnetv2_b0": ("efficientNetV2B0", "torch", (76, 90)),
    "timm/convnext_tiny": ("convNeXtTiny", "torch", (76, 90)),
}


def fill(model):
    """Sets the weights by formula, and returns their shapes by key."""
    shapes, state = {}, {}
    for key, value in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        shape = tuple(value.shape)
        last = key.split(".")[-1]
        kind = ("kernel" if value.dim() > 1 and last == "weight"
                else "scale" if last in ("weight", "running_var", "gamma", "layer_scale") else "shift")
        values = weight(key, shape, kind, int(np.prod(shape[1:])))
        shapes[key], state[key] = list(shape), torch.tensor(values)
    model.load_state_dict(state, strict=False)
    return shapes


def golden(network):
    library, name = network.split("/")
    architecture, convention, size, *node = NETWORKS[network]
    batch = 2
    if library == "timm":
        model = timm.create_model(name, pretrained=False)
    else:
        kwargs = {"init_weights": False, "aux_logits": True} if name == "inception_v3" else {}
        model = getattr(torchvision.models, name)(weights=None, **kwargs)
    model = model.double().eval()
    keys = fill(model)
    x = torch.tensor(image(batch, *size, 3)).permute(0, 3, 1, 2).contiguous()
    with torch.no_grad():
        if library == "timm":
            features = model.forward_features(x)
        else:
            features = create_feature_extractor(model, {node[0]: "features"})(x)["features"]
        if name == "convnext_tiny":
            # The normalisation of the average, of each pixel here, as in keras.applications without its top.
            features = (model.head.norm if library == "timm" else model.classifier[0])(features)
    return {
        "architecture": architecture,
        "convention": convention,
        "inputShape": [*size, 3],
        "batch": batch,
        "featureShape": [*features.shape[2:], features.shape[1]],
        "inference": sample(features.mean((2, 3)).numpy()),
        "keys": keys,
    }


here = Path(__file__).parent / "torch_backbones"
for network in sys.argv[1:] or NETWORKS:
    result = golden(network)
    (here / f"{network.replace('/', '_')}.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print(network, len(result["keys"]), result["featureShape"], result["inference"][0][:4], flush=True)
