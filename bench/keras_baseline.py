"""The baseline network, haltufBaseline, in Keras."""
import keras
from keras import layers as L


def baseline(size, classes):
    inputs = L.Input((size, size, 4))
    x = L.BatchNormalization()(inputs)
    for filters in (8, 8, 16):
        x = L.BatchNormalization()(L.ReLU()(L.Conv2D(filters, 3)(x)))
    x = L.Dropout(0.25)(L.MaxPooling2D()(x))
    x = L.Concatenate()([L.Conv2D(16, k, padding="same", activation="relu")(x) for k in (3, 5, 7, 1)])
    x = L.Dropout(0.25)(L.MaxPooling2D()(L.BatchNormalization()(x)))
    for filters in (32, 64, 128):
        x = L.BatchNormalization()(L.ReLU()(L.Conv2D(filters, 3)(x)))
        x = L.Dropout(0.25)(L.MaxPooling2D()(x))
    x = L.Dropout(0.5)(L.Flatten()(x))
    x = L.Dropout(0.1)(L.BatchNormalization()(L.ReLU()(L.Dense(28)(x))))
    return keras.Model(inputs, L.Dense(classes, activation="sigmoid")(x))
