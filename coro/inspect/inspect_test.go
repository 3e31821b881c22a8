package inspect_test

// This file tests serving snapshots, to whom, and finding and asking a program.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	"coroscope/coro/inspect"
)

// inOwnFolder has records be in a folder of the test's.
func inOwnFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "look") // t.TempDir's paths are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, name := range []string{"XDG_RUNTIME_DIR", "TMPDIR", "XDG_CACHE_HOME", "LocalAppData", "HOME"} {
		t.Setenv(name, dir)
	}
	return dir
}

// aTask has a loop with one suspended task run until the test ends.
func aTask(t *testing.T, name string) {
	t.Helper()
	l := coro.NewLoop(coro.WithName(name), coro.WithExceptionHandler(func(*coro.Loop, coro.Exception) {}))
	suspended := make(chan bool)
	coro.Spawn(l, coro.Pull(func(y *coro.Async) (any, error) {
		l.CallSoon(func() { close(suspended) })
		return nil, coro.Wait(y, coro.Sleep(time.Hour).As("nap"))
	}), coro.Named("sleeper"))
	ended := make(chan bool)
	go func() {
		defer close(ended)
		l.RunForever()
		l.Close()
	}()
	<-suspended
	t.Cleanup(func() {
		l.CallSoonThreadsafe(l.Stop)
		<-ended
	})
}

// wantSleeper fails the test unless s has the task of aTask.
func wantSleeper(t *testing.T, s *inspect.Snapshot, loop string) {
	t.Helper()
	for _, l := range s.Loops {
		if l.Name != loop {
			continue
		}
		if len(l.Tasks) != 1 || l.Tasks[0].Name != "sleeper" || l.Tasks[0].On != "await sleep nap" {
			t.Errorf("the loop has %+v", l.Tasks)
		}
		return
	}
	t.Errorf("there is no loop %s in %+v", loop, s)
}

func get(t *testing.T, h http.Handler, change func(r *http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", inspect.Path, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "localhost:6060"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandler(t *testing.T) {
	aTask(t, "served")
	h := inspect.Handler()
	w := get(t, h, nil)
	var s inspect.Snapshot
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || w.Code != 200 {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	if s.Version != inspect.Version || s.PID != os.Getpid() || s.Go != runtime.Version() || s.Time.IsZero() {
		t.Errorf("snapshot %+v", s)
	}
	wantSleeper(t, &s, "served")
	for format, want := range map[string]string{"tree": "─ sleeper#", "table": "sleeper  pull"} {
		w := get(t, h, func(r *http.Request) { r.URL.RawQuery = "format=" + format })
		if !strings.Contains(w.Body.String(), want) || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %s\n%s", format, w.Header(), w.Body)
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	h := inspect.Handler()
	local := func(addr net.Addr) func(*http.Request) {
		return func(r *http.Request) {
			*r = *r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, addr))
		}
	}
	for name, tc := range map[string]struct {
		change func(r *http.Request)
		code   int
	}{
		"another machine":       {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:50000" }, 403},
		"no address":            {func(r *http.Request) { r.RemoteAddr = "" }, 403},
		"a public address":      {local(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}), 403},
		"a loopback address":    {local(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}), 200},
		"a socket":              {func(r *http.Request) { r.RemoteAddr = "@"; local(&net.UnixAddr{Net: "unix"})(r) }, 200},
		"a name of this host's": {func(r *http.Request) { r.Host = "evil.example:6060" }, 403},
		"a name like it":        {func(r *http.Request) { r.Host = "localhost.evil.example" }, 403},
		"no host":               {func(r *http.Request) { r.Host = "" }, 403},
		"IPv6":                  {func(r *http.Request) { r.Host, r.RemoteAddr = "[::1]:6060", "[::1]:50000" }, 200},
		"IPv6 without a port":   {func(r *http.Request) { r.Host = "[::1]" }, 200},
		"another site's page":   {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"a page of a neighbor":  {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		"the person":            {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") }, 200},
		"POST":                  {func(r *http.Request) { r.Method = "POST" }, 405},
		"an unknown format":     {func(r *http.Request) { r.URL.RawQuery = "format=xml" }, 400},
		"no tasks":              {func(r *http.Request) { r.URL.RawQuery = "limit=0" }, 400},
		"a limit of words":      {func(r *http.Request) { r.URL.RawQuery = "limit=many" }, 400},
		"no patience":           {func(r *http.Request) { r.URL.RawQuery = "patience=0s" }, 400},
		"too much patience":     {func(r *http.Request) { r.URL.RawQuery = "patience=1h" }, 400},
		"all":                   {func(r *http.Request) { r.URL.RawQuery = "limit=-1&patience=5s&format=json" }, 200},
	} {
		w := get(t, h, tc.change)
		if w.Code != tc.code {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, tc.code)
		}
		if w.Code != 200 && strings.Contains(w.Body.String(), "loops") {
			t.Errorf("%s: it is told all the same: %s", name, w.Body)
		}
	}
}

// A program that listens is found by its number, in a folder and by a file that
// are the user's alone, and no longer when it has closed.
func TestListen(t *testing.T) {
	for _, addr := range []string{"", "127.0.0.1:0"} {
		t.Run("at "+addr, func(t *testing.T) {
			dir := inOwnFolder(t)
			aTask(t, "listening")
			before := runtime.NumGoroutine()
			s, err := inspect.Listen(addr)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := inspect.Listen(""); err != inspect.ErrListening {
				t.Errorf("a second one: %v", err)
			}
			pid := os.Getpid()
			target, err := inspect.Find(strconv.Itoa(pid))
			if err != nil {
				t.Fatal(err)
			}
			snapshot, err := target.Fetch(t.Context(), inspect.Options{Limit: 10, Patience: inspect.MaxPatience})
			if err != nil {
				t.Fatal(err)
			}
			wantSleeper(t, snapshot, "listening")
			if all := inspect.Programs(); len(all) != 1 || all[0].PID() != pid {
				t.Errorf("%d programs are found, want this one", len(all))
			}
			files := 0
			filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				info, ierr := d.Info()
				if err != nil || ierr != nil {
					t.Error(err, ierr)
				}
				if path != dir && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
					t.Errorf("%s is %v", path, info.Mode())
				}
				if !d.IsDir() {
					files++
				}
				return nil
			})
			if files == 0 {
				t.Error("there is no file")
			}
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return net.Dial(s.Addr().Network(), s.Addr().String())
			}}}
			resp, err := client.Get("http://localhost" + inspect.Path)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != 401 || strings.Contains(string(body), "sleeper") {
				t.Errorf("without the token: %d %s", resp.StatusCode, body)
			}
			if addr != "" {
				byAddr, err := inspect.Find(s.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				if _, err := byAddr.Fetch(t.Context(), inspect.Options{}); err != nil {
					t.Errorf("by its address: %v", err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error("closed again:", err)
			}
			if _, err := target.Fetch(t.Context(), inspect.Options{}); err == nil || !strings.Contains(err.Error(), inspect.HowTo) {
				t.Errorf("after it was closed: %v", err)
			}
			if _, err := inspect.Find(strconv.Itoa(pid)); err == nil || !strings.Contains(err.Error(), inspect.HowTo) {
				t.Errorf("found after it was closed: %v", err)
			}
			for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
				if time.Now().After(deadline) {
					t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
				}
			}
		})
	}
}

func TestListenAtBadAddresses(t *testing.T) {
	inOwnFolder(t)
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "example.com:80", "127.0.0.1", "x"} {
		if s, err := inspect.Listen(addr); err == nil {
			t.Errorf("%s: listens at %s", addr, s.Addr())
			s.Close()
		} else if !strings.Contains(err.Error(), "127.0.0.1:0") {
			t.Errorf("%s: %v, which does not say what is expected", addr, err)
		}
	}
}

// A folder that others can enter, or that is something else, is not used, nor
// is what stands in it believed.
func TestFolderOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders have no modes there")
	}
	for name, spoil := range map[string]func(dir string) error{
		"open":    func(dir string) error { return errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, 0o755)) },
		"symlink": func(dir string) error { return os.Symlink(os.TempDir(), dir) },
		"file":    func(dir string) error { return os.WriteFile(dir, nil, 0o600) },
	} {
		dir := inOwnFolder(t)
		spoiled := []string{filepath.Join(dir, "coroscope"), filepath.Join(dir, fmt.Sprint("coroscope-", os.Getuid()))}
		for _, d := range spoiled {
			if err := spoil(d); err != nil {
				t.Fatal(err)
			}
		}
		if s, err := inspect.Listen(""); err == nil {
			t.Errorf("%s: it listens in it", name)
			s.Close()
		} else if !strings.Contains(err.Error(), spoiled[0]) {
			t.Errorf("%s: %v does not name the folder", name, err)
		}
		os.WriteFile(filepath.Join(spoiled[0], "1.json"), []byte(`{"version":1,"pid":1,"network":"tcp","address":"127.0.0.1:1"}`), 0o600)
		if _, err := inspect.Find("1"); err == nil {
			t.Errorf("%s: what others may have written is believed", name)
		}
		if all := inspect.Programs(); len(all) > 0 {
			t.Errorf("%s: %d programs are found", name, len(all))
		}
	}
}

// A process that was killed leaves its record behind, which is told and removed.
func TestFindProcessThatHasEnded(t *testing.T) {
	inOwnFolder(t)
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	s, err := inspect.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var record string
	for _, dir := range inspect.Folders() {
		if path := filepath.Join(dir, fmt.Sprint(os.Getpid(), ".json")); exists(path) {
			record = path
		}
	}
	b, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	dead := cmd.Process.Pid
	stale := filepath.Join(filepath.Dir(record), fmt.Sprint(dead, ".json"))
	write := func() {
		text := strings.ReplaceAll(string(b), strconv.Itoa(os.Getpid()), strconv.Itoa(dead))
		if err := os.WriteFile(stale, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	target, err := inspect.Find(strconv.Itoa(dead))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.Fetch(t.Context(), inspect.Options{}); !errors.Is(err, inspect.ErrEnded) || exists(stale) {
		t.Errorf("asked: %v; the record is there: %v", err, exists(stale))
	}
	write()
	if all := inspect.Programs(); len(all) != 1 || exists(stale) {
		t.Errorf("%d programs; the record is there: %v", len(all), exists(stale))
	}
	if _, err := inspect.Find(strconv.Itoa(dead)); err == nil || !strings.Contains(err.Error(), "there is no process") {
		t.Errorf("found: %v", err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestFindBadTargets(t *testing.T) {
	inOwnFolder(t)
	for target, want := range map[string]string{
		"":                        "neither the number of a process nor an address",
		"kitchen":                 "neither the number of a process nor an address",
		"0":                       "no number of a process",
		"-1":                      "no number of a process",
		"999999999999":            "there is no process",
		"8.8.8.8:80":              "not on this machine",
		"example.com:80":          "not on this machine",
		"http://example.com:80/":  "not on this machine",
		"https://127.0.0.1:80":    "neither the number of a process nor an address",
		"127.0.0.1":               "neither the number of a process nor an address",
		"127.0.0.1:":              "neither the number of a process nor an address",
		"http://%zz":              "neither the number of a process nor an address",
		strconv.Itoa(os.Getpid()): inspect.HowTo,
	} {
		if _, err := inspect.Find(target); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", target, err, want)
		}
	}
}

// Whatever answers that is no snapshot is said to be what it is.
func TestFetchFromOthers(t *testing.T) {
	inOwnFolder(t)
	for name, tc := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"not found": {http.NotFound, "mount inspect.Handler there"},
		"a page":    {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, "mount inspect.Handler there"},
		"JSON":      {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"a":1}`) }, "mount inspect.Handler there"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.com/", http.StatusFound)
		}, "mount inspect.Handler there"},
		"newer":   {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"version":7}`) }, "version 7: expected version 1"},
		"refusal": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no\x1b[2J", http.StatusForbidden) }, "refuses: no\uFFFD[2J"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "{")
		}, "unexpected EOF"},
	} {
		s := httptest.NewServer(http.HandlerFunc(tc.answer))
		target, err := inspect.Find(s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := target.Fetch(t.Context(), inspect.Options{}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		s.Close()
		if _, err := target.Fetch(t.Context(), inspect.Options{}); err == nil || !strings.Contains(err.Error(), "nothing listens at") {
			t.Errorf("%s, closed: %v", name, err)
		}
	}
}

// A handler that is mounted in a server of the program's own is found by the
// address, and by a URL if it is mounted elsewhere.
func TestMounted(t *testing.T) {
	inOwnFolder(t)
	aTask(t, "mounted")
	mux := http.NewServeMux()
	mux.Handle(inspect.Path, inspect.Handler())
	mux.Handle("/else/where", inspect.Handler())
	s := httptest.NewServer(mux)
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for _, name := range []string{"127.0.0.1:" + port, "localhost:" + port, ":" + port, "http://127.0.0.1:" + port, "http://localhost:" + port + "/else/where"} {
		target, err := inspect.Find(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		snapshot, err := target.Fetch(t.Context(), inspect.Options{Patience: inspect.MaxPatience})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantSleeper(t, snapshot, "mounted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	target, _ := inspect.Find("127.0.0.1:" + port)
	if _, err := target.Fetch(ctx, inspect.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
