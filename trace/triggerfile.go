package trace

// This file defines how a trigger writes a window to a file, without harm to
// what may stand there already.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"coroscope/trace/protocol"
)

// writeFile writes src to the file that path says, which may have a * for the
// time, and returns the file's name. What is written goes to a temporary file
// in the same folder first. On an error, what was there is as it was; the error
// names the file that path says and never the temporary one.
func writeFile(path string, now time.Time, src io.WriterTo) (file string, err error) {
	file = fileName(path, now, 1)
	ownName := hasTime(path)
	if !ownName {
		if err := mayReplace(file); err != nil {
			return file, err
		}
	}
	tmp, err := temporary(file)
	if err != nil {
		return file, naming(file, err)
	}
	_, err = src.WriteTo(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	switch {
	case err != nil:
	case ownName:
		file, err = rename(tmp.Name(), path, now)
	default:
		if err = mayReplace(file); err == nil { // something may have come meanwhile
			err = os.Rename(tmp.Name(), file)
		}
	}
	if err != nil {
		os.Remove(tmp.Name())
		return file, naming(file, err)
	}
	return file, nil
}

// hasTime reports whether the last element of path has a * for the time.
func hasTime(path string) bool { return strings.Contains(filepath.Base(path), "*") }

// fileName returns path with the time in place of the last * in its last
// element, and behind it, from the second on, which file of that time it is.
func fileName(path string, now time.Time, n int) string {
	dir, base := filepath.Split(path)
	if i := strings.LastIndexByte(base, '*'); i >= 0 {
		stamp := now.Format("20060102-150405.000")
		if n > 1 {
			stamp += "-" + strconv.Itoa(n)
		}
		base = base[:i] + stamp + base[i+1:]
	}
	return dir + base
}

// rename gives the file tmp the first name that path and the time make and that
// no file has. The name is taken by an empty file, which exists for as long as
// renaming takes: a rename alone would replace what somebody else puts there.
func rename(tmp, path string, now time.Time) (file string, err error) {
	for n := 1; ; n++ {
		file = fileName(path, now, n)
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return file, err
		}
		if err = f.Close(); err == nil {
			err = os.Rename(tmp, file)
		}
		if err != nil {
			os.Remove(file)
		}
		return file, err
	}
}

// temporary makes a file in the folder of path.
func temporary(path string) (tmp *os.File, err error) {
	dir, base := filepath.Split(path)
	for range 100 { // names may be taken
		name := dir + "." + base + "." + strconv.FormatUint(rand.Uint64(), 36) + ".tmp"
		tmp, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return tmp, err
}

// naming returns an error of the temporary file as one of the file at path.
func naming(path string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return &fs.PathError{Op: p.Op, Path: path, Err: p.Err}
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return &fs.PathError{Op: l.Op, Path: path, Err: l.Err}
	}
	return err
}

// mayReplace returns an error if there is something at path that is not a trace
// that this package wrote.
func mayReplace(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	ours := false
	if info.Mode().IsRegular() {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		ours, err = hasVersionLog(f)
		f.Close()
		if err != nil {
			return err
		}
	}
	if !ours {
		return fmt.Errorf("%s is no trace that package coroscope/trace wrote and is left alone: %w", path, fs.ErrExist)
	}
	return nil
}

// magic is what Go traces begin with; the rest of the version and " trace"
// follow.
const magic = "go 1."

// maxVersionLog is the length of the longest version log that hasVersionLog
// finds. The length stands before it in one byte.
const maxVersionLog = 1<<7 - 1

// hasVersionLog reports whether r is a Go trace that has the protocol's version
// log among its strings. It looks for the string as the runtime writes it and
// does not parse the trace, as package timeline does.
func hasVersionLog(r io.Reader) (bool, error) {
	buf := make([]byte, 64<<10)
	head := buf[:len(magic)]
	switch _, err := io.ReadFull(r, head); {
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return false, nil
	case err != nil:
		return false, err
	case string(head) != magic:
		return false, nil
	}
	for kept := 0; ; {
		n, err := r.Read(buf[kept:])
		data := buf[:kept+n]
		if findVersionLog(data) {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		// One may have come in part.
		kept = copy(buf, data[max(0, len(data)-1-maxVersionLog):])
	}
}

func findVersionLog(data []byte) bool {
	word := []byte("version ")
	for {
		i := bytes.Index(data, word)
		if i < 0 {
			return false
		}
		if i > 0 {
			if length := int(data[i-1]); length <= maxVersionLog && length <= len(data)-i {
				if _, ok := protocol.ParseEpoch(string(data[i : i+length])); ok {
					return true
				}
			}
		}
		data = data[i+len(word):]
	}
}
