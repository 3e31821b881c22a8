package lower

// This file defines the tests of how what is generated is called.

import (
	"go/parser"
	"go/token"
	"testing"
)

func TestLowerFirst(t *testing.T) {
	for name, want := range map[string]string{
		"Walk": "walk", "walk": "walk", "URL": "url", "URLSet": "urlSet", "A": "a", "TreeAll": "treeAll", "Élan": "élan",
	} {
		if got := lowerFirst(name); got != want {
			t.Errorf("lowerFirst(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestImportable(t *testing.T) {
	for _, test := range []struct {
		from, path string
		want       bool
	}{
		{"a/b", "c/d", true},
		{"a/b", "a/internal/x", true},
		{"a", "a/internal/x", true},
		{"ab", "a/internal/x", false},
		{"c", "a/internal", false},
		{"a/b", "internal/x", false},
		{"a/internal/y", "a/internal/internal/x", true},
		{"a/b", "a/internal/internal/x", false},
		{"a", "a/internals/x", true},
	} {
		if got := importable(test.from, test.path); got != test.want {
			t.Errorf("importable(%q, %q) = %v", test.from, test.path, got)
		}
	}
}

func TestBuildLine(t *testing.T) {
	for _, test := range []struct{ path, source, want string }{
		{"walk.go", "package p", ""},
		{"linux.go", "package p", ""},
		{"walk_linux.go", "package p", "//go:build linux\n\n"},
		{"walk_windows_arm64.go", "package p", "//go:build windows && arm64\n\n"},
		{"walk.go", "//go:build unix || js\n\npackage p", "//go:build unix || js\n\n"},
		{"walk_amd64.go", "//go:build unix || js\n\npackage p", "//go:build (unix || js) && amd64\n\n"},
		{"walk.go", "package p\n\n//go:build ignore", ""},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), test.path, test.source, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if got := buildLine(test.path, file); got != test.want {
			t.Errorf("%s, %q: %q, want %q", test.path, test.source, got, test.want)
		}
	}
}
