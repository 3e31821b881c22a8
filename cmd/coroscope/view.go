package main

// This file defines the command view: a trace as a page in the browser.

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"coroscope/cmd/coroscope/internal/explorer"
	"coroscope/cmd/coroscope/internal/explorer/web"
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/cmd/coroscope/internal/viewer"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const viewLong = `View shows a trace as a page in the browser: a lane for each coroutine, and at a
cursor that goes forward and back what everybody is doing then. The source with
the place of the suspension, the diagram of its states, the frame with its values
(of a trace that was made with --frames), the ready queue, the timers, who waits
for whom; and how often and how long, by coroutine, by function, and by what is
awaited. Press ? there for the keys.

It may be the trace of any Go program. Coroutines of iter.Pull that nothing was
written of have lanes too, and goroutines have; in a trace of more than 32 MB that
has coroutines of package coroscope/trace only with --goroutines, since they take
half as long again to be read. FILE may be - for standard input.

The page is served to this machine alone, unless --http says otherwise, and to
whoever has the address that is printed. Sources are looked for by their names
beneath the current folder, or the one that --source names. It runs until it is
interrupted.`

// A viewing says what to view, and how.
type viewing struct {
	file      string
	addr      string
	source    string
	noBrowser bool

	goroutines bool // those of a large trace too
}

// largeTrace is the size in bytes from which on goroutines are read only if
// there is nothing else in a trace, or if they are asked for.
const largeTrace = 32 << 20

func (a *app) viewCommand() *cobra.Command {
	var v viewing
	cmd := &cobra.Command{
		Use:               "view FILE",
		Short:             "Show a trace in the browser, forward and backward in time",
		Long:              viewLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE: func(cmd *cobra.Command, args []string) error {
			v.file = args[0]
			return a.view(cmd.Context(), v)
		},
	}
	cmd.Flags().StringVar(&v.addr, "http", defaultAddr, "listen at `ADDR`; port 0 is any free port")
	cmd.Flags().BoolVar(&v.noBrowser, "no-browser", false, "only print the page's address")
	cmd.Flags().StringVar(&v.source, "source", ".", "look for sources beneath `FOLDER`")
	cmd.Flags().BoolVar(&v.goroutines, "goroutines", false, "read goroutines, and coroutines of iter.Pull, of a large trace too")
	cmd.MarkFlagDirname("source")
	return cmd
}

func (a *app) view(ctx context.Context, v viewing) error {
	if info, err := os.Stat(v.source); err != nil || !info.IsDir() {
		return usagef("--source %s: expected a folder", v.source)
	}
	goroutines, err := a.viewsGoroutines(v)
	if err != nil {
		return err
	}
	tl, err := a.readTimeline(v.file, timeline.Options{Full: true, Goroutines: goroutines})
	if err != nil {
		return err
	}
	if !goroutines {
		tl.Notes = append(tl.Notes, "goroutines of this large trace were not read; coroscope view --goroutines shows them")
	}
	if tl.Duration == 0 && len(tl.Coroutines)+len(tl.Goroutines) == 0 && len(tl.Lost) > 0 {
		return lossError(v.file, tl.Lost)
	}
	for _, lost := range tl.Lost {
		a.say("%s was not read as a whole: %s", called(v.file), timeline.Clean(lost))
	}
	var written time.Time
	if info, err := os.Stat(v.file); err == nil {
		written = info.ModTime()
	}
	server, err := web.Listen(v.addr, explorer.New(filepath.Base(called(v.file)), tl, explorer.NewSources(v.source, written)))
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stdout, server.URL())
	if !v.noBrowser {
		go func() { // a browser may take its time to come up
			if err := viewer.OpenBrowser(server.URL()); err != nil {
				a.say("%v: open this address yourself", err)
			}
		}()
	}
	if terminal.Is(a.stderr) {
		a.say("the page is there until you press Ctrl-C")
	}
	return server.Serve(ctx)
}

// viewsGoroutines reports whether the goroutines of a trace are to be read.
func (a *app) viewsGoroutines(v viewing) (bool, error) {
	if info, err := os.Stat(v.file); v.goroutines || v.file == stdinName || err != nil || info.Size() < largeTrace {
		return true, nil
	}
	speaks := false
	err := a.reading(v.file, true, func(r io.Reader) (err error) {
		speaks, err = timeline.Identify(r)
		return err
	})
	return !speaks, err
}
