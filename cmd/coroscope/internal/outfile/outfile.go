// Package outfile writes a trace, or what was made of one, to a file, without
// harm to what may stand there already.
//
// Only a regular file of the same kind that Coroscope wrote, which a trace shows
// in its version log, is ever replaced, and only as a whole: the new one is
// written to a temporary file in the same folder, synced, and renamed. If
// anything fails on the way, or the program is interrupted, what was there is as
// it was.
package outfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"coroscope/trace/timeline"
)

// advice ends every error about a place that cannot be written to.
const advice = "choose another file with -o FILE"

// A Kind is a kind of file that Coroscope writes.
type Kind struct {
	Name string // "trace"

	// Other says what a file is that Coroscope did not write as one of this
	// kind, such as "a file that is no Go trace", and "" of one that it did.
	Other func(io.Reader) (string, error)
}

// Trace is the kind of a Go trace that package trace wrote.
var Trace = Kind{Name: "trace", Other: otherThanTrace}

// A File is one being written. It is in its place only after Commit.
type File struct {
	path string
	kind Kind
	mode fs.FileMode // of the file to be replaced, or 0

	mu   sync.Mutex // an interrupt may abort while another goroutine writes
	tmp  *os.File
	err  error // of the first Write that failed
	done bool
}

// Create looks whether a trace may be written to path, and begins to. The
// caller ends with Commit or Abort. Errors: what stands at path must be left
// alone, or its folder cannot be written to.
func Create(path string) (*File, error) { return CreateAs(path, Trace) }

// CreateAs is Create for a file of another kind.
func CreateAs(path string, kind Kind) (*File, error) {
	mode, err := kind.check(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, kind: kind, mode: mode}
	dir, base := filepath.Split(path)
	for range 100 {
		name := dir + "." + base + "." + strconv.FormatUint(rand.Uint64(), 36) + ".tmp"
		f.tmp, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write into the folder of %s: %w; %s", path, reason(err), advice)
	}
	return f, nil
}

// check reports whether path may be written to: the mode of the file to be
// replaced, 0 if there is none, or an error that says what is in the way.
func (k Kind) check(path string) (fs.FileMode, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if path == "" || os.IsPathSeparator(path[len(path)-1]) {
			return 0, fmt.Errorf("%q is not the name of a file; %s", path, advice)
		}
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("cannot write %s: %w; %s", path, reason(err), advice)
	}
	if found := special(info.Mode()); found != "" {
		return 0, inTheWay(path, found)
	}
	if info.Mode().Perm()&0o200 == 0 {
		return 0, inTheWay(path, "a read-only file")
	}
	found, err := k.otherThanOurs(path, info)
	if err != nil {
		return 0, inTheWay(path, fmt.Sprintf("a file that cannot be read (%v)", reason(err)))
	}
	if found != "" {
		return 0, inTheWay(path, found)
	}
	return info.Mode().Perm(), nil
}

// special says what a file is that is not a regular one.
func special(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "not a regular file"
}

// otherThanOurs says what the regular file at path is, or "" if it is of this
// kind and ours.
func (k Kind) otherThanOurs(path string, info fs.FileInfo) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if now, err := f.Stat(); err != nil || !os.SameFile(info, now) {
		return "changing while it is looked at", err
	}
	if info.Size() == 0 {
		return "an empty file", nil
	}
	return k.Other(f)
}

func otherThanTrace(r io.Reader) (string, error) {
	ours, err := timeline.Identify(r)
	switch {
	case errors.Is(err, timeline.ErrNotTrace):
		return "a file that is no Go trace", nil
	case errors.Is(err, timeline.ErrUnsupported):
		return "a trace in a format that cannot be read here", nil
	case err != nil:
		return "", err
	case !ours:
		return "a Go trace that coroscope did not write", nil
	}
	return "", nil
}

func inTheWay(path, found string) error {
	return fmt.Errorf("%s is %s and is left alone; %s", path, found, advice)
}

// reason returns an error without the operation and the path that it repeats,
// or has of the temporary file.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err
	}
	return err
}

// Write implements io.Writer. After Abort it fails. What it fails with is also
// what Commit fails with, since runtime/trace does not look.
func (f *File) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return 0, fmt.Errorf("%s is no longer being written: %w", f.path, fs.ErrClosed)
	}
	n, err := f.tmp.Write(b)
	if err != nil {
		err = f.failed(err)
	}
	if f.err == nil {
		f.err = err
	}
	return n, err
}

// failed returns an error of the temporary file as one of the file that the
// person knows.
func (f *File) failed(err error) error {
	return fmt.Errorf("cannot write %s: %w", f.path, reason(err))
}

// Commit puts the file in its place. It looks once more at what stands there.
// On an error nothing is left but what was there before.
func (f *File) Commit() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return fmt.Errorf("%s is no longer being written: %w", f.path, fs.ErrClosed)
	}
	f.done = true
	err := f.err
	if err == nil {
		err = f.complete()
	} else {
		f.tmp.Close()
	}
	if err == nil {
		_, err = f.kind.check(f.path)
	}
	if err == nil {
		if err = os.Rename(f.tmp.Name(), f.path); err != nil {
			err = f.failed(err)
		}
	}
	if err != nil {
		os.Remove(f.tmp.Name())
		return fmt.Errorf("the %s was not kept: %w", f.kind.Name, err)
	}
	return nil
}

// complete closes the temporary file when all of it is on the disk.
func (f *File) complete() error {
	err := f.tmp.Sync()
	if cerr := f.tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil && f.mode != 0 {
		err = os.Chmod(f.tmp.Name(), f.mode)
	}
	if err != nil {
		return f.failed(err)
	}
	return nil
}

// Abort leaves what is in the file's place as it was. After Commit it does
// nothing, so it can be deferred.
func (f *File) Abort() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return
	}
	f.done = true
	f.tmp.Close()
	os.Remove(f.tmp.Name())
}
