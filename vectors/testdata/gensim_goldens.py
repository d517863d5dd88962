#!/usr/bin/python3
"""Writes the table words.vec, and gensim.json, what gensim 4.2 finds in it: the goldens of package vectors.

usage: gensim_goldens.py [shared]

Debian's python3-gensim has all it needs. With the folder shared it also writes shared.json, what gensim reads from the
files of its folder formats.
"""
import json
import os
import sys

import numpy
from gensim.models import KeyedVectors, fasttext

here = os.path.dirname(os.path.abspath(__file__))


def table():
    """240 words in 24 clusters, with a pair of words of other case, a row twice and one three times as long."""
    rng = numpy.random.default_rng(12)
    centres = rng.standard_normal((24, 12))
    words = [f"w{i:03}" for i in range(240)]
    rows = (centres[numpy.arange(240) % 24] + 0.6 * rng.standard_normal((240, 12))).astype(numpy.float32)
    words[7], words[100], words[101] = "Apple", "apple", "APPLE"
    rows[200] = rows[31]
    rows[201] = rows[32] * numpy.float32(4)
    kv = KeyedVectors(12)
    kv.add_vectors(words, rows)
    return kv


def near(found):
    return [[word, float(score)] for word, score in found]


def evaluations(kv, folder):
    rng = numpy.random.default_rng(13)
    names = kv.index_to_key
    with open(f"{folder}/pairs.tsv", "w") as f:
        f.write("# two words and their similarity\n")
        for _ in range(60):
            a, b = rng.integers(0, 240, 2)
            f.write(f"{names[a]}\t{names[b].upper()}\t{numpy.round(5 + 4 * kv.similarity(names[a], names[b]) + rng.standard_normal(), 0)}\n")
        f.write("w001\tnowhere\t3.5\napple\tAPPLE\t9\n")
    with open(f"{folder}/analogies.txt", "w") as f:
        for name in ["near", "far"]:
            f.write(f": {name}\n")
            for _ in range(25):
                a, b, c = rng.integers(0, 240, 3)
                if name == "near":
                    b, c = (a + 24) % 240, (a + 48) % 240
                best = kv.most_similar(positive=[names[b], names[c]], negative=[names[a]], topn=3)
                f.write(f"{names[a]} {names[b]} {names[c]} {best[int(rng.integers(0, 3))][0]}\n")
        f.write("w001 w002 W003 nowhere\n")
    result = {"pairs": [], "analogies": []}
    for top, match_case, unknown in [(300000, False, False), (120, False, True), (300000, True, False)]:
        options = {"restrict_vocab": top, "case_insensitive": not match_case, "dummy4unknown": unknown}
        pearson, spearman, oov = kv.evaluate_word_pairs(f"{folder}/pairs.tsv", **options)
        case = {"top": min(top, 240), "match_case": match_case, "unknown": unknown}
        result["pairs"].append(case | {"pearson": float(pearson[0]), "spearman": float(spearman[0]), "oov": float(oov)})
        score, sections = kv.evaluate_word_analogies(f"{folder}/analogies.txt", **options)
        counts = [[s["section"], len(s["correct"]), len(s["correct"]) + len(s["incorrect"])] for s in sections]
        result["analogies"].append(case | {"score": score, "sections": counts})
    return result


def looks(kv):
    words = ["w000", "Apple", "w031", "w032", "w050", "w201"]
    vector = kv.vectors[3] + kv.vectors[60]
    rankings = [["w000", "w024", "w048", "w001"], ["w005", "w029", "w006", "w053", "w077"], ["w010", "w034"]]
    unit = vector / numpy.linalg.norm(vector)
    queries = [
        (["w000", "w001"], [], 0), (["w002", "w003"], ["w004"], 0), (["w008"], ["w009", "w012"], 0),
        (["w010", "w011", "w013"], ["w014"], 50), (["w020"], [], 100),
    ]
    return {
        "nearest": {w: near(kv.most_similar(w, topn=10)) for w in words},
        "vector": {"vector": unit.tolist(), "nearest": near(kv.most_similar(unit, topn=10))},
        "queries": [{"like": p, "unlike": n, "top": top, "nearest": near(kv.most_similar(p, n, topn=10, restrict_vocab=top or None))}
                    for p, n, top in queries],
        "multiply": [{"like": p, "unlike": n, "nearest": near(kv.most_similar_cosmul(p, n, topn=10))} for p, n, top in queries],
        "similarity": [[a, b, float(kv.similarity(a, b))] for a in words for b in words],
        "central": [[[w, float(x)] for x, w in kv.rank_by_centrality(r)] for r in rankings],
        "outlier": [kv.doesnt_match(r) for r in rankings],
        "mean": {"words": rankings[1] + ["nowhere"], "mean": kv.get_mean_vector(rankings[1] + ["nowhere"]).tolist()},
        "rank": [[a, b, int(kv.rank(a, b))] for a in words[:3] for b in ["w102", "w200", "w239"]],
    }


def ties():
    """Few rows, many of them of equal cosines: numpy sorts so few in order."""
    rows = numpy.array([[1, 0], [0, 1], [2, 0], [0, 3], [-1, 0], [0, -2], [4, 0], [0, 5], [3, 4], [6, 8]], dtype=numpy.float32)
    kv = KeyedVectors(2)
    kv.add_vectors([f"t{i}" for i in range(len(rows))], rows)
    return {"rows": rows.ravel().tolist(), "nearest": {w: near(kv.most_similar(w, topn=9)) for w in kv.index_to_key}}


def shared(folder):
    """What gensim reads: of each file the number of rows, a few of them, and their neighbours.

    These are without </s>, of which fastText takes no n-grams, but gensim does.
    """
    files = {}
    for name, load in {
        "word2vec_pre_kv_c": KeyedVectors.load_word2vec_format,
        "euclidean_vectors.bin": lambda path: KeyedVectors.load_word2vec_format(path, binary=True),
        "test_glove.txt": lambda path: KeyedVectors.load_word2vec_format(path, no_header=True),
        "crime-and-punishment.vec": KeyedVectors.load_word2vec_format,
        "lee_fasttext.vec": KeyedVectors.load_word2vec_format,
        "toy-model.vec": KeyedVectors.load_word2vec_format,
        "crime-and-punishment.bin": fasttext.load_facebook_vectors,
        "lee_fasttext_new.bin": fasttext.load_facebook_vectors,
        "toy-model.bin": fasttext.load_facebook_vectors,
        "toy-model-pretrained.bin": fasttext.load_facebook_vectors,
    }.items():
        kv = load(f"{folder}/formats/{name}")
        words = kv.index_to_key[:3] + kv.index_to_key[-2:]
        files[name] = {"rows": len(kv), "dim": kv.vector_size, "vectors": {w: kv[w].tolist() for w in words},
                       "nearest": {w: near([n for n in kv.most_similar(w, topn=6) if n[0] != "</s>"][:5])
                                                              for w in words if kv[w].any()}}
    return files


def write(name, value):
    with open(f"{here}/{name}", "w") as f:
        json.dump(value, f, indent=None, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    kv = table()
    kv.save_word2vec_format(f"{here}/words.vec")
    kv = KeyedVectors.load_word2vec_format(f"{here}/words.vec")
    kv.save_word2vec_format(f"{here}/words.bin", binary=True)
    write("gensim.json", looks(kv) | {"ties": ties()} | evaluations(kv, here))
    if len(sys.argv) > 1:
        write("shared.json", shared(sys.argv[1]))
