"""Weights and images made by a formula, the same in Python and in test/models/formula.ts, so that no big file is needed."""
import numpy as np


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def noise(name, count):
    """Numbers in [-1, 1) that depend on the name and on the index of the element."""
    x = (np.arange(1, count + 1, dtype="uint32") * np.uint32(0x9E3779B1)) ^ np.uint32(fnv1a(name))
    x = (x ^ (x >> 15)) * np.uint32(0x2C1B3C6D)
    x = (x ^ (x >> 12)) * np.uint32(0x297A2D39)
    return (x ^ (x >> 15)).astype("float64") / 2**31 - 1


def weight(name, shape, kind, fan_in):
    """A weight. `kind` is 'kernel', 'scale' (around 1) or 'shift' (around 0)."""
    raw = noise(name, int(np.prod(shape)))
    if kind == "kernel":
        values = raw * np.sqrt(6 / fan_in)
    elif kind == "scale":
        values = 1 + 0.3 * raw
    else:
        values = 0.1 * raw
    # Both sides see the same float32 numbers.
    return values.astype("float32").astype("float64").reshape(shape)


def image(batch, height, width, channels):
    """Blocks of 8×8 pixels with noise on them, in [0, 1], `[batch, height, width, channels]`."""
    rows, columns = -(-height // 8), -(-width // 8)
    blocks = noise("blocks", batch * rows * columns * channels).reshape(batch, rows, columns, channels)
    blocks = blocks.repeat(8, 1).repeat(8, 2)[:, :height, :width]
    pixels = noise("pixels", batch * height * width * channels).reshape(batch, height, width, channels)
    return (0.5 + blocks / 4 + pixels / 4).astype("float32").astype("float64")


def sample(values):
    """At most 48 of each row's values, evenly spread, of six digits more than a comparison needs."""
    values = np.asarray(values).reshape(len(values), -1)
    step = -(-values.shape[1] // 48)
    return [[float(f"{value:.9g}") for value in row] for row in values[:, ::step]]
