//go:build unix

package mailer

import (
	"errors"
	"io"
	"syscall"
)

// pending looks, without waiting and without reading, whether the relay has sent
// something, or has gone (an error).
func (w *wire) pending() (some bool, err error) {
	if w.peek == nil {
		conn, ok := w.Conn.(syscall.Conn)
		if !ok {
			return false, nil
		}
		if w.peek, err = conn.SyscallConn(); err != nil {
			return false, err
		}
	}
	var octet [1]byte
	var n int
	var failure error
	err = w.peek.Read(func(socket uintptr) (done bool) {
		n, _, failure = syscall.Recvfrom(int(socket), octet[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	switch {
	case err != nil:
		return false, err
	case errors.Is(failure, syscall.EAGAIN), errors.Is(failure, syscall.EINTR):
		return false, nil
	case failure == nil && n == 0:
		return false, io.EOF
	}
	return n > 0, failure
}
