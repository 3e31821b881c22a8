package main

// This file defines the command timeline: a lane for each coroutine, in text.

import (
	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const timelineLong = `Timeline prints a lane for each coroutine in a trace: when it ran, and when it was
suspended and on what. It is as wide as the terminal. FILE may be - for standard
input.`

func (a *app) timelineCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "timeline FILE",
		Short:             "Draw a trace as text, a lane for each coroutine",
		Long:              timelineLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE:              func(_ *cobra.Command, args []string) error { return a.timeline(args[0]) },
	}
}

func (a *app) timeline(file string) error {
	tl, err := a.readToShow(file, timeline.Options{Full: true})
	if err != nil {
		return err
	}
	if showable(tl) {
		err = timeline.WriteTimeline(a.stdout, tl, terminal.Width(a.stdout), terminal.Color(a.stdout))
	}
	return a.readWhole(file, tl, err)
}

// readWhole returns err, or says what could not be shown of tl.
func (a *app) readWhole(file string, tl *timeline.Timeline, err error) error {
	if err == nil {
		err = lossError(file, tl.Lost)
	}
	if err == nil && !tl.Speaks() {
		a.noCoroutines(file)
	}
	return err
}
