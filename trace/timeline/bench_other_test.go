//go:build !unix

package timeline_test

import "time"

// processorTime returns 0: it is not asked of this system.
func processorTime() time.Duration { return 0 }
