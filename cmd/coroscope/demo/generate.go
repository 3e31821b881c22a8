//go:build ignore

// Generate writes the machines that the compiler makes of the bodies of the demos.
// It does what coroscope lower does, but that command cannot be built while they
// are missing.
package main

import (
	"fmt"
	"log"

	"coroscope/statemachine/lower"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("generate: ")
	files, err := lower.Lower(lower.Options{}, "./...")
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		changed, err := f.Write()
		if err != nil {
			log.Fatal(err)
		}
		if changed {
			fmt.Println(f.Path)
		}
	}
}
