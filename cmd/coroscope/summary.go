package main

// This file defines the command summary: the totals of a trace.

import (
	"encoding/json"

	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const summaryLong = `Summary prints the totals of a trace: of each loop, how long it was busy and idle
and its longest step; of each coroutine, how often and how long it ran and was
suspended, and on what the longest; of each lock, semaphore, queue, event and other
thing that coroutines stood in line for, how often and how long they did, how many at
once, who waited longest, and who let whom go on. FILE may be - for standard input.

It may be the trace of any Go program. Of coroutines of iter.Pull that nothing was
written of it prints where they were made, how often they were switched to, how
long they ran and were suspended, and which of them were still suspended at the
end, as one is whose stop was forgotten; of goroutines, how long they ran, were
ready, and were blocked on locks, channels, the network, system calls and so on.

With --json it prints one object, whose format is "coroscope.summary/1".`

func (a *app) summaryCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "summary FILE",
		Short:             "Print the totals of a trace",
		Long:              summaryLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE:              func(_ *cobra.Command, args []string) error { return a.summary(args[0], asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) summary(file string, asJSON bool) error {
	tl, err := a.readTimeline(file, timeline.Options{Goroutines: true})
	if err != nil {
		return err
	}
	if asJSON {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(tl.Summary())
	} else if showable(tl) {
		err = timeline.WriteSummary(a.stdout, tl, terminal.Width(a.stdout), terminal.Color(a.stdout))
	}
	return a.readWhole(file, tl, err)
}
