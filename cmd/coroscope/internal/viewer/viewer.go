// Package viewer runs "go tool trace" and opens pages of it in a browser.
package viewer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// quietVar is the environment variable by which this program knows that it
// runs in place of a browser. "go tool trace" opens its main page in a browser
// by itself, and cannot be told not to; it can be told which browser.
const quietVar = "COROSCOPE_IN_PLACE_OF_A_BROWSER"

// InPlaceOfBrowser reports whether this program was started by a viewer, which
// believes it to be a browser. Then it is to end at once, with exit code 0.
func InPlaceOfBrowser() bool { return os.Getenv(quietVar) != "" }

// A Viewer is a running "go tool trace".
type Viewer struct {
	addr string // "http://127.0.0.1:1234"
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	err  error         // how; valid after done

	mu   sync.Mutex
	said []string // the last lines on its standard error
}

// ErrNoGo says that there is no go command.
var ErrNoGo = errors.New("the go command is needed to open a trace, and was not found in $PATH; see https://go.dev/doc/install")

// Start runs "go tool trace" on file and returns when it listens at addr,
// "127.0.0.1:0" for any free port. Each line that it prints until then goes to
// progress, which may be nil. The viewer ends when ctx does. Errors: ErrNoGo,
// or why the tool did not come up.
func Start(ctx context.Context, file, addr string, progress func(line string)) (*Viewer, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("listen at %q: expected host:port, as in 127.0.0.1:8080 or :8080", addr)
	}
	tool, err := findTool(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	if file, err = filepath.Abs(file); err != nil {
		return nil, err
	}
	v := &Viewer{done: make(chan struct{})}
	v.cmd = exec.CommandContext(ctx, tool, "-http="+addr, file)
	v.cmd.Env = append(os.Environ(), quietVar+"=1", "BROWSER="+self)
	stderr, err := v.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := v.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start go tool trace: %w", err)
	}
	found := make(chan string, 1)
	go v.listen(stderr, found, progress)
	select {
	case v.addr = <-found:
		return v, nil
	case <-v.done:
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("go tool trace could not open %s: %s", file, v.lastWords())
	}
}

// findTool returns the path of the program that "go tool trace" runs. It is
// run directly, because "go tool" stays between it and signals otherwise.
func findTool(ctx context.Context) (string, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", ErrNoGo
	}
	out, err := exec.CommandContext(ctx, "go", "tool", "-n", "trace").Output()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		said := err.Error()
		if e, ok := errors.AsType[*exec.ExitError](err); ok && len(e.Stderr) > 0 {
			said = strings.TrimSpace(string(e.Stderr))
		}
		return "", fmt.Errorf("this go command has no tool trace: %s", said)
	}
	tool := strings.TrimSpace(string(out))
	if unquoted, err := strconv.Unquote(tool); err == nil {
		tool = unquoted
	}
	if _, err := os.Stat(tool); err != nil {
		return "", fmt.Errorf("go tool -n trace: %w", err)
	}
	return tool, nil
}

// listen reads what the tool says, sends the address that it listens at to
// found, and waits for its end.
func (v *Viewer) listen(stderr io.Reader, found chan<- string, progress func(string)) {
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		line := lines.Text()
		if _, addr, ok := strings.Cut(line, "listening on "); ok && found != nil {
			found <- strings.TrimSpace(addr)
			found = nil
			continue
		}
		if found != nil && progress != nil {
			progress(line)
		}
		v.mu.Lock()
		v.said = append(v.said[max(0, len(v.said)-9):], line)
		v.mu.Unlock()
	}
	io.Copy(io.Discard, stderr) // of a line that was too long
	v.err = v.cmd.Wait()
	close(v.done)
}

// Said returns the last lines that the tool has printed, which tell of
// what is wrong with the trace.
func (v *Viewer) Said() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.said...)
}

// lastWords returns what the tool printed last, or how it ended.
func (v *Viewer) lastWords() string {
	if said := v.Said(); len(said) > 0 {
		return said[len(said)-1]
	}
	if v.err == nil {
		return "it ended at once"
	}
	return v.err.Error()
}

// Page returns the address of the page of a task, which shows it and its
// descendants; of the main page if task is 0.
func (v *Viewer) Page(task uint64) string { return v.addr + Path(task) }

// Path returns the path of the page of a task, or of the main page if task is
// 0.
func Path(task uint64) string {
	if task == 0 {
		return "/"
	}
	return "/trace?taskid=" + strconv.FormatUint(task, 10)
}

// Wait returns when the viewer has ended: nil if that was at the end of its
// context, otherwise why.
func (v *Viewer) Wait(ctx context.Context) error {
	<-v.done
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("go tool trace ended by itself: %s", v.lastWords())
}
