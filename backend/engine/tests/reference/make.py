"""Reference numbers for tests/reference.rs, by numpy and scikit-learn.

    python3 -m venv target/venv && target/venv/bin/pip install numpy scikit-learn
    target/venv/bin/python backend/engine/tests/reference/make.py

Each split is stored as a base64 bitmap: bit i (lowest first) of byte i/8 is 1 when row i is in the test part.
"""

import base64
import csv
import json
import pathlib

import numpy
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import (
    accuracy_score, average_precision_score, balanced_accuracy_score, brier_score_loss, f1_score, log_loss,
    matthews_corrcoef, mean_absolute_error, mean_absolute_percentage_error, mean_squared_error,
    median_absolute_error, r2_score, roc_auc_score,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).parent
SAMPLES = HERE.parents[3] / "docs" / "samples"


def read(name):
    with open(SAMPLES / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def split(rows):
    """80/20 with random_state=42, as the worked example has it."""
    _, test = train_test_split(numpy.arange(rows), test_size=0.2, random_state=42)
    mask = numpy.zeros(rows, dtype=bool)
    mask[test] = True
    return mask


def packed(mask):
    return base64.b64encode(numpy.packbits(mask, bitorder="little").tobytes()).decode()


def columns(rows, names):
    return numpy.array([[float(row[name]) for name in names] for row in rows])


def prepared(numbers, words, drop):
    return ColumnTransformer([
        ("numbers", StandardScaler(), list(range(numbers))),
        ("words", OneHotEncoder(drop=drop), list(range(numbers, numbers + words))),
    ])


def areas(y, p, classes):
    """Both areas of each class against the rest: of the model's probabilities, and of the same as whole percents,
    which have ties; the percents are stored, a byte each, row by row."""
    percents = numpy.rint(p * 100).astype(numpy.uint8)
    members = [y == name for name in classes]
    return {
        "classes": list(classes),
        "roc_auc": [roc_auc_score(m, p[:, i]) for i, m in enumerate(members)],
        "average_precision": [average_precision_score(m, p[:, i]) for i, m in enumerate(members)],
        "percents": base64.b64encode(percents.tobytes()).decode(),
        "percents_roc_auc": [roc_auc_score(m, percents[:, i]) for i, m in enumerate(members)],
        "percents_average_precision": [
            average_precision_score(m, percents[:, i]) for i, m in enumerate(members)
        ],
    }


def diamonds():
    rows = read("diamonds")
    numbers = ["carat", "depth", "table", "x", "y", "z"]
    words = ["cut", "color", "clarity"]
    x = numpy.array([[float(r[n]) for n in numbers] + [r[w] for w in words] for r in rows], dtype=object)
    y = columns(rows, ["price"])[:, 0]
    test = split(len(rows))
    answer = {"test_rows": packed(test), "numbers": numbers}
    for name, model in [
        ("linear", make_pipeline(prepared(6, 3, "first"), LinearRegression())),
        ("ridge", make_pipeline(prepared(6, 3, None), Ridge(alpha=1.0, solver="cholesky"))),
        ("lasso", make_pipeline(prepared(6, 3, None), Lasso(alpha=5.0, tol=1e-12, max_iter=100_000))),
        (
            "elastic_net",
            make_pipeline(prepared(6, 3, None), ElasticNet(alpha=0.02, l1_ratio=0.3, tol=1e-12, max_iter=100_000)),
        ),
    ]:
        model.fit(x[~test], y[~test])
        answer[f"{name}_r2"] = r2_score(y[test], model.predict(x[test]))

    # The column "table" as weights, of rows in learning and in the score.
    weights, others = columns(rows, ["table"])[:, 0], [0, 1, 3, 4, 5, 6, 7, 8]
    model = make_pipeline(prepared(5, 3, "first"), LinearRegression())
    model.fit(x[~test][:, others], y[~test], linearregression__sample_weight=weights[~test])
    answer["weighted_linear_r2"] = r2_score(
        y[test], model.predict(x[test][:, others]), sample_weight=weights[test]
    )

    # The worked example: standardise, a column of ones, w = (XᵀX)⁻¹ Xᵀy, MSE on the test part.
    for name, scaler in [("standard", StandardScaler()), ("min_max", MinMaxScaler())]:
        plain = columns(rows, numbers)
        scaler.fit(plain[~test])
        design = numpy.hstack([scaler.transform(plain), numpy.ones((len(rows), 1))])
        train = design[~test]
        w = numpy.linalg.solve(train.T @ train, train.T @ y[~test])
        answer[f"normal_equations_{name}_mse"] = float(numpy.mean((y[test] - design[test] @ w) ** 2))
    return answer


def churn():
    rows = [row for row in read("telco_churn")]
    numbers = ["tenure", "monthly_charges"]
    words = ["contract", "payment_method", "internet_service"]
    x = numpy.array([[float(r[n]) for n in numbers] + [r[w] for w in words] for r in rows], dtype=object)
    y = numpy.array([row["churn"] for row in rows])
    test = split(len(rows))
    model = make_pipeline(prepared(2, 3, None), LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000))
    model.fit(x[~test], y[~test])
    p = model.predict_proba(x[test])

    # The column "tenure" as weights, of rows in learning and in the scores.
    weights, others = columns(rows, ["tenure"])[:, 0], [1, 2, 3, 4]
    weighted = make_pipeline(prepared(1, 3, None), LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000))
    weighted.fit(x[~test][:, others], y[~test], logisticregression__sample_weight=weights[~test])
    weighted_p = weighted.predict_proba(x[test][:, others])
    return {
        "test_rows": packed(test),
        "weighted_features": ["monthly_charges"] + words,
        "weighted_log_loss": log_loss(y[test], weighted_p, sample_weight=weights[test]),
        "features": numbers + words,
        "log_loss": log_loss(y[test], p),
        "auc": roc_auc_score(y[test] == "Yes", p[:, 1]),
        "areas": areas(y[test], p, model.classes_),
    }


def iris():
    rows = read("iris")
    names = [name for name in rows[0] if name != "target"]
    x, y = columns(rows, names), numpy.array([row["target"] for row in rows])
    test = split(len(rows))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, tol=1e-12, max_iter=10_000))
    model.fit(x[~test], y[~test])
    p = model.predict_proba(x[test])
    return {
        "test_rows": packed(test),
        "log_loss": log_loss(y[test], p),
        "areas": areas(y[test], p, model.classes_),
    }


def scores_of_numbers(w):
    """Rows made of whole numbers, so that both sides have the same: see `scores` in tests/reference.rs."""
    i = numpy.arange(500)
    y, p = (i * 37 % 101 - 20) / 10, (i * 37 % 101 - 20 + i * 53 % 17) / 10
    keep = y != 0
    return {
        "mse": mean_squared_error(y, p, sample_weight=w),
        "rmse": mean_squared_error(y, p, sample_weight=w) ** 0.5,
        "mae": mean_absolute_error(y, p, sample_weight=w),
        "median_absolute_error": median_absolute_error(y, p, sample_weight=w),
        "r2": r2_score(y, p, sample_weight=w),
        "mape": mean_absolute_percentage_error(y[keep], p[keep], sample_weight=None if w is None else w[keep]),
    }


def calibration_error(stated, hit, w):
    bins = numpy.minimum((stated * 10).astype(int), 9)
    return sum(abs(numpy.sum((w * (hit - stated))[bins == b])) for b in range(10)) / numpy.sum(w)


def scores_of_classes(k, w):
    i = numpy.arange(500)
    raw = numpy.stack([(i * (7 + 4 * c) % 23 + 1).astype(float) for c in range(k)], axis=1)
    y = (i * 13 % 29 + 2 * raw.argmax(axis=1)) % k
    p = raw / raw.sum(axis=1, keepdims=True)
    called = p.argmax(axis=1)
    ones = numpy.ones(500) if w is None else w
    two = k == 2
    hit, stated = (y == 1, p[:, 1]) if two else (y == called, p.max(axis=1))
    average = "binary" if two else "macro"
    members = [y == c for c in range(k)]
    squares = sum((p[:, c] - m) ** 2 for c, m in enumerate(members))
    return {
        "log_loss": log_loss(y, p, sample_weight=w),
        "accuracy": accuracy_score(y, called, sample_weight=w),
        "balanced_accuracy": balanced_accuracy_score(y, called, sample_weight=w),
        "f1": f1_score(y, called, average=average, sample_weight=w),
        "mcc": matthews_corrcoef(y, called, sample_weight=w),
        "brier": brier_score_loss(y, p[:, 1], sample_weight=w) if two else float(numpy.average(squares, weights=w)),
        "auc": float(numpy.mean([roc_auc_score(members[c], p[:, c], sample_weight=w) for c in (range(1, 2) if two else range(k))])),
        "average_precision": float(numpy.mean(
            [average_precision_score(members[c], p[:, c], sample_weight=w) for c in (range(1, 2) if two else range(k))]
        )),
        "calibration_error": float(calibration_error(stated, hit.astype(float), ones)),
    }


def scores():
    weights = (numpy.arange(500) % 4).astype(float)
    return {
        "numbers": scores_of_numbers(None),
        "numbers_weighted": scores_of_numbers(weights),
        "two": scores_of_classes(2, None),
        "two_weighted": scores_of_classes(2, weights),
        "three": scores_of_classes(3, None),
        "three_weighted": scores_of_classes(3, weights),
    }


def isotonic():
    """The middles and heights of the blocks of an isotonic regression without the first and the last."""
    i = numpy.arange(2000)
    p = (i * 997 % 2003 + 1) / 2005
    y = ((i * 7919 % 10007) / 10007 < p**2).astype(int)
    fitted = IsotonicRegression().fit_transform(p, y)
    order = numpy.argsort(p)
    heights, starts = numpy.unique(fitted[order], return_index=True)
    middles = [float(m.mean()) for m in numpy.split(p[order], starts[1:])]
    return {"from": middles[1:-1], "to": [float(h) for h in heights[1:-1]]}


if __name__ == "__main__":
    answer = {
        "made_by": f"numpy {numpy.__version__}, scikit-learn {sklearn.__version__}",
        "diamonds": diamonds(),
        "telco_churn": churn(),
        "iris": iris(),
        "scores": scores(),
        "isotonic": isotonic(),
    }
    (HERE / "reference.json").write_text(json.dumps(answer, indent=1) + "\n")
    for name, part in answer.items():
        print(name, {k: v for k, v in part.items() if k not in ("test_rows", "areas", "from", "to")} if isinstance(part, dict) else part)
