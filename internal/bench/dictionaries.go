package bench

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// WriteDictionaries writes the corpus of the word vectors to path: the texts of Debian's packages dict-gcide and dict-wn,
// which apt-get downloads, as 9.1 million lower-case words of the letters a to z, a paragraph a line.
func WriteDictionaries(path string) (err error) {
	dir, err := os.MkdirTemp("", "dictionaries")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := exec.Command("sh", "-c", "apt-get download -q dict-gcide dict-wn && for p in *.deb; do dpkg -x $p .; done")
	c.Dir = dir
	if text, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get download dict-gcide dict-wn: %w\n%s", err, text)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, name := range []string{"gcide", "wn"} {
		if err == nil {
			err = addDictionary(w, filepath.Join(dir, "usr/share/dictd", name+".dict.dz"))
		}
	}
	for _, end := range []error{w.Flush(), f.Close()} {
		if err == nil {
			err = end
		}
	}
	return err
}

// addDictionary writes the paragraphs of a dictionary, which end at an empty line or where a source is named.
func addDictionary(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	source, word := regexp.MustCompile(`\[1913 webster\]|\[pjc\]|\[wordnet 1\.5\]`), regexp.MustCompile(`[a-z]+`)
	var paragraph []string
	end := func() {
		if err == nil && paragraph != nil {
			_, err = fmt.Fprintln(w, strings.Join(paragraph, " "))
		}
		paragraph = nil
	}
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		parts := source.Split(strings.ToLower(lines.Text()), -1)
		for i, part := range parts {
			words := word.FindAllString(part, -1)
			if i > 0 || strings.TrimSpace(part) == "" {
				end()
			}
			paragraph = append(paragraph, words...)
		}
	}
	end()
	if err == nil {
		err = lines.Err()
	}
	return err
}
