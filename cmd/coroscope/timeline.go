package main

// This file defines the command timeline: a lane for each coroutine, in text.

import (
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const timelineLong = `Timeline prints a lane for each coroutine in a trace: when it ran, and when it was
suspended and on what. It is as wide as the terminal. FILE may be - for standard
input.

It may be the trace of any Go program. Coroutines of iter.Pull that nothing was
written of have lanes too; goroutines have, which show what they were blocked on,
with --goroutines, or if there is nothing else to tell of.`

func (a *app) timelineCommand() *cobra.Command {
	goroutines := false
	cmd := &cobra.Command{
		Use:               "timeline FILE",
		Short:             "Draw a trace as text, a lane for each coroutine",
		Long:              timelineLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE:              func(_ *cobra.Command, args []string) error { return a.timeline(args[0], goroutines) },
	}
	cmd.Flags().BoolVar(&goroutines, "goroutines", false, "draw lanes for ordinary goroutines too")
	return cmd
}

func (a *app) timeline(file string, goroutines bool) error {
	tl, err := a.readTimeline(file, timeline.Options{Full: true, Goroutines: true})
	if err != nil {
		return err
	}
	if showable(tl) {
		write := timeline.WriteTimeline
		if goroutines {
			write = timeline.WriteGoroutines
		}
		err = write(a.stdout, tl, terminal.Width(a.stdout), terminal.Color(a.stdout))
	}
	return a.readWhole(file, tl, err)
}

// readWhole returns err, or says what could not be shown of tl.
func (a *app) readWhole(file string, tl *timeline.Timeline, err error) error {
	if err == nil {
		err = lossError(file, tl.Lost)
	}
	if err == nil && !tl.Speaks() && len(tl.Pulls) == 0 {
		a.noCoroutines(file)
	}
	return err
}
