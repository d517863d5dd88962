// Package replace writes files and folders that are there whole or not at all, whenever the program is killed: under a
// temporary name beside the one that they get at the end.
package replace

import (
	"bufio"
	"cmp"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
)

// temporary is what stands between a name and what makes a temporary name of it unique.
const temporary = ".tmp-"

// File makes what write writes the content of the file at path, which is on the disk when File returns. If it fails, the
// file is as it was.
func File(path string, write func(w io.Writer) error) error {
	return named(path, file(path, write))
}

func file(path string, write func(w io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+temporary+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the renaming
	if err = fill(f, write); err == nil {
		err = os.Rename(f.Name(), path)
	}
	return cmp.Or(err, sync(filepath.Dir(path)))
}

// fill writes f to the disk and closes it.
func fill(f *os.File, write func(w io.Writer) error) error {
	b := bufio.NewWriterSize(f, 1<<16)
	err := cmp.Or(write(b), b.Flush(), f.Chmod(0o644), f.Sync())
	return cmp.Or(err, f.Close())
}

// New makes what write writes the content of a new file at path, in the folder that Folder gives or one in it.
func New(path string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return fill(f, write)
}

// named returns err, which names path if it named a temporary file in its place.
func named(path string, err error) error {
	var file *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &file) && strings.Contains(file.Path, temporary):
		return &fs.PathError{Op: file.Op, Path: path, Err: file.Err}
	case errors.As(err, &link):
		return &fs.PathError{Op: link.Op, Path: path, Err: link.Err}
	}
	return err
}

// Clean removes what a program that was killed has left of files in folder.
func Clean(folder string) error { return tidy(filepath.Join(globEscape(folder), "*")) }

// Folder makes the files that write writes into an empty folder, which it is given, those of the folder at path. Files of
// other names that are in the folder at path stay there. If it fails, the folder at path is as it was.
//
// Where the system cannot exchange two folders (it can on Linux), there is a moment at which path does not exist, and the
// old folder has a temporary name.
func Folder(path string, write func(folder string) error) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := tidy(globEscape(path)); err != nil {
		return err
	}
	next, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+temporary+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(next) // after the exchange, the old folder
	if err := cmp.Or(os.Chmod(next, 0o755), write(next), keep(path, next), sync(next)); err != nil {
		return named(path, err)
	}
	return cmp.Or(swap(next, path), sync(filepath.Dir(path)))
}

// tidy removes what a program that was killed has left beside the paths that match pattern.
func tidy(pattern string) error {
	old, err := filepath.Glob(pattern + temporary + "*")
	for _, name := range old {
		err = cmp.Or(err, os.RemoveAll(name))
	}
	return err
}

// globEscape returns a pattern that matches path alone.
func globEscape(path string) string {
	var b []byte
	for _, c := range []byte(path) {
		if c == '*' || c == '?' || c == '[' || c == '\\' {
			b = append(b, '\\')
		}
		b = append(b, c)
	}
	return string(b)
}

// keep gives the folder next the files of the folder old that it has none of that name of.
func keep(old, next string) error {
	err := filepath.WalkDir(old, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(old, path)
		if err != nil {
			return err
		}
		to := filepath.Join(next, rel)
		switch _, err := os.Lstat(to); {
		case err == nil:
			return nil
		case d.IsDir():
			return os.Mkdir(to, 0o755)
		}
		return errors.Wrapf(os.Link(path, to), "%s has a file that is no part of what is written, and cannot be kept", old)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is no old folder
	}
	return err
}

// Try fails if Folder could not make a folder at path.
func Try(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	next, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+temporary+"*")
	if err != nil {
		return named(path, err)
	}
	return os.Remove(next)
}

// swap gives the folder next the name path, and the folder that has it now, if any, the name next.
func swap(next, path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(next, path)
	}
	if exchange(next, path) == nil {
		return nil
	}
	old := next + "-old"
	if err := os.Rename(path, old); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return cmp.Or(os.Rename(old, path), err)
	}
	return os.Rename(old, next)
}

// sync makes the names in a folder last.
func sync(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	f.Sync() // not every system can
	return nil
}
