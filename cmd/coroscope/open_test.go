package main

// This file tests the command open, with the real "go tool trace".

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// opened is a running "coroscope open" or "coroscope view".
type opened struct {
	cmd    *exec.Cmd
	url    string
	stderr bytes.Buffer
}

// openTrace runs "coroscope open --no-browser" until it has printed the page's
// address.
func openTrace(t *testing.T, args ...string) *opened {
	t.Helper()
	if testing.Short() {
		t.Skip("runs go tool trace; run without -short")
	}
	return startPage(t, "open", args...)
}

// startPage runs a command with --no-browser until it has printed the page's
// address.
func startPage(t *testing.T, command string, args ...string) *opened {
	t.Helper()
	o := &opened{cmd: exec.Command("coroscope", append([]string{command, "--no-browser"}, args...)...)}
	o.cmd.Stderr = &o.stderr
	stdout, err := o.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Killed, it could not end go tool trace.
		if o.cmd.Process.Signal(os.Interrupt) == nil {
			o.cmd.Wait()
			return
		}
		if runtime.GOOS == "windows" {
			exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(o.cmd.Process.Pid)).Run()
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		o.cmd.Wait()
		t.Fatalf("%v: no address: %v\n%s", o.cmd.Args, err, o.stderr.String())
	}
	o.url = strings.TrimSpace(line)
	return o
}

// interrupt ends the command as a person does.
func (o *opened) interrupt(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // processes cannot be interrupted from outside there
	}
	if err := o.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := o.cmd.Wait(); err != nil {
		t.Errorf("after an interrupt: %v, want exit code 0\n%s", err, o.stderr.String())
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func runDemoInto(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("runs a demo; run without -short")
	}
	file := filepath.Join(t.TempDir(), name+".trace")
	coroscope(t, "demo", name, "-o", file)
	return file
}

func TestOpenAtRootTask(t *testing.T) {
	o := openTrace(t, runDemoInto(t, "eventloop"))
	if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/trace\?taskid=\d+$`).MatchString(o.url) {
		t.Fatalf("address %q, want a task's page on this machine", o.url)
	}
	if status, _ := get(t, o.url); status != http.StatusOK {
		t.Errorf("%s: status %d", o.url, status)
	}
	_, data := get(t, strings.Replace(o.url, "/trace?", "/jsontrace?", 1))
	for _, want := range []string{"loop main", "hare#1", "await turn lap", "run eventloop.runner"} {
		if !strings.Contains(data, want) {
			t.Errorf("there is no %q on the page", want)
		}
	}
	o.interrupt(t)
	if _, err := http.Get(o.url); err == nil {
		t.Error("go tool trace still runs")
	}
	if got := o.stderr.String(); got != "" {
		t.Errorf("standard error has %q", got)
	}
}

func TestOpenForeignTrace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "foreign.trace")
	if out, err := exec.Command("foreigntrace", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	o := openTrace(t, file)
	if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/$`).MatchString(o.url) {
		t.Errorf("address %q, want the main page", o.url)
	}
	o.interrupt(t)
	if got := o.stderr.String(); !strings.Contains(got, "nothing in this trace was written by package coroscope/trace") {
		t.Errorf("standard error has %q, want why it is the main page", got)
	}
}

func TestOpenNamedLoop(t *testing.T) {
	file := runDemoInto(t, "eventloop")
	o := openTrace(t, file, "--loop", "main", "--http", "localhost:0")
	if !strings.Contains(o.url, "/trace?taskid=") {
		t.Errorf("address %q, want a task's page", o.url)
	}
	o.interrupt(t)

	out, err := exec.Command("coroscope", "open", "--no-browser", file, "--loop", "mian").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `unknown loop "mian": did you mean "main"?`) {
		t.Errorf("%v, %q; want the only loop", err, out)
	}
}

func TestPageOf(t *testing.T) {
	two := &timeline.Timeline{
		Loops:      []*timeline.Loop{{Name: "bar", Task: 3}, {Name: "kitchen", Task: 7}},
		Coroutines: []*timeline.Coroutine{{ID: 1, Name: "Ann", Task: 4}},
	}
	alone := &timeline.Timeline{Coroutines: []*timeline.Coroutine{{ID: 1, Name: "Ann"}, {ID: 2, Name: "Bob", Task: 5}}}
	noTask := &timeline.Timeline{Coroutines: []*timeline.Coroutine{{ID: 1, Name: "Ann"}}}
	for _, c := range []struct {
		tl   *timeline.Timeline
		loop string
		task uint64
		why  string // a part of it
	}{
		{two, "", 3, ""},
		{two, "kitchen", 7, ""},
		{alone, "", 5, "the page is that of the coroutine Bob#2"},
		{noTask, "", 0, "no coroutine with a task of its own"},
		{&timeline.Timeline{Epochs: []timeline.Epoch{{N: 1, Version: 1}}}, "", 0, "no coroutine with a task of its own"},
		{&timeline.Timeline{}, "", 0, "nothing in this trace was written by package coroscope/trace"},
	} {
		task, why, err := pageOf(c.tl, c.loop)
		if err != nil || task != c.task || !strings.Contains(why, c.why) || c.why == "" && why != "" {
			t.Errorf("loop %q: task %d, %q, %v; want task %d, %q", c.loop, task, why, err, c.task, c.why)
		}
	}
	if _, _, err := pageOf(two, "kichen"); err == nil || !strings.Contains(err.Error(), `did you mean "kitchen"? there are bar, kitchen`) {
		t.Errorf("loop kichen: %v", err)
	}

	var stderr bytes.Buffer
	a := &app{stderr: &stderr}
	a.listPages(two, 7)
	want := "coroscope: loops in this trace, of which --loop chooses one:\n  /trace?taskid=3  bar\n* /trace?taskid=7  kitchen\n"
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("list of loops (-want +got):\n%s", diff)
	}
}

// A flight recorder's window has a page for each epoch.
func TestPagesOfEpochs(t *testing.T) {
	const ms = time.Millisecond
	page := func(task uint64, from, to time.Duration) timeline.Page {
		return timeline.Page{Task: task, Span: timeline.Span{Start: from, End: to}}
	}
	bar := &timeline.Loop{Name: "bar", Task: 9, Pages: []timeline.Page{page(3, 8600*time.Microsecond, 109*ms), page(9, 109*ms, 702*ms)}}
	kitchen := &timeline.Loop{Name: "kitchen", Task: 4, Pages: []timeline.Page{page(4, 0, 100*ms)}}
	for _, c := range []struct {
		loops []*timeline.Loop
		want  string
	}{
		{[]*timeline.Loop{bar}, `coroscope: pages of this trace, one for each epoch:
  /trace?taskid=3  bar  8.6ms to 109ms
* /trace?taskid=9  bar  109ms to 702ms
`},
		{[]*timeline.Loop{bar, kitchen}, `coroscope: pages of this trace, one for each epoch of a loop, which --loop chooses:
  /trace?taskid=3  bar  8.6ms to 109ms
* /trace?taskid=9  bar  109ms to 702ms
  /trace?taskid=4  kitchen  0 to 100ms
`},
		{[]*timeline.Loop{kitchen}, ""},
	} {
		tl := &timeline.Timeline{Loops: c.loops}
		if task, _, err := pageOf(tl, ""); err != nil || task != c.loops[0].Task {
			t.Errorf("page %d, %v; want %d", task, err, c.loops[0].Task)
		}
		var stderr bytes.Buffer
		(&app{stderr: &stderr}).listPages(tl, 9)
		if diff := cmp.Diff(c.want, stderr.String()); diff != "" {
			t.Errorf("list of pages (-want +got):\n%s", diff)
		}
	}
}

func TestOpenWithoutGo(t *testing.T) {
	file := runDemoInto(t, "eventloop")
	program, err := exec.LookPath("coroscope")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "open", "--no-browser", file)
	cmd.Env = append(os.Environ(), "PATH="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "coroscope: the go command is needed to open a trace") {
		t.Errorf("%v, %q; want that the go command is needed", err, out)
	}
}

func TestOpenAtAddressInUse(t *testing.T) {
	file := runDemoInto(t, "eventloop")
	first := openTrace(t, file)
	addr := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(first.url)
	out, err := exec.Command("coroscope", "open", "--no-browser", file, "--http", addr).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "address already in use") && !strings.Contains(string(out), "Only one usage") {
		t.Errorf("%v, %q; want that the address is in use", err, out)
	}
	out, err = exec.Command("coroscope", "open", "--no-browser", file, "--http", "here").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "expected host:port") {
		t.Errorf("%v, %q; want what an address looks like", err, out)
	}
}

// A browser that is opened gets the page of the root task.
func TestOpenInBrowser(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for a browser is a shell script")
	}
	file := runDemoInto(t, "eventloop")
	dir := t.TempDir()
	browser := filepath.Join(dir, "browser")
	script := "#!/bin/sh\necho \"$@\" >> " + filepath.Join(dir, "opened.part") + "\nmv " + filepath.Join(dir, "opened.part") + " " + filepath.Join(dir, "opened") + "\n"
	if err := os.WriteFile(browser, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("coroscope", "open", file)
	cmd.Env = append(os.Environ(), "BROWSER="+browser)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for deadline := time.Now().Add(3 * time.Minute); len(got) == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got, _ = os.ReadFile(filepath.Join(dir, "opened"))
	}
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if string(got) != stdout.String() || !strings.Contains(string(got), "/trace?taskid=") {
		t.Errorf("the browser was to open %q, once; the address printed is %q", got, stdout.String())
	}
}

func TestGoRunIsRecognized(t *testing.T) {
	for path, want := range map[string]bool{
		"/home/a/.cache/go-build/8c/8cd46194023f342336ee8306566b32908771d2499aecbb654bcc5f1c1de55792-d/coroscope": true,
		"/tmp/go-build3205428516/b001/exe/coroscope":                                                              true,
		`C:\Users\a\AppData\Local\Temp\go-build123\b001\exe\coroscope.exe`:                                        true,
		"/home/a/go/bin/coroscope": false,
		"./coroscope":              false,
		"coroscope":                false,
	} {
		if got := builtByGoRun(path); got != want {
			t.Errorf("builtByGoRun(%q) = %v, want %v", path, got, want)
		}
	}
}

// demo --open opens what it wrote, and leaves standard output to the objects.
func TestDemoOpensItsTrace(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted on Windows")
	}
	if testing.Short() {
		t.Skip("runs a demo and go tool trace, and interrupts them; run without -short")
	}
	cmd := exec.Command("coroscope", "demo", "eventloop", "--json", "--open", "-o", filepath.Join(t.TempDir(), "x.trace"))
	cmd.Env = append(os.Environ(), "BROWSER=true")
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	opened := false
	for s := bufio.NewScanner(stderr); s.Scan(); {
		if strings.Contains(s.Text(), "/trace?taskid=") && strings.HasPrefix(s.Text(), "http://") {
			opened = true
			cmd.Process.Signal(os.Interrupt)
		}
	}
	if err := cmd.Wait(); err != nil || !opened {
		t.Errorf("%v, opened: %v", err, opened)
	}
	if n := len(lines(t, stdout.Bytes())); n == 0 {
		t.Error("nothing on standard output")
	}
}
