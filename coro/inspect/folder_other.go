//go:build !unix

package inspect

// This file defines where records are on systems other than Unix: in a folder of
// the user's own, which the system keeps others from.

import (
	"os"
	"path/filepath"
)

func folders() []string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return []string{filepath.Join(dir, "coroscope")}
}

func checkFolder(dir string) error {
	_, err := os.Stat(dir)
	return err
}

func checkRecord(path string) error {
	_, err := os.Stat(path)
	return err
}

// alive says whether there is a process, and whether the user may ask it.
func alive(pid int) (yes, ours bool) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false, false
	}
	p.Release()
	return true, true
}
