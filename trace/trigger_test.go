package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"

	"github.com/google/go-cmp/cmp"
)

// recorder returns a flight recorder that is on until the test ends.
func recorder(t *testing.T) *cotrace.FlightRecorder {
	t.Helper()
	f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: time.Hour})
	if err := f.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Stop)
	return f
}

// reports collects what is reported.
type reports struct{ all []cotrace.Written }

func (r *reports) add(w cotrace.Written) { r.all = append(r.all, w) }

// notesIn returns the notes in a trace.
func notesIn(t *testing.T, tr *readTrace) []string {
	t.Helper()
	var all []string
	for _, l := range tr.logs(protocol.CatCoroscope) {
		if m, ok := protocol.ParseNote(strings.TrimPrefix(l, "coroscope: ")); ok {
			all = append(all, m.Text)
		}
	}
	return all
}

func readFile(t *testing.T, file string) *readTrace {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, bytes.NewReader(data))
}

// checkFiles checks which files a folder has: nothing half-written is left.
func checkFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

var slow = coro.SlowStep{Callback: "main.hog", Took: 60 * time.Millisecond}

// A step reports itself as slow. The window is written when the loop has come
// round, so that what the step's task does next is in it.
func TestTriggerSlowStep(t *testing.T) {
	eachShape(t, func(t *testing.T, shape string) {
		dir := t.TempDir()
		var r reports
		trigger := cotrace.NewTrigger(recorder(t), cotrace.TriggerConfig{File: filepath.Join(dir, "slow.trace"), Report: r.add})
		s := serve(t, cotrace.Loop(), quietly)
		s.do(func() {
			coro.Spawn(s.Loop, walkers[shape](ms(1e6)), coro.Named("ann"))
			trigger.SlowStep(slow)
			trigger.SlowStep(slow)
		})
		trigger.Wait()
		trigger.SlowStep(slow) // too soon
		trigger.Wait()
		s.close()

		why := "callback main.hog held the loop for 60ms"
		file := filepath.Join(dir, "slow.trace")
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]cotrace.Written{{Why: why, File: file, Bytes: info.Size()}}, r.all); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
		checkFiles(t, dir, "slow.trace")
		tr := readFile(t, file)
		if diff := cmp.Diff([]string{"the flight recorder's window is written: " + why}, notesIn(t, tr)); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		roots := tr.tasks("loop main")
		if len(roots) != 2 {
			t.Fatalf("%d root tasks, want one for the epoch that writing began and one for what was before", len(roots))
		}
		tr.checkRegionsOf(t, roots[1])
		if n := len(tr.logs(protocol.CatSuspend)); n != 1 {
			t.Errorf("%d suspensions, want the one that follows the slow step", n)
		}
	})
}

// Steps that come too soon after another are counted for the next window.
func TestTriggerEvery(t *testing.T) {
	var r reports
	f := recorder(t)
	write := func(window io.WriterTo, why string) error {
		_, err := window.WriteTo(io.Discard)
		return err
	}
	trigger := cotrace.NewTrigger(f, cotrace.TriggerConfig{Write: write, Report: r.add, Every: -1, After: time.Hour})
	for range 3 {
		trigger.SlowStep(slow) // the first one waits, the others come meanwhile
	}
	trigger.Wait() // but does not wait for an hour
	trigger.SlowStep(slow)
	trigger.Wait()
	trigger.Wait() // for nothing
	if len(r.all) != 2 || r.all[0].Ignored != 0 || r.all[1].Ignored != 2 || r.all[0].Err != nil || r.all[0].Bytes == 0 {
		t.Fatalf("reports %+v, want two windows, the second after two steps that had none", r.all)
	}
	if s := r.all[1].String(); !strings.HasSuffix(s, "kB): callback main.hog held the loop for 60ms; slow steps since the one before: 2") {
		t.Errorf("report %q", s)
	}
}

// A slow step that is reported while a window is being written, in which it is
// not, has one of its own.
func TestTriggerWhileWriting(t *testing.T) {
	var r reports
	f := recorder(t)
	writing, goOn := make(chan struct{}), make(chan struct{})
	write := func(window io.WriterTo, why string) error {
		writing <- struct{}{}
		<-goOn
		_, err := window.WriteTo(io.Discard)
		return err
	}
	trigger := cotrace.NewTrigger(f, cotrace.TriggerConfig{Write: write, Report: r.add, Every: -1})
	trigger.SlowStep(slow)
	<-writing
	trigger.SlowStep(coro.SlowStep{Callback: "main.glutton", Took: time.Second})
	trigger.SlowStep(slow) // which is in that window, too
	goOn <- struct{}{}
	<-writing
	goOn <- struct{}{}
	trigger.Wait()
	if len(r.all) != 2 || r.all[1].Why != "callback main.glutton held the loop for 1s" {
		t.Errorf("reports %v, want another window for the step that came while the first was written", r.all)
	}
}

func TestTriggerDeadlock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deadlock.trace")
	var r reports
	trigger := cotrace.NewTrigger(recorder(t), cotrace.TriggerConfig{File: file, Report: r.add})
	l := coro.NewLoop(coro.WithName("bar"), cotrace.Loop(), quietly)
	defer l.Close()
	never := coro.NewFuture[int](l, "oven")
	waiting := func(y *coro.Async) (int, error) { return 0, coro.Wait(y, coro.On(never)) }
	task := coro.Spawn(l, coro.Pull(waiting), coro.Named("ann"))
	for range 20 {
		coro.Spawn(l, coro.Pull(waiting), coro.Named("bob"))
	}
	_, err := coro.RunUntil(l, task)
	trigger.Deadlock(nil)
	trigger.Deadlock(errors.New("another"))
	if r.all != nil {
		t.Fatalf("reports without a deadlock: %v", r.all)
	}
	trigger.Deadlock(err)

	if len(r.all) != 1 || r.all[0].Err != nil || !strings.HasPrefix(r.all[0].Why, "deadlock on loop bar: ") {
		t.Fatalf("reports %v", r.all)
	}
	notes := notesIn(t, readFile(t, file))
	if len(notes) != 17 || !strings.HasPrefix(notes[1], "ann#") || !strings.Contains(notes[1], " -> await future oven (trigger_test.go:") || notes[16] != "and 6 more tasks" {
		t.Errorf("notes %q, want why, some tasks, and how many more there are", notes)
	}
}

// Whatever fails, what was in the file's place is as it was.
func TestTriggerFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.trace")
	var r reports
	on := recorder(t)
	if err := cotrace.NewTrigger(on, cotrace.TriggerConfig{File: file, Report: quiet}).Request("a person asks"); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := cotrace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := cotrace.NewTrigger(f, cotrace.TriggerConfig{File: file, Report: r.add}).Request("a person asks"); err == nil {
		t.Error("the window of a recorder that is off: no error")
	}
	checkFiles(t, dir, "x.trace")
	if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
		t.Errorf("the file was changed to one of %d bytes", len(after))
	}
	if len(r.all) != 1 || r.all[0].Err == nil || !strings.HasPrefix(r.all[0].String(), "the flight recorder's window was not written (cannot snapshot") {
		t.Errorf("reports %v", r.all)
	}

	if err := cotrace.NewTrigger(on, cotrace.TriggerConfig{File: filepath.Join(dir, "nowhere", "x.trace"), Report: r.add}).Request("a person asks"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that does not exist: %v", err)
	}
	if err := os.WriteFile(file, []byte("dear diary"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := cotrace.NewTrigger(on, cotrace.TriggerConfig{File: file, Report: r.add}).Request("a person asks"); !errors.Is(err, os.ErrExist) {
		t.Errorf("a diary is in the way: %v", err)
	}
	if last := r.all[len(r.all)-1]; !errors.Is(last.Err, os.ErrExist) || last.File != file {
		t.Errorf("report %+v", last)
	}
	checkFiles(t, dir, "x.trace")
	if data, _ := os.ReadFile(file); string(data) != "dear diary" {
		t.Errorf("the file was changed to %q", data)
	}
}

// A window takes the place of an earlier one.
func TestTriggerReplacesItsOwn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.trace")
	var r reports
	trigger := cotrace.NewTrigger(recorder(t), cotrace.TriggerConfig{File: file, Report: r.add})
	for _, why := range []string{"a person asks", "a person asks again"} {
		if err := trigger.Request(why); err != nil {
			t.Fatal(err)
		}
		checkFiles(t, dir, "x.trace")
		if notes := notesIn(t, readFile(t, file)); !strings.HasSuffix(notes[len(notes)-1], ": "+why) {
			t.Errorf("notes %q, want that %s", notes, why)
		}
	}
}

// Only a regular file that bears the version log is replaced.
func TestTriggerLeavesOthersAlone(t *testing.T) {
	foreign := goTrace(t, func() { trace.Log(t.Context(), "app", "version 1 epoch one") })
	for _, c := range []struct {
		name string
		put  func(path string) error
	}{
		{"text", func(p string) error { return os.WriteFile(p, []byte("version 1 epoch 1"), 0o666) }},
		{"empty", func(p string) error { return os.WriteFile(p, nil, 0o666) }},
		{"another trace", func(p string) error { return os.WriteFile(p, foreign, 0o666) }},
		{"folder", func(p string) error { return os.Mkdir(p, 0o777) }},
		{"link", func(p string) error { return os.Symlink("nowhere", p) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.trace")
			if err := c.put(path); err != nil {
				t.Skip(err) // Windows does not let everybody make links
			}
			before, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			if file, err := cotrace.WriteFile(path, time.Now(), text("window")); !errors.Is(err, os.ErrExist) || file != path {
				t.Errorf("writing %s: %v, want an error that it exists", file, err)
			}
			checkFiles(t, dir, "x.trace")
			if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) || after.Size() != before.Size() {
				t.Errorf("what was there is %v (%v), was %v", after, err, before)
			}
		})
	}
}

// The version log is found wherever it is, also where reading cuts it in two.
func TestVersionLogIsFound(t *testing.T) {
	version := protocol.Epoch{Version: protocol.Version, N: 7}.String()
	version = string(rune(len(version))) + version
	for before := range 200 {
		data := "go 1.26 trace\x00\x00\x00" + strings.Repeat("version ", 1<<13-20) + strings.Repeat("x", before) + version
		for _, r := range []io.Reader{strings.NewReader(data), iotest.HalfReader(strings.NewReader(data))} {
			if found, err := cotrace.HasVersionLog(r); !found || err != nil {
				t.Fatalf("with %d bytes more before it: %t, %v", before, found, err)
			}
		}
		if found, err := cotrace.HasVersionLog(strings.NewReader(data[:len(data)-1])); found || err != nil {
			t.Fatalf("cut, with %d bytes more before it: %t, %v", before, found, err)
		}
	}
	broken := errors.New("broken")
	if _, err := cotrace.HasVersionLog(iotest.ErrReader(broken)); err != broken {
		t.Errorf("error %v, want the reader's", err)
	}
}

// Windows of the same moment have a file each, whoever wrote what is there.
func TestTriggerFilesAreUnique(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x-20260705-140302.098.trace"), []byte("dear diary"), 0o666); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 7, 5, 14, 3, 2, 98e6, time.UTC)
	const windows = 20
	wrote := make(chan string, windows)
	for i := range windows {
		go func() {
			file, err := cotrace.WriteFile(filepath.Join(dir, "x-*.trace"), now, text(fmt.Sprint(i)))
			if err != nil {
				t.Error(err)
			}
			wrote <- file
		}()
	}
	var all []string
	for range windows {
		all = append(all, filepath.Base(<-wrote))
	}
	slices.Sort(all)
	checkFiles(t, dir, append(all[:windows:windows], "x-20260705-140302.098.trace")...)
	if !slices.Contains(all, "x-20260705-140302.098-2.trace") || !slices.Contains(all, "x-20260705-140302.098-21.trace") {
		t.Errorf("files %q, want those from 2 to 21", all)
	}
	contents := make(map[string]bool)
	for _, name := range all {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		contents[string(data)] = true
	}
	if len(contents) != windows {
		t.Errorf("the files have %d windows, want %d", len(contents), windows)
	}
}

// An error names the file that was wanted, and nothing is left behind.
func TestTriggerErrorNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	for _, base := range []string{"x.trace", "x-*.trace"} {
		_, err := cotrace.WriteFile(filepath.Join(dir, base), time.Now(), closing{})
		if err == nil || strings.Contains(err.Error(), ".tmp") || !strings.Contains(err.Error(), filepath.Join(dir, "x")) {
			t.Errorf("error %v, want one that names the file", err)
		}
		checkFiles(t, dir)
	}
}

// quiet is a Report that says nothing.
func quiet(cotrace.Written) {}

// A text is written as a window.
type text string

func (s text) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(s))
	return int64(n), err
}

// closing makes writing fail, as a full disk does: with an error that names the
// file that is written to.
type closing struct{}

func (closing) WriteTo(w io.Writer) (int64, error) {
	w.(*os.File).Close()
	_, err := w.Write([]byte("x"))
	return 0, err
}

// goTrace returns a Go trace of what do does.
func goTrace(t *testing.T, do func()) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Fatal(err)
	}
	do()
	trace.Stop()
	return b.Bytes()
}

// A step of nobody known is one of unknown name.
func TestTriggerOfUnknownName(t *testing.T) {
	var r reports
	write := func(io.WriterTo, string) error { return nil }
	trigger := cotrace.NewTrigger(recorder(t), cotrace.TriggerConfig{Write: write, Report: r.add})
	trigger.SlowStep(coro.SlowStep{Took: time.Second})
	trigger.Wait()
	if len(r.all) != 1 || r.all[0].Why != "callback of unknown name held the loop for 1s" {
		t.Errorf("reports %v", r.all)
	}
}

func TestTriggerFileName(t *testing.T) {
	now := time.Date(2026, 7, 5, 14, 3, 2, 98e6, time.UTC)
	for path, want := range map[string]string{
		"x.trace":                        "x.trace",
		"x-*.trace":                      "x-20260705-140302.098.trace",
		filepath.Join("a*", "*-*.trace"): filepath.Join("a*", "*-20260705-140302.098.trace"),
	} {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "a*"), 0o777); err != nil {
			t.Skip(err) // Windows has no such names
		}
		if got, err := cotrace.WriteFile(filepath.Join(dir, path), now, text("window")); got != filepath.Join(dir, want) || err != nil {
			t.Errorf("%s: %s, %v, want %s", path, got, err, want)
		}
	}
}
