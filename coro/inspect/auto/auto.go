// Package auto has the program that imports it looked at by "coroscope ps PID":
//
//	import _ "coroscope/coro/inspect/auto"
//
// It calls [inspect.Listen] when the program starts, and says on standard error
// if that fails. It is for main packages.
package auto

import (
	"log"

	"coroscope/coro/inspect"
)

func init() {
	if _, err := inspect.Listen(""); err != nil {
		log.Printf("coroscope: this program cannot be looked at: %v", err)
	}
}
