"""Scores and class weights by scikit-learn, to test package model against: python3 sklearn_cases.py > sklearn_cases.json.

Made with Debian's python3-sklearn, 1.2.1."""
import json
import random
import warnings

import numpy as np
from sklearn.metrics import accuracy_score, f1_score
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")
rnd = random.Random(1)


def draw(n, classes, right):
    """n labels of which the last classes are rare, and predictions of which about a share is right."""
    labels = [min(rnd.randrange(classes), rnd.randrange(classes)) for _ in range(n)]
    return labels, [y if rnd.random() < right else rnd.randrange(classes) for y in labels]


cases = {
    "two classes": (2, [0, 0, 1, 1, 1], [0, 1, 1, 1, 0]),
    "a class that is never predicted": (3, [0, 0, 1, 2], [0, 0, 1, 1]),
    "a class that only predictions have": (3, [0, 0, 1, 1], [0, 2, 1, 1]),
    "a class that nothing has": (4, [0, 0, 3, 1], [0, 3, 3, 1]),
    "one class": (2, [1, 1], [1, 1]),
    "nothing right": (2, [0, 1], [1, 0]),
    "many classes": (20, *draw(300, 20, 0.7)),
}
out = []
for name, (classes, labels, predictions) in cases.items():
    seen = np.unique(labels)
    weights = dict(zip(seen.tolist(), compute_class_weight("balanced", classes=seen, y=labels)))
    out.append({
        "name": name, "classes": classes, "labels": labels, "predictions": predictions,
        "accuracy": accuracy_score(labels, predictions),
        "macro_f1": f1_score(labels, predictions, average="macro"),
        "balanced": [float(weights.get(c, 0)) for c in range(classes)],
    })
print(json.dumps(out, indent=0))
