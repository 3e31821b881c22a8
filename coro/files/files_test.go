package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"coroscope/coro"
	"coroscope/coro/files"
	"coroscope/coro/internal/looptest"
)

// wantFolder fails the test unless dir has exactly these files.
func wantFolder(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		if w, ok := want[e.Name()]; !ok || w != string(b) {
			t.Errorf("file %s has %q", e.Name(), b)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}

func TestReadAndWrite(t *testing.T) {
	l := looptest.New(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "menu")
	if _, err := coro.RunUntil(l, files.Read(l, name)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
	for _, text := range []string{"soup", "", strings.Repeat("roast", 100_000)} {
		if _, err := coro.RunUntil(l, files.Write(l, name, []byte(text), 0o640)); err != nil {
			t.Fatal(err)
		}
		b, err := coro.RunUntil(l, files.Read(l, name))
		if string(b) != text || err != nil {
			t.Errorf("%d bytes read, %v; want %d", len(b), err, len(text))
		}
		wantFolder(t, dir, map[string]string{"menu": text})
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&^0o640 != 0 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

// A file that is there keeps its mode, and what a symbolic link stands for is
// written, not the link.
func TestWriteKeeps(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("neither modes nor, for everybody, symbolic links there")
	}
	l := looptest.New(t)
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(real, nil, 0o600), os.Chmod(real, 0o604), os.Symlink("real", link)); err != nil {
		t.Fatal(err)
	}
	if _, err := coro.RunUntil(l, files.Write(l, link, []byte("new"), 0o666)); err != nil {
		t.Fatal(err)
	}
	wantFolder(t, dir, map[string]string{"real": "new", "link": "new"})
	if info, err := os.Lstat(real); err != nil || info.Mode() != 0o604 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
}

func TestWriteFails(t *testing.T) {
	l := looptest.New(t)
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := coro.RunUntil(l, files.Write(l, sub, nil, 0o600)); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("of a folder: %v", err)
	}
	if _, err := coro.RunUntil(l, files.Write(l, filepath.Join(dir, "no", "file"), nil, 0o600)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no folder: %v", err)
	}
	wantFolder(t, dir, map[string]string{"sub": ""})
}

// What is canceled before a worker has come to it is not done, and shows what it
// waits for.
func TestCanceled(t *testing.T) {
	for name, shape := range map[string]func(coro.Body[struct{}, coro.Await, struct{}]) coro.Resumable[struct{}, coro.Await, struct{}]{
		"pull": coro.Pull[struct{}, coro.Await, struct{}], "goroutine": coro.Goroutine[struct{}, coro.Await, struct{}],
	} {
		t.Run(name, func(t *testing.T) {
			l := looptest.New(t)
			dir := t.TempDir()
			goOn := make(chan bool)
			for range l.Pool().Size() {
				coro.Submit(l, l.Pool(), func(context.Context) (any, error) { <-goOn; return nil, nil })
			}
			write := files.Write(l, filepath.Join(dir, "menu"), []byte("soup"), 0o600)
			task := coro.Spawn(l, shape(write.Await))
			l.CallSoon(func() {
				if s, _ := task.Suspension(); s.On()+" "+s.Detail != "await io write 1st in line" {
					t.Errorf("it is suspended on %q, %q", s.On(), s.Detail)
				}
				task.Cancel()
				close(goOn)
			})
			if _, err := coro.RunUntil(l, task); !errors.Is(err, coro.ErrCanceled) {
				t.Errorf("it ended with %v", err)
			}
			wantFolder(t, dir, nil)
		})
	}
}

// An opener is a machine that opens a file, writes into it and closes it.
type opener struct {
	loop  *coro.Loop
	name  string
	state int
	open  *coro.Future[*files.File]
	write *coro.Future[int]
	err   error
}

func (m *opener) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	if m.err = thrown; thrown != nil {
		return coro.Await{}, false
	}
	m.state++
	switch m.state {
	case 1:
		m.open = files.Open(m.loop, m.name, os.O_WRONLY|os.O_CREATE, 0o600)
		return coro.On(m.open), true
	case 2:
		f, _ := m.open.Result()
		m.write = f.Write([]byte("soup"))
		return coro.On(m.write), true
	case 3:
		f, _ := m.open.Result()
		return coro.On(f.Close()), true
	}
	return coro.Await{}, false
}
func (m *opener) Result() int { n, _ := m.write.Result(); return n }
func (m *opener) Err() error  { return m.err }

func TestFile(t *testing.T) {
	l := looptest.New(t)
	name := filepath.Join(t.TempDir(), "menu")
	if n, err := coro.RunUntil(l, coro.Spawn(l, &opener{loop: l, name: name})); n != 4 || err != nil {
		t.Fatalf("written: %d, %v", n, err)
	}
	_, err := coro.RunUntil(l, coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
		f, err := files.Open(l, name, os.O_RDWR, 0).Await(y)
		if err != nil {
			return nil, err
		}
		if f.Name() != name {
			t.Errorf("its name is %s", f.Name())
		}
		for _, want := range []string{"so", "up", ""} {
			b, err := f.Read(2).Await(y)
			if string(b) != want || (err == io.EOF) != (want == "") {
				t.Errorf("read %q, %v; want %q", b, err, want)
			}
		}
		if b, err := f.ReadAt(10, 1).Await(y); string(b) != "oup" || err != nil {
			t.Errorf("read %q, %v", b, err)
		}
		if b, err := f.ReadAt(10, 100).Await(y); len(b) != 0 || err != io.EOF {
			t.Errorf("read behind the end: %q, %v", b, err)
		}
		if _, err := f.Sync().Await(y); err != nil {
			t.Error(err)
		}
		if _, err := f.Close().Await(y); err != nil {
			t.Error(err)
		}
		if _, err := f.Write([]byte("x")).Await(y); !errors.Is(err, os.ErrClosed) {
			t.Errorf("write after Close: %v", err)
		}
		return nil, nil
	})))
	if err != nil {
		t.Error(err)
	}
	if _, err := coro.RunUntil(l, files.Open(l, name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made a second time: %v", err)
	}
}

func ExampleWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(coro.Run(coro.Pull(func(y *coro.Async) (string, error) {
		l := coro.LoopOf(y)
		name := filepath.Join(dir, "menu")
		if _, err := files.Write(l, name, []byte("soup"), 0o644).Await(y); err != nil {
			return "", err
		}
		b, err := files.Read(l, name).Await(y)
		return string(b), err
	})))
	// Output: soup <nil>
}
