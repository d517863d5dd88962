#!/usr/bin/python3
"""PyTorch's side of package bench, printed in the format of Go's benchmarks.

usage: pytorch.py step|lookup folder [threads [seconds]]

folder is what bench/gen wrote. Debian's python3-torch has all it needs: apt-get install python3-torch.
"""
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

BATCH, TIME, DIM = 64, 32, 64  # as in workload.go
LOOKUP_VOCAB, LOOKUP_DIM, LOOKUP_IDS = 50_000, 128, 8192


def ints(folder, name):
    return torch.from_numpy(numpy.fromfile(f"{folder}/{name}.i64", dtype=numpy.int64))


def initial(rows, columns, at=0):
    """The initial weights that workload.go computes too."""
    i = numpy.arange(at, at + rows * columns, dtype=numpy.uint64) * 2654435761 % (1 << 32)
    return torch.from_numpy(((i / 4294967296.0 - 0.5) * 0.2).astype(numpy.float32)).view(rows, columns)


def bench(name, f, warm, threads, seconds, metric=lambda: ""):
    """Runs f(k) warm times, then for that long by the clock, and prints the mean."""
    for k in range(warm):
        f(k)
    extra = metric()
    n, start = 0, time.perf_counter()
    while True:
        for _ in range(16):  # the clock is cheap, but not free
            f(n)
            n += 1
        took = time.perf_counter() - start
        if took >= seconds:
            break
    suffix = "" if threads == 1 else f"-{threads}"
    print(f"Benchmark{name}{suffix} {n} {took / n * 1e9:.0f} ns/op{extra}", flush=True)


def trainer(variant, solver, vocab, ids, labels):
    """The step on batch k, with a sparse gradient: torch's equal of bench.Sparse."""
    if variant == "pytorch-bag":
        table = nn.EmbeddingBag(vocab, DIM, mode="mean", sparse=True, _weight=initial(vocab, DIM))
        pool = table
    else:
        table = nn.Embedding(vocab, DIM, sparse=True, _weight=initial(vocab, DIM))
        pool = lambda x: table(x).mean(1)
    out = nn.Linear(DIM, 2)
    with torch.no_grad():
        out.weight.copy_(initial(2, DIM, 12345))
        out.bias.zero_()
    if solver == "sgd":
        solvers = [torch.optim.SGD([table.weight, out.weight, out.bias], 0.5)]
    else:
        solvers = [torch.optim.SparseAdam([table.weight], 1e-3), torch.optim.Adam([out.weight, out.bias], 1e-3)]
    last = [None]

    def step(k):
        k %= len(ids)
        for s in solvers:
            s.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(out(pool(ids[k])), labels[k])
        loss.backward()
        for s in solvers:
            s.step()
        last[0] = loss

    return step, lambda: f" {last[0].item():.6f} loss"


def steps(folder, threads, seconds):
    for solver in ("sgd", "adam"):
        for vocab in (1000, 10_000, 100_000, 1_000_000):
            ids = ints(folder, f"step_{vocab}_ids").view(-1, BATCH, TIME)
            labels = ints(folder, f"step_{vocab}_labels").view(-1, BATCH)
            for variant in ("pytorch-bag", "pytorch-embedding"):
                step, loss = trainer(variant, solver, vocab, ids, labels)
                bench(f"Step/solver={solver}/vocab={vocab}/impl={variant}", step, len(ids), threads, seconds, loss)


def lookups(folder, threads, seconds):
    table = nn.Embedding(LOOKUP_VOCAB, LOOKUP_DIM, _weight=initial(LOOKUP_VOCAB, LOOKUP_DIM))
    for distribution in ("zipf", "uniform"):
        ids = ints(folder, f"lookup_{distribution}").view(-1, LOOKUP_IDS)

        def lookup(k):
            with torch.no_grad():
                table(ids[k % len(ids)])

        bench(f"Lookup/ids={distribution}/impl=pytorch", lookup, len(ids), threads, seconds)


def main(what, folder, threads="1", seconds="0.1"):
    torch.set_num_threads(int(threads))
    {"step": steps, "lookup": lookups}[what](folder, int(threads), float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
