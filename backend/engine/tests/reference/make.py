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
from sklearn.metrics import average_precision_score, log_loss, r2_score, roc_auc_score
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


if __name__ == "__main__":
    answer = {
        "made_by": f"numpy {numpy.__version__}, scikit-learn {sklearn.__version__}",
        "diamonds": diamonds(),
        "telco_churn": churn(),
        "iris": iris(),
    }
    (HERE / "reference.json").write_text(json.dumps(answer, indent=1) + "\n")
    for name, part in answer.items():
        print(name, {k: v for k, v in part.items() if k not in ("test_rows", "areas")} if isinstance(part, dict) else part)
