package main

// This file tests the command view. What is on its page is tested with package
// web.

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"coroscope/cmd/coroscope/internal/explorer"

	"github.com/google/go-cmp/cmp"
)

// overview asks a page what is in its trace, as a browser does that was sent to
// the address.
func (o *opened) overview(t *testing.T) explorer.Overview {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	page, err := client.Get(o.url)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	if page.StatusCode != http.StatusOK || page.Request.URL.RawQuery != "" {
		t.Fatalf("%s: status %d at %s", o.url, page.StatusCode, page.Request.URL)
	}
	address := *page.Request.URL
	address.Path = "/api/0/overview"
	answer, err := client.Get(address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var v explorer.Overview
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Foreign traces open, damaged ones with what could be read and a word about the
// rest, and an interrupt ends it.
func TestView(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.trace")
	if out, err := exec.Command("foreigntrace", foreign, "3").CombinedOutput(); err != nil {
		t.Fatalf("foreigntrace: %v\n%s", err, out)
	}
	whole, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.trace")
	if err := os.WriteFile(cut, whole[:len(whole)*9/10], 0o666); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{foreign, cut} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			o := startPage(t, "view", file)
			v := o.overview(t)
			if v.Name != filepath.Base(file) || v.Format != explorer.Format {
				t.Errorf("it is %s of format %s", v.Name, v.Format)
			}
			lost := file == cut
			if (len(v.Lost) > 0) != lost {
				t.Errorf("lost is %q", v.Lost)
			}
			if v.Pulls == 0 && !lost {
				t.Error("it has no coroutine of iter.Pull")
			}
			o.interrupt(t)
			if said := o.stderr.String(); strings.Contains(said, "was not read as a whole") != lost {
				t.Errorf("standard error has %q", said)
			}
		})
	}
	if diff := cmp.Diff(whole, mustRead(t, foreign)); diff != "" {
		t.Error("the trace was changed")
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
