// Package web serves the page of package explorer to a browser on this machine.
//
// The page is plain HTML, style and ES modules, all of them embedded; there is no
// build step, and nothing is loaded from elsewhere. It asks for JSON:
//
//	GET /api/0/window?from=0&to=1000000&pixels=800&first=0&rows=40
//
// where 0 is the number of the trace and window one of overview, window, moment,
// step, numbers, search, machine and source. See [Server] for who is answered.
package web
