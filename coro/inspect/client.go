package inspect

// This file defines the other side: finding a program and asking it.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// HowTo says what a program needs so that it can be looked at.
const HowTo = `add to its main package: import _ "coroscope/coro/inspect/auto"`

// maxAnswer is how long an answer may be, in bytes.
const maxAnswer = 1 << 30

// A Target is a program that can be asked for snapshots.
type Target struct {
	name    string // what it is called in errors
	url     url.URL
	network string // unix or tcp
	address string
	token   string
	pid     int    // 0 if it was found by its address
	record  string // the file it was found by
}

// Find returns the program that target means: the number of a process of the
// user's, or the address of a port of the loopback interface at which [Handler]
// is mounted, such as "127.0.0.1:6060", "localhost:6060", or a URL with another
// path.
func Find(target string) (*Target, error) {
	if pid, err := strconv.Atoi(target); err == nil {
		return findProcess(pid)
	}
	return findAddress(target)
}

func findProcess(pid int) (*Target, error) {
	if pid <= 0 {
		return nil, fmt.Errorf("%d is no number of a process", pid)
	}
	var bad []error
	for _, dir := range folders() {
		t, err := readRecord(filepath.Join(dir, recordName(pid)))
		switch {
		case err == nil:
			return t, nil
		case !errors.Is(err, os.ErrNotExist):
			bad = append(bad, err)
		}
	}
	yes, ours := alive(pid)
	switch {
	case !yes:
		return nil, fmt.Errorf("there is no process %d", pid)
	case len(bad) > 0:
		return nil, fmt.Errorf("process %d cannot be looked at: %w", pid, errors.Join(bad...))
	case !ours:
		return nil, fmt.Errorf("process %d belongs to another user", pid)
	}
	return nil, fmt.Errorf("process %d cannot be looked at; %s", pid, HowTo)
}

func readRecord(path string) (*Target, error) {
	if err := errors.Join(checkFolder(filepath.Dir(path)), checkRecord(path)); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s is no record of a program: %w", path, err)
	}
	if r.Version != Version {
		return nil, versionError(fmt.Sprintf("process %d", r.PID), r.Version)
	}
	return &Target{
		name: fmt.Sprintf("process %d", r.PID), url: url.URL{Scheme: "http", Host: "localhost", Path: Path},
		network: r.Network, address: r.Address, token: r.Token, pid: r.PID, record: path,
	}, nil
}

func versionError(who string, found int) error {
	return fmt.Errorf("%s tells snapshots of version %d: expected version %d; use the coroscope that belongs to its module", who, found, Version)
}

func findAddress(target string) (*Target, error) {
	expected := fmt.Errorf("%q is neither the number of a process nor an address like 127.0.0.1:6060", target)
	u := &url.URL{Scheme: "http", Host: target, Path: Path}
	if strings.Contains(target, "://") {
		var err error
		if u, err = url.Parse(target); err != nil || u.Scheme != "http" || u.Host == "" {
			return nil, expected
		}
		if u.Path == "" || u.Path == "/" {
			u.Path = Path
		}
	}
	host, port, err := net.SplitHostPort(u.Host)
	if err != nil || port == "" {
		return nil, expected
	}
	if host == "" {
		host = "127.0.0.1"
		u.Host = net.JoinHostPort(host, port)
	}
	if host != "localhost" && !isLoopback(host) {
		return nil, fmt.Errorf("%s is not on this machine: programs are looked at there only, as at 127.0.0.1:6060", target)
	}
	t := &Target{name: u.Host, url: *u, network: "tcp", address: u.Host}
	for _, known := range Programs() { // which may have a server of its own there
		if known.network == "tcp" && known.address == t.address {
			t.token = known.token
		}
	}
	return t, nil
}

// Programs returns the programs of the user's that can be looked at, by the
// numbers of their processes. What others left behind that have ended is
// removed.
func Programs() []*Target {
	var all []*Target
	for _, dir := range folders() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			number, ok := strings.CutSuffix(e.Name(), ".json")
			pid, err := strconv.Atoi(number)
			if !ok || err != nil {
				continue
			}
			path := filepath.Join(dir, e.Name())
			if yes, _ := alive(pid); !yes {
				forget(path)
				continue
			}
			if t, err := readRecord(path); err == nil && t.pid == pid {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, func(a, b *Target) int { return a.pid - b.pid })
	return all
}

// forget removes the record of a process that has ended, and its socket.
func forget(record string) {
	os.Remove(record)
	os.Remove(strings.TrimSuffix(record, ".json") + ".sock")
}

// PID returns the number of the target's process, 0 if it is not known.
func (t *Target) PID() int { return t.pid }

// Fetch asks the target for a snapshot.
func (t *Target) Fetch(ctx context.Context, o Options) (*Snapshot, error) {
	b, err := t.get(ctx, o)
	if err != nil {
		return nil, err
	}
	var s Snapshot
	if err := json.Unmarshal(b, &s); err != nil || s.Version == 0 {
		return nil, t.notOurs()
	}
	if s.Version != Version {
		return nil, versionError(t.name, s.Version)
	}
	if t.pid != 0 && s.PID != t.pid {
		return nil, fmt.Errorf("what answers for process %d is process %d", t.pid, s.PID)
	}
	return &s, nil
}

func (t *Target) notOurs() error {
	return fmt.Errorf("what listens at %s does not tell snapshots at %s: mount inspect.Handler there", t.name, t.url.Path)
}

// get returns the JSON of a snapshot.
func (t *Target) get(ctx context.Context, o Options) ([]byte, error) {
	q := url.Values{"format": {"json"}}
	if o.Limit != 0 {
		q.Set("limit", strconv.Itoa(o.Limit))
	}
	patience := DefaultPatience
	if o.Patience != 0 {
		patience = o.Patience
		q.Set("patience", patience.String())
	}
	ctx, cancel := context.WithTimeout(ctx, patience+30*time.Second)
	defer cancel()
	u := t.url
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if t.token != "" {
		req.Header.Set("Authorization", "Bearer "+t.token)
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, t.network, t.address)
		},
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, t.unreachable(ctx, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return nil, t.unreachable(ctx, err)
	case resp.StatusCode == http.StatusOK:
		return b, nil
	case resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusBadRequest, resp.StatusCode == http.StatusUnauthorized:
		return nil, fmt.Errorf("%s refuses: %s", t.name, clean(strings.TrimSpace(string(b[:min(len(b), 200)]))))
	}
	return nil, t.notOurs()
}

// unreachable says why the target did not answer.
func (t *Target) unreachable(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		if errors.Is(cause, context.DeadlineExceeded) {
			return fmt.Errorf("%s does not answer", t.name)
		}
		return cause
	}
	if t.pid != 0 {
		if yes, _ := alive(t.pid); !yes {
			forget(t.record)
			return fmt.Errorf("%s: %w", t.name, ErrEnded)
		}
		return fmt.Errorf("%s cannot be looked at any more (%w); %s", t.name, inner(err), HowTo)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing listens at %s", t.name)
	}
	return fmt.Errorf("%s: %w", t.name, inner(err))
}

// ErrEnded is returned by Fetch for a process that has ended.
var ErrEnded = errors.New("the process has ended")

// inner cuts the request from an error of http's.
func inner(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
