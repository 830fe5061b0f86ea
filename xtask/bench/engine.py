"""The engine beside its peers, on the same rows: scikit-learn, LightGBM and, at equal seconds, an AutoML.

Called by `cargo xtask bench engine`, which installs what is imported here and builds the program that trains. Every
data set of a folder with a `manifest.json` (`name`, `task`, `target`; the file is `name.csv`) is cut by one seed into
60 % train, 20 % validation and 20 % test. Losses are those of the test rows: RMSE for numbers, log-loss for classes.
A ratio under 1 says that the engine is better, or takes less. Processor seconds are those of one thread.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings

THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
PART = "part_of_the_bench"


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="train_bench")
    parser.add_argument("--data", required=True, help="a folder of CSVs with a manifest")
    parser.add_argument("--only", default="", help="names of data sets, separated by commas")
    parser.add_argument("--seconds", type=float, default=0, help="compare with an AutoML at this budget")
    parser.add_argument("--threads", type=int, default=2, help="threads of both sides of the AutoML comparison")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1, help="splits a data set, each by another seed")
    return parser.parse_args()


options = read_options()
for name in THREADS:
    os.environ[name] = str(options.threads if options.seconds else 1)

import numpy as np  # noqa: E402  (after the threads are set)
import pandas as pd  # noqa: E402

warnings.filterwarnings("ignore")


class Data:
    """A data set, cut into parts; words are categories, numbers numbers."""

    def __init__(self, folder, entry, seed):
        self.name, self.target, self.task = entry["name"], entry["target"], entry["task"]
        file = os.path.join(folder, entry["name"] + ".csv")
        frame = pd.read_csv(file, low_memory=False)
        frame = frame[frame[self.target].notna()].reset_index(drop=True)
        self.regression = self.task == "regression"
        order = np.random.default_rng(seed).permutation(len(frame))
        part = np.empty(len(frame), dtype=object)
        test, validation = int(len(frame) * 0.2), int(len(frame) * 0.2)
        part[order[:test]] = "test"
        part[order[test : test + validation]] = "validation"
        part[order[test + validation :]] = "train"
        if not self.regression:
            # A class that the train part lacks can't be learned by anybody.
            known = set(frame[self.target][part == "train"])
            keep = frame[self.target].isin(known).to_numpy()
            frame, part = frame[keep].reset_index(drop=True), part[keep]
        self.frame, self.part = frame, part
        x = frame.drop(columns=[self.target])
        for column in x.columns:
            if not pd.api.types.is_numeric_dtype(x[column]):
                x[column] = x[column].astype(str).where(x[column].notna()).astype("category")
        self.x = x
        if self.regression:
            self.y = frame[self.target].to_numpy(float)
        else:
            self.classes, self.y = np.unique(frame[self.target].astype(str), return_inverse=True)

    def rows(self, *parts):
        return np.isin(self.part, parts)

    def loss(self, answers):
        y = self.y[self.rows("test")]
        if self.regression:
            return math.sqrt(np.mean((y - answers) ** 2))
        answers = np.clip(answers, 1e-15, 1)
        answers = answers / answers.sum(axis=1, keepdims=True)
        return float(-np.mean(np.log(np.clip(answers[np.arange(len(y)), y], 1e-15, 1))))

    def write(self, folder, parts):
        """The file as the engine reads it; `parts` renames the parts."""
        file = os.path.join(folder, self.name + ".csv")
        self.frame.assign(**{PART: [parts[p] for p in self.part]}).to_csv(file, index=False)
        return file


def ours(data, folder, parts, settings, threads):
    file = data.write(folder, parts)
    task = "regression" if data.regression else "classification"
    settings = {"target": data.target, "task": task, "split": {"kind": "column", "column": PART}, **settings}
    run = subprocess.run(
        [options.program, file, json.dumps(settings), str(threads)], capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise RuntimeError(run.stderr.strip()[-500:])
    answer = json.loads(run.stdout.strip().splitlines()[-1])
    return answer["scores"]["rmse" if data.regression else "log_loss"], answer


def lightgbm(data, rate):
    import lightgbm

    train, validation, test = data.rows("train"), data.rows("validation"), data.rows("test")
    kind = lightgbm.LGBMRegressor if data.regression else lightgbm.LGBMClassifier
    x = data.x.rename(columns={name: f"c{at}" for at, name in enumerate(data.x.columns)})
    model = kind(n_estimators=1000, learning_rate=rate, n_jobs=1, random_state=1, verbosity=-1, deterministic=True)
    begun = time.process_time()
    model.fit(
        x[train],
        data.y[train],
        eval_set=[(x[validation], data.y[validation])],
        callbacks=[lightgbm.early_stopping(50, verbose=False)],
    )
    seconds = time.process_time() - begun
    return data.loss(answers(model, data, x[test])), seconds


def answers(model, data, x):
    if data.regression:
        return model.predict(x)
    found = model.predict_proba(x)
    full = np.zeros((len(found), len(data.classes)))
    full[:, np.asarray(model.classes_, dtype=int)] = found
    return full


def columns(data):
    words = [c for c in data.x.columns if isinstance(data.x[c].dtype, pd.CategoricalDtype)]
    return [c for c in data.x.columns if c not in words], words


def scikit(data, which):
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        HistGradientBoostingRegressor,
        RandomForestClassifier,
        RandomForestRegressor,
    )
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    numbers, words = columns(data)
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    if which == "linear":
        hot = make_pipeline(
            SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", max_categories=100)
        )
        prepare = ColumnTransformer(
            [("n", make_pipeline(SimpleImputer(), StandardScaler()), numbers), ("w", hot, words)]
        )
        model = make_pipeline(prepare, Ridge() if data.regression else LogisticRegression(max_iter=2000))
    elif which == "forest":
        prepare = ColumnTransformer(
            [
                ("n", SimpleImputer(strategy="median"), numbers),
                ("w", make_pipeline(ordinal, SimpleImputer(strategy="most_frequent")), words),
            ]
        )
        kind = RandomForestRegressor if data.regression else RandomForestClassifier
        model = make_pipeline(prepare, kind(n_estimators=200, random_state=1, n_jobs=1))
    else:
        prepare = ColumnTransformer([("n", "passthrough", numbers), ("w", ordinal, words)])
        kind = HistGradientBoostingRegressor if data.regression else HistGradientBoostingClassifier
        model = make_pipeline(prepare, kind(early_stopping=True, random_state=1, max_iter=1000, n_iter_no_change=50))
    train = data.rows("train", "validation") if which == "histogram" else data.rows("train")
    x = data.x.copy()
    for column in words:
        x[column] = x[column].astype(object)
    begun = time.process_time()
    model.fit(x[train], data.y[train])
    seconds = time.process_time() - begun
    return data.loss(answers(model, data, x[data.rows("test")])), seconds


def flaml(data, seconds, threads):
    from flaml import AutoML

    train = data.rows("train", "validation")
    x = data.x.rename(columns={name: f"c{at}" for at, name in enumerate(data.x.columns)})
    model = AutoML()
    begun = time.perf_counter()
    model.fit(
        x[train],
        data.y[train],
        task="regression" if data.regression else "classification",
        metric="rmse" if data.regression else "log_loss",
        time_budget=seconds,
        n_jobs=threads,
        seed=1,
        verbose=0,
    )
    spent = time.perf_counter() - begun
    test = x[data.rows("test")]
    return data.loss(answers(model, data, test)), spent


def mean(values):
    values = [v for v in values if v > 0 and math.isfinite(v)]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def line(cells, widths=(16, 12)):
    print(f"{cells[0]:<{widths[0]}}" + "".join(f"{c:>{widths[1]}}" for c in cells[1:]), flush=True)


def as_text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def equal_terms(sets):
    """One thread each: our boosting beside LightGBM's on the same validation part, our linear and forest beside
    scikit-learn's."""
    peers = {
        "lightgbm": (["boosting"], lambda d: lightgbm(d, 0.1)),
        "lightgbm .05": (["boosting"], lambda d: lightgbm(d, 0.05)),
        "sk histogram": (["boosting"], lambda d: scikit(d, "histogram")),
        "sk forest": (["forest"], lambda d: scikit(d, "forest")),
        "sk linear": (None, lambda d: scikit(d, "linear")),
    }
    same = {"train": "train", "validation": "validation", "test": "test"}
    ratios = {peer: {"loss": [], "seconds": []} for peer in peers}
    line(["data set", "family", "our loss", "our s", "peer", "its loss", "its s", "loss", "seconds"])
    for data in sets:
        mine = {}
        with tempfile.TemporaryDirectory() as folder:
            for families in (["boosting"], ["forest"], ["ridge" if data.regression else "logistic"]):
                _, answer = ours(data, folder, same, {"algorithms": families}, 1)
                entry = next(e for e in answer["leaderboard"] if e["algorithm"] == families[0])
                mine[families[0]] = (entry["test"], max(entry["fit_seconds"], 0.01))
        for peer, (families, run) in peers.items():
            family = families[0] if families else ("ridge" if data.regression else "logistic")
            loss, seconds = run(data)
            our_loss, our_seconds = mine[family]
            ratio = (our_loss / loss, our_seconds / seconds)
            ratios[peer]["loss"].append(ratio[0])
            ratios[peer]["seconds"].append(ratio[1])
            line([data.name, family, *map(as_text, (our_loss, our_seconds)), peer, *map(as_text, (loss, seconds, *ratio))])
    print()
    for peer, found in ratios.items():
        level = sum(r <= 1.01 for r in found["loss"])
        print(
            f"{peer:<14} loss x {mean(found['loss']):.3f}, level or better on {level} of {len(found['loss'])}, "
            f"seconds x {mean(found['seconds']):.3f} (no more on {sum(r <= 1 for r in found['seconds'])})"
        )


def equal_seconds(sets):
    """The whole search beside an AutoML's, at equal seconds and threads."""
    joined = {"train": "train", "validation": "train", "test": "test"}
    ratios = []
    line(["data set", "our loss", "our s", "best", "flaml", "its s", "loss"])
    for data in sets:
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            loss, answer = ours(data, folder, joined, {"budget_seconds": options.seconds}, options.threads)
            spent = time.perf_counter() - begun
        theirs, their_seconds = flaml(data, options.seconds, options.threads)
        ratios.append(loss / theirs)
        best = answer["leaderboard"][0]["algorithm"]
        line([data.name, *map(as_text, (loss, spent)), best, *map(as_text, (theirs, their_seconds, ratios[-1]))])
    print(f"\nflaml at {options.seconds:g} s: loss x {mean(ratios):.3f}, level or better on "
          f"{sum(r <= 1.01 for r in ratios)} of {len(ratios)}")


def main():
    manifest = json.load(open(os.path.join(options.data, "manifest.json"), encoding="utf-8"))
    only = [name for name in options.only.split(",") if name]
    chosen = [e for e in manifest if (e["name"] in only if only else e.get("bench", True))]
    if not chosen:
        sys.exit("no data set of the manifest is chosen")
    sets = (Data(options.data, entry, options.seed + at) for entry in chosen for at in range(options.repeats))
    equal_seconds(sets) if options.seconds else equal_terms(sets)


main()
