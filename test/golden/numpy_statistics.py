"""NumPy's mean, std and percentiles of small images, for test/data/statistics.test.ts.

    python numpy_statistics.py path/to/the/real/field

Writes numpy_statistics.json beside this file: three images each of uint8, uint16 and float32, with the statistics
of each type and of all together on the 0-1 scale, and those of the real field (57_F11_1), without its pixels.
"""
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

PERCENTILES = [0, 0.1, 1, 25, 50, 75, 99, 99.9, 100]
CHANNELS, HEIGHT, WIDTH = 3, 5, 6


def statistics(values):
    """values: [pixels, channels] on the 0-1 scale, float64."""
    return dict(
        mean=values.mean(0).tolist(), std=values.std(0).tolist(),
        min=values.min(0).tolist(), max=values.max(0).tolist(),
        percentiles=[np.percentile(values, p, axis=0).tolist() for p in PERCENTILES],
    )


rng = np.random.default_rng(11)
shape = (3, HEIGHT, WIDTH, CHANNELS)
images = dict(
    uint8=rng.integers(0, [40, 256, 3], shape).astype(np.uint8),
    uint16=rng.integers([1000, 0, 65530], [4096, 65536, 65536], shape).astype(np.uint16),
    float32=rng.beta(2, [2, 5, 50], shape).astype(np.float32),
)
scales = dict(uint8=255, uint16=65535, float32=1)
flat = {kind: pixels.reshape(-1, CHANNELS) / np.float64(scales[kind]) for kind, pixels in images.items()}
kinds = {
    kind: dict(images=pixels.reshape(3, -1).tolist(), **statistics(flat[kind])) for kind, pixels in images.items()
}

folder = Path(sys.argv[1])
field = [np.asarray(Image.open(folder / f"57_F11_1_{color}.png")) for color in ("red", "green", "blue", "yellow")]
Path(__file__).with_suffix(".json").write_text(json.dumps(dict(
    width=WIDTH, height=HEIGHT, channels=CHANNELS, percentiles=PERCENTILES, kinds=kinds,
    mixed=statistics(np.concatenate(list(flat.values()))),
    field=statistics(np.stack(field, -1).reshape(-1, 4) / 255.0),
)) + "\n")
