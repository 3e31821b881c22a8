package specimen

// This file defines the source of the specimens, for those who show it while a
// specimen is stepped: an installed program has no other way to it.

import (
	"embed"
	"path"
)

//go:embed average.go bar.go bartender.go echoclient.go echoserver.go fetch.go fibonacci.go fringe.go guest.go
//go:embed parser.go pipe.go printer.go reader.go samefringe.go squash.go token.go tokenizer.go tree.go treewalk.go
var sources embed.FS

// Source returns the text of a source file in which a body of this package, or
// a machine, can be suspended. The file is named as the compiler does it, in
// [coro.Place] or statemachine.Description; false if it is none of those.
func Source(file string) (text string, ok bool) {
	if file == "" || path.Dir(file) != path.Dir(fibonacciMachine.File) {
		return "", false
	}
	b, err := sources.ReadFile(path.Base(file))
	return string(b), err == nil
}
