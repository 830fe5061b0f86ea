"""Reads the file of `read_bench` with pandas' C reader and prints the same figures: `python read.py FILE`.

Needs pandas. Dates stay texts; nothing is profiled.
"""

import resource
import sys
import time

import pandas

path = sys.argv[1]
with open(path, "rb") as file:
    size = len(file.read()) / 1e6
best = None
for _ in range(3):
    before, start = time.process_time(), time.perf_counter()
    table = pandas.read_csv(path)
    cpu, wall = time.process_time() - before, time.perf_counter() - start
    best = min(best or (cpu, wall), (cpu, wall))
    rows, columns = table.shape
    del table
print(f"pandas  {pandas.__version__}: {size:.0f} MB, {rows} rows x {columns} columns")
print(f"        read {best[0]:.2f} s of processor time; {best[1]:.2f} s passed")
print(f"        {size / best[0]:.0f} MB per processor second with types, without dates and profile")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(f"        peak memory {peak / 1e6:.0f} MB, {peak / 1e6 / size:.2f} times the file")
