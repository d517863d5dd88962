package word2vec

import (
	"slices"
	"testing"
)

// The buckets are those of gensim 4.2, which has fastText's hash:
//
//	from gensim.models.fasttext import ft_ngram_hashes
//	print(sorted(ft_ngram_hashes("naïve", 2, 4, 2000000)))
func TestNgramsAreFastTexts(t *testing.T) {
	for _, tt := range []struct {
		word string
		ngrams
		want []int32
	}{
		{"the", ngrams{3, 6, 2000000}, []int32{1151151, 409726, 1648960, 861980, 60934, 816280}},
		{"a", ngrams{1, 3, 1000}, []int32{750, 600, 220, 806}},
		{"x", ngrams{3, 6, 2000000}, []int32{1414917}},
		{"naïve", ngrams{2, 4, 2000000}, []int32{1120655, 1806890, 1907692, 848112, 1590546, 1719404, 657750, 356832, 1223007,
			302403, 1711570, 1788548, 796612, 1088654, 458490}},
		{"日本", ngrams{1, 6, 50000}, []int32{2687, 8587, 13759, 14749, 37409, 46157, 25417, 35717}},
	} {
		got := tt.appendTo(nil, 7, tt.word)
		for i := range got {
			got[i] -= 7
		}
		slices.Sort(got)
		if slices.Sort(tt.want); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.word, got, tt.want)
		}
	}
	for _, odd := range []string{"", "\xff\xfe", "\x80"} { // no panic
		ngrams{1, 6, 10}.appendTo(nil, 0, odd)
	}
}

func TestBags(t *testing.T) {
	v := newVocab([]string{"a", "the"}, []int64{2, 1})
	b := newBags(v, Config{MinN: 3, MaxN: 3, Bucket: 2000000})
	if got, want := b.appendTo(nil, 1), (ngrams{3, 3, 2000000}).appendTo([]int32{1}, 2, "the"); !slices.Equal(got, want) || len(got) != 4 {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := newBags(v, Config{}).appendTo(nil, 1); !slices.Equal(got, []int32{1}) {
		t.Errorf("without n-grams: %v", got)
	}
}
