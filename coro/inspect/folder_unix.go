//go:build unix

package inspect

// This file defines where records are on Unix, and that they are the user's.

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// folders returns the folders in which records may be, the preferred first. Each
// is in one that others may write to, perhaps, so it has to be checked.
func folders() []string {
	var dirs []string
	if run := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(run) {
		if info, err := os.Stat(run); err == nil && info.IsDir() {
			dirs = append(dirs, filepath.Join(run, "coroscope"))
		}
	}
	return append(dirs, filepath.Join(os.TempDir(), "coroscope-"+strconv.Itoa(os.Getuid())))
}

// checkFolder returns an error unless dir is a folder that only the user can
// enter.
func checkFolder(dir string) error { return check(dir, fs.ModeDir) }

// checkRecord returns an error unless path is a file that only the user can
// read.
func checkRecord(path string) error { return check(path, 0) }

func check(path string, kind fs.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode().Type() != kind {
		return fmt.Errorf("%s is not what it should be: it is %v", path, info.Mode())
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is open to others (%v): remove it, or chmod go= it", path, info.Mode())
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Getuid() {
		return fmt.Errorf("%s belongs to another user", path)
	}
	return nil
}

// alive says whether there is a process, and whether it is one of the user's.
func alive(pid int) (yes, ours bool) {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM), err == nil
}
