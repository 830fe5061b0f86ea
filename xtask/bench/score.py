"""How long scikit-learn and LightGBM take for the models that `score_bench` scores: one thread, a row alone and a batch.

Prints one line of JSON: microseconds a row. Run by `cargo run --release -p engine --example score_bench -- <python>`,
where <python> is an interpreter with numpy, scikit-learn and lightgbm.
"""

import itertools
import json
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import lightgbm
import numpy
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression

FEATURES, TREES, DEPTH, BATCH = 20, 300, 6, 1_000


def quickest(times, work):
    """The least of many timings in processor time, in microseconds."""
    least = float("inf")
    for _ in range(times):
        before = time.thread_time()
        work()
        least = min(least, time.thread_time() - before)
    return least * 1e6


def main():
    random = numpy.random.default_rng(42)
    x = random.random((20_000, FEATURES))
    # Chance as a target grows full trees: as many nodes as the model beside them has.
    y = random.random(len(x))
    batch = numpy.ascontiguousarray(random.random((BATCH, FEATURES)))
    # As many rows in turns as the other side has, so that no branch is learned by heart.
    rows = itertools.cycle([batch[at : at + 1].copy() for at in range(200)])
    booster = lightgbm.train(
        {
            "objective": "regression", "num_leaves": 2**DEPTH, "max_depth": DEPTH, "min_data_in_leaf": 1,
            "min_sum_hessian_in_leaf": 0, "learning_rate": 0.1, "num_threads": 1, "verbose": -1,
        },
        lightgbm.Dataset(x, y),
        TREES,
    )
    one = {"num_threads": 1}
    hist = HistGradientBoostingRegressor(
        max_iter=TREES, max_leaf_nodes=2**DEPTH, max_depth=DEPTH, min_samples_leaf=1, early_stopping=False
    ).fit(x, y)
    linear = LinearRegression().fit(x[:, :9], y)
    figures = {
        "lightgbm_leaves": sum(tree["num_leaves"] for tree in booster.dump_model()["tree_info"]) / TREES,
        "lightgbm_row": quickest(1_000, lambda: booster.predict(next(rows), **one)),
        "lightgbm_batch": quickest(20, lambda: booster.predict(batch, **one)) / BATCH,
        "lightgbm_explain_row": quickest(200, lambda: booster.predict(next(rows), pred_contrib=True, **one)),
        "lightgbm_explain_batch": quickest(2, lambda: booster.predict(batch, pred_contrib=True, **one)) / BATCH,
        "sklearn_row": quickest(100, lambda: hist.predict(next(rows))),
        "sklearn_batch": quickest(30, lambda: hist.predict(batch)) / BATCH,
        "sklearn_linear_row": quickest(2_000, lambda: linear.predict(next(rows)[:, :9])),
        "sklearn_linear_batch": quickest(500, lambda: linear.predict(batch[:, :9])) / BATCH,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
