//go:build !linux

package build

func inLargePages([]byte) {}
