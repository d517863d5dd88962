#!/usr/bin/python3
"""PyTorch's side of package bench, printed in the format of Go's benchmarks.

usage: pytorch.py step|lookup|cross-entropy|layers folder [threads [seconds]]

folder is what "go run ./internal/bench/cmd gen folder" wrote. Debian's python3-torch has all it needs: apt-get install
python3-torch.
"""
import json
import sys
import time
from types import SimpleNamespace

import numpy
import torch
from torch import nn
from torch.nn import functional


def sizes(folder):
    """The workload's sizes, as workload.go has them."""
    with open(f"{folder}/workload.json") as f:
        return SimpleNamespace(**json.load(f))


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


def trainer(variant, solver, vocab, ids, labels, size):
    """The step on batch k, with a sparse gradient: torch's equal of bench.Sparse."""
    if variant == "pytorch-bag":
        table = nn.EmbeddingBag(vocab, size.dim, mode="mean", sparse=True, _weight=initial(vocab, size.dim))
        pool = table
    else:
        table = nn.Embedding(vocab, size.dim, sparse=True, _weight=initial(vocab, size.dim))
        pool = lambda x: table(x).mean(1)
    out = nn.Linear(size.dim, size.classes)
    with torch.no_grad():
        out.weight.copy_(initial(size.classes, size.dim, size.linear_at))
        out.bias.zero_()
    rate = size.rates[solver]
    if solver == "sgd":
        solvers = [torch.optim.SGD([table.weight, out.weight, out.bias], rate)]
    else:
        solvers = [torch.optim.SparseAdam([table.weight], rate), torch.optim.Adam([out.weight, out.bias], rate)]
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
    size = sizes(folder)
    for solver in size.rates:
        for vocab in size.vocabs:
            ids = ints(folder, f"step_{vocab}_ids").view(-1, size.batch, size.time)
            labels = ints(folder, f"step_{vocab}_labels").view(-1, size.batch)
            for variant in ("pytorch-bag", "pytorch-embedding"):
                step, loss = trainer(variant, solver, vocab, ids, labels, size)
                bench(f"Step/solver={solver}/vocab={vocab}/impl={variant}", step, len(ids), threads, seconds, loss)


def lookups(folder, threads, seconds):
    size = sizes(folder)
    table = nn.Embedding(size.lookup_vocab, size.lookup_dim, _weight=initial(size.lookup_vocab, size.lookup_dim))
    for distribution in size.distributions:
        ids = ints(folder, f"lookup_{distribution}").view(-1, size.lookup_ids)

        def lookup(k):
            with torch.no_grad():
                table(ids[k % len(ids)])

        bench(f"Lookup/ids={distribution}/impl=pytorch", lookup, len(ids), threads, seconds)


def cross_entropies(folder, threads, seconds):
    size = sizes(folder)
    for classes in size.loss_classes:
        logits = (initial(size.loss_batch, classes) * 30).requires_grad_()
        labels = torch.arange(size.loss_batch) * 7919 % classes
        last = [None]

        def run(k):
            logits.grad = None
            last[0] = functional.cross_entropy(logits, labels)
            last[0].backward()

        bench(f"CrossEntropy/classes={classes}/impl=pytorch", run, 3, threads, seconds, lambda: f" {last[0].item():.6f} loss")


def layers(folder, threads, seconds):
    size = SimpleNamespace(**sizes(folder).models)
    shape = (size.batch, size.time, size.dim)
    rows = size.batch * size.time
    x = (initial(rows, size.dim) * 30).view(shape).requires_grad_()
    gradients = (initial(rows, size.dim, rows * size.dim) * 30).view(-1)
    norm = nn.LayerNorm(size.dim)
    forward = {
        "layernorm": norm,
        "softmax": lambda x: x.softmax(-1),
        "maxpool": lambda x: x.max(1).values,
        "meanpool": lambda x: x.mean(1),
        "relu": torch.relu,
    }
    for layer in size.layers:
        y = forward[layer](x)
        gradient = gradients[:y.numel()].view(y.shape)

        def run(k):
            x.grad = norm.weight.grad = norm.bias.grad = None
            forward[layer](x).backward(gradient)

        bench(f"Layer/layer={layer}/impl=pytorch", run, 3, threads, seconds, lambda: f" {x.grad.square().mean().item():.6f} loss")


def main(what, folder, threads="1", seconds="0.1"):
    torch.set_num_threads(int(threads))
    {"step": steps, "lookup": lookups, "cross-entropy": cross_entropies, "layers": layers}[what](folder, int(threads), float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
