// Package files has the tasks of a loop read and write files without holding the
// loop: on its own pool ([coro.Loop.Pool]), since files have no other way. What is
// returned are futures, which a machine awaits with coro.On as a body does with
// Await.
//
//	b, err := files.Read(l, "menu.txt").Await(y)
//
// What is canceled before a worker has come to it is not done at all.
package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"coroscope/coro"
)

// Read returns the future of what is in the file, as os.ReadFile.
func Read(l *coro.Loop, name string) *coro.Future[[]byte] {
	return submit(l, "read", func(context.Context) ([]byte, error) { return os.ReadFile(name) })
}

// Write makes data the content of the file, as a whole or not at all: nobody
// ever sees a part of it, whatever fails, and if the future, or a task that awaits
// it, is canceled before the last step, the file stays as it was. A file that is
// there keeps its mode; a new one gets perm before umask. The task goes on when
// nothing is done any more.
//
// A new file in the same folder takes the place of the old, so a link to that
// keeps what it had; a symbolic link is followed. On Windows the change is not
// atomic, and fails while others have the file open.
func Write(l *coro.Loop, name string, data []byte, perm fs.FileMode) *coro.Future[struct{}] {
	return submit(l, "write", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, replace(ctx, name, data, perm)
	}, coro.WaitForReturn())
}

func submit[T any](l *coro.Loop, label string, fn func(ctx context.Context) (T, error), opts ...coro.JobOption) *coro.Future[T] {
	return coro.Submit(l, l.Pool(), fn, append(opts, coro.ShownAs(coro.OnIO, label))...)
}

// replace does what Write says.
func replace(ctx context.Context, name string, data []byte, perm fs.FileMode) (err error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := perm.Perm()
	info, err := os.Stat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return &fs.PathError{Op: "write", Path: name, Err: errors.New("not a regular file")}
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := createBeside(name, perm.Perm())
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if info != nil {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return os.Rename(f.Name(), name)
}

// createBeside makes a new file in the folder of name, which is to take its
// place.
func createBeside(name string, perm fs.FileMode) (*os.File, error) {
	for {
		path := filepath.Join(filepath.Dir(name), ".new-"+rand.Text())
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// A File is an open file. What is asked of it is done in any order, also at the
// same time, so who wants an order awaits one before the next. A task that is
// canceled while the system works for it goes on when that is done, so that the
// file can be closed then.
type File struct {
	loop *coro.Loop
	f    *os.File
}

// Open opens the file, as os.OpenFile. If the future is canceled meanwhile, the
// file is closed.
func Open(l *coro.Loop, name string, flag int, perm fs.FileMode) *coro.Future[*File] {
	return submit(l, "open", func(ctx context.Context) (*File, error) {
		f, err := os.OpenFile(name, flag, perm)
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			f.Close()
			return nil, ctx.Err()
		}
		return &File{loop: l, f: f}, nil
	}, coro.WaitForReturn())
}

// Name returns the name that the file was opened by.
func (f *File) Name() string { return f.f.Name() }

// Read returns the future of the next n bytes, or of as many as there are: fewer
// only with io.EOF, or another error, if there are none.
func (f *File) Read(n int) *coro.Future[[]byte] {
	return f.read(n, func(p []byte) (int, error) { return io.ReadFull(f.f, p) })
}

// ReadAt is Read from an offset, in bytes.
func (f *File) ReadAt(n int, offset int64) *coro.Future[[]byte] {
	return f.read(n, func(p []byte) (int, error) { return f.f.ReadAt(p, offset) })
}

func (f *File) read(n int, read func(p []byte) (int, error)) *coro.Future[[]byte] {
	return submit(f.loop, "read", func(context.Context) ([]byte, error) {
		p := make([]byte, n)
		got, err := read(p)
		if got > 0 && (err == io.EOF || err == io.ErrUnexpectedEOF) {
			err = nil
		}
		return p[:got], err
	}, coro.WaitForReturn())
}

// Write returns the future of how many bytes of p were written, which must not be
// changed before: fewer than p has only with an error.
func (f *File) Write(p []byte) *coro.Future[int] {
	return submit(f.loop, "write", func(context.Context) (int, error) { return f.f.Write(p) }, coro.WaitForReturn())
}

// Sync has the system bring to the disk what was written.
func (f *File) Sync() *coro.Future[struct{}] { return f.do("sync", f.f.Sync) }

// Close closes the file.
func (f *File) Close() *coro.Future[struct{}] { return f.do("close", f.f.Close) }

func (f *File) do(label string, fn func() error) *coro.Future[struct{}] {
	return submit(f.loop, label, func(context.Context) (struct{}, error) { return struct{}{}, fn() }, coro.WaitForReturn())
}
