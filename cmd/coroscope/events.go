package main

// This file defines the command events: what happened, one by one.

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"coroscope/cmd/coroscope/internal/eventlog"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const eventsLong = `Events prints what happened to each coroutine in a trace, one event a line and in
order: spawn, ready, resume, suspend, end. FILE may be - for standard input.

With --json each line is an object
  {"t_ns","event","coroutine","id","on","state","at"}
where t_ns counts from the trace's start; on is what a suspension is on, or a
resumption goes on from, as in "await sleep shake", and empty for other events;
state and at are null where there is none. What a trace that begins midway says
of coroutines that were suspended already is no event, and is shown to people
only.`

func (a *app) eventsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "events FILE",
		Short:             "Print what happened in a trace, one event a line",
		Long:              eventsLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE:              func(_ *cobra.Command, args []string) error { return a.events(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object a line")
	return cmd
}

func (a *app) events(file string, asJSON bool) error {
	out := bufio.NewWriter(a.stdout)
	n := 0
	show := func(ev timeline.Event) error {
		n++
		if !asJSON {
			_, err := fmt.Fprintln(out, eventLine(ev))
			return err
		}
		if ev.Kind == timeline.Snapshot {
			return nil
		}
		return eventlog.Write(out, ev)
	}
	var lost []string
	err := a.reading(file, true, func(r io.Reader) (err error) {
		lost, err = timeline.Events(r, show)
		return err
	})
	if a.ctx.Err() != nil {
		return a.ctx.Err()
	}
	if ferr := out.Flush(); err == nil {
		err = ferr
	}
	if err == nil {
		err = lossError(file, lost)
	}
	if err == nil && n == 0 {
		a.say("no coroutines of package coroscope in %s; summary tells of those of iter.Pull, if it has any", called(file))
	}
	return err
}

// eventLine returns an event as a line for people: one line, whatever a name
// or an error's text has in it.
func eventLine(ev timeline.Event) string {
	var b strings.Builder
	who := fmt.Sprintf("%s#%d", ev.Coroutine, ev.ID)
	fmt.Fprintf(&b, "%12s  %-8s  %-14s", milliseconds(ev.T), ev.Kind, who)
	word := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format, args...) }
	switch {
	case ev.Kind == timeline.Resume && ev.Start:
		word("starts")
	case ev.On != "":
		word("%s", ev.On)
	case ev.Outcome != "":
		word("%s", ev.Outcome)
	case ev.Func != "":
		word("%s %s", ev.Shape, ev.Func)
	}
	var where []string
	if ev.State != nil {
		where = append(where, fmt.Sprintf("state %d", *ev.State))
	}
	if ev.At != "" {
		where = append(where, ev.At)
	}
	if len(where) > 0 {
		word("(%s)", strings.Join(where, ", "))
	}
	if ev.Detail != "" {
		word("%s", ev.Detail)
	}
	switch {
	case ev.By != "" && ev.Cause != "":
		word("by %s (%s)", ev.By, ev.Cause)
	case ev.By+ev.Cause != "":
		word("by %s", ev.By+ev.Cause)
	}
	return strings.TrimRight(timeline.Clean(b.String()), " ")
}

// milliseconds returns d in the form "12.345ms".
func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.3fms", float64(d)/float64(time.Millisecond))
}
