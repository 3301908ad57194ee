//go:build !unix

package main

import (
	"os"
	"time"
)

// peak is not known here.
func peak(*os.ProcessState) int64 { return 0 }

// flush is not needed where the system does it at once, and not possible elsewhere.
func flush() {}

// spent is not known here.
func spent() time.Duration { return 0 }
