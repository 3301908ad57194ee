package main

import (
	"net"
	"sync"
	"time"
)

// distance makes a server as far away as it says: what goes through it arrives that much
// later, in either direction, and nothing else changes.
type distance struct {
	listener net.Listener
	server   string
	oneWay   time.Duration
	open     sync.WaitGroup
}

// away listens on this machine for whoever wants a server that is far away.
func away(server string, oneWay time.Duration) (*distance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &distance{listener: listener, server: server, oneWay: oneWay}
	d.open.Go(d.accept)
	return d, nil
}

// address is where to connect.
func (d *distance) address() string { return d.listener.Addr().String() }

// close ends it, once everybody has hung up.
func (d *distance) close() error {
	err := d.listener.Close()
	d.open.Wait()
	return err
}

func (d *distance) accept() {
	for {
		near, err := d.listener.Accept()
		if err != nil {
			return // closed
		}
		far, err := net.Dial("tcp", d.server)
		if err != nil {
			_ = near.Close() // who connected sees that nobody is there
			continue
		}
		d.open.Go(func() { d.join(near, far) })
	}
}

// join carries both ways until both ends have hung up.
func (d *distance) join(near, far net.Conn) {
	var both sync.WaitGroup
	both.Go(func() { d.carry(far, near) })
	both.Go(func() { d.carry(near, far) })
	both.Wait()
	_, _ = near.Close(), far.Close() // nobody is there any more
}

// late is what was read, and when it arrives.
type late struct {
	octets []byte
	at     time.Time
}

// carry brings octets from one end to the other, and then the end of them.
func (d *distance) carry(to, from net.Conn) {
	const most = 1 << 10 // blocks on their way at once
	way := make(chan late, most)
	go func() {
		defer close(way)
		for {
			block := make([]byte, 16<<10)
			n, err := from.Read(block)
			way <- late{block[:n], time.Now().Add(d.oneWay)}
			if err != nil {
				return
			}
		}
	}()
	var err error
	for l := range way {
		time.Sleep(time.Until(l.at))
		if err == nil {
			_, err = to.Write(l.octets)
		}
	}
	_ = to.(*net.TCPConn).CloseWrite() // it may have hung up already
}
