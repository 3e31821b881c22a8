package lower

// This file defines for which systems a generated file is: those that its
// source is for, by a comment or by its name.

import (
	"go/ast"
	"go/build/constraint"
	"path/filepath"
	"slices"
	"strings"
)

// The systems and architectures that a file's name may end with, as
// internal/syslist has them.
var (
	knownSystems = []string{
		"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl",
		"netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
	}
	knownArchitectures = []string{
		"386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64",
		"mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x",
		"sparc", "sparc64", "wasm",
	}
)

// buildLine returns the build constraint of the source file at path, as the
// comment that it takes in a file of another name, or "".
func buildLine(path string, file *ast.File) string {
	var terms []string
	for _, g := range file.Comments {
		if g.Pos() > file.Package {
			break
		}
		for _, c := range g.List {
			if x, err := constraint.Parse(c.Text); err == nil && constraint.IsGoBuild(c.Text) {
				terms = append(terms, x.String())
			}
		}
	}
	named := nameConstraints(path)
	if len(terms) > 0 && len(named) > 0 {
		terms[0] = "(" + terms[0] + ")"
	}
	if terms = append(terms, named...); len(terms) == 0 {
		return ""
	}
	return "//go:build " + strings.Join(terms, " && ") + "\n\n"
}

// nameConstraints returns the systems and architectures that a file's name
// says it is for.
func nameConstraints(path string) []string {
	parts := strings.Split(strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".go"), "_test"), "_")[1:]
	n := len(parts)
	switch {
	case n >= 2 && slices.Contains(knownSystems, parts[n-2]) && slices.Contains(knownArchitectures, parts[n-1]):
		return parts[n-2:]
	case n >= 1 && (slices.Contains(knownSystems, parts[n-1]) || slices.Contains(knownArchitectures, parts[n-1])):
		return parts[n-1:]
	}
	return nil
}
