# Writes golden cases of losses made with PyTorch. usage: /usr/bin/python3 loss_cases.py SEED OUT
import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(int(sys.argv[1]))
torch.set_num_threads(1)
dt = torch.float64
cases = []


def rnd(*shape, scale=1.0):
    return torch.randn(shape, dtype=dt) * scale


def done(name, op, loss, of, **fields):
    """Adds a case: the loss, and the gradients of what it is of, for a random upstream gradient."""
    up = rnd(*loss.shape)
    loss.backward(up)
    for k, v in of.items():
        fields[k], fields["grad_" + k] = v.tolist(), v.grad.tolist()
    cases.append(dict(name=name, op=op, loss=loss.tolist(), grad_out=up.tolist(), **fields))


def leaf(*shape, scale=1.0):
    return rnd(*shape, scale=scale).requires_grad_()


for reduction in ("mean", "sum", "none"):
    for weighted in (False, True):
        for smoothing in (0.0, 0.3):
            for ignore in (-100, 2):
                x, y = leaf(8, 5, scale=3.0), torch.randint(0, 5, (8,))
                if ignore < 0:
                    y[::3] = ignore
                w = torch.rand(5, dtype=dt) if weighted else None
                loss = F.cross_entropy(x, y, weight=w, ignore_index=ignore, reduction=reduction, label_smoothing=smoothing)
                done(f"ce {reduction} weighted={weighted} smoothing={smoothing} ignore={ignore}", "cross_entropy", loss, dict(logits=x),
                     labels=y.tolist(), class_weight=w.tolist() if weighted else None, label_smoothing=smoothing,
                     ignore_index=ignore, reduction=reduction)
    for weighted in (False, True):
        x, y = leaf(4, 3, scale=3.0), torch.rand(4, 3, dtype=dt).round()
        y[0, 0] = 0.3
        w = torch.rand(3, dtype=dt) * 4 if weighted else None
        loss = F.binary_cross_entropy_with_logits(x, y, pos_weight=w, reduction=reduction)
        done(f"bce {reduction} weighted={weighted}", "bce_with_logits", loss, dict(logits=x), labels=y.tolist(),
             pos_weight=w.tolist() if weighted else None, reduction=reduction)
    x, y = leaf(4, 3), leaf(4, 3)
    done(f"mse {reduction}", "mse", F.mse_loss(x, y, reduction=reduction), dict(input=x, target=y), reduction=reduction)
    # skip-gram with negative sampling (Mikolov et al., 2013): words 0 of both tables are repeated
    centre, context = leaf(6, 4), leaf(7, 4)
    c, o, n = torch.randint(0, 3, (5,)), torch.randint(0, 3, (5,)), torch.randint(0, 7, (5, 3))
    v = F.embedding(c, centre)
    loss = -F.logsigmoid((v * F.embedding(o, context)).sum(1)) - F.logsigmoid(-(F.embedding(n, context) @ v[:, :, None]).squeeze(2)).sum(1)
    loss = {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[reduction]
    done(f"negative sampling {reduction}", "negative_sampling", loss, dict(centres=centre, contexts=context), centre_ids=c.tolist(),
         context_ids=o.tolist(), negative_ids=n.tolist(), reduction=reduction)
json.dump(dict(made_with="PyTorch " + torch.__version__ + ", float64, CPU", cases=cases), open(sys.argv[2], "w"))
print(len(cases), "cases")
