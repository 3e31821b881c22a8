package main

// This file defines the command export: a trace in the formats of other
// viewers.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"coroscope/cmd/coroscope/internal/export"
	"coroscope/cmd/coroscope/internal/nearest"
	"coroscope/cmd/coroscope/internal/outfile"
	"coroscope/trace/timeline"

	"github.com/spf13/cobra"
)

const exportLong = `Export writes what is in a trace in the format of another viewer: a track for each
coroutine, with its runs and suspensions, and in these from when on it was ready;
a track for each loop, with whom it runs and when it is idle; one for slow steps;
and arrows from who made a coroutine, or made it ready, to where it goes on.

It may be the trace of any Go program. Coroutines of iter.Pull that nothing was
written of have tracks too; goroutines have, which show what they were blocked on,
with --goroutines, or if there is nothing else.

  chrome    JSON, which chrome://tracing and https://ui.perfetto.dev open
  perfetto  what Perfetto itself writes, for https://ui.perfetto.dev

It goes to FILE's base name with .json or .pftrace in the current folder, or to
where -o says, which may be - for standard output. A file that an earlier export
wrote in the same format is replaced; anything else that is in the way is left
alone. FILE may be - for standard input, which needs -o.`

// An exporting says what to export, and where to.
type exporting struct {
	file   string
	format string
	output string // FILE's base name with the format's extension if empty

	goroutines bool // ordinary ones too
}

func (a *app) exportCommand() *cobra.Command {
	var e exporting
	cmd := &cobra.Command{
		Use:               "export FILE",
		Short:             "Write a trace in the format of another viewer",
		Long:              exportLong,
		Args:              oneFile,
		ValidArgsFunction: completeTrace,
		RunE: func(cmd *cobra.Command, args []string) error {
			e.file = args[0]
			return a.export(cmd.Context(), e)
		},
	}
	cmd.Flags().StringVar(&e.format, "format", export.Formats[0].Name, "write in `FORMAT`: "+strings.Join(formatNames(), ", "))
	cmd.Flags().BoolVar(&e.goroutines, "goroutines", false, "write tracks for ordinary goroutines too")
	cmd.Flags().StringVarP(&e.output, "output", "o", "", "write to `FILE`")
	cmd.RegisterFlagCompletionFunc("format", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return formatNames(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range export.Formats {
		names = append(names, f.Name)
	}
	return names
}

// check completes e and returns its format.
func (e *exporting) check() (export.Format, error) {
	for _, f := range export.Formats {
		if f.Name != e.format {
			continue
		}
		if e.output == "" {
			if e.file == stdinName {
				return f, usagef("standard input has no name to call the export after: say -o FILE")
			}
			base := filepath.Base(e.file)
			e.output = strings.TrimSuffix(base, filepath.Ext(base)) + f.Ext
		}
		return f, nil
	}
	return export.Format{}, &usageError{nearest.Unknown("format", e.format, formatNames())}
}

func (a *app) export(ctx context.Context, e exporting) error {
	f, err := e.check()
	if err != nil {
		return err
	}
	if e.output == stdinName {
		tl, err := a.readToExport(e)
		if err != nil {
			return err
		}
		return a.exported(e.file, tl, f.Write(writerUntil{ctx, a.stdout}, tl))
	}
	out, err := outfile.CreateAs(e.output, exportKind(f))
	if err != nil {
		return err
	}
	defer out.Abort()
	tl, err := a.readToExport(e)
	if err != nil {
		return err
	}
	if err := f.Write(writerUntil{ctx, out}, tl); err != nil {
		return a.exported(e.file, tl, err)
	}
	if err := out.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s%s: open it %s\n", e.output, sizeOf(e.output), f.Viewers)
	return a.exported(e.file, tl, nil)
}

// readToExport reads a trace whole, with what is to be exported of it.
func (a *app) readToExport(e exporting) (*timeline.Timeline, error) {
	tl, err := a.readTimeline(e.file, timeline.Options{Full: true, Goroutines: true})
	if err == nil && !e.goroutines && (tl.Speaks() || len(tl.Pulls) > 0) {
		tl.Goroutines = nil
	}
	return tl, err
}

// exported returns what there is to say about an export that ended with err.
func (a *app) exported(file string, tl *timeline.Timeline, err error) error {
	nothing := errors.Is(err, export.ErrNothing)
	switch {
	case err != nil && !nothing:
		return err
	case len(tl.Lost) > 0:
		return lossError(file, tl.Lost)
	case nothing:
		return fmt.Errorf("nothing to export in %s: it is a Go trace, but it has no coroutine and no goroutine of a program", called(file))
	}
	return nil
}

// exportKind is the kind of file that an export in a format is.
func exportKind(f export.Format) outfile.Kind {
	return outfile.Kind{Name: "export", Other: func(r io.Reader) (string, error) {
		found, err := export.Identify(r)
		switch {
		case err != nil:
			return "", err
		case found == nil:
			return "a file that coroscope export did not write", nil
		case found.Name != f.Name:
			return "an export in the format " + found.Name, nil
		}
		return "", nil
	}}
}

// A writerUntil fails once its context is done.
type writerUntil struct {
	ctx context.Context
	io.Writer
}

func (w writerUntil) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(b)
}

// sizeOf returns " (12 kB)", or "" if the file cannot be looked at.
func sizeOf(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (%d kB)", (info.Size()+999)/1000)
}
