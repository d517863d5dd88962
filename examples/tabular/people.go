package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gorgonia.org/gorgonia"

	"gorgonia-embedding/layers"
)

// person has categories by their number, in the order in which they come.
type person struct {
	job, school int
	traits      []int
	numbers     []float32
	rich        int // 0 or 1
}

// batch has the nodes of n people's columns, and the slices that they read.
type batch struct {
	job, school, traits, rich, numbers *gorgonia.Node
	jobs, schools, allTraits, riches   []int
	allNumbers                         []float32
}

func newBatch(g *gorgonia.ExprGraph, n, traits, numbers int) *batch {
	b := &batch{jobs: make([]int, n), schools: make([]int, n), riches: make([]int, n), allTraits: make([]int, n*traits),
		allNumbers: make([]float32, n*numbers)}
	b.job, b.school = must(layers.Input(g, "job", b.jobs)), must(layers.Input(g, "school", b.schools))
	b.traits, b.rich = must(layers.Input(g, "traits", b.allTraits, n, traits)), must(layers.Input(g, "rich", b.riches))
	b.numbers = must(layers.Input(g, "numbers", b.allNumbers, n, numbers))
	return b
}

// set makes p the person k of the batch.
func (b *batch) set(k int, p person) {
	b.jobs[k], b.schools[k], b.riches[k] = p.job, p.school, p.rich
	copy(b.allTraits[k*len(p.traits):], p.traits)
	copy(b.allNumbers[k*len(p.numbers):], p.numbers)
}

// made draws people: what they are decides who is rich, but for some luck.
func made() (people []person, sizes [3]int) {
	next := uint64(1)
	draw := func(n uint64) int {
		next = next*6364136223846793005 + 1442695040888963407
		return int(next >> 33 % n)
	}
	for range 5000 {
		p := person{job: draw(12), school: draw(6), numbers: []float32{float32(draw(50)+18) / 50}}
		score := math.Sin(float64(p.job)) + 0.5*float64(p.school) - 1.5 + float64(p.numbers[0]) - 0.8
		for range 3 {
			p.traits = append(p.traits, draw(10))
			score += math.Cos(2 * float64(p.traits[len(p.traits)-1]))
		}
		if score+float64(draw(1000)-500)/500 > 0.7 {
			p.rich = 1
		}
		people = append(people, p)
	}
	return people, [3]int{12, 6, 10}
}

// adult reads the Adult data. The traits are workclass, marital status, relationship, sex and country; the numbers age,
// years of education, hours a week, capital gain and loss.
func adult(text string) (people []person, sizes [3]int) {
	ids := [3]map[string]int{{}, {}, {}}
	id := func(table int, value string) int {
		if _, known := ids[table][value]; !known {
			ids[table][value] = len(ids[table])
		}
		return ids[table][value]
	}
	for _, line := range strings.Split(text, "\n")[1:] {
		f := strings.Split(strings.ReplaceAll(line, " ", ""), ",")
		if len(f) != 15 {
			continue
		}
		number := func(k int) float64 { return must(strconv.ParseFloat(f[k], 64)) }
		p := person{job: id(0, f[6]), school: id(1, f[3])}
		for _, k := range []int{1, 5, 7, 9, 13} {
			p.traits = append(p.traits, id(2, fmt.Sprint(k, f[k])))
		}
		gain, loss := math.Log1p(number(10))/10, math.Log1p(number(11))/10
		for _, x := range []float64{number(0) / 50, number(4) / 10, number(12) / 40, gain, loss} {
			p.numbers = append(p.numbers, float32(x))
		}
		if f[14][0] == '>' {
			p.rich = 1
		}
		people = append(people, p)
	}
	return people, [3]int{len(ids[0]), len(ids[1]), len(ids[2])}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
