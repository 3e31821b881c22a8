package process_test

import "syscall"

// sigterm is what a process is asked to end with.
const sigterm = syscall.SIGTERM
