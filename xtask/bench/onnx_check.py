"""Compares exported models with the answers of the server, in onnxruntime.

    python onnx_check.py <folder> [--bar 1e-5] [--quiet]

<folder> holds a folder for each case, as the engine's example `export_models` writes them:
  model.onnx  the model
  case.json   {"columns": {column: [cell, ...]}, "answers": {...}}; a missing cell is null. Answers of a regression are
              "value" (a number a row) and "range" (of the target); of a classification "label" and "probabilities".
Prints the largest difference of each case: relative to the target's range (to the answer, where a row that is far from
the data makes that larger), or absolute for probabilities. A label may differ from the server's only where two classes are within the bar of one another. Ends with 1 where a case is over the
bar, and with 2 where there is no case.

Needs onnxruntime and numpy (both MIT/BSD), from PyPI.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy
import onnxruntime


def feed(session, case):
    """The inputs of the graph, from the columns of the case."""
    metadata = session.get_modelmeta().custom_metadata_map
    inputs = {}
    for described in json.loads(metadata["inputs"]):
        cells = case["columns"][described["column"]]
        if described["element"] == "double":
            column = numpy.array([numpy.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
        else:
            column = numpy.array([described["missing"] if cell is None else cell for cell in cells], dtype=object)
        inputs[described["input"]] = column.reshape(-1, 1)
    return inputs


def numbers_off(outputs, answers):
    """The largest difference as a share of the target's range, or of the answer where that is larger."""
    value, expected = outputs["value"], numpy.array(answers["value"], dtype=numpy.float64)
    if value.dtype != numpy.float64 or value.shape != (len(expected), 1):
        raise ValueError(f"value is {value.dtype} {value.shape}, not float64 ({len(expected)}, 1)")
    # JSON has no infinity: an answer beyond all numbers is null, and must be beyond them here too.
    finite = numpy.isfinite(expected)
    wrong = int(numpy.isfinite(value[~finite, 0]).sum())
    ours, theirs = expected[finite], value[finite, 0]
    off = numpy.abs(theirs - ours) / numpy.maximum(answers["range"], numpy.abs(ours))
    return off.max(initial=0.0), wrong


def classes_off(session, outputs, answers, bar):
    """The largest difference of a probability, and how many labels are others without being tied."""
    metadata = session.get_modelmeta().custom_metadata_map
    classes = json.loads(metadata["classes"])
    probabilities, label = outputs["probabilities"], outputs["label"]
    expected = numpy.array(answers["probabilities"], dtype=numpy.float64)
    if probabilities.dtype != numpy.float64 or probabilities.shape != expected.shape:
        raise ValueError(f"probabilities are {probabilities.dtype} {probabilities.shape}, not float64 {expected.shape}")
    if label.shape != (len(expected),):
        raise ValueError(f"label is {label.shape}, not ({len(expected)},)")
    wrong = 0
    costs = json.loads(metadata["settings"])["costs"]
    for row, (ours, theirs) in enumerate(zip(answers["label"], label)):
        if ours != theirs:
            # With costs the decision is not by probability, and a tie cannot be told here.
            tie = abs(expected[row, classes.index(ours)] - expected[row, classes.index(theirs)]) <= bar
            wrong += 0 if tie and not costs else 1
    return numpy.abs(probabilities - expected).max(), wrong


def check(folder, bar):
    """The family, the difference, the wrong labels, the rows and the microseconds a row of one case."""
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    inputs = feed(session, case)
    names = [output.name for output in session.get_outputs()]
    start = time.perf_counter()
    outputs = dict(zip(names, session.run(names, inputs)))
    seconds = time.perf_counter() - start
    answers = case["answers"]
    if "value" in answers:
        off, wrong = numbers_off(outputs, answers)
    else:
        off, wrong = classes_off(session, outputs, answers, bar)
    rows = len(next(iter(outputs.values())))
    family = session.get_modelmeta().custom_metadata_map["algorithm"]
    return family, off, wrong, rows, seconds / max(rows, 1) * 1e6


def main():
    parser = argparse.ArgumentParser(description="Compares exported models with the server's answers.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--bar", type=float, default=1e-5)
    parser.add_argument("--quiet", action="store_true", help="print only what fails, and the largest difference")
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.folder.glob("*/model.onnx"))
    if not folders:
        print(f"no case in {arguments.folder}")
        return 2
    failed, largest, families = 0, 0.0, {}
    for folder in folders:
        try:
            family, off, wrong, rows, microseconds = check(folder, arguments.bar)
        except Exception as error:  # a model that does not load or run is a failure of its own, not the end
            failed += 1
            print(f"FAIL {folder.name:36} {error}")
            continue
        # Written so that a difference that is not a number fails.
        good = off <= arguments.bar and wrong == 0
        failed += 0 if good else 1
        largest = max(largest, off)
        count, worst = families.get(family, (0, 0.0))
        families[family] = (count + 1, max(worst, off))
        if not (good and arguments.quiet):
            word = "ok  " if good else "FAIL"
            print(f"{word} {folder.name:36} {family:16} {off:9.1e}  {wrong} labels  {rows} rows  {microseconds:.1f} us a row")
    for family, (count, worst) in sorted(families.items()):
        print(f"     {family:16} {count:4} models, the largest difference {worst:.1e}")
    print(f"{len(folders)} models, {failed} over {arguments.bar:.0e}, the largest difference {largest:.1e}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
