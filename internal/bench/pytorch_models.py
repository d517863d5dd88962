#!/usr/bin/python3
"""PyTorch's side of BenchmarkModel: the models of models_test.go.

usage: pytorch_models.py folder [threads [seconds]], with a folder as pytorch.py's
"""
import sys
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional

from pytorch import bench, initial, ints, sizes


class Drawing:
    """A model while it is drawn: its weights are those of the list of initial, one parameter after the other."""

    def __init__(self, size, sparse):
        self.size, self.sparse, self.at, self.tables, self.others = size, sparse, 0, [], []

    def weights(self, rows, columns):
        self.at += rows * columns
        return initial(rows, columns, self.at - rows * columns)

    def table(self, rows, columns, kind=nn.Embedding, **args):
        table = kind(rows, columns, sparse=self.sparse, _weight=self.weights(rows, columns), **args)
        self.tables.append(table.weight)
        return table

    def bag(self, rows, columns):
        return self.table(rows, columns, nn.EmbeddingBag, mode="mean")

    def fill(self, weight, bias):
        with torch.no_grad():
            weight.copy_(self.weights(*weight.shape))
            bias.zero_()
        self.others += [weight, bias]

    def linear(self, columns, rows):
        linear = nn.Linear(columns, rows)
        self.fill(linear.weight, linear.bias)
        return linear

    def attention(self, dim, heads):
        attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.fill(attention.in_proj_weight, attention.in_proj_bias)
        self.fill(attention.out_proj.weight, attention.out_proj.bias)
        return attention


# Each of these draws a model and returns its loss, a function of the inputs of a batch in the order of models.go.


def cbow(d, s):
    words, out = d.bag(s.words, s.dim), d.linear(s.dim, s.words)
    return lambda context, word: functional.cross_entropy(out(words(context)), word)


def tied(d, s):
    words, hidden, bias = d.bag(s.words, s.dim), d.linear(s.dim, s.dim), nn.Parameter(torch.zeros(s.words))
    d.others.append(bias)

    def loss(context, word):
        h = torch.tanh(hidden(words(context)))
        return functional.cross_entropy(functional.linear(h, words.weight, bias), word)

    return loss


def skipgram(d, s):
    """One product for the context and the negatives is faster than two and logsigmoid."""
    centres, contexts = d.table(s.rows, s.dim), d.table(s.rows, s.dim)
    targets = torch.zeros(s.batch, 1 + s.drawn)
    targets[:, 0] = 1

    def loss(centre, context, drawn):
        others = contexts(torch.cat([context.unsqueeze(1), drawn], 1))
        scores = torch.bmm(others, centres(centre).unsqueeze(2)).squeeze(2)
        return functional.binary_cross_entropy_with_logits(scores, targets, reduction="sum") / s.batch

    return loss


def tabular(d, s):
    jobs, schools, towns = (d.table(s.rows, s.column) for _ in range(3))
    skills, tags = d.bag(s.rows, s.column), d.bag(s.rows, s.column)
    hidden, out = d.linear(5 * s.column + s.numbers, s.hidden), d.linear(s.hidden, s.classes)

    def loss(job, school, town, skill, tag, numbers, label):
        x = torch.cat([jobs(job), schools(school), towns(town), skills(skill), tags(tag), numbers.float()], 1)
        return functional.cross_entropy(out(functional.relu(hidden(x))), label)

    return loss


def attention(d, s):
    words, positions = d.table(s.rows, s.dim), d.table(s.time, s.dim)
    attend, out = d.attention(s.dim, s.heads), d.linear(s.dim, s.classes)
    places = torch.arange(s.time)

    def loss(text, label):
        x = words(text) + positions(places)
        return functional.cross_entropy(out(attend(x, x, x, need_weights=False)[0].mean(1)), label)

    return loss


def factors(d, s):
    users, items, user_bias, item_bias = (d.table(s.rows, n) for n in (s.dim, s.dim, 1, 1))

    def loss(user, item, rating):
        score = (users(user) * items(item)).sum(1) + user_bias(user).squeeze(1) + item_bias(item).squeeze(1)
        return functional.mse_loss(score, rating.float())

    return loss


def solvers(d, draw, size):
    if draw is tabular:
        return [torch.optim.Adagrad(d.tables + d.others, size.adagrad)]
    if not d.sparse:
        return [torch.optim.Adam(d.tables + d.others, size.adam)]
    others = [torch.optim.Adam(d.others, size.adam)] if d.others else []
    return [torch.optim.SparseAdam(d.tables, size.adam)] + others


def trainer(draw, sparse, batches, size):
    # PyTorch cannot add a tied table's sparse gradient, of a lookup, to the dense one of a product.
    d = Drawing(size, sparse and draw is not tied)
    loss = draw(d, size)
    optimizers, last = solvers(d, draw, size), [None]

    def step(k):
        for o in optimizers:
            o.zero_grad(set_to_none=True)
        last[0] = loss(*batches[k % len(batches)])
        last[0].backward()
        if draw is tied:
            nn.utils.clip_grad_norm_(d.tables + d.others, size.clip)
        for o in optimizers:
            o.step()

    return step, lambda: f" {last[0].item():.6f} loss"


def main(folder, threads="1", seconds="0.1"):
    torch.set_num_threads(int(threads))
    size = SimpleNamespace(**sizes(folder).models)
    for draw in (cbow, tied, skipgram, tabular, attention, factors):
        model = draw.__name__
        inputs = [ints(folder, f"{model}_{name}").view(size.batches, size.batch, -1).squeeze(2) for name in size.inputs[model]]
        for impl in ("pytorch", "pytorch-dense"):
            step, loss = trainer(draw, impl == "pytorch", list(zip(*inputs)), size)
            bench(f"Model/model={model}/impl={impl}", step, size.batches, int(threads), float(seconds), loss)


if __name__ == "__main__":
    main(*sys.argv[1:])
