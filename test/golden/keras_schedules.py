"""Factors of learning-rate schedules, as Keras computes them; one-cycle from PyTorch's documented formula, in NumPy.

python test/golden/keras_schedules.py > test/golden/keras_schedules.json
"""
import json

import keras
import numpy as np

STEPS_PER_EPOCH, EPOCHS = 7, 12
TOTAL = STEPS_PER_EPOCH * EPOCHS


def factors(schedule):
    return [float(schedule(step)) for step in range(TOTAL)]


def plateau(losses, **options):
    """The rate that each epoch is trained at."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    callback = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", **options)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        rates.append(float(model.optimizer.learning_rate))
        callback.on_epoch_end(epoch, {"val_loss": loss})
    return rates


def one_cycle(pct_start, div_factor, final_div_factor):
    """torch.optim.lr_scheduler.OneCycleLR with anneal_strategy='cos' and three_phase=False, for max_lr 1."""
    initial = 1 / div_factor
    ends = [(float(pct_start * TOTAL) - 1, initial, 1.0), (TOTAL - 1, 1.0, initial / final_div_factor)]
    rates = []
    for step in range(TOTAL):
        start = 0.0
        for i, (end, low, high) in enumerate(ends):
            if step <= end or i == len(ends) - 1:
                share = (step - start) / (end - start)
                rates.append(high + (low - high) / 2.0 * (1.0 + np.cos(np.pi * share)))
                break
            start = end
    return rates


schedules = keras.optimizers.schedules
losses = [1.0, 0.9, 0.9, 0.91, 0.8999, 0.7, 0.72, 0.71, 0.7, 0.69995, 0.75, 0.6]
print(
    json.dumps(
        {
            "versions": {"keras": keras.__version__, "numpy": np.__version__},
            "stepsPerEpoch": STEPS_PER_EPOCH,
            "epochs": EPOCHS,
            "cosine": factors(schedules.CosineDecay(1.0, TOTAL, alpha=0.05)),
            "cosineRestarts": factors(
                schedules.CosineDecayRestarts(1.0, 2 * STEPS_PER_EPOCH, t_mul=2.0, m_mul=1.0, alpha=0.1)
            ),
            "evenRestarts": factors(
                schedules.CosineDecayRestarts(1.0, 3 * STEPS_PER_EPOCH, t_mul=1.0, m_mul=1.0, alpha=0.0)
            ),
            "stepDecay": factors(
                schedules.PiecewiseConstantDecay(
                    [4 * STEPS_PER_EPOCH - 1, 9 * STEPS_PER_EPOCH - 1], [1.0, 0.3, 0.09]
                )
            ),
            "oneCycle": one_cycle(0.25, 20, 1e3),
            "losses": losses,
            "plateau": plateau(losses, factor=0.5, patience=2, min_delta=1e-4),
            "plateauCooldown": plateau(losses, factor=0.1, patience=1, min_delta=0.0, cooldown=2, min_lr=0.02),
        },
        indent=1,
    )
)
