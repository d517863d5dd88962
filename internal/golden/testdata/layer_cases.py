# Writes golden cases of layers made with PyTorch. usage: layer_cases.py SEED OUT
import json, sys
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(int(sys.argv[1]))
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
cases = []


def case(name, op, out, inputs, params={}, **fields):
    """Adds a case: inputs and params are leaves by name, whose gradients follow from a random one of out."""
    up = torch.randn(*out.shape)
    out.backward(up)
    leaves = {**inputs, **params}
    cases.append(dict(
        name=name, op=op, out=out.tolist(), grad_out=up.tolist(),
        inputs={k: v.tolist() for k, v in inputs.items()}, params={k: v.tolist() for k, v in params.items()},
        grads={k: v.grad.tolist() for k, v in leaves.items()}, **fields))


def leaf(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).requires_grad_()


def softmax(name, x, keep=None):
    y = x if keep is None else x.masked_fill(keep == 0, -torch.inf)
    case(name, "softmax", F.softmax(y, -1), {"x": x}, keep=None if keep is None else keep.tolist())


softmax("vector", leaf(5))
softmax("matrix", leaf(4, 3))
softmax("rank 3, far apart", leaf(2, 3, 4, scale=100.0))
softmax("mask", leaf(3, 4), torch.tensor([[1, 1, 0, 1], [0, 0, 0, 1], [1, 1, 1, 1]]))
softmax("mask of each text", leaf(2, 3, 4), torch.tensor([[[1, 1, 0, 0]], [[0, 1, 1, 1]]]))


def layer_norm(name, m, *shape):
    x = leaf(*shape, scale=3.0)
    case(name, "layer_norm", m(x), {"x": x}, dict(m.named_parameters()), dim=shape[-1], eps=m.eps)


def shaken(m):
    for p in m.parameters():
        nn.init.normal_(p)
    return m


layer_norm("batch", shaken(nn.LayerNorm(6)), 4, 6)
layer_norm("rank 3", shaken(nn.LayerNorm(5)), 2, 3, 5)
layer_norm("vector", shaken(nn.LayerNorm(7)), 7)
layer_norm("one element", shaken(nn.LayerNorm(1)), 3, 1)
layer_norm("eps", shaken(nn.LayerNorm(4, eps=0.1)), 3, 4)
layer_norm("plain", nn.LayerNorm(4, elementwise_affine=False), 3, 4)


def heads(x, n):
    return x.view(x.shape[0], x.shape[1], n, -1).transpose(1, 2)


def attention(name, batch, queries, keys, dim, n, lengths=None, causal=False):
    """Scaled dot-product attention as documented for F.scaled_dot_product_attention of PyTorch 2."""
    q, k, v = leaf(batch, queries, dim), leaf(batch, keys, dim), leaf(batch, keys, dim)
    s = heads(q, n) @ heads(k, n).transpose(2, 3) / (dim // n) ** 0.5
    if lengths is not None:
        s = s.masked_fill(torch.arange(keys)[None, None, None] >= torch.tensor(lengths)[:, None, None, None], -torch.inf)
    if causal:
        s = s.masked_fill(torch.ones(queries, keys).tril() == 0, -torch.inf)
    w = F.softmax(s, -1)
    out = (w @ heads(v, n)).transpose(1, 2).reshape(batch, queries, dim)
    case(name, "attention", out, {"q": q, "k": k, "v": v}, heads=n, lengths=lengths, causal=causal, weights=w.tolist())


attention("one head", 2, 3, 3, 4, 1)
attention("two heads", 2, 3, 3, 4, 2)
attention("cross", 2, 2, 5, 6, 3)
attention("lengths", 3, 4, 4, 4, 2, lengths=[4, 1, 3])
attention("causal", 2, 4, 4, 4, 2, causal=True)
attention("causal lengths", 2, 4, 4, 4, 2, lengths=[2, 4], causal=True)


def multihead(name, batch, queries, keys, dim, n, lengths=None, causal=False, bias=True, share=2):
    """share: how many of query, key and value are one tensor, from the end: 3 is self-attention."""
    m = nn.MultiheadAttention(dim, n, bias=bias, batch_first=True)
    for k, p in m.named_parameters():
        if "bias" in k:
            nn.init.normal_(p)
    v = leaf(batch, keys, dim)
    k = v if share > 1 else leaf(batch, keys, dim)
    q = v if share > 2 else leaf(batch, queries, dim)
    pad = None if lengths is None else torch.arange(keys)[None] >= torch.tensor(lengths)[:, None]
    mask = torch.ones(queries, keys).triu(1).bool() if causal else None
    out, w = m(q, k, v, key_padding_mask=pad, attn_mask=mask, average_attn_weights=False)
    inputs = {"value": v}
    if share < 2:
        inputs["key"] = k
    if share < 3:
        inputs["query"] = q
    case(name, "multihead_attention", out, inputs, dict(m.named_parameters()),
         heads=n, lengths=lengths, causal=causal, weights=w.tolist())


multihead("self", 2, 3, 3, 4, 2, share=3)
multihead("self padded", 3, 4, 4, 6, 3, share=3, lengths=[2, 4, 1])
multihead("self causal", 2, 4, 4, 4, 1, share=3, causal=True)
multihead("self no bias", 2, 3, 3, 4, 2, share=3, bias=False)
multihead("memory", 2, 3, 5, 4, 2, lengths=[5, 2])
multihead("three", 2, 3, 2, 4, 2, share=1)


def pool(name, op, x, ids, padding):
    keep = (torch.tensor(ids) != padding)[..., None]
    y = x.masked_fill(~keep, -torch.inf if op == "max" else 0)
    if op == "max":
        out = y.max(1).values  # the gradient goes to one element
    else:
        out = y.sum(1) / (keep.sum(1) if op == "mean" else 1)
    case(name, "pool", out, {"x": x}, ids=ids, padding=padding, mode=op)


for op in ("mean", "sum", "max"):
    pool(op, op, leaf(3, 4, 2), [[1, 2, 3, 9], [4, 9, 9, 9], [9, 1, 1, 2]], 9)


def dot(name, a, b, several=False):
    case(name, "dot", ((a[..., None, :] if several else a) * b).sum(-1), {"a": a, "b": b})


dot("batch", leaf(4, 5), leaf(4, 5))
dot("rank 3", leaf(2, 3, 4), leaf(2, 3, 4))
dot("several", leaf(3, 5), leaf(3, 4, 5), several=True)


def attend(name, *ids):
    """A tied head with a bias: words, a shift x of their vectors, and scores of all words."""
    words, head = nn.Embedding(5, 3), shaken(nn.Linear(3, 5))
    head.weight = words.weight
    ids = torch.tensor(ids)
    x = leaf(*ids.shape, 3)
    case(name, "attend", head(words(ids) + x), {"x": x}, dict(head.named_parameters()), ids=ids.tolist())


attend("vector", 3, 0, 3)
attend("batch", [1, 1], [4, 0])


def linear_grow(name, old, out):
    """A head of old outputs that got more of them."""
    head, grown, x = shaken(nn.Linear(4, old)), shaken(nn.Linear(4, out)), leaf(3, 4)
    with torch.no_grad():
        grown.weight[:old], grown.bias[:old] = head.weight, head.bias
    case(name, "linear_grow", grown(x), {"x": x}, dict(grown.named_parameters()),
         old_weight=head.weight.tolist(), old_bias=head.bias.tolist())


linear_grow("more", 2, 5)
linear_grow("as many", 3, 3)

json.dump(dict(made_with="PyTorch " + torch.__version__ + ", float64, CPU", cases=cases), open(sys.argv[2], "w"))
print(len(cases), "cases")
