package timeline_test

// This file tests that what is read of an event's fields is what the library
// says of the event.

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func checkFields(t *testing.T, data []byte) {
	t.Helper()
	read, err := timeline.CheckFields(data)
	if err != nil {
		t.Fatal(err)
	}
	if read == 0 {
		t.Error("the library is asked about each event")
	}
}

func TestFieldsRecorded(t *testing.T) {
	eachRecorded(t, func(t *testing.T, _ string, data []byte) { checkFields(t, data) })
}

// A trace with an event of each type that is read by its fields, and others, in
// several generations.
func TestFieldsAllKinds(t *testing.T) {
	checkFields(t, generationsOf(t, 3, func() {
		manyPulls(10, 3)
		manyGoroutines(10, 3)
		briefGoroutines(20)
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 20 {
					mu.Lock()
					runtime.Gosched()
					mu.Unlock()
				}
				time.Sleep(time.Microsecond)
				os.Stat(".")
			})
		}
		wg.Wait()
		debug.FreeOSMemory()
	}))
	checkFields(t, large(t, 10, 10))
}

// A library whose events have other fields is asked instead.
func TestFieldsUnknown(t *testing.T) {
	same := func(t *testing.T, data []byte) {
		t.Helper()
		known := everything(data)
		defer timeline.SetLookUpFields(timeline.SetLookUpFields(false))
		if _, err := timeline.CheckFields(data); err == nil {
			t.Fatal("the fields are known")
		}
		if diff := cmp.Diff(known, everything(data)); diff != "" {
			t.Errorf("another trace is found (-by fields +by the library):\n%s", diff)
		}
	}
	eachRecorded(t, func(t *testing.T, _ string, data []byte) { same(t, data) })
	same(t, large(t, 20, 10))
	same(t, record(t, func() { manyPulls(50, 10) }))
	same(t, busyGenerations(t))
}
