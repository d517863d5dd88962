#!/usr/bin/python3
"""gensim's side of the suite vectors-gensim, printed in the format of Go's benchmarks.

usage: gensim_vectors.py load|nearest file [threads]

load prints the CPU time of reading the file, and the most memory that the process ever held, in tables. nearest prints
the time of the search for ten neighbours: the best of many, which no pause of the machine is in.
"""
import re
import sys
import time

import numpy
from gensim.models import KeyedVectors

what, path = sys.argv[1:3]
suffix = f"-{sys.argv[3]}" if len(sys.argv) > 3 and sys.argv[3] != "1" else ""
binary = path.endswith(".bin")
start = time.process_time()
kv = KeyedVectors.load_word2vec_format(path, binary=binary)
took = time.process_time() - start
if what == "load":
    with open("/proc/self/status") as status:
        peak = 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
    print(f"BenchmarkLoad/format={'binary' if binary else 'text'}/impl=gensim{suffix} 1 {took * 1e9:.0f} ns/op {peak / kv.vectors.nbytes:.3f} peak/table")
else:
    start = time.perf_counter()
    first = kv.most_similar("word5", topn=10)
    print(f"BenchmarkFirst/impl=gensim{suffix} 1 {(time.perf_counter() - start) * 1e9:.0f} ns/op")
    best = numpy.inf
    for _ in range(200):
        start = time.perf_counter()
        kv.most_similar("word5", topn=10)
        best = min(best, time.perf_counter() - start)
    rows = kv.vectors.astype(numpy.float64)
    exact = rows @ rows[kv.get_index("word5")] / numpy.linalg.norm(rows, axis=1) / numpy.linalg.norm(rows[kv.get_index("word5")])
    assert abs(numpy.sort(exact)[-2] - first[0][1]) < 1e-6, "numpy's matrix product is wrong on this CPU"
    print(f"BenchmarkNearest/impl=gensim{suffix} 200 {best * 1e9:.0f} ns/op")
