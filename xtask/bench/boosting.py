"""Boosting side by side: ours against LightGBM, on the same rows and one thread each.

    python boosting.py <tree_bench program> <folder of data sets> <folder for files> [names ...]

Two comparisons for each data set:
 - speed: the same number of trees and leaves, no early stopping, no sampling; seconds of processor time;
 - quality: early stopping on the same rows, ours by its recipe, LightGBM at learning rates 0.05 and 0.1; loss on the
   test rows and seconds.
Prints a line each with ratios (ours / theirs) and the geometric means.
"""

import json
import math
import subprocess
import sys
import time
from pathlib import Path

import lightgbm
import numpy
import pandas

SPEED = {"rounds": 100, "max_leaves": 31, "min_leaf_rows": 20, "l2": 0, "max_depth": 64, "row_fraction": 1,
         "column_fraction": 1, "early_stopping_rounds": 0, "learning_rate": 0.1, "max_bins": 254}


def parts(rows, seed):
    order = numpy.random.default_rng(seed).permutation(rows)
    part = numpy.full(rows, "train", dtype=object)
    test, valid = rows // 5, rows // 10
    part[order[:test]] = "test"
    part[order[test:test + valid]] = "valid"
    return part


def ours(program, path, target, settings):
    arguments = [f"{name}={value}" for name, value in settings.items()]
    done = subprocess.run([program, path, target, "part_of_row", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


class Theirs:
    def __init__(self, frame, target, task):
        part = frame["part_of_row"]
        y = frame[target]
        x = frame.drop(columns=[target, "part_of_row"])
        for name in x.columns:
            if not pandas.api.types.is_numeric_dtype(x[name]) or x[name].dtype == bool:
                x[name] = x[name].astype("category")
        if task != "regression":
            y = pandas.Series(pandas.factorize(y, sort=True)[0])
        self.classes = int(y.max()) + 1 if task == "multiclass" else 0
        self.objective = {"regression": "regression", "binary": "binary", "multiclass": "multiclass"}[task]
        of = lambda name: (x[part == name], y[part == name].to_numpy())
        self.train, self.valid, self.test = of("train"), of("valid"), of("test")

    def fit(self, rounds, stopping, **settings):
        settings = {"objective": self.objective, "num_threads": 1, "verbose": -1, "seed": 1, "max_bin": 255, **settings}
        if self.classes:
            settings["num_class"] = self.classes
        before = time.process_time()
        train = lightgbm.Dataset(*self.train)
        callbacks, valid = [], []
        if stopping:
            valid = [lightgbm.Dataset(*self.valid, reference=train)]
            callbacks = [lightgbm.early_stopping(stopping, verbose=False)]
        booster = lightgbm.train(settings, train, rounds, valid_sets=valid, callbacks=callbacks)
        seconds = time.process_time() - before
        answers = booster.predict(self.test[0], num_iteration=booster.best_iteration or rounds)
        y = self.test[1]
        if self.objective == "regression":
            loss = math.sqrt(numpy.mean((answers - y) ** 2))
        elif self.objective == "binary":
            loss = -numpy.mean(numpy.log(numpy.maximum(numpy.where(y == 1, answers, 1 - answers), 1e-15)))
        else:
            loss = -numpy.mean(numpy.log(numpy.maximum(answers[numpy.arange(len(y)), y], 1e-15)))
        return {"loss": float(loss), "seconds": seconds, "rounds": booster.best_iteration or rounds}


def large(folder):
    path = folder / "large.csv"
    random = numpy.random.default_rng(3)
    x = random.normal(size=(300_000, 12)).round(4)
    y = x[:, 0] * 2 + numpy.sin(x[:, 1] * 3) + x[:, 2] * x[:, 3] + numpy.abs(x[:, 4]) + random.normal(size=len(x))
    frame = pandas.DataFrame(x, columns=[f"x{i}" for i in range(12)])
    frame["y"] = y.round(5)
    frame.to_csv(path, index=False)
    return {"name": "large", "task": "regression", "target": "y"}, path


def geometric(values):
    return math.exp(sum(math.log(value) for value in values) / len(values)) if values else float("nan")


def main():
    program, data, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    only = sys.argv[4:]
    sets = [(entry, data / f"{entry['name']}.csv") for entry in json.loads((data / "manifest.json").read_text())]
    if not only or "large" in only:
        entry, path = large(folder)
        sets.append((entry, path))
    ratios = {"speed": [], "loss": [], "seconds": []}
    for entry, path in sets:
        if only and entry["name"] not in only:
            continue
        frame = pandas.read_csv(path, keep_default_na=True, na_values=[""])
        frame = frame[frame[entry["target"]].notna()].reset_index(drop=True)
        if entry["task"] != "regression":
            frame[entry["target"]] = "class " + frame[entry["target"]].astype(str)
        small = len(frame) < 3_000
        losses, rows = {"ours": [], "05": [], "1": []}, []
        seconds = {"ours": [], "05": [], "1": []}
        for seed in range(5 if small else 2 if len(frame) < 100_000 else 1):
            frame["part_of_row"] = parts(len(frame), seed)
            file = folder / f"{entry['name']}-{seed}.csv"
            frame.to_csv(file, index=False)
            theirs = Theirs(frame, entry["target"], entry["task"])
            if seed == 0:
                repeats = 3 if small else 2
                a = ours(program, file, entry["target"], {**SPEED, "repeats": 50})
                fits = [theirs.fit(100, 0, num_leaves=31, learning_rate=0.1) for _ in range(repeats)]
                b = min(fits, key=lambda fit: fit["seconds"])
                ratios["speed"].append(a["seconds"] / b["seconds"])
                print(f"{entry['name']:13} speed   {a['seconds']:.3f} / {b['seconds']:.3f} s = "
                      f"{a['seconds'] / b['seconds']:.2f}; test loss {a['loss']:.5g} / {b['loss']:.5g}", flush=True)
            for name, fit in (("ours", ours(program, file, entry["target"], {"repeats": 10})),
                              ("05", theirs.fit(1000, 50, learning_rate=0.05)),
                              ("1", theirs.fit(1000, 50, learning_rate=0.1))):
                losses[name].append(fit["loss"])
                seconds[name].append(fit["seconds"])
                rows.append(fit["rounds"])
        mean = lambda values: sum(values) / len(values)
        best = min(mean(losses["05"]), mean(losses["1"]))
        ratio = mean(losses["ours"]) / mean(losses["05"])
        time_ratio = mean(seconds["ours"]) / mean(seconds["05"])
        ratios["loss"].append(ratio)
        ratios["seconds"].append(time_ratio)
        print(f"{entry['name']:13} quality {mean(losses['ours']):.5g} / {mean(losses['05']):.5g} ({mean(losses['1']):.5g} at 0.1)"
              f" = {ratio:.4f} ({mean(losses['ours']) / best:.4f} of the better); "
              f"{mean(seconds['ours']):.3f} / {mean(seconds['05']):.3f} ({mean(seconds['1']):.3f}) s = {time_ratio:.2f}; rounds {rows}", flush=True)
    print("geometric means:", {name: round(geometric(values), 4) for name, values in ratios.items()},
          "level or better:", sum(ratio <= 1.002 for ratio in ratios["loss"]), "of", len(ratios["loss"]))


main()
