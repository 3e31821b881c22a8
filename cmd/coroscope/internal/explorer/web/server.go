package web

// This file defines Server: who is answered, and under which policy.

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path"
	"strings"
	"time"

	"coroscope/cmd/coroscope/internal/explorer"
)

//go:embed static page.html
var files embed.FS

var page = template.Must(template.ParseFS(files, "page.html"))

// policy has the browser load nothing but what this server has, and run none of
// it that stands in the page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A Server serves the page of some traces, at an address of its own.
//
// Whoever asks must have its token: in the query of the first address, which is
// answered with a cookie, or in that cookie. The Host must be one that the server was
// told to listen at, so that no other name can be made to lead here, and what a
// browser says of who asks must be that it is this page. There is nothing to be
// changed: only GET and HEAD are answered.
type Server struct {
	listener net.Listener
	host     string // what was asked for, without the port
	port     string
	token    string
	cookie   string
	static   map[string][]byte
	mux      *http.ServeMux
	traces   []*explorer.Trace
}

// Listen begins to listen at addr, "127.0.0.1:0" for any free port of this
// machine alone. Error: it is no address, or cannot be listened at.
func Listen(addr string, traces ...*explorer.Trace) (*Server, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("listen at %q: expected host:port, as in 127.0.0.1:8080 or :8080", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		var e *net.OpError
		if errors.As(err, &e) {
			err = e.Err
		}
		return nil, fmt.Errorf("cannot listen at %s: %w; --http chooses another address", addr, err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := &Server{
		listener: l, host: host, port: port, token: rand.Text(), cookie: "coroscope-" + port,
		static: make(map[string][]byte), mux: http.NewServeMux(), traces: traces,
	}
	err = fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s.static["/"+name], err = files.ReadFile(name)
		}
		return err
	})
	if err != nil {
		l.Close()
		return nil, err
	}
	s.mux.HandleFunc("GET /{$}", s.servePage)
	s.mux.HandleFunc("GET /static/", s.serveStatic)
	s.mux.HandleFunc("GET /api/{trace}/{question}", s.serveAnswer)
	return s, nil
}

// URL returns the address to open first. It has the token.
func (s *Server) URL() string {
	host := s.host
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, s.port) + "/?token=" + s.token
}

// Serve answers until ctx is done, and returns nil then, otherwise why it ended.
func (s *Server) Serve(ctx context.Context) error {
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	err := server.Serve(s.listener)
	if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ServeHTTP answers a request that may be answered.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	switch {
	case !s.knowsHost(r.Host):
		http.Error(w, "this is not the address of the page", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "nothing can be changed here", http.StatusMethodNotAllowed)
	case path.Clean(r.URL.Path) != r.URL.Path || strings.Contains(r.URL.Path, `\`):
		http.NotFound(w, r)
	case r.URL.Path == "/" && s.is(r.URL.Query().Get("token")):
		// The token does not stay in the address, nor in the history.
		http.SetCookie(w, &http.Cookie{Name: s.cookie, Value: s.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case !s.sameOrigin(r):
		http.Error(w, "another page may not ask", http.StatusForbidden)
	case !s.hasCookie(r):
		http.Error(w, "open the address that coroscope printed: it has a token, without which nothing is shown", http.StatusForbidden)
	default:
		s.mux.ServeHTTP(w, r)
	}
}

// is reports whether token is the server's, in the same time whatever it is.
func (s *Server) is(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}

func (s *Server) hasCookie(r *http.Request) bool {
	for _, c := range r.CookiesNamed(s.cookie) {
		if s.is(c.Value) {
			return true
		}
	}
	return false
}

// knowsHost reports whether a request was sent to an address of this server. An
// address of numbers leads nowhere else; a name may be one that somebody has made
// to lead here, unless it is this machine's own, or the one that was asked for.
func (s *Server) knowsHost(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil || port != s.port {
		return false
	}
	ip, err := netip.ParseAddr(host)
	if err == nil && (ip.IsLoopback() || !s.loopback()) {
		return true
	}
	if strings.EqualFold(host, "localhost") || strings.EqualFold(host, s.host) {
		return true
	}
	own, err := os.Hostname()
	return err == nil && !s.loopback() && strings.EqualFold(host, own)
}

// loopback reports whether the server listens for this machine alone.
func (s *Server) loopback() bool {
	ip, err := netip.ParseAddr(s.host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(s.host, "localhost")
}

// sameOrigin reports whether, as far as the browser says, the page itself asks,
// or the person.
func (s *Server) sameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

func (s *Server) servePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := page.Execute(w, s.traces[0].Overview()); err != nil {
		panic(http.ErrAbortHandler) // whoever asked has left
	}
}

var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
}

func (s *Server) serveStatic(w http.ResponseWriter, r *http.Request) {
	b, ok := s.static[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(r.URL.Path)])
	w.Write(b)
}
