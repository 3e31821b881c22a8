package coroutines

// This file defines download: it cleans up when it is canceled, which takes its
// time.

import (
	"errors"
	"time"

	"coroscope/cmd/coroscope/demo"
	"coroscope/coro"
	"coroscope/statemachine"
)

const (
	chunkTime   = 60 * time.Millisecond  // until a chunk is there
	cleanupTime = 100 * time.Millisecond // until the other side knows that no more is wanted
)

// downloadIn returns a task that downloads so many chunks, and returns how many
// came. If it is canceled it tells the other side, and is suspended until that
// is done; only then it ends.
func downloadIn(shape coro.Shape, chunks int) coro.Resumable[struct{}, coro.Await, int] {
	return demo.Pick(shape, &download{chunks: chunks}, loweredDownloadBody(chunks), downloadBody(chunks))
}

//coro:lower
func downloadBody(chunks int) coro.Body[struct{}, coro.Await, int] {
	return func(y *coro.Async) (int, error) {
		for got := range chunks {
			if err := coro.Wait(y, coro.Sleep(chunkTime).As("chunk")); err != nil {
				return got, cleanUp(y, err)
			}
		}
		return chunks, nil
	}
}

// cleanUp returns the error that it is done for, or one that comes between. A
// loop that closes waits for nobody: then nothing is suspended any more.
func cleanUp(y *coro.Async, err error) error {
	if errors.Is(err, coro.ErrClosed) {
		return err
	}
	if thrown := coro.Wait(y, coro.Sleep(cleanupTime).As("cleanup")); thrown != nil {
		return thrown
	}
	return err
}

// download is downloadBody as a machine.
type download struct {
	state  downloadState
	chunks int
	got    int
	failed error
	err    error
}

type downloadState uint8

const (
	downloadStart downloadState = iota
	downloadChunk
	downloadCleanup
	downloadDone
)

var downloadMachine = statemachine.Description{
	Name:  "download",
	Func:  "coroutines.download",
	File:  statemachine.ThisFile(),
	Frame: "download",
	States: []statemachine.State{
		downloadStart:   {Name: "start", Role: statemachine.Start, Means: "nothing was asked for"},
		downloadChunk:   {Name: "chunk", On: coro.OnSleep, Label: "chunk", Line: 118, Means: "a chunk is on its way"},
		downloadCleanup: {Name: "cleanup", On: coro.OnSleep, Label: "cleanup", Line: 105, Means: "it was canceled, and the other side is told"},
		downloadDone:    {Name: "done", Role: statemachine.End, Means: "all chunks are there, or it has cleaned up"},
	},
	Edges: []statemachine.Edge{
		{From: "start", To: "chunk"},
		{From: "chunk", To: "chunk", When: "there are more"},
		{From: "chunk", To: "cleanup", When: "thrown"},
		{From: "chunk", To: "done", When: "that was the last, or closed"},
		{From: "cleanup", To: "done"},
	},
	Slots: []statemachine.Slot{
		{Name: "chunks", Type: "int", Means: "how many are wanted"},
		{Name: "got", Type: "int", Means: "how many came"},
		{Name: "failed", Type: "error", Means: "what it will end with when it has cleaned up"},
	},
}

// Resume implements [coro.Resumable].
func (m *download) Resume(_ struct{}, thrown error) (coro.Await, bool) {
	switch m.state {
	case downloadStart:
	case downloadChunk:
		if errors.Is(thrown, coro.ErrClosed) {
			return m.end(thrown)
		}
		if thrown != nil {
			m.failed = thrown
			m.state = downloadCleanup
			return coro.Sleep(cleanupTime).As("cleanup"), true
		}
		m.got++
	case downloadCleanup:
		if thrown != nil {
			return m.end(thrown)
		}
		return m.end(m.failed)
	case downloadDone:
		return coro.Await{}, false
	}
	if m.got < m.chunks {
		m.state = downloadChunk
		return coro.Sleep(chunkTime).As("chunk"), true
	}
	return m.end(nil)
}

func (m *download) end(err error) (coro.Await, bool) {
	m.state, m.err = downloadDone, err
	return coro.Await{}, false
}

// Result implements [coro.Resumable].
func (m *download) Result() int { return m.got }

// Err implements [coro.Resumable].
func (m *download) Err() error { return m.err }

// Func implements [coro.Funcer].
func (m *download) Func() string { return downloadMachine.Func }

// Point implements [coro.Pointer].
func (m *download) Point() coro.Point { return downloadMachine.Point(int(m.state)) }

// Frame implements [coro.Framer].
func (m *download) Frame() []coro.Slot {
	return []coro.Slot{{Name: "chunks", Value: m.chunks}, {Name: "got", Value: m.got}, {Name: "failed", Value: m.failed}}
}
