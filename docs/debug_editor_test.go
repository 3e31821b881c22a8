package docs

// This file holds what debugging.md tells editors to Delve, which they speak to
// in the Debug Adapter Protocol.

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-dap"
)

// TestLaunchConfiguration has Delve launch what the guide gives for VS Code,
// and looks into what VS Code would show as CALL STACK.
func TestLaunchConfiguration(t *testing.T) {
	t.Parallel()
	needDelve(t)
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatalf("%s has no launch.json", guide)
	}
	workspace, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	var launch struct{ Configurations []map[string]any }
	filled := strings.ReplaceAll(string(block[1]), "${workspaceFolder}", filepath.ToSlash(workspace))
	if err := json.Unmarshal([]byte(filled), &launch); err != nil || len(launch.Configurations) != 1 {
		t.Fatalf("launch.json: %v, %d configurations", err, len(launch.Configurations))
	}
	configuration := launch.Configurations[0]
	configuration["output"] = filepath.Join(t.TempDir(), "debugged.exe") // and not among the sources

	a := startAdapter(t)
	initialize := &dap.InitializeRequest{Request: a.request("initialize")}
	initialize.Arguments = dap.InitializeRequestArguments{AdapterID: "go", PathFormat: "path", LinesStartAt1: true, ColumnsStartAt1: true}
	a.send(initialize)
	arguments, err := json.Marshal(configuration)
	if err != nil {
		t.Fatal(err)
	}
	a.send(&dap.LaunchRequest{Request: a.request("launch"), Arguments: arguments})
	await[*dap.InitializedEvent](a)

	breakpoints := &dap.SetFunctionBreakpointsRequest{Request: a.request("setFunctionBreakpoints")}
	breakpoints.Arguments.Breakpoints = []dap.FunctionBreakpoint{{Name: "specimen.(*tools).get", Condition: "t.free == 0"}}
	a.send(breakpoints)
	if set := await[*dap.SetFunctionBreakpointsResponse](a).Body.Breakpoints; len(set) != 1 || !set[0].Verified {
		t.Fatalf("the function breakpoint was not set: %+v", set)
	}
	a.send(&dap.ConfigurationDoneRequest{Request: a.request("configurationDone")})
	await[*dap.StoppedEvent](a)

	names := a.threads()
	for _, want := range []string{"bartender]", "Ann]", "Bob]"} {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, want) }) {
			t.Errorf("CALL STACK has no %s: %q", want, names)
		}
	}
	all := len(names)

	command := regexp.MustCompile("`(dlv config goroutineFilters [^`]*)`").FindSubmatch(text)
	if command == nil {
		t.Fatalf("%s has no command for the DEBUG CONSOLE", guide)
	}
	evaluate := &dap.EvaluateRequest{Request: a.request("evaluate")}
	evaluate.Arguments = dap.EvaluateArguments{Expression: string(command[1]), Context: "repl"}
	a.send(evaluate)
	await[*dap.EvaluateResponse](a)
	if names := a.threads(); len(names) != 3 || all <= 3 {
		t.Errorf("of %d goroutines, %s leaves %q", all, command[1], names)
	}

	disconnect := &dap.DisconnectRequest{Request: a.request("disconnect")}
	disconnect.Arguments = &dap.DisconnectArguments{TerminateDebuggee: true}
	a.send(disconnect)
	await[*dap.DisconnectResponse](a)
}

// An adapter is a "dlv dap" as an editor starts it.
type adapter struct {
	t    *testing.T
	conn net.Conn
	from *bufio.Reader
	seq  int
}

func startAdapter(t *testing.T) *adapter {
	t.Helper()
	cmd := delveCommand(t, "dap", "--listen=127.0.0.1:0")
	addr, wait := listening(t, cmd, "DAP server listening at: ")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		cmd.Process.Kill()
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(5 * time.Minute)) // it builds the tests
	t.Cleanup(func() {
		conn.Close() // which ends dlv, and what it debugs
		wait()
	})
	return &adapter{t: t, conn: conn, from: bufio.NewReader(conn)}
}

func (a *adapter) request(command string) dap.Request {
	a.seq++
	return dap.Request{ProtocolMessage: dap.ProtocolMessage{Seq: a.seq, Type: "request"}, Command: command}
}

func (a *adapter) send(m dap.Message) {
	a.t.Helper()
	if err := dap.WriteProtocolMessage(a.conn, m); err != nil {
		a.t.Fatal(err)
	}
}

// threads returns the names of those that are shown.
func (a *adapter) threads() []string {
	a.t.Helper()
	a.send(&dap.ThreadsRequest{Request: a.request("threads")})
	var names []string
	for _, th := range await[*dap.ThreadsResponse](a).Body.Threads {
		names = append(names, th.Name)
	}
	return names
}

// await reads messages until one of a kind comes. An error ends the test.
func await[M dap.Message](a *adapter) M {
	a.t.Helper()
	for {
		message, err := dap.ReadProtocolMessage(a.from)
		if err != nil {
			a.t.Fatal(err)
		}
		switch m := message.(type) {
		case M:
			return m
		case *dap.ErrorResponse:
			if e := m.Body.Error; e != nil {
				a.t.Fatalf("%s: %s", m.Command, e.Format)
			}
			a.t.Fatalf("%s: %s", m.Command, m.Message)
		}
	}
}
