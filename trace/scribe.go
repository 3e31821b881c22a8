package trace

// This file defines scribe: messages as the strings that the runtime wants.

import (
	"context"
	"runtime/trace"
	"strings"

	"coroscope/coro"
	"coroscope/trace/protocol"
)

// A scribe makes strings of messages. It belongs to one observer, whose
// methods are called one at a time.
type scribe struct {
	frames bool   // log frames
	lanes  *lanes // nil if there are to be none

	buf    []byte
	chunk  strings.Builder
	awaits map[waitingFor]string
	runs   map[string]string
}

type waitingFor struct {
	kind  coro.Kind
	label string
}

// A message is one of package protocol's.
type message interface{ Append(dst []byte) []byte }

const (
	minChunk = 256
	maxChunk = 8192
)

// text returns m as a string that is not kept. Many of them share one piece of
// memory, since the runtime copies what it is given: that costs a third of an
// allocation.
func text[M message](w *scribe, m M) string {
	w.buf = m.Append(w.buf[:0])
	if w.chunk.Cap()-w.chunk.Len() < len(w.buf) {
		size := min(max(2*w.chunk.Cap(), minChunk), maxChunk)
		w.chunk.Reset()
		w.chunk.Grow(max(size, len(w.buf)))
	}
	n := w.chunk.Len()
	w.chunk.Write(w.buf)
	return w.chunk.String()[n:]
}

// write logs m.
func write[M message](w *scribe, ctx context.Context, category string, m M) {
	trace.Log(ctx, category, text(w, m))
}

// lasting returns m as a string that may be kept.
func lasting[M message](w *scribe, m M) string {
	w.buf = m.Append(w.buf[:0])
	return string(w.buf)
}

// maxNames bounds how many names of regions of a sort a scribe keeps.
const maxNames = 1024

// await returns the name of the region of a suspension.
func (w *scribe) await(kind coro.Kind, label string) string {
	key := waitingFor{kind, label}
	name, ok := w.awaits[key]
	if ok {
		return name
	}
	if w.awaits == nil || len(w.awaits) >= maxNames {
		w.awaits = make(map[waitingFor]string)
	}
	name = protocol.RegionAwait(kind.String(), label)
	w.awaits[key] = name
	return name
}

// run returns the name of the region in which a machine of fn runs.
func (w *scribe) run(fn string) string {
	name, ok := w.runs[fn]
	if ok {
		return name
	}
	if w.runs == nil || len(w.runs) >= maxNames {
		w.runs = make(map[string]string)
	}
	name = protocol.RegionRun(fn)
	w.runs[fn] = name
	return name
}

// refOf names a coroutine; nil is nobody.
func refOf(c *coro.Info) protocol.Ref {
	if c == nil {
		return protocol.Ref{}
	}
	return protocol.Ref{Name: c.Name, ID: c.ID}
}

// base returns the last element of a file's path.
func base(file string) string { return file[strings.LastIndexByte(file, '/')+1:] }

func spawnOf(c *coro.Info) protocol.Spawn {
	return protocol.Spawn{
		Who:   refOf(c),
		Shape: c.Shape.String(),
		Func:  c.Func,
		File:  base(c.Created.File),
		Line:  c.Created.Line,
	}
}

func suspensionOf(who protocol.Ref, s *coro.Suspension) protocol.Suspension {
	return protocol.Suspension{
		Who:    who,
		Kind:   s.Kind.String(),
		Label:  s.Label,
		State:  s.State,
		File:   base(s.Place.File),
		Line:   s.Place.Line,
		Detail: s.Detail,
	}
}
