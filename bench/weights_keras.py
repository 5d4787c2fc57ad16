"""Writes InceptionResNetV2's weights in each of Keras's formats to a folder and times their loading: a line of JSON."""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras

folder, rounds = sys.argv[1], int(sys.argv[2])
model = keras.applications.InceptionResNetV2(include_top=False, weights=None, input_shape=(299, 299, 3))
model.save(f"{folder}/model.h5")
model.save_weights(f"{folder}/model.weights.h5")
model.save(f"{folder}/model.keras")

seconds = {}
for name in sorted(os.listdir(folder)):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        model.load_weights(f"{folder}/{name}")
        times.append(time.perf_counter() - start)
    seconds[name] = min(times)
print(json.dumps(seconds))
