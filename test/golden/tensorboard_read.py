"""What TensorBoard reads from a folder of event files, as JSON: python test/golden/tensorboard_read.py FOLDER"""
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "histograms": 0})
events.Reload()
tags = events.Tags()
scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]}
histograms = {
    tag: [
        [e.step, *(getattr(e.histogram_value, f) for f in ("min", "max", "num", "sum", "sum_squares")),
         list(e.histogram_value.bucket_limit), list(e.histogram_value.bucket)]
        for e in events.Histograms(tag)
    ]
    for tag in tags["histograms"]
}
print(json.dumps({"scalars": scalars, "histograms": histograms}))
