package web

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"coroscope/cmd/coroscope/internal/explorer"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// listen returns a server of a trace that has nothing in it, which is asked
// without a network.
func listen(t *testing.T, addr string) *Server {
	t.Helper()
	s, err := Listen(addr, explorer.New(`<b>"name"</b>`, &timeline.Timeline{Full: true, Duration: time.Second}, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.listener.Close() })
	return s
}

// ask asks a server, with its cookie unless change takes it away.
func ask(s *Server, target string, change func(*http.Request)) *http.Response {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL = &url.URL{Path: target}
	if path, query, ok := strings.Cut(target, "?"); ok {
		r.URL = &url.URL{Path: path, RawQuery: query}
	}
	r.Host = "127.0.0.1:" + s.port
	r.AddCookie(&http.Cookie{Name: s.cookie, Value: s.token})
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func TestWhoIsAnswered(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	header := func(key, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(key, value) }
	}
	host := func(host string) func(*http.Request) { return func(r *http.Request) { r.Host = host } }
	without := func(r *http.Request) { r.Header.Del("Cookie") }
	for _, c := range []struct {
		name   string
		target string
		change func(*http.Request)
		want   int
	}{
		{"the page", "/", nil, 200},
		{"by name", "/", host("localhost:" + s.port), 200},
		{"by another loopback address", "/", host("[::1]:" + s.port), 200},
		{"a module", "/static/main.js", nil, 200},
		{"an answer", "/api/0/overview", nil, 200},
		{"typed into the address bar", "/", header("Sec-Fetch-Site", "none"), 200},
		{"the page itself", "/api/0/overview", header("Origin", "http://127.0.0.1:"+s.port), 200},

		{"no token", "/", without, 403},
		{"no token for an answer", "/api/0/overview", without, 403},
		{"no token for a module", "/static/main.js", without, 403},
		{"a wrong token", "/?token=guess", without, 403},
		{"an empty token", "/?token=", without, 403},
		{"a token where none is taken", "/api/0/overview?token=" + s.token, without, 403},
		{"a wrong cookie", "/", header("Cookie", s.cookie+"=guess"), 403},

		{"a name that was made to lead here", "/", host("evil.example:" + s.port), 403},
		{"the same with the token", "/?token=" + s.token, host("evil.example:" + s.port), 403},
		{"another port", "/", host("127.0.0.1:1"), 403},
		{"no port", "/", host("127.0.0.1"), 403},
		{"an address of another machine", "/", host("10.0.0.1:" + s.port), 403},
		{"no host", "/", host(""), 403},

		{"another origin", "/api/0/overview", header("Origin", "http://evil.example"), 403},
		{"an origin on another port", "/api/0/overview", header("Origin", "http://127.0.0.1:1"), 403},
		{"the origin of a file", "/api/0/overview", header("Origin", "null"), 403},
		{"another page's request", "/api/0/overview", header("Sec-Fetch-Site", "cross-site"), 403},
		{"another port's request", "/api/0/overview", header("Sec-Fetch-Site", "same-site"), 403},
		{"another page's script", "/static/main.js", header("Sec-Fetch-Site", "cross-site"), 403},

		{"a way out", "/static/../page.html", nil, 404},
		{"a longer way out", "/static/../../../../etc/passwd", nil, 404},
		{"a way out for another system", `/static\..\page.html`, nil, 404},
		{"two slashes", "//static/main.js", nil, 404},
		{"a folder", "/static/", nil, 404},
		{"what is embedded and not served", "/page.html", nil, 404},
		{"no such module", "/static/none.js", nil, 404},
		{"no such trace", "/api/1/overview", nil, 404},
		{"a negative trace", "/api/-1/overview", nil, 404},
		{"no such question", "/api/0/secrets", nil, 404},

		{"a post", "/api/0/overview", func(r *http.Request) { r.Method = http.MethodPost }, 405},
		{"a deletion", "/", func(r *http.Request) { r.Method = http.MethodDelete }, 405},

		{"no instant", "/api/0/moment", nil, 400},
		{"no number", "/api/0/window?from=0&to=1&pixels=many", nil, 400},
		{"too large a number", "/api/0/window?from=0&to=99999999999999999999", nil, 400},
		{"no duration", "/api/0/search?q=%3Efast", nil, 400},
		{"no such numbers", "/api/0/numbers?by=color", nil, 400},
		{"no such coroutine", "/api/0/machine?key=c1", nil, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ask(s, c.target, c.change)
			if r.StatusCode != c.want {
				t.Errorf("status %d, want %d", r.StatusCode, c.want)
			}
			if got := r.Header.Get("Content-Security-Policy"); got != policy {
				t.Errorf("policy %q", got)
			}
			if c.want == 400 {
				var answer struct{ Error string }
				if err := json.NewDecoder(r.Body).Decode(&answer); err != nil || answer.Error == "" {
					t.Errorf("error %q, %v: expected one in JSON", answer.Error, err)
				}
			}
			if c.want == 403 {
				if b, _ := io.ReadAll(r.Body); strings.Contains(string(b), s.token) {
					t.Errorf("who is refused is told the token: %s", b)
				}
			}
		})
	}
}

// The first address is answered with a cookie, and with an address that has no
// token.
func TestFirstAddress(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	r := ask(s, "/?"+u.RawQuery, func(r *http.Request) { r.Header.Del("Cookie") })
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" {
		t.Errorf("status %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	c := r.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Value != s.token {
		t.Errorf("cookie %v", c)
	}
	if other := listen(t, "127.0.0.1:0"); other.token == s.token || other.cookie == s.cookie {
		t.Error("two servers have one token or one cookie")
	}
}

// Who asks to be reached from elsewhere is, by address and by the name that was asked for.
func TestListenElsewhere(t *testing.T) {
	s := listen(t, ":0")
	for host, want := range map[string]int{"10.0.0.1": 200, "127.0.0.1": 200, "localhost": 200, "evil.example": 403} {
		if r := ask(s, "/", func(r *http.Request) { r.Host = host + ":" + s.port }); r.StatusCode != want {
			t.Errorf("%s: status %d, want %d", host, r.StatusCode, want)
		}
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("address %s", s.URL())
	}
	for _, addr := range []string{"8080", "localhost", "127.0.0.1:99999", "no.such.name.invalid:0"} {
		if _, err := Listen(addr); err == nil {
			t.Errorf("%q is listened at", addr)
		}
	}
}

// A name stands in the page as text.
func TestNamesAreText(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	b, err := io.ReadAll(ask(s, "/", nil).Body)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); strings.Contains(text, "<b>") || !strings.Contains(text, "&lt;b&gt;") {
		t.Errorf("the name of the trace is not escaped:\n%s", text)
	}
}

// Modules import what is served, and nothing else; nothing on the page comes
// from elsewhere.
func TestNothingFromElsewhere(t *testing.T) {
	s := listen(t, "127.0.0.1:0")
	for name, text := range s.static {
		for line := range strings.Lines(string(text)) {
			if _, from, ok := strings.Cut(line, ` from "`); ok && strings.HasPrefix(line, "import ") {
				file, _, _ := strings.Cut(from, `"`)
				if _, served := s.static["/static/"+strings.TrimPrefix(file, "./")]; !served || !strings.HasPrefix(file, "./") {
					t.Errorf("%s imports %s", name, file)
				}
			}
			for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "https://", "@import"} {
				if strings.Contains(line, bad) {
					t.Errorf("%s has %s: %s", name, bad, line)
				}
			}
			if strings.Contains(line, "http://") && !strings.Contains(line, "http://www.w3.org/2000/svg") {
				t.Errorf("%s: %s", name, line)
			}
		}
		if n := strings.Count(string(text), "\n"); n > 500 {
			t.Errorf("%s has %d lines", name, n)
		}
	}
	want := []string{"machine", "moment", "numbers", "overview", "search", "source", "step", "window"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(answers))); diff != "" {
		t.Errorf("questions that package web tells of (-want +got):\n%s", diff)
	}
}
