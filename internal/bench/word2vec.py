#!/usr/bin/python3
"""gensim's and fastText's sides of the suite word2vec, printed in the format of Go's benchmarks.

usage: word2vec.py gensim|fasttext skipgram|cbow corpus

Both train for one epoch on one thread: dim 100, window 5, 5 negatives, words that occur 5 times, sample 1e-3. The time is
that for a word of the training alone; fastText prints it itself.
"""
import re
import subprocess
import sys
import tempfile
import time

impl, model, corpus = sys.argv[1:]
if impl == "gensim":
    from gensim.models import Word2Vec

    w2v = Word2Vec(vector_size=100, window=5, negative=5, min_count=5, sample=1e-3, sg=int(model == "skipgram"), workers=1, epochs=1)
    w2v.build_vocab(corpus_file=corpus)
    start = time.perf_counter()
    w2v.train(corpus_file=corpus, total_words=w2v.corpus_total_words, total_examples=w2v.corpus_count, epochs=1)
    took = (time.perf_counter() - start) / sum(w2v.wv.get_vecattr(w, "count") for w in w2v.wv.key_to_index)
else:
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run(["fasttext", model, "-input", corpus, "-output", folder + "/out", "-dim", "100", "-ws", "5", "-neg", "5",
                              "-minCount", "5", "-t", "1e-3", "-epoch", "1", "-maxn", "0", "-bucket", "1", "-thread", "1"],
                             check=True, capture_output=True, text=True)
    took = 1 / int(re.findall(r"words/sec/thread:\s*(\d+)", out.stdout + out.stderr)[-1])
print(f"BenchmarkWord2vec/model={model}/threads=1/impl={impl} 1 {took * 1e9:.1f} ns/op")
