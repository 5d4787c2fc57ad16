"""Small models in the files that each Keras writes, for test/models/weights: weights made by formula under tfjs-layers' names.

usage: keras_weight_files.py [module]     module: keras (the default), or tf_keras, the last Keras 2
Writes keras_weight_files/KERAS_VERSION/FILE.gz beside this file and, with the newest Keras, features.json, what the model makes
of an image, and files of arrays in other storage than Keras's.
Run with keras 3.15 and tf_keras 2.21, and with keras 3.5.0 (KERAS_BACKEND=torch) and 2.12.0 unpacked somewhere in PYTHONPATH.
"""
import gzip, importlib, json, os, sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if os.environ.get("KERAS_BACKEND") != "torch":
    import tensorflow as tf

    # Keras 2.12 hooks into the loading of SavedModels, which no TensorFlow has had since.
    tf.__internal__.register_load_context_function = lambda function: None
    tf.compat.v2.__internal__.register_load_context_function = lambda function: None

import h5py
import numpy as np
from formula import image, weight

module = sys.argv[1] if len(sys.argv) > 1 else "keras"
keras, L = importlib.import_module(module), importlib.import_module(f"{module}.layers")
SIZE = (16, 16, 3)


def features():
    """Two branches whose convolutions are alike, so that their order matters, and every layer with weights that there is."""
    inputs = L.Input(SIZE)
    x = L.Normalization(name="normalization")(inputs)
    x = L.Conv2D(4, 3, strides=2, use_bias=False)(x)
    x = L.ReLU()(L.BatchNormalization()(x))
    long = L.Conv2D(4, 1)(x)
    long = L.Conv2D(4, 1)(long)
    short = L.Conv2D(4, 1)(x)
    x = L.Concatenate()([long, short])
    x = L.DepthwiseConv2D(3, padding="same", name="mix/depthwise" if OLD_NAMES else "mix_depthwise")(x)
    x = L.BatchNormalization(scale=False)(x)
    x = L.SeparableConv2D(6, 3, padding="same")(x)
    x = L.LayerNormalization(epsilon=1e-3)(x)
    x = L.Conv2D(6, 1, name="last_conv")(x)
    return inputs, L.BatchNormalization(name="last_bn")(x)


# The model's names in tfjs-layers, in the order of creation.
NAMES = {"Conv2D": ["conv2d", "conv2d_1", "conv2d_2", "conv2d_3"], "BatchNormalization": ["batch_normalization", "batch_normalization_1"],
         "SeparableConv2D": ["separable_conv2d"], "LayerNormalization": ["layer_normalization"]}


def fill(model):
    """Sets the weights by formula. Layers without a name of their own are told by the order of their numbers."""
    names = {}
    for kind, ours in NAMES.items():
        own = [l for l in model.layers if type(l).__name__ == kind and not l.name.startswith("last")]
        names.update(zip([layer.name for layer in sorted(own, key=lambda l: int(l.name.rsplit("_", 1)[1]))], ours, strict=True))
    for layer in model.layers:
        kind, name = type(layer).__name__, names.get(layer.name, layer.name.replace("/", "_"))
        if not layer.weights or kind == "Normalization":
            continue
        values = []
        for variable in layer.weights:
            part = variable.name.split("/")[-1].split(":")[0]
            shape = tuple(variable.shape)
            if kind == "DepthwiseConv2D" and part == "kernel":
                part = "depthwise_kernel"
            scale = part in ("gamma", "moving_variance")
            role = "kernel" if "kernel" in part else "scale" if scale else "shift"
            fan_in = np.prod(shape[:2]) if part == "depthwise_kernel" else np.prod(shape[:-1])
            values.append(weight(f"{name}/{part}", shape, role, fan_in).astype("float32"))
        layer.set_weights(values)


def save(model, folder, name, formats):
    if "keras" in formats:
        # For Keras 2.12 the suffix alone means HDF5.
        model.save(folder / f"{name}.keras", **({"save_format": "keras_v3"} if version.startswith("2.12") else {}))
    if "weights.h5" in formats:
        model.save_weights(folder / f"{name}.weights.h5")
    if "h5" in formats:
        model.save(folder / f"{name}.h5")


version = keras.__version__
if version.startswith("2.12"):
    # It looks the version up where this TensorFlow has none.
    importlib.import_module("keras.saving.saving_lib").keras.__version__ = version
# Keras 3 allows no slashes in names; files of older networks have them.
OLD_NAMES = version.startswith("2")
folder = Path(__file__).parent / "keras_weight_files" / version
folder.mkdir(parents=True, exist_ok=True)

# Names that others have taken in the session: the model's own start at 1.
L.Conv2D(1, 1), L.BatchNormalization(), L.SeparableConv2D(1, 1), L.LayerNormalization(), L.Dense(1)
inputs, x = features()
backbone = keras.Model(inputs, x)
flat = keras.Model(inputs, L.Dense(5, name="predictions")(L.GlobalAveragePooling2D()(x)))
fill(backbone)
nested = keras.Sequential([backbone, L.GlobalAveragePooling2D(), L.Dropout(0.5), L.Dense(5)])
if not nested.built:
    nested.build((None, *SIZE))
has_h5 = version != "3.5.0"
save(flat, folder, "flat", ["keras", "weights.h5", "h5"] if has_h5 else ["weights.h5"])
save(nested, folder, "nested", ["keras", "weights.h5", "h5"] if has_h5 else ["keras"])
if module == "tf_keras":
    # Only Keras 2 writes weights alone in the older layout.
    flat.save_weights(folder / "flat-weights.h5", save_format="h5")

if version.startswith("3.15"):
    x = image(1, *SIZE)
    out = np.asarray(backbone(x.astype("float32"), training=False))
    (folder.parent / "features.json").write_text(json.dumps({"shape": list(out.shape), "values": [float(f"{v:.9g}") for v in out.ravel()]}) + "\n")

    # As for models whose names take more than 64 kB.
    from keras.src.legacy.saving import legacy_h5_format

    legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT = 100
    with h5py.File(folder / "split-names.h5", "w") as f:
        legacy_h5_format.save_weights_to_hdf5_group(f, backbone)

    for policy in ("float16", "bfloat16", "float64"):
        small = keras.Sequential([L.Input((3,)), L.Dense(4, dtype=policy, name="small")])
        small.layers[0].set_weights([weight("small/kernel", (3, 4), "kernel", 3), weight("small/bias", (4,), "shift", 4)])
        small.save_weights(folder / f"{policy}.weights.h5")

    values = weight("chunked", (7, 5, 3), "kernel", 35)
    with h5py.File(folder.parent / "storage.h5", "w") as f:
        f["big_endian"] = values.astype(">f4")
        f.create_dataset("gzip", data=values.astype("f4"), chunks=(3, 2, 3), compression="gzip")
        f.create_dataset("shuffle", data=values.astype("f8"), chunks=(4, 5, 2), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("plain_chunks", data=values.astype("f2"), chunks=(7, 5, 1))
        f.create_dataset("checksum", data=values.astype("f4").ravel()[:33].astype("f2"), chunks=(33,), fletcher32=True)
        f.create_dataset("many_chunks", data=values.astype("f4").ravel(), chunks=(1,))
        f.create_dataset("lzf", data=values.astype("f4"), compression="lzf")
        f.create_dataset("unwritten", (7, 5, 3), "f4")
        f.create_dataset("integers", data=np.arange(6))
        f["soft"] = np.zeros(1)
        f.attrs["text"] = "Größe"
        f.attrs["list"] = ["a", "bc", ""]
        f.attrs["bytes"] = np.array([b"de", b"f"])
        f.attrs["number"] = 3.5
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        compact = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((7, 5, 3)), plist)
        compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(values.astype("f4")))
    with h5py.File(folder.parent / "newest.h5", "w", libver="latest") as f:
        f.create_group("group")["array"] = values.astype("f4")
        f["group"].attrs["names"] = np.array([b"x", b"yz"])
    with h5py.File(folder.parent / "many-links.h5", "w", libver="latest") as f:
        for i in range(20):
            f.create_group(f"g{i}")
    with h5py.File(folder.parent / "soft-link.h5", "w") as f:
        f["a"] = np.zeros(2, "f4")
        f["b"] = h5py.SoftLink("/a")
        f.create_group("g")
        f["g/out"] = h5py.ExternalLink("/etc/passwd", "/")

for path in [p for pattern in ("*.h5", "*/*.h5", "*/*.keras") for p in sorted(folder.parent.glob(pattern))]:
    packed = gzip.compress(path.read_bytes(), mtime=0)
    path.with_name(f"{path.name}.gz").write_bytes(packed)
    path.unlink()
    print(path.relative_to(folder.parent), len(packed))
