"""The Keras side of duloc.ts: trains the baseline on the arrays that it wrote, and writes scores back.

usage: duloc_keras.py DIR
"""
import json, os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, keras
from keras_baseline import baseline

folder = sys.argv[1]
settings = json.load(open(f"{folder}/settings.json"))
size, classes = settings["imageSize"], settings["numClasses"]
keras.utils.set_random_seed(settings["seed"])


def read(name):
    images = np.fromfile(f"{folder}/{name}.images", np.uint8).reshape(-1, size, size, 4)
    return images.astype("float32") / 255, np.fromfile(f"{folder}/{name}.labels", np.uint8).reshape(-1, classes)


class Augmented(keras.utils.PyDataset):
    """Shuffled batches, each image flipped and turned at random."""

    def __init__(self, x, y, batch):
        super().__init__()
        self.x, self.y, self.batch, self.rng = x, y, batch, np.random.default_rng(settings["seed"])
        self.on_epoch_end()

    def __len__(self):
        return -(-len(self.x) // self.batch)

    def on_epoch_end(self):
        self.order = self.rng.permutation(len(self.x))

    def __getitem__(self, i):
        rows = self.order[i * self.batch:(i + 1) * self.batch]
        x = np.stack([np.rot90(self.x[r], self.rng.integers(4))[:, ::self.rng.choice([1, -1])] for r in rows])
        return x, self.y[rows].astype("float32")


class Clock(keras.callbacks.Callback):
    """Seconds of training an epoch; validation is timed apart."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.start = self.validation = time.perf_counter()
        self.spent = 0.0

    def on_test_begin(self, logs=None):
        self.validation = time.perf_counter()

    def on_test_end(self, logs=None):
        self.spent += time.perf_counter() - self.validation

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start - self.spent)


(x, y), (valid_x, valid_y), (test_x, _) = read("train"), read("valid"), read("test")
model, clock = baseline(size, classes), Clock()
model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy")
best = keras.callbacks.EarlyStopping(monitor="val_loss", patience=10**6, restore_best_weights=True)
model.fit(Augmented(x, y, settings["batchSize"]), validation_data=(valid_x, valid_y.astype("float32")),
          epochs=settings["epochs"], verbose=0, callbacks=[best, clock])
for name, images in (("valid", valid_x), ("test", test_x)):
    model.predict(images, verbose=0).astype("float32").tofile(f"{folder}/{name}.scores")
json.dump(dict(secondsPerEpoch=float(np.median(clock.seconds)), weights=model.count_params()),
          open(f"{folder}/keras.json", "w"))
