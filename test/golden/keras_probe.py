"""Losses that the engine probe of the command line must train to (TRAINED in src/cli/probe.ts). Prints them.

Needs keras 3 on tensorflow 2.
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np


def wave(shape, step):
    """Numbers from -0.5 to 0.5 in an irregular order."""
    return (((np.arange(np.prod(shape)) * step) % 11 - 5) / 10).reshape(shape).astype("float32")


images = wave((4, 8, 8, 2), 3)
targets = (wave((4, 3), 5) > 0).astype("float32")
model = keras.Sequential(
    [
        keras.layers.Input((8, 8, 2)),
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.BatchNormalization(),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(3, activation="sigmoid"),
    ]
)
model.layers[0].set_weights([wave((3, 3, 2, 4), 7), np.zeros(4, "float32")])
model.layers[4].set_weights([wave((36, 3), 2), np.zeros(3, "float32")])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
history = model.fit(images, targets, batch_size=4, epochs=3, shuffle=False, verbose=0).history
print([round(loss, 6) for loss in history["loss"]])
