package inspect

// This file defines a server that a program has for itself, and how it is found
// by the number of the process.

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// ErrListening is returned by Listen if the program listens already.
var ErrListening = errors.New("inspect: the program listens already")

// A Server serves snapshots of the program.
type Server struct {
	http     *http.Server
	listener net.Listener
	record   string // the file that says where
	ended    chan struct{}
}

// A record says where the program of a process can be looked at. It is a file
// that only the user can read, called <pid>.json, in a folder that only the user
// can enter.
type record struct {
	Version int    `json:"version"`
	PID     int    `json:"pid"`
	Network string `json:"network"` // unix or tcp
	Address string `json:"address"`
	Token   string `json:"token"` // to be sent as "Authorization: Bearer <token>"
}

// listening is whether there is a Server.
var listening struct {
	mu sync.Mutex
	on bool
}

// Listen serves snapshots of the program on a goroutine of its own, so that
// "coroscope ps" with the number of the process finds it. If addr is empty, it
// listens at a socket in a folder of the user's: that of $XDG_RUNTIME_DIR, or a
// temporary one; otherwise at addr, which must be one of the loopback interface,
// such as "127.0.0.1:0". Only one can be open: [ErrListening].
func Listen(addr string) (*Server, error) {
	listening.mu.Lock()
	defer listening.mu.Unlock()
	if listening.on {
		return nil, ErrListening
	}
	s, err := listen(addr)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	listening.on = true
	return s, nil
}

func listen(addr string) (*Server, error) {
	dir, err := makeFolder()
	if err != nil {
		return nil, err
	}
	pid := os.Getpid()
	l, err := open(dir, addr, pid)
	if err != nil {
		return nil, err
	}
	r := record{Version: Version, PID: pid, Network: l.Addr().Network(), Address: l.Addr().String(), Token: rand.Text()}
	s := &Server{listener: l, record: filepath.Join(dir, recordName(pid)), ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle(Path, withToken(r.Token, Handler()))
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	if err := r.write(s.record); err != nil {
		l.Close()
		return nil, err
	}
	go func() {
		defer close(s.ended)
		s.http.Serve(l)
	}()
	return s, nil
}

// open listens at addr, or at a socket in dir.
func open(dir, addr string, pid int) (net.Listener, error) {
	if addr == "" {
		socket := filepath.Join(dir, strconv.Itoa(pid)+".sock")
		os.Remove(socket) // of a process before, that had this number
		l, err := net.Listen("unix", socket)
		if err == nil {
			return l, os.Chmod(socket, 0o600)
		}
		addr = "127.0.0.1:0" // the path is too long for one, or the system has none
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen at %q: expected an address like 127.0.0.1:0", addr)
	}
	if host != "localhost" && !isLoopback(host) {
		return nil, fmt.Errorf("cannot listen at %s: expected an address of the loopback interface, like 127.0.0.1:0", addr)
	}
	return net.Listen("tcp", addr)
}

// Addr returns where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close ends the server. A request that is being answered is given a moment.
func (s *Server) Close() error {
	listening.mu.Lock()
	defer listening.mu.Unlock()
	if s.record == "" {
		return nil
	}
	err := os.Remove(s.record)
	s.record, listening.on = "", false
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		err = errors.Join(err, s.http.Close())
	}
	<-s.ended
	return err
}

// withToken has h answer only those who know the token.
func withToken(token string, h http.Handler) http.Handler {
	want := []byte("Bearer " + token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			http.Error(w, "expected the token of the file "+recordName(os.Getpid()), http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func recordName(pid int) string { return strconv.Itoa(pid) + ".json" }

// write writes the record as a whole, or not at all.
func (r record) write(path string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// makeFolder returns the first of the folders for records that can be had.
func makeFolder() (string, error) {
	var errs []error
	for _, dir := range folders() {
		err := os.MkdirAll(filepath.Dir(dir), 0o700)
		if err == nil {
			err = os.Mkdir(dir, 0o700)
		}
		if err == nil || errors.Is(err, os.ErrExist) {
			err = checkFolder(dir)
		}
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}
