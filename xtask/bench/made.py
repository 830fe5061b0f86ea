"""Writes data sets that nothing was tuned on, as CSVs with a `manifest.json`: those that come with scikit-learn, and
made ones of known difficulty (noise columns, rare classes, categories of many levels, gaps, steps, long tails).

Called by `cargo xtask bench engine --made` as `made.py FOLDER`. The same files each time.
"""

import json
import os
import sys

import numpy as np
import pandas as pd
from sklearn import datasets

FOLDER = sys.argv[1]
manifest = []


def write(name, frame, task):
    """A frame whose last column is the target."""
    frame.to_csv(os.path.join(FOLDER, name + ".csv"), index=False)
    manifest.append({"name": name, "task": task, "target": frame.columns[-1], "rows": len(frame)})


def framed(x, y, digits=5):
    frame = pd.DataFrame(np.round(x, digits), columns=[f"x{at}" for at in range(x.shape[1])])
    numeric = np.issubdtype(np.asarray(y).dtype, np.floating)
    frame["y"] = np.round(y, digits) if numeric else [f"c{value}" for value in y]
    return frame


def built_in():
    write("diabetes", datasets.load_diabetes(as_frame=True, scaled=False).frame, "regression")
    for name in ("breast_cancer", "wine", "digits"):
        found = getattr(datasets, f"load_{name}")()
        write(name, framed(found.data, found.target), "classes")


def friedman():
    for rows in (600, 3000, 12000):
        x, y = datasets.make_friedman1(rows, n_features=12, noise=1.0, random_state=rows)
        write(f"friedman1_{rows}", framed(x, y), "regression")
    x, y = datasets.make_friedman2(4000, noise=60.0, random_state=2)
    write("friedman2", framed(x, y), "regression")
    x, y = datasets.make_friedman3(4000, noise=0.1, random_state=3)
    write("friedman3", framed(x, y), "regression")


def houses(rows=12000, seed=4):
    """Prices by place, age and income, cut off at the top, as in the census of California."""
    random = np.random.default_rng(seed)
    place = random.integers(0, 5, rows)
    centres = np.array([[37.8, -122.4], [34.0, -118.2], [32.7, -117.1], [36.7, -119.8], [38.6, -121.5]])
    at = centres[place] + random.normal(0, 0.5, (rows, 2))
    income = random.gamma(4.0, 1.0, rows)
    age, rooms = random.integers(1, 52, rows), random.lognormal(1.65, 0.3, rows)
    near = np.exp(-np.min(((at[:, None] - centres[None, :3]) ** 2).sum(2), axis=1))
    value = 0.45 * income + 1.6 * near + 0.1 * np.log(rooms) * income - 0.004 * age + random.normal(0, 0.35, rows)
    frame = pd.DataFrame({"latitude": at[:, 0].round(2), "longitude": at[:, 1].round(2), "income": income.round(4),
                          "age": age, "rooms": rooms.round(3), "population": random.lognormal(7, 0.7, rows).round(),
                          "occupancy": random.lognormal(1, 0.3, rows).round(3)})
    frame["value"] = np.clip(value, 0.15, 5.0).round(3)
    write("houses", frame, "regression")


def counts(rows=6000, seed=5):
    """Hourly counts: a season, a day, weather in words, and a long tail."""
    random = np.random.default_rng(seed)
    hour, day = random.integers(0, 24, rows), random.integers(0, 365, rows)
    weather = random.choice(["clear", "clear", "mist", "rain"], rows)
    busy = np.exp(-((hour - 8) ** 2) / 6) + 1.3 * np.exp(-((hour - 17.5) ** 2) / 8) + 0.15
    rate = 200 * busy * (1.2 - np.cos(2 * np.pi * day / 365)) * np.where(weather == "rain", 0.5, 1.0)
    months = np.array(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
    frame = pd.DataFrame({"month": months[day * 12 // 365], "weekday": day % 7, "hour": hour, "weather": weather,
                          "temperature": (15 - 10 * np.cos(2 * np.pi * day / 365) + random.normal(0, 3, rows)).round(1),
                          "wind": random.gamma(2, 5, rows).round(1)})
    frame["count"] = random.poisson(rate * np.where(day % 7 > 4, 0.7, 1.0))
    write("counts", frame, "regression")


def shops(rows=8000, seed=6):
    """A category of 400 levels, gaps, and columns that say nothing."""
    random = np.random.default_rng(seed)
    shop, kind = random.integers(0, 400, rows), random.integers(0, 6, rows)
    effect, x = random.normal(0, 1.5, 400), random.normal(0, 1, (rows, 8))
    x[random.random((rows, 8)) < 0.1] = np.nan
    seen = np.nan_to_num(x)
    y = effect[shop] + seen[:, 0] * (kind % 3) + np.maximum(seen[:, 1], 0) * 2 + random.normal(0, 1, rows)
    frame = framed(x, y).drop(columns="y")
    frame.insert(0, "kind", [f"k{value}" for value in kind])
    frame.insert(0, "shop", [f"s{value}" for value in shop])
    write("shops", frame.assign(y=y.round(4)), "regression")
    chance = 1 / (1 + np.exp(-(y - 2.5)))
    write("shops_yes", frame.assign(y=np.where(random.random(rows) < chance, "yes", "no")), "classes")


def classes():
    variants = {
        "easy": dict(n_samples=2000, n_features=10, n_informative=6, class_sep=1.5),
        "noisy": dict(n_samples=5000, n_features=40, n_informative=5, flip_y=0.2),
        "rare": dict(n_samples=10000, n_features=20, n_informative=8, weights=[0.97]),
        "seven": dict(n_samples=7000, n_features=25, n_informative=12, n_classes=7, n_clusters_per_class=2),
        "wide": dict(n_samples=800, n_features=150, n_informative=15),
        "many": dict(n_samples=30000, n_features=15, n_informative=10, n_clusters_per_class=4, class_sep=0.7),
    }
    for at, (name, settings) in enumerate(variants.items()):
        x, y = datasets.make_classification(random_state=at, **settings)
        write(name, framed(x, y), "classes")


def tails():
    """Linear with a few wild rows, and steps."""
    random = np.random.default_rng(8)
    x, y = datasets.make_regression(2500, 20, n_informative=8, noise=15.0, random_state=8)
    write("line", framed(x, y + random.standard_t(2, 2500) * 20), "regression")
    x = random.normal(0, 1, (9000, 10))
    y = np.floor(2 * x[:, 0]) * np.sign(x[:, 1]) + 3 * (x[:, 2] > 0.5) * (x[:, 3] > 0) + random.normal(0, 0.5, 9000)
    write("steps", framed(x, y), "regression")


for make in (built_in, friedman, houses, counts, shops, classes, tails):
    make()
with open(os.path.join(FOLDER, "manifest.json"), "w", encoding="utf-8") as file:
    json.dump(manifest, file, indent=1)
