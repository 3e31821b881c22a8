package main

// This file defines the command ps: what the loops of a running program do.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"coroscope/cmd/coroscope/internal/terminal"
	"coroscope/coro/inspect"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const psLong = `Ps shows the loops of a running program, and who waits for whom in them: beneath
each task that nobody waits for, those that it waits for, with what each is
suspended on, where, and since when. Tasks that wait for each other in a circle
are told. A loop that is held by a step says by which.

The program is a process of yours, by its number, or what listens at a port of
the loopback interface, such as 127.0.0.1:6060. Without one, ps lists those that
can be looked at. For that a program imports, in its main package,

  import _ "coroscope/coro/inspect/auto"

or mounts inspect.Handler() beside net/http/pprof, at /debug/coroscope.

With --json it prints what the program serves: {"version","pid","program","go",
"time","loops"}; go doc coroscope/coro.LoopSnapshot tells of the loops. With
--watch it goes on each second, on a terminal in the same place, until it is
interrupted or the process ends.`

// A psRun says what to show of which program.
type psRun struct {
	target   string // empty for a list of programs
	json     bool
	table    bool
	watch    bool
	interval time.Duration
	opt      inspect.Options
}

func (a *app) psCommand() *cobra.Command {
	var p psRun
	cmd := &cobra.Command{
		Use:   "ps [PID|ADDR]",
		Short: "Show who waits for whom in a running program",
		Long:  psLong,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return usagef("expected one program, found %d arguments", len(args))
			case p.json && p.table:
				return usagef("--json and --table exclude each other")
			case p.watch && len(args) == 0:
				return usagef("--watch needs a program")
			case p.interval <= 0:
				return usagef("--interval is %v: expected more than 0", p.interval)
			case p.opt.Limit == 0:
				return usagef("--limit is 0: expected a number of tasks, or -1 for all")
			case p.opt.Patience <= 0 || p.opt.Patience > inspect.MaxPatience:
				return usagef("--patience is %v: expected more than 0, at most %v", p.opt.Patience, inspect.MaxPatience)
			}
			return nil
		},
		ValidArgsFunction: completeProgram,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.programs(p.json, p.opt.Patience)
			}
			p.target = args[0]
			return a.ps(cmd.Context(), p)
		},
	}
	cmd.Flags().BoolVar(&p.json, "json", false, "print JSON, an object a line")
	cmd.Flags().BoolVar(&p.table, "table", false, "print a row for each task instead of a tree")
	cmd.Flags().BoolVar(&p.watch, "watch", false, "go on")
	cmd.Flags().DurationVar(&p.interval, "interval", time.Second, "with --watch, how often")
	cmd.Flags().IntVar(&p.opt.Limit, "limit", inspect.DefaultLimit, "tell of `N` tasks of each loop, the oldest; -1 for all")
	cmd.Flags().DurationVar(&p.opt.Patience, "patience", inspect.DefaultPatience, "how long to wait for a loop that is held by a step")
	return cmd
}

// completeProgram completes the number of a process.
func completeProgram(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var pids []string
	if len(args) == 0 {
		for _, t := range inspect.Programs() {
			pids = append(pids, strconv.Itoa(t.PID()))
		}
	}
	return pids, cobra.ShellCompDirectiveNoFileComp
}

// ps shows one program, once or again and again.
func (a *app) ps(ctx context.Context, p psRun) error {
	target, err := inspect.Find(p.target)
	if err != nil {
		return err
	}
	inPlace := p.watch && !p.json && terminal.Color(a.stdout)
	for n := 0; ; n++ {
		s, err := target.Fetch(ctx, p.opt)
		switch {
		case n > 0 && errors.Is(err, inspect.ErrEnded):
			a.say("%v", err)
			return nil
		case err != nil:
			return err
		}
		var b bytes.Buffer
		if inPlace {
			b.WriteString("\x1b[H\x1b[2J")
		} else if n > 0 && !p.json {
			b.WriteByte('\n')
		}
		if err := p.print(&b, s); err != nil {
			return err
		}
		if _, err := a.stdout.Write(b.Bytes()); err != nil {
			return err
		}
		if !p.watch {
			return nil
		}
		select {
		case <-time.After(p.interval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p psRun) print(w io.Writer, s *inspect.Snapshot) error {
	switch {
	case p.json:
		return json.NewEncoder(w).Encode(s)
	case p.table:
		return s.WriteTable(w)
	}
	return s.WriteTree(w)
}

// programs lists the programs that can be looked at.
func (a *app) programs(asJSON bool, patience time.Duration) error {
	type program struct {
		PID     int    `json:"pid"`
		Program string `json:"program"`
		Loops   int    `json:"loops"`
		Tasks   int    `json:"tasks"`
	}
	enc := json.NewEncoder(a.stdout)
	n := 0
	for _, t := range inspect.Programs() {
		s, err := t.Fetch(a.ctx, inspect.Options{Limit: 1, Patience: patience})
		if a.ctx.Err() != nil {
			return a.ctx.Err()
		}
		if err != nil {
			continue // it has just ended
		}
		row := program{PID: s.PID, Program: s.Program, Loops: len(s.Loops)}
		for _, l := range s.Loops {
			row.Tasks += l.Pending
		}
		if n++; asJSON {
			err = enc.Encode(row)
		} else {
			_, err = fmt.Fprintf(a.stdout, "%7d  %-20s  loops %d  tasks %d\n", row.PID, timeline.Clean(row.Program), row.Loops, row.Tasks)
		}
		if err != nil {
			return err
		}
	}
	if n == 0 {
		a.say("no program of yours can be looked at; %s", inspect.HowTo)
	}
	return nil
}
