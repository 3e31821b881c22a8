package lower

// This file defines the folder that what is made for a debugger goes to, with
// the overlay that the go command is given.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// OverlayName is the name of the overlay in its folder.
const OverlayName = "overlay.json"

// overlayFormat says what wrote an overlay, and which version of the format.
const overlayFormat = "lower --line, 1"

// lineSuffix ends the names of the files of an overlay, so that their folder is
// no package.
const lineSuffix = ".line"

// An overlay is the content of an overlay: what the go command knows of it, and
// what tells whether somebody has changed a file.
type overlay struct {
	Coroscope string            // overlayFormat
	Checksums map[string]string // of the other files of the folder, by their names in it
	Replace   map[string]string // by the path of a file, that of the one in its place; "" if there is to be none
}

// An Overlay is a folder with files that the go command takes in the place of
// others: go build -overlay=DIR/overlay.json. The folder is nothing that git
// looks at.
type Overlay struct {
	Dir string // absolute

	files map[string][]byte // by their names in it, with slashes
}

// NewOverlay returns the folder dir with what Lower made with Options.Line, in
// packages that are seen from the folder root. It writes nothing.
func NewOverlay(dir, root string, files []*File) (*Overlay, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if root, err = filepath.Abs(root); err != nil {
		return nil, err
	}
	o := &Overlay{Dir: dir, files: make(map[string][]byte)}
	index := overlay{Coroscope: overlayFormat, Checksums: make(map[string]string), Replace: make(map[string]string)}
	for _, f := range files {
		if f.Content == nil {
			index.Replace[f.Path] = ""
			continue
		}
		name := nameInOverlay(root, f.Path)
		o.files[name] = f.Content
		index.Checksums[name] = sum(f.Content)
		index.Replace[f.Path] = filepath.Join(dir, filepath.FromSlash(name))
	}
	content, err := json.MarshalIndent(index, "", "\t")
	if err != nil {
		return nil, err
	}
	o.files[OverlayName] = append(content, '\n')
	o.files[".gitignore"] = []byte("*\n")
	return o, nil
}

// nameInOverlay returns where what takes a file's place is: as seen from root, or
// if it is not beneath that, in a folder with a checksum of its folder's path as
// name.
func nameInOverlay(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel) + lineSuffix
	}
	return sum([]byte(filepath.Dir(path))) + "/" + filepath.Base(path) + lineSuffix
}

// Path returns the path of the overlay itself.
func (o *Overlay) Path() string { return filepath.Join(o.Dir, OverlayName) }

// Fresh reports whether the folder is there as it is to be. The error is not nil
// if something is in the way, which must be left alone.
func (o *Overlay) Fresh() (bool, error) {
	if _, err := o.found(); err != nil {
		return false, err
	}
	for name, content := range o.files {
		b, err := os.ReadFile(o.in(name))
		if err != nil || !bytes.Equal(b, content) {
			return false, nil
		}
	}
	return true, nil
}

// Write writes the folder, in the place of one that was written before. Errors:
// there is something else in the way, a file was changed since, or it cannot be
// written to.
func (o *Overlay) Write() error {
	old, err := o.found()
	if err != nil {
		return err
	}
	for _, name := range old {
		if o.files[name] == nil {
			os.Remove(o.in(name))
		}
	}
	// The overlay comes last: it says what the others are.
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(o.files)), func(name string) bool { return name == OverlayName })
	for _, name := range append(names, OverlayName) {
		path := o.in(name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := replaceFile(path, o.files[name]); err != nil {
			return err
		}
	}
	return nil
}

func (o *Overlay) in(name string) string { return filepath.Join(o.Dir, filepath.FromSlash(name)) }

// found returns the names of the files that were written to the folder before.
// The error is not nil if there is anything else in it.
func (o *Overlay) found() ([]string, error) {
	entries, err := os.ReadDir(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, nil
	}
	var index overlay
	b, err := os.ReadFile(o.Path())
	if err == nil {
		err = json.Unmarshal(b, &index)
	}
	if err != nil || index.Coroscope != overlayFormat {
		return nil, fmt.Errorf("%s was not written by lower --line and is left alone: move it away, or name another folder: --line=DIR", o.Dir)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(index.Checksums)) {
		if !filepath.IsLocal(filepath.FromSlash(name)) || !strings.HasSuffix(name, lineSuffix) {
			return nil, fmt.Errorf("%s names the file %s, which it cannot have: remove it", o.Path(), name)
		}
		names = append(names, name)
		b, err := os.ReadFile(o.in(name))
		if err == nil && sum(b) != index.Checksums[name] {
			return nil, fmt.Errorf("%s has been changed since it was generated: remove it, and it is made anew; what is to stay belongs in the source", o.in(name))
		}
	}
	return names, nil
}
