//go:build !linux

package database

import "os"

func syncData(f *os.File) error { return f.Sync() }
