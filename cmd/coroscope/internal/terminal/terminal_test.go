package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWidthOfNoTerminal(t *testing.T) {
	t.Setenv("COLUMNS", "")
	if got := Width(new(bytes.Buffer)); got != DefaultWidth {
		t.Errorf("without $COLUMNS: %d, want %d", got, DefaultWidth)
	}
	t.Setenv("COLUMNS", "61")
	if got := Width(new(bytes.Buffer)); got != 61 {
		t.Errorf("with COLUMNS=61: %d", got)
	}
	for _, bad := range []string{"-3", "wide", "0"} {
		t.Setenv("COLUMNS", bad)
		if got := Width(new(bytes.Buffer)); got != DefaultWidth {
			t.Errorf("with COLUMNS=%s: %d, want %d", bad, got, DefaultWidth)
		}
	}
}

func TestNoColorInAFile(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if Is(f) || Color(f) {
		t.Errorf("a file is a terminal: %v, shows colors: %v", Is(f), Color(f))
	}
}

func TestProgress(t *testing.T) {
	var to bytes.Buffer
	p := NewProgress(strings.NewReader(strings.Repeat("x", 300)), "big.trace", 300, &to)
	p.Read(make([]byte, 100))
	p.Done()
	if to.Len() > 0 {
		t.Errorf("no terminal, yet it was told %q", to.String())
	}
	p.to = &to // as if it were one
	p.Read(make([]byte, 50))
	p.Done()
	if got, want := to.String(), "\rreading big.trace: 0 MB, 50% \r\x1b[K"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}
