"""The models of examples/ in PyTorch: python3 examples/pytorch.py recommender|tabular|language|neighbours|attention.

They train on the same data in batches of the same size; initial weights differ, so results agree up to a seed's noise."""
import math, os, re, sys
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(1)
torch.set_num_threads(1)


def draws():
    "Yields the numbers of the programs' own generator: a linear congruential one, of 31 bits."
    x = 1
    while True:
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        yield x >> 33


def recommender():
    users, items, d = 300, 200, draws()
    data = []
    for _ in range(12000):
        u, i = next(d) % users, next(d) % items
        taste = math.cos(0.7 * u + 1.3 * i) + math.sin(0.3 * u) * math.cos(0.9 * i)
        data.append((u, i, 3 + taste + 0.5 * math.sin(5.0 * u) + 0.5 * math.cos(7.0 * i) + (next(d) % 1000 - 500) / 2500))
    train, test = data[:10000], data[10000:]
    # model
    user, item = nn.Embedding(users, 8, sparse=True), nn.Embedding(items, 8, sparse=True)
    user_bias, item_bias = nn.Embedding(users, 1, sparse=True), nn.Embedding(items, 1, sparse=True)
    tables = [user, item, user_bias, item_bias]
    for t in tables:
        nn.init.normal_(t.weight, 0, 0.1)
    optimizer = torch.optim.SparseAdam([t.weight for t in tables], lr=0.01)
    predict = lambda u, i: 3 + (user(u) * item(i)).sum(1) + user_bias(u).squeeze(1) + item_bias(i).squeeze(1)
    for epoch in range(30):
        for at in range(0, len(train), 100):
            u, i, r = zip(*train[at:at + 100])
            loss = F.mse_loss(predict(torch.tensor(u), torch.tensor(i)), torch.tensor(r))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    u, i, r = zip(*test)
    print("mean %.3f" % math.sqrt(sum((x - 3) ** 2 for x in r) / len(r)))
    print("test error %.3f" % F.mse_loss(predict(torch.tensor(u), torch.tensor(i)), torch.tensor(r)).sqrt().item())


def toy(part):
    "Returns the labels and the words of a part of the toy set, as data.Words splits them."
    word = re.compile(r"[a-z0-9]+(?:['.][a-z0-9]+)*|[^\sa-z0-9]")
    lines = (line.rstrip("\n").split("\t", 1) for line in open("data/toy/%s.tsv" % part))
    return [(label, word.findall(text.lower())) for label, text in lines]


def vocabulary(texts, least):
    "Numbers the words that occur at least so often, in the order of their first occurrence, from 2: 0 fills up, 1 is unknown."
    counts = {}
    for _, words in texts:
        for w in words:
            counts[w] = counts.get(w, 0) + 1
    ids = {}
    for w in counts:
        if counts[w] >= least:
            ids[w] = len(ids) + 2
    return ids


def language():
    ids = vocabulary(toy("train"), 2)
    vocab = len(ids) + 2

    def examples(part):
        all = []
        for _, words in toy(part):
            padded = [0, 0, 0] + [ids.get(w, 1) for w in words]
            all += [(padded[k - 3:k], padded[k]) for k in range(3, len(padded))]
        return torch.tensor([c for c, _ in all]), torch.tensor([n for _, n in all])

    context, following = examples("train")
    # model
    words = nn.Embedding(vocab, 32)
    nn.init.normal_(words.weight, 0, 0.1)
    hidden, bias = nn.Linear(32, 32), nn.Parameter(torch.zeros(vocab))
    nn.init.xavier_uniform_(hidden.weight)
    nn.init.zeros_(hidden.bias)
    parameters = [words.weight, bias, *hidden.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.003)
    logits = lambda c: F.linear(torch.tanh(hidden(words(c).mean(1))), words.weight, bias)
    for epoch in range(5):
        order = torch.randperm(len(context))
        for batch in order.split(64):
            loss = F.cross_entropy(logits(context[batch]), following[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    c, n = examples("dev")
    counts = torch.ones(vocab)
    for k in following:
        counts[k] += 1
    print("one word in", round(torch.exp(-(counts / counts.sum()).log()[n].mean()).item()), "by frequency")
    print("one word in %.0f" % torch.exp(F.cross_entropy(logits(c), n)).item())


def neighbours():
    ids = vocabulary(toy("train"), 3)
    vocab, d = len(ids), draws()
    centre, context = [], []
    for _, words in toy("train"):
        known = [ids[w] - 2 for w in words if w in ids]
        for k, w in enumerate(known):
            for other in known[max(0, k - 2):k] + known[k + 1:k + 3]:
                centre.append(w)
                context.append(other)
    centre, context = torch.tensor(centre), torch.tensor(context)
    # model
    ins, outs = nn.Embedding(vocab, 32, sparse=True), nn.Embedding(vocab, 32, sparse=True)
    nn.init.uniform_(ins.weight, -1 / 64, 1 / 64)
    nn.init.zeros_(outs.weight)
    optimizer = torch.optim.SparseAdam([ins.weight, outs.weight], lr=0.005)
    for epoch in range(10):
        total = 0
        for batch in torch.randperm(len(centre)).split(128):
            x = ins(centre[batch])
            negatives = outs(torch.randint(vocab, (len(batch), 5)))
            near = (x * outs(context[batch])).sum(1)
            far = torch.bmm(negatives, x.unsqueeze(2)).squeeze(2)
            loss = -(F.logsigmoid(near) + F.logsigmoid(-far).sum(1)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch) / len(centre)
    print("loss %.3f" % total)
    names = list(ids)
    unit = F.normalize(ins.weight.detach())
    for w in ("film", "waiter", "boring"):
        near = (unit @ unit[ids[w] - 2]).argsort(descending=True)[1:6]
        print(w, [names[k] for k in near])


def attention():
    train, dev = toy("train"), toy("dev")
    ids = vocabulary(train, 2)

    def encode(texts):
        time = 32
        x = torch.zeros(len(texts), time, dtype=torch.long)
        for k, (_, words) in enumerate(texts):
            for j, w in enumerate(words[:time]):
                x[k, j] = ids.get(w, 1)
        return x, torch.tensor([int(label == "positive") for label, _ in texts])

    x, y = encode(train)
    # model
    words = nn.Embedding(len(ids) + 2, 32, padding_idx=0)
    attend, out = nn.MultiheadAttention(32, 2, batch_first=True), nn.Linear(32, 2)
    parameters = [p for m in (words, attend, out) for p in m.parameters()]
    nn.init.normal_(words.weight, 0, 0.1)
    optimizer = torch.optim.Adam(parameters, lr=0.002)

    def logits(x):
        v = words(x)
        pad = x == 0
        v, weights = attend(v, v, v, key_padding_mask=pad)
        return out((v * ~pad.unsqueeze(2)).sum(1) / (~pad).sum(1, keepdim=True)), weights

    for epoch in range(6):
        for batch in torch.randperm(len(x)).split(32):
            loss = F.cross_entropy(logits(x[batch])[0], y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    x, y = encode(dev)
    print("dev accuracy %.3f" % (logits(x)[0].argmax(1) == y).float().mean().item())


def tabular():
    rows = people(sys.argv[2] if len(sys.argv) > 2 else os.path.join(os.path.dirname(__file__), "tabular/people.csv"))
    ids, train = {}, len(rows) * 4 // 5
    number = lambda column, value: ids.setdefault((column, value), len([c for c, _ in ids if c == column]))
    job = torch.tensor([number("job", r["job"]) for r in rows])
    school = torch.tensor([number("school", r["school"]) for r in rows])
    traits = [[number("trait", t) for t in r["traits"]] for r in rows]
    numbers = torch.tensor([r["numbers"] for r in rows])
    y = torch.tensor([r["rich"] for r in rows])
    size = lambda column: len([c for c, _ in ids if c == column])
    # model
    jobs, schools = nn.Embedding(size("job"), 8), nn.Embedding(size("school"), 8)
    bag = nn.EmbeddingBag(size("trait"), 8, mode="sum")
    mlp = nn.Sequential(nn.Linear(8 * 3 + numbers.shape[1], 32), nn.ReLU(), nn.Linear(32, 2))
    parameters = [p for m in (jobs, schools, bag, mlp) for p in m.parameters()]
    optimizer = torch.optim.Adagrad(parameters, lr=0.05)

    def logits(batch):
        t = torch.tensor([traits[k] for k in batch])
        return mlp(torch.cat([jobs(job[batch]), schools(school[batch]), bag(t), numbers[batch]], 1))

    for epoch in range(5):
        for batch in torch.randperm(train).split(64):
            loss = F.cross_entropy(logits(batch), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    test = torch.arange(train, len(rows))
    print("all poor %.3f" % (y[test] == 0).float().mean().item())
    print("test accuracy %.3f" % (logits(test).argmax(1) == y[test]).float().mean().item())


def people(path):
    rows = []
    for line in open(path).read().strip().split("\n")[1:]:
        f = line.split(", ")
        rows.append({"job": f[6], "school": f[3], "traits": [f[k] for k in (1, 5, 7, 9, 13)],
                     "numbers": [math.log1p(float(f[k])) / 4 for k in (0, 4, 10, 11, 12)], "rich": f[14].count(">")})
    return rows


def made():
    "Prints people.csv: people that are made up, in the columns of the Adult data."
    d = draws()
    print("age, workclass, fnlwgt, education, education-num, marital-status, occupation, relationship, race, sex, "
          "capital-gain, capital-loss, hours-per-week, native-country, Salary")
    for _ in range(2500):
        job, school, age = next(d) % 12, next(d) % 6, next(d) % 50 + 18
        a, b, c = (next(d) % 10 for _ in range(3))
        score = math.sin(job) + 0.5 * school - 1.5 + 0.02 * (age - 40) + sum(math.cos(2 * t) for t in (a, b, c)) + (next(d) % 1000 - 500) / 500
        print(f"{age}, t{a}, 0, s{school}, 0, t{b}, j{job}, t{c}, -, -, 0, 0, 0, -, {'>50K' if score > 0.7 else '<=50K'}")


globals()[sys.argv[1]]()
