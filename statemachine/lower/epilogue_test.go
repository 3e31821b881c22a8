package lower

// This file defines the test of the one thing that is refused at run time.

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const exitsProgram = `package main

import (
	"fmt"
	"iter"
	"runtime"
)

//coro:lower
func Exits() iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Println("deferred first")
		defer func() { fmt.Println("recovered:", recover()) }()
		defer yield(2)
		defer fmt.Println("deferred last")
		if yield(1) {
			runtime.Goexit()
		}
		runtime.Goexit()
	}
}

func main() {
	for _, stop := range []bool{false, true} {
		done := make(chan bool)
		go func() {
			defer close(done)
			next, stopped := PullExits().Pull()
			defer func() { fmt.Println(next()) }()
			defer fmt.Println("exiting")
			fmt.Println(next())
			if stop {
				stopped()
			} else {
				next()
			}
			fmt.Println("never")
		}()
		<-done
	}
}
`

// TestSuspendWhileExiting holds that a suspension panics while Goexit makes the
// deferred calls, unless the consumer has stopped, and that Goexit goes on.
func TestSuspendWhileExiting(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module exits\n\ngo 1.26\n")
	write("main.go", exitsProgram)
	files, err := Lower(Options{Dir: dir, Verify: true})
	if err != nil {
		t.Fatal(err)
	}
	write(filepath.Base(files[0].Path), string(files[0].Content))
	out, err := runDriver(dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `1 true
deferred last
recovered: ExitsMachine: main.go:14 suspends while runtime.Goexit makes deferred calls
deferred first
exiting
0 false
1 true
deferred last
recovered: <nil>
deferred first
exiting
0 false
`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
