package export

// This file defines the formats, and how a file is recognized as having been
// written here.

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"coroscope/trace/timeline"
)

// A Format is a format that timelines can be written in.
type Format struct {
	Name    string // "chrome"
	Ext     string // of files, ".json"
	Viewers string // where to open them

	// Write writes t, which was read with timeline.Options.Full, as it goes:
	// what it needs beside t does not grow with the number of runs and
	// suspensions. Goroutines and coroutines of iter.Pull are written if t has
	// them. Errors: timeline.ErrTotals, ErrNothing, and those of w.
	Write func(w io.Writer, t *timeline.Timeline) error

	signature string // what all files begin with
}

// Formats are all there are.
var Formats = []Format{
	{
		Name: "chrome", Ext: ".json", Viewers: "at chrome://tracing or https://ui.perfetto.dev",
		Write: writeChrome, signature: chromeSignature,
	},
	{
		Name: "perfetto", Ext: ".pftrace", Viewers: "at https://ui.perfetto.dev",
		Write: writePerfetto, signature: perfettoSignature,
	},
}

// ErrNothing is returned for a timeline without anything to draw.
var ErrNothing = errors.New("there is nothing to draw")

// Identify returns the format in which a file was written by this package, and
// nil if it was not. The error is that of r.
func Identify(r io.Reader) (*Format, error) {
	longest := 0
	for i := range Formats {
		longest = max(longest, len(Formats[i].signature))
	}
	head := make([]byte, longest)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	for i := range Formats {
		if bytes.HasPrefix(head[:n], []byte(Formats[i].signature)) {
			return &Formats[i], nil
		}
	}
	return nil, nil
}

// bufferSize is that of the buffer between a sink and where it writes to.
const bufferSize = 64 << 10

// write draws t on the sink that makes returns, which writes to w.
func write(w io.Writer, t *timeline.Timeline, makes func(*bufio.Writer) sink) error {
	if !t.Full {
		return timeline.ErrTotals
	}
	p := newPicture(t)
	if p.empty() {
		return ErrNothing
	}
	// A failed write shows up at the flush; what follows it goes nowhere.
	b := bufio.NewWriterSize(w, bufferSize)
	s := makes(b)
	p.draw(s)
	s.close()
	return b.Flush()
}
