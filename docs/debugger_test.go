package docs

// This file defines how the tests drive Delve: its command dlv, in the version
// that go.mod says, started without a terminal, and a client that talks to it.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// delve returns the path of dlv, which it builds if need be, or an error if
// dlv cannot run here: it is not made for this system, or this system does not
// let it debug a program. It tries that on dlv itself.
var delve = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "dlv").Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("go tool dlv: %w\n%s", err, exit.Stderr)
	}
	if err != nil {
		return "", err
	}
	dlv := strings.TrimSpace(string(out))
	cmd := exec.Command(dlv, "exec", "--allow-non-terminal-interactive=true", dlv)
	cmd.Stdin = strings.NewReader("quit\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("dlv exec: %w\n%s", err, out)
	}
	return dlv, nil
})

// needDelve returns the path of dlv, or ends the test.
func needDelve(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("runs tests in a debugger; run without -short")
	}
	dlv, err := delve()
	if err == nil {
		return dlv
	}
	if strings.Contains(os.Getenv("COROSCOPE_REQUIRE"), "debugger") {
		t.Fatalf("Delve cannot run here, and COROSCOPE_REQUIRE asks for a debugger: %v", err)
	}
	t.Skipf("Delve cannot run here; set COROSCOPE_REQUIRE=debugger to have that be a failure: %v", err)
	return ""
}

// scratch is a folder for the time of the tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "coroscope-docs-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

const specimens = "./statemachine/specimen"

// testsOf has for each package a function that builds its tests, once, as "dlv
// test" does, and returns the program's path.
var testsOf = map[string]func() (string, error){
	"./coro":  testsOnce("./coro"),
	specimens: testsOnce(specimens),
}

func testsOnce(pkg string) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		program := filepath.Join(scratch, path.Base(pkg)+".test.exe")
		cmd := exec.Command("go", "test", "-c", "-gcflags=all=-N -l", "-o", program, pkg)
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go test -c %s: %w\n%s", pkg, err, out)
		}
		return program, nil
	})
}

// delveCommand returns the command of dlv with arguments, to be run in the
// folder that this module is in. What a person has set for dlv is not heeded,
// and not touched either: dlv would move a ~/.dlv that it finds to where
// XDG_CONFIG_HOME says.
func delveCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(needDelve(t), args...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "TERM=dumb") // no colors
	if u, err := user.Current(); err == nil {
		if _, err := os.Stat(filepath.Join(u.HomeDir, ".dlv")); os.IsNotExist(err) {
			goenv, err := exec.Command("go", "env", "GOENV").Output() // which XDG_CONFIG_HOME changes too
			if err != nil {
				t.Fatal(err)
			}
			cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME="+scratch, "GOENV="+strings.TrimSpace(string(goenv)))
		}
	}
	return cmd
}

// A debugger is one test that runs under Delve, stopped at its beginning.
type debugger struct {
	*rpc2.RPCClient
	t *testing.T
}

// debug starts a test of a package in a debugger, until the end of t.
func debug(t *testing.T, pkg, test string) *debugger {
	t.Helper()
	needDelve(t)
	program, err := testsOf[pkg]()
	if err != nil {
		t.Fatal(err)
	}
	return debugProgram(t, pkg, program, "-test.run", "^"+test+"$")
}

// debugProgram starts a program in a folder in a debugger, until the end of t.
func debugProgram(t *testing.T, dir, program string, args ...string) *debugger {
	t.Helper()
	cmd := delveCommand(t, append([]string{"exec", "--headless", "--listen=127.0.0.1:0", "--api-version=2", "--wd=" + dir, program, "--"}, args...)...)
	addr, wait := listening(t, cmd, "API server listening at: ")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		cmd.Process.Kill()
		t.Fatal(err)
	}
	d := &debugger{rpc2.NewClientFromConn(conn), t}
	t.Cleanup(func() {
		if err := d.Detach(true); err != nil { // which ends the test, and dlv
			t.Error(err)
			cmd.Process.Kill()
		}
		wait()
	})
	return d
}

// listening starts a command that is a server, and returns the address that it
// prints behind announce, and a function that waits for its end.
func listening(t *testing.T, cmd *exec.Cmd, announce string) (addr string, wait func()) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for addr == "" && lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		_, addr, _ = strings.Cut(lines.Text(), announce)
	}
	if addr == "" {
		cmd.Wait()
		t.Fatalf("dlv did not start:\n%s", said.String())
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		io.Copy(io.Discard, out) // what the test that is debugged prints
	}()
	return addr, func() {
		<-ended
		cmd.Wait()
	}
}

// A stop is where the debugger has stopped.
type stop struct {
	Func      string // without the import path's directories
	Line      string // of source, without the space around it
	Goroutine int64
	Coroutine string // the goroutine's label
}

// here describes a state of the debugger, and fails the test if there is none.
func (d *debugger) here(state *api.DebuggerState, err error) stop {
	d.t.Helper()
	if err == nil && state.Err != nil {
		err = state.Err
	}
	if err != nil {
		d.t.Fatal(err)
	}
	if state.Exited || state.CurrentThread == nil || state.CurrentThread.Function == nil || state.SelectedGoroutine == nil {
		d.t.Fatalf("the debugger stands nowhere: %+v", state)
	}
	th, g := state.CurrentThread, state.SelectedGoroutine
	return stop{
		Func:      shortFunc(th.Function.Name()),
		Line:      d.source(th.File, th.Line),
		Goroutine: g.ID,
		Coroutine: g.Labels["coroutine"],
	}
}

// shortFunc cuts the import path's directories, and type arguments, from the
// name of a function.
func shortFunc(name string) string {
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i] + name[strings.LastIndexByte(name, ']')+1:]
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}

// source returns a line of a file.
func (d *debugger) source(file string, line int) string {
	d.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if line < 1 || line > len(lines) {
		d.t.Fatalf("%s has no line %d", file, line)
	}
	return strings.TrimSpace(lines[line-1])
}

// breakAt sets a breakpoint at a location, as "break" does. A condition may be
// empty.
func (d *debugger) breakAt(location, condition string) {
	d.t.Helper()
	found, _, err := d.FindLocation(api.EvalScope{GoroutineID: -1}, location, true, nil)
	if err != nil || len(found) != 1 {
		d.t.Fatalf("break at %s: %d places, %v", location, len(found), err)
	}
	if _, err := d.CreateBreakpoint(&api.Breakpoint{Addr: found[0].PC, Addrs: found[0].PCs, Cond: condition}); err != nil {
		d.t.Fatalf("break at %s: %v", location, err)
	}
}

func (d *debugger) resume() stop {
	d.t.Helper()
	return d.here(<-d.Continue(), nil)
}

func (d *debugger) next() stop {
	d.t.Helper()
	return d.here(d.Next())
}

func (d *debugger) step() stop {
	d.t.Helper()
	return d.here(d.Step())
}

func (d *debugger) stepOut() stop {
	d.t.Helper()
	return d.here(d.StepOut())
}

// until moves with move, at most n times, until it stands where good says.
func (d *debugger) until(what string, n int, move func() stop, good func(stop) bool) stop {
	d.t.Helper()
	var last stop
	for range n {
		if last = move(); good(last) {
			return last
		}
	}
	d.t.Fatalf("did not get to %s, but to %+v", what, last)
	return stop{}
}

// value returns what an expression is, as "print" shows it.
func (d *debugger) value(expr string) string {
	d.t.Helper()
	load := api.LoadConfig{FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 64, MaxArrayValues: 64, MaxStructFields: -1}
	v, err := d.EvalVariable(api.EvalScope{GoroutineID: -1}, expr, load)
	if err != nil {
		d.t.Fatalf("print %s: %v", expr, err)
	}
	return v.SinglelineString()
}

// goroutines returns those that "goroutines -with" lists.
func (d *debugger) goroutines(field api.GoroutineField, arg string) []*api.Goroutine {
	d.t.Helper()
	filter := []api.ListGoroutinesFilter{{Kind: field, Arg: arg}}
	gs, _, _, _, err := d.ListGoroutinesWithFilter(0, 0, filter, nil, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return gs
}

// stack returns the lines of source at which a goroutine stands, innermost
// first.
func (d *debugger) stack(goroutine int64) []string {
	d.t.Helper()
	frames, err := d.Stacktrace(goroutine, 50, 0, 0, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	var lines []string
	for _, f := range frames {
		if f.Function != nil && strings.HasPrefix(f.Function.Name(), module) {
			lines = append(lines, d.source(f.File, f.Line))
		}
	}
	return lines
}
