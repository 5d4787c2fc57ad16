"""Warps, blurs and remaps by OpenCV, for test/augment/opencv.test.ts, which makes the same inputs.

Run as `python test/golden/opencv_augment.py`; made with opencv-python-headless 5.0.0.93 and numpy 2.4.6.
Beside OpenCV's results stand those of the same operations in float64 without any rounding inside (`exact`):
OpenCV rounds places or weights, so its own distance from them (`opencvError`, in sample units, the greatest
and the mean) says how closely it can be followed. Of large results every `stride`-th sample is kept.
"""
import json
import pathlib

import cv2
import numpy as np

cv2.setNumThreads(1)
FULL = {"uint8": 255, "uint16": 65535, "float32": 1}
BORDERS = {"constant": cv2.BORDER_CONSTANT, "reflect": cv2.BORDER_REFLECT_101, "replicate": cv2.BORDER_REPLICATE}


def make_image(width, height, channels, kind):
    """Noise from an integer hash under a slow pattern; the same as makeImage in the test."""
    i = np.arange(width * height * channels, dtype=np.uint64)
    t = (i + 1) * 2654435761 & 0xFFFFFFFF
    t = (t ^ t >> 15) * 2246822519 & 0xFFFFFFFF
    noise = (t ^ t >> 13) & 0xFFFF
    y, x, c = np.indices((height, width, channels), dtype=np.uint64)
    pattern = (x * 700 + y * 1300 + c * 9000) % 65536
    wide = (noise.reshape(height, width, channels) * pattern >> 16).astype(np.uint16)
    if kind == "uint16":
        return wide
    return (wide >> 8).astype(np.uint8) if kind == "uint8" else (wide / np.float32(65535)).astype(np.float32)


def border_index(i, size, border):
    """The pixel that stands at i, and whether it is the fill."""
    if border == "constant":
        return np.clip(i, 0, size - 1), (i < 0) | (i >= size)
    if border == "replicate":
        return np.clip(i, 0, size - 1), np.zeros_like(i, bool)
    period = 2 * (size - 1)
    at = np.mod(i, period)
    return np.where(at < size, at, period - at), np.zeros_like(i, bool)


def exact_sample(image, x, y, interpolation, border, fill):
    """Samples at (x, y) in float64."""
    height, width = image.shape[:2]
    source = image.astype(np.float64)

    def pixel(column, row):
        column, out_x = border_index(column, width, border)
        row, out_y = border_index(row, height, border)
        return np.where((out_x | out_y)[..., None], fill, source[row, column])

    if interpolation == "nearest":
        return pixel(np.floor(x + 0.5).astype(int), np.floor(y + 0.5).astype(int))
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    upper = pixel(left, top) * (1 - fx) + pixel(left + 1, top) * fx
    lower = pixel(left, top + 1) * (1 - fx) + pixel(left + 1, top + 1) * fx
    return upper * (1 - fy) + lower * fy


def exact_warp(image, matrix, size, interpolation, border, fill):
    a, b, c, d, e, f = np.asarray(matrix, np.float64)
    inverse = np.linalg.inv(np.array([[a, b, c], [d, e, f], [0, 0, 1]]))
    y, x = np.indices((size[1], size[0]), dtype=np.float64)
    places = inverse @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    return exact_sample(image, places[0].reshape(x.shape), places[1].reshape(x.shape), interpolation, border, fill)


def exact_blur(image, sigma, border, fill):
    radius = max(1, int(4 * sigma + 0.5))
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-(offsets**2) / (2 * sigma * sigma))
    weights /= weights.sum()
    result = image.astype(np.float64)
    for axis in (0, 1):
        size = image.shape[axis]
        total = np.zeros_like(result)
        for offset, weight in zip(offsets, weights):
            index, outside = border_index(np.arange(size) + offset, size, border)
            moved = np.take(result, index, axis)
            shape = [1, 1, 1]
            shape[axis] = size
            total += weight * np.where(outside.reshape(shape), fill, moved)
        result = total
    return result


def keep(result, stride):
    return np.asarray(result).reshape(-1)[::stride]


def numbers(values, kind):
    return [round(float(v), 7) if kind == "float32" else int(v) for v in values]


def record(case, kind, opencv, exact, limit):
    opencv = np.asarray(opencv).reshape(np.asarray(exact).shape)
    stride = max(1, opencv.size // limit)
    while np.gcd(stride, 30) != 1:  # prime to the channels, so that all are seen
        stride += 1
    error = np.abs(opencv.astype(np.float64) - exact)
    digits = 7 if kind == "float32" else 3
    return {
        **case,
        "kind": kind,
        "stride": int(stride),
        "opencv": numbers(keep(opencv, stride), kind),
        "exact": [round(float(v), digits) for v in keep(exact, stride)],
        "opencvError": [round(float(error.max()), 6), round(float(error.mean()), 6)],
    }


def wrap(image):
    """OpenCV drops a single channel's axis."""
    return image[:, :, 0] if image.shape[2] == 1 else image


turn = cv2.getRotationMatrix2D((22, 15), 17, 1.1).reshape(-1).tolist()
lean = [0.83, 0.21, -3.4, -0.13, 1.17, 4.6]
shift = [1, 0, 3.25, 0, 1, -2.71875]  # places at multiples of 1/32 of a pixel, which OpenCV does not round
far = [0.4, 0.1, 20.3, -0.15, 0.35, 14.2]  # much of the output lies outside, beyond one mirror image
warps, blurs, remaps = [], [], []
for channels in (1, 3, 4, 5):
    for kind in FULL:
        image = make_image(45, 31, channels, kind)
        full = FULL[kind]
        for name, matrix in (("turn", turn), ("lean", lean), ("far", far), ("shift", shift)):
            if name != "turn" and channels in (3, 5):
                continue
            for border in BORDERS:
                for interpolation in ("bilinear", "nearest"):
                    # OpenCV fills at most four channels.
                    fill = 0.2 if border == "constant" and channels <= 4 else 0
                    value = fill if kind == "float32" else round(fill * full)
                    size = (45, 31) if name != "lean" else (50, 28)
                    result = cv2.warpAffine(
                        wrap(image), np.array(matrix).reshape(2, 3), size,
                        flags=cv2.INTER_LINEAR if interpolation == "bilinear" else cv2.INTER_NEAREST,
                        borderMode=BORDERS[border], borderValue=(value,) * 4,
                    )
                    exact = exact_warp(image, matrix, size, interpolation, border, value)
                    case = dict(channels=channels, map=name, border=border, interpolation=interpolation, fill=fill, size=size)
                    warps.append(record(case, kind, result, exact, 24))
        for sigma, border in ((0.6, "reflect"), (1.5, "reflect"), (1.5, "replicate"), (2.3, "constant")):
            radius = max(1, int(4 * sigma + 0.5))
            result = cv2.GaussianBlur(wrap(image), (2 * radius + 1,) * 2, sigma, borderType=BORDERS[border])
            case = dict(channels=channels, sigma=sigma, border=border)
            blurs.append(record(case, kind, result, exact_blur(image, sigma, border, 0), 24))
        if channels == 5:
            continue
        y, x = np.indices((31, 45), dtype=np.float32)
        dx = (4 * np.sin(x / 7 + y / 5)).astype(np.float32)
        dy = (3 * np.cos(x / 6 - y / 9)).astype(np.float32)
        for border in BORDERS:
            result = cv2.remap(wrap(image), x + dx, y + dy, cv2.INTER_LINEAR, borderMode=BORDERS[border], borderValue=(0,) * 4)
            places = (x.astype(np.float64) + dx, y.astype(np.float64) + dy)
            exact = exact_sample(image, *places, "bilinear", border, 0)
            remaps.append(record(dict(channels=channels, border=border), kind, result, exact, 24))



def lines(cases):
    return "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]"


out = pathlib.Path(__file__).with_suffix(".json")
maps = json.dumps(dict(turn=turn, lean=lean, far=far, shift=shift))
out.write_text(f'{{"maps":{maps},\n"warps":{lines(warps)},\n"blurs":{lines(blurs)},\n"remaps":{lines(remaps)}}}\n')
