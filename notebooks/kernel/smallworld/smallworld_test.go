package main

import (
	"testing"

	"gorgonia-embedding/vectors"
)

// The committed file is what the program makes. Another CPU may round otherwise, so that directions are compared: those
// of each word's vector in both.
func TestCommittedFile(t *testing.T) {
	committed, report, err := vectors.ReadFile("../../04-smallworld.txt", vectors.ReadConfig{Format: "glove"})
	if err != nil || len(report.Warnings) > 0 {
		t.Fatal(err, report)
	}
	made := trained()
	if made.Len() != committed.Len() || made.Dim() != committed.Dim() {
		t.Fatalf("made %d×%d, committed %d×%d", made.Len(), made.Dim(), committed.Len(), committed.Dim())
	}
	for id := range made.Len() {
		near, err := made.Search(vectors.Query{N: 1, Vector: committed.Row(id)})
		if err != nil {
			t.Fatal(err)
		}
		if made.Word(id) != committed.Word(id) || near[0].ID != id || near[0].Cosine < 0.99 {
			t.Errorf("row %d: committed %s is nearest to %v", id, committed.Word(id), near[0])
		}
	}
}
