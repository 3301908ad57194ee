package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"tocsin/internal/tailnet"
)

// What both programs write on the envelope.
const (
	sender    tailnet.Address = "bounces@example.com"
	recipient tailnet.Address = "admin@customer.example.com"
)

// headOctets is about how much smtp-source puts before the octets that it is asked for:
// From, To, Date, Message-Id and an empty line.
const headOctets = 150

// postfixPrograms are the test programs that come with Postfix.
type postfixPrograms struct{ sink, source string }

// findPostfix finds them; false where they are not installed.
func findPostfix() (p postfixPrograms, found bool) {
	for name, path := range map[string]*string{"smtp-sink": &p.sink, "smtp-source": &p.source} {
		for _, place := range []string{name, filepath.Join("/usr/sbin", name)} {
			if program, err := exec.LookPath(place); err == nil {
				*path = program
				break
			}
		}
	}
	return p, p.sink != "" && p.source != ""
}

// whileWatched runs a program until its own input ends, so that it never outlives us.
const whileWatched = `"$@" </dev/null & pid=$!; cat; kill $pid; wait $pid || :`

// startSink starts a server that takes every letter and keeps none, in a folder of its own.
func (p postfixPrograms) startSink(ctx context.Context, folder string) (server string, stop func() error, err error) {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", nil, err
	}
	if server, err = freePort(); err != nil {
		return "", nil, err
	}
	command := []string{"-c", whileWatched, "sh", p.sink}
	if os.Getuid() == 0 { // as root it wants to be somebody else
		command = append(command, "-u", "nobody")
	}
	c := exec.CommandContext(ctx, "sh", append(command, server, "128")...)
	c.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = folder, &said, &said
	watched, err := c.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	stop = func() error { return errors.Join(watched.Close(), c.Wait()) }
	if err := answers(server); err != nil {
		return "", nil, fmt.Errorf("%w: %s", errors.Join(err, stop()), &said)
	}
	return server, stop, nil
}

// freePort is an address on this machine at which nobody listens.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// answers waits until a server does.
func answers(server string) error {
	var last error
	for range 1000 {
		c, err := net.Dial("tcp", server)
		if err == nil {
			return c.Close()
		}
		last = err
		time.Sleep(20 * time.Millisecond)
	}
	return last
}

// pour has smtp-source send so many letters of a size, over as many connections as we have.
func (p postfixPrograms) pour(ctx context.Context, server string, letters, octets int) (figures, error) {
	f, _, err := took(ctx, 0, []string{p.source, "-d", "-s", strconv.Itoa(sessions), "-m", strconv.Itoa(letters),
		"-l", strconv.Itoa(max(1, octets-headOctets)), "-f", string(sender), "-t", string(recipient), server})
	return f, err
}
