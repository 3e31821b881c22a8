package inspect

// This file defines how snapshots are served, and to whom.

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"coroscope/coro"
)

// MaxPatience is as long as a request may have the server wait for a loop.
const MaxPatience = 30 * time.Second

// Handler returns a handler that serves snapshots of the program, and has loops
// watched from now on. It answers GET, with these parameters, which may be
// missing:
//
//	format=json      a [Snapshot]; or tree, or table: text for people
//	limit=1000       how many tasks of each loop; -1 for all
//	patience=1s      how long to wait for a loop that is held by a step, at most 30s
func Handler() http.Handler {
	watch()
	return http.HandlerFunc(serve)
}

// watch has loops watched, for as long as the program runs.
var watch = sync.OnceFunc(func() { coro.WatchLoops() })

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if why := refusal(r); why != "" {
		http.Error(w, why, http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "expected GET", http.StatusMethodNotAllowed)
		return
	}
	write, o, err := parse(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	write(w, Take(o))
}

// parse reads the parameters of a request.
func parse(r *http.Request) (write func(http.ResponseWriter, *Snapshot), o Options, err error) {
	q := r.URL.Query()
	switch format := q.Get("format"); format {
	case "", "json":
		write = func(w http.ResponseWriter, s *Snapshot) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(s) // who left early knows
		}
	case "tree", "table":
		write = func(w http.ResponseWriter, s *Snapshot) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			if format == "tree" {
				s.WriteTree(w)
			} else {
				s.WriteTable(w)
			}
		}
	default:
		return nil, o, fmt.Errorf("format is %q: expected json, tree or table", format)
	}
	if s := q.Get("limit"); s != "" {
		if o.Limit, err = strconv.Atoi(s); err != nil || o.Limit == 0 {
			return nil, o, fmt.Errorf("limit is %q: expected a number of tasks, or -1 for all", s)
		}
	}
	if s := q.Get("patience"); s != "" {
		if o.Patience, err = time.ParseDuration(s); err != nil || o.Patience <= 0 || o.Patience > MaxPatience {
			return nil, o, fmt.Errorf("patience is %q: expected a duration up to %v, such as 1s", s, MaxPatience)
		}
	}
	return write, o, nil
}

// refusal says why a request is not answered, "" if it is: it comes from another
// machine; or it is that of a page of another site, which reaches the loopback
// interface through the person's browser, perhaps by a name of its own that it
// has made one of this machine's.
func refusal(r *http.Request) string {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local != nil && local.Network() == "unix" {
		return ""
	}
	if !isLoopback(r.RemoteAddr) || local != nil && !isLoopback(local.String()) {
		return "this is told on the same machine only"
	}
	if host := hostOf(r.Host); host != "localhost" && !isLoopback(host) {
		return fmt.Sprintf("the Host header is %q: expected localhost or 127.0.0.1", r.Host)
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "none", "same-origin":
		return ""
	default:
		return "this is told to no page of another site"
	}
}

// hostOf cuts the port from an address.
func hostOf(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return strings.TrimSuffix(strings.TrimPrefix(addr, "["), "]")
}

// isLoopback reports whether addr, with or without a port, is a loopback
// address.
func isLoopback(addr string) bool {
	ip, err := netip.ParseAddr(hostOf(addr))
	return err == nil && ip.IsLoopback()
}
