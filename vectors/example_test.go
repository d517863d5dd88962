package vectors_test

import (
	"fmt"
	"strings"

	"gorgonia-embedding/vectors"
)

const glove = `king 0.9 0.8 0.1
man 0.1 0.9 0.1
woman 0.1 0.1 0.9
queen 0.9 0.1 0.8
apple -0.7 0.1 0.1
`

func Example() {
	table, report, err := vectors.Read(strings.NewReader(glove), "glove", vectors.ReadConfig{})
	if err != nil {
		panic(err)
	}
	fmt.Print(report)
	near, err := table.Analogy(1, "man", "king", "woman")
	if err != nil {
		panic(err)
	}
	fmt.Print(near)
	outlier, err := table.Outlier("king", "man", "woman", "apple")
	if err != nil {
		panic(err)
	}
	fmt.Println(outlier)
	// Output:
	// glove, text, 5 rows read
	// 0.9500  queen
	// apple
}

func ExampleTable_Search() {
	table, _, err := vectors.Read(strings.NewReader(glove), "glove", vectors.ReadConfig{})
	if err != nil {
		panic(err)
	}
	near, err := table.Search(vectors.Query{N: 2, Like: []string{"man", "king"}, Without: []string{"apple"}})
	if err != nil {
		panic(err)
	}
	fmt.Print(near)
	// Output:
	// 0.4821  queen
	// 0.2490  woman
}

func ExampleTable_EvaluatePairs() {
	table, _, err := vectors.Read(strings.NewReader(glove), "glove", vectors.ReadConfig{})
	if err != nil {
		panic(err)
	}
	pairs, err := vectors.ReadPairs(strings.NewReader("king\tqueen\t8\nking\tapple\t1\nman\twoman\t7\nking\tpear\t1\n"), "pairs")
	if err != nil {
		panic(err)
	}
	fmt.Println(table.EvaluatePairs(pairs, vectors.EvaluateConfig{}))
	// Output:
	// pearson 0.9789  spearman 1.0000  3 pairs, 1 with unknown words
}
